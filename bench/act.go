package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"time"

	"cenacle/internal/server"
)

// insideAddress is where the value would listen.
const insideAddress = "127.0.0.1:8080"

// request is one of those that are looked at from inside.
type request struct {
	what, method, path string
	body               []byte
	header             map[string]string
}

// recorder keeps the status of an answer and has no connection to hurry.
type recorder struct{ httptest.ResponseRecorder }

func (*recorder) SetReadDeadline(time.Time) error  { return nil }
func (*recorder) SetWriteDeadline(time.Time) error { return nil }

// acts counts what one request of each kind asks of the database and of memory.
// The server is a value of this process then: what a network and a client cost
// is not counted.
func (b *bench) acts(ctx context.Context) error {
	if b.inside {
		return nil
	}
	if err := b.served.stop(); err != nil {
		return err
	}
	b.served = nil
	s, err := b.value(ctx, insideAddress)
	if err != nil {
		return err
	}
	for _, r := range b.requests() {
		if err := b.count(s, r); err != nil {
			return err
		}
	}
	return s.Close()
}

// requests are the ones of the table, each of a session or of a token.
func (b *bench) requests() []request {
	small := b.world.Small
	thousand, api := small.Rooms["thousand"], "/api/v1/spaces/"
	bearer := map[string]string{"Authorization": "Bearer " + small.Lawyer.Token, "Content-Type": "application/json"}
	cookie := map[string]string{"Cookie": b.lawyer.cookies()}
	desk := small.Desks[0]
	memo, err := json.Marshal(map[string]any{"subject": "Point", "body": memoText(), "circles": []string{string(desk.House.Client)}})
	if err != nil {
		panic(err) // a map of texts
	}
	file := map[string]string{"Content-Type": "application/octet-stream", "Content-Disposition": `attachment; filename="a.pdf"`, "Authorization": bearer["Authorization"]}
	return []request{
		{"page of a space of 1,000", http.MethodGet, small.path(thousand), nil, cookie},
		{"desk of 37 spaces", http.MethodGet, "/f/" + string(small.ID), nil, cookie},
		{"account page", http.MethodGet, "/account", nil, cookie},
		{"API: list of 1,000", http.MethodGet, api + string(thousand.ID) + "/documents?limit=1000", nil, bearer},
		{"API: who am I", http.MethodGet, "/api/v1/me", nil, bearer},
		{"API: memo", http.MethodPost, api + string(desk.ID) + "/memos", memo, bearer},
		{"API: file of 50 KB", http.MethodPost, api + string(small.Rooms["deposit"].ID) + "/documents", b.paper(0), file},
	}
}

// count makes a request again and again and adds what one of them took.
func (b *bench) count(s *server.Server, r request) error {
	const often = 50
	h := s.Handler()
	ask := func() error {
		made := httptest.NewRequest(r.method, "http://"+insideAddress+r.path, strings.NewReader(string(r.body)))
		for name, value := range r.header {
			made.Header.Set(name, value)
		}
		w := &recorder{httptest.ResponseRecorder{}}
		if h.ServeHTTP(w, made); w.Code >= http.StatusMultipleChoices {
			return fmt.Errorf("%s: %d", r.path, w.Code)
		}
		return nil
	}
	if _, err := times(10, func(int) error { return ask() }); err != nil {
		return err
	}
	var before, after runtime.MemStats
	asked, kept := s.Office.Store.Stats(), flushes(b.dir)
	runtime.ReadMemStats(&before)
	if _, err := times(often, func(int) error { return ask() }); err != nil {
		return err
	}
	runtime.ReadMemStats(&after)
	now := s.Office.Store.Stats()
	b.sheet.add(figure{what: r.what + ", statements", got: float64(now.Statements-asked.Statements) / often})
	b.sheet.add(figure{what: r.what + ", allocations", got: float64(after.Mallocs-before.Mallocs) / often})
	b.sheet.add(figure{what: r.what + ", allocated", unit: "KiB", got: float64(after.TotalAlloc-before.TotalAlloc) / often / 1024})
	if r.method == http.MethodPost {
		b.sheet.add(figure{what: r.what + ", flushes of the disk", got: (flushes(b.dir) - kept) / often})
	}
	return nil
}

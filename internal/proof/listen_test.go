package proof

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"cenacle/internal/document"
	"cenacle/internal/memo"
)

// ear is one open page that listens to a space.
type ear struct {
	guestbook
	heard atomic.Int64
}

// listen opens the pages of everybody who may be in a space, and of those who
// may not, then sends things there: a signal reaches those who may see the
// thing, and nobody else hears that anything happened.
func (l *life) listen() {
	l.t.Helper()
	ctx, cancel := context.WithCancel(l.t.Context())
	defer cancel()
	s, lead := l.busy()
	var ears []*ear
	for _, v := range l.visitors {
		if v.scope == "" && v.visitor.firm != s.firm {
			continue // her other half is in the list
		}
		want := l.o.ask(v.visitor, "see", s.handle)
		if want != granted {
			l.ends("stream", v, want, v.do(get(l.at(s, "live"))))
			continue
		}
		e := &ear{guestbook: v}
		e.listen(ctx, l.at(s, "live"))
		ears = append(ears, e)
	}
	var heard, silent int
	for n, circles := range [][]string{{"firm"}, {"client"}, {"all"}, {"firm"}, {"firm", "client"}, {"all"}, {"firm"}} {
		for _, e := range ears {
			e.heard.Store(0)
		}
		sent := l.say(lead, s, n%2 == 0, circles)
		h, q := l.hear(ears, sent)
		heard, silent = heard+h, silent+q
	}
	if heard < 10 || silent < 5 {
		l.t.Errorf("%d signals heard and %d rightly not, by %d pages: too few to prove anything", heard, silent, len(ears))
	}
}

// busy is the space whose lead may be there and in which most visitors are.
func (l *life) busy() (*oracleRoom, guestbook) {
	l.t.Helper()
	var best *oracleRoom
	var by guestbook
	most := 0
	for _, s := range l.spaces {
		n, lead := 0, guestbook{}
		for _, v := range l.visitors {
			if v.visitor.firm != s.firm || l.o.role(v.visitor, s.handle) == "" {
				continue
			}
			if n++; !ofFirm(l.o.role(v.visitor, s.handle)) {
				n += 2
			}
			if v.person == l.o.spaces[s.handle].lead {
				lead = v
			}
		}
		if n > most && lead.person != "" {
			best, by, most = s, lead, n
		}
	}
	if best == nil {
		l.t.Fatal("no space has its lead")
	}
	return best, by
}

// say sends a document or a memo and returns its handle.
func (l *life) say(by guestbook, s *oracleRoom, paper bool, circles []string) string {
	l.t.Helper()
	token, raw := l.word(), l.bytes()
	if paper && !l.o.beforeParties(s.handle, circles) {
		of, err := l.firms[s.firm].file(&person{actor: by.actor}, document.BeginUpload{
			Space: s.id, Tray: "firm", Name: "Piece " + token, Circles: s.circles(circles),
		}, raw)
		l.must(err)
		l.o.adds(string(of), oracleItem{space: s.handle, made: []int{0}}, circles)
		return string(of)
	}
	of, err := l.server.Memos.Write(l.t.Context(), by.actor, memo.New{Space: s.id, Subject: token, Body: token, Circles: s.circles(circles), Confirm: []string{"wide"}})
	l.must(err)
	l.o.adds(string(of), oracleItem{space: s.handle}, l.o.memoCircles(by.visitor, s.handle, oracleMemo{}, circles))
	return string(of)
}

// listen reads a stream until ctx ends; it returns once the stream has begun.
func (e *ear) listen(ctx context.Context, path string) {
	e.t.Helper()
	r, err := e.request(ctx, get(path))
	if err != nil {
		e.t.Fatal(err)
	}
	back, err := client().Do(r)
	if err != nil {
		e.t.Fatal(err)
	}
	lines := bufio.NewScanner(back.Body)
	if back.StatusCode != http.StatusOK || !lines.Scan() {
		e.t.Fatalf("%s: %d", path, back.StatusCode)
	}
	go func() {
		defer back.Body.Close() // cut by ctx
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "event:") {
				e.heard.Add(1)
			}
			if text := lines.Text(); text != "" && text != "event: signal" && text != "data: 1" && text != ":" {
				e.t.Errorf("a stream says %q", text)
			}
		}
	}()
}

// hear waits for the signal of a thing in each page whose reader may see it,
// and looks for silence in all others.
func (l *life) hear(ears []*ear, item string) (heard, silent int) {
	l.t.Helper()
	late := time.Now().Add(3 * time.Second)
	for _, e := range ears {
		for l.o.sees(e.visitor, item) && e.heard.Load() == 0 && time.Now().Before(late) {
			time.Sleep(5 * time.Millisecond)
		}
	}
	time.Sleep(60 * time.Millisecond) // for those that should not come
	for _, e := range ears {
		switch sees, got := l.o.sees(e.visitor, item), e.heard.Load() > 0; {
		case sees && got:
			heard++
		case !sees && !got:
			silent++
		case sees:
			l.t.Errorf("%v does not hear of %+v", e.visitor, *l.o.items[item])
		default:
			l.t.Errorf("LEAK: %v hears of %+v", e.visitor, *l.o.items[item])
		}
	}
	return heard, silent
}

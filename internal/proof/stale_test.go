package proof

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/api"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/space"
	"cenacle/internal/token"
	"cenacle/internal/webhook"
)

// stale is one colleague of a room, with all that her programs have under way.
type stale struct {
	*world
	office         *cabinet
	room           room
	her            *person
	program, drive browser
	tokens         []token.Token
	top            string // of the room, on her drive
	document       string
}

// ISO-07 for programs: whichever way a right ends, the very next request is
// refused, what is read or written stops, and a stream falls silent. On PostgreSQL
// it ends on one node, and all that is under way is on another.
func TestISO07Programs(t *testing.T) {
	for why, c := range map[string]struct {
		end    func(s *stale)
		status int  // of what is asked next
		ends   bool // the stream is cut, and does not merely fall silent
	}{
		"removed": {func(s *stale) {
			s.must(s.server.Lifecycle.RemoveMember(s.t.Context(), s.office.admin.actor, s.room.id, s.her.id))
		}, http.StatusNotFound, false},
		"disabled": {func(s *stale) { s.disable(s.office, s.her.id) }, http.StatusUnauthorized, true},
		"revoked": {func(s *stale) {
			for _, one := range s.tokens {
				s.must(s.server.Tokens.Revoke(s.t.Context(), s.her.actor, one.ID))
			}
		}, http.StatusUnauthorized, true},
		"password": {func(s *stale) {
			s.must(s.server.Accounts.SetPassword(s.t.Context(), s.her.id, s.secret))
		}, http.StatusUnauthorized, true},
	} {
		t.Run(why, func(t *testing.T) {
			each(t, func(w *world) {
				if w.store.PostgresURL != "" {
					w.neighboured()
				}
				s := working(w)
				s.stops(func() { c.end(s) }, c.status, c.ends)
			})
		})
	}
}

const bulk = 40 << 20

// working is a colleague whose programs may do everything in a room.
func working(w *world) *stale {
	w.t.Helper()
	s := &stale{world: w, office: w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")}
	s.her = s.office.colleague("Me Karim Leroy", "karim@delmas.example", authz.FirmColleague)
	s.room, _ = s.office.open(s.office.admin, "Mme Sophie Petit", "sophie@petit.example", s.her)
	doc, err := s.office.file(s.office.admin, document.BeginUpload{
		Space: s.room.id, Tray: space.FirmTray, Name: "Dossier.txt", Circles: []id.Circle{s.room.house.Firm},
	}, content("dossier", bulk))
	w.must(err)
	s.document = api.Root + "/documents/" + string(doc)
	text, one := w.issue(s.her.actor, token.API, authz.Pass{})
	word, two := w.issue(s.her.actor, token.Drive, authz.Pass{})
	s.program, s.drive, s.tokens = w.bearing(text), w.driving(word), []token.Token{one, two}
	for top := range s.drive.lists("/dav/") {
		for tray := range s.drive.lists(at(top)) {
			if _, here := s.drive.lists(at(top, tray))["Dossier.txt"]; here {
				s.top = at(top, tray)
			}
		}
	}
	return s
}

// stops has everything under way, ends the right, and looks at each.
func (s *stale) stops(end func(), status int, ends bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	heard := s.hears(ctx)
	downloads := []<-chan int{s.reads(ctx, s.program, s.document+"/content"), s.reads(ctx, s.drive, s.top+"/Dossier.txt")}
	over := make(chan struct{}) // however long it takes to end the right, none of these ends before it
	slow := func() *drip {
		return &drip{Reader: bytes.NewReader(content("lent", 900_000)), step: 15_000, each: 40 * time.Millisecond, then: over}
	}
	root := api.Root + "/spaces/" + string(s.room.id)
	begun := s.program.want(http.StatusCreated, create(root+"/uploads", "900000", "filename", "tus.txt", "tray", "firm"))
	uploads := map[string]<-chan int{
		"a file":    slowly(ctx, s.program, call{method: "POST", path: root + "/documents"}.with("Content-Disposition", `attachment; filename="put.txt"`), slow()),
		"an upload": slowly(ctx, s.program, patch(begun.header.Get("Location"), "0", nil), slow()),
		"a drive":   slowly(ctx, s.drive, call{method: "PUT", path: s.top + "/drive.txt"}, slow()),
	}
	time.Sleep(700 * time.Millisecond)
	end()
	close(over)
	ended := time.Now()
	for what, a := range map[string]answer{
		"the API": s.program.do(get(s.document)), "its bytes": s.program.do(get(s.document+"/content").with("Range", "bytes=0-3")),
		"a drive": s.drive.do(get(s.top + "/Dossier.txt")), "its list": s.drive.do(call{method: "PROPFIND", path: s.top + "/"}.with("Depth", "1")),
		"its condition": s.drive.do(get(s.top+"/Dossier.txt").with("If-None-Match", "*")),
	} {
		if a.status != status {
			s.t.Errorf("STALE: %s answers %d, want %d", what, a.status, status)
		}
	}
	s.falls(heard, ended, ends)
	for what, status := range uploads {
		if got := <-status; got != 0 && got < 400 {
			s.t.Errorf("STALE: %s that was under way ended with %d", what, got)
		}
	}
	for i, read := range downloads {
		if n := <-read; n >= bulk {
			s.t.Errorf("STALE: download %d went on to its end", i)
		}
	}
	s.nothingCame()
}

// nothingCame: none of what she was sending is a document.
func (s *stale) nothingCame() {
	s.t.Helper()
	found, err := s.server.Documents.List(s.t.Context(), s.office.admin.actor, document.ListQuery{Space: s.room.id, Limit: 10})
	s.must(err)
	if len(found) != 1 {
		s.t.Errorf("STALE: the room holds %d documents, want the one", len(found))
	}
}

// reads takes a file by small pieces, as a slow network would, and tells how
// many bytes came before it was cut.
func (s *stale) reads(ctx context.Context, by browser, path string) <-chan int {
	out := make(chan int, 1)
	go func() {
		total := 0
		defer func() { out <- total }()
		r, err := by.request(ctx, get(path))
		if err != nil {
			s.t.Error(err)
			return
		}
		back, err := wire().Do(r)
		if err != nil || back.StatusCode != http.StatusOK {
			s.t.Errorf("%s: %v, %v", path, back, err)
			return
		}
		defer back.Body.Close() // it is cut
		piece := make([]byte, 256<<10)
		for {
			n, err := io.ReadFull(back.Body, piece)
			if total += n; err != nil {
				return
			}
			time.Sleep(60 * time.Millisecond) // 40 MiB in ten seconds
		}
	}()
	return out
}

// sound is a line of a stream, or its end.
type sound struct {
	line string
	at   time.Time
}

// hears opens the stream of events.
func (s *stale) hears(ctx context.Context) <-chan sound {
	s.t.Helper()
	out := make(chan sound, 1000)
	r, err := s.program.request(ctx, get(api.Root+"/events/stream"))
	s.must(err)
	back, err := wire().Do(r)
	s.must(err)
	if back.StatusCode != http.StatusOK {
		s.t.Fatalf("the stream: %d", back.StatusCode)
	}
	go func() {
		defer back.Body.Close() // it is cut
		for lines := bufio.NewScanner(back.Body); lines.Scan(); {
			out <- sound{lines.Text(), time.Now()}
		}
		out <- sound{"end", time.Now()}
	}()
	return out
}

// falls writes a memo that she may not hear of any more, and waits for the end
// of her stream.
func (s *stale) falls(heard <-chan sound, ended time.Time, ends bool) {
	s.t.Helper()
	written, err := s.server.Memos.Write(s.t.Context(), s.office.admin.actor, memo.New{
		Space: s.room.id, Subject: "Après", Body: "Après.", Circles: []id.Circle{s.room.house.Firm},
	})
	s.must(err)
	late := time.After(7 * time.Second)
	for {
		select {
		case one := <-heard:
			if strings.Contains(one.line, string(written)) && (!ends || one.at.Sub(ended) > 5*time.Second) {
				s.t.Errorf("STALE: after %v the stream still says %s", one.at.Sub(ended), one.line)
			}
			if one.line == "end" && ends {
				if took := one.at.Sub(ended); took > 6*time.Second {
					s.t.Errorf("STALE: the stream ended after %v", took)
				}
				return
			}
		case <-late:
			if ends {
				s.t.Error("STALE: the stream goes on")
			}
			return
		}
	}
}

// ISO-07: the webhook of an administrator whose card was disabled tells nothing,
// not even what was written before.
func TestISO07Webhook(t *testing.T) {
	each(t, func(w *world) {
		c := w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")
		second := c.colleague("Me Karim Leroy", "karim@delmas.example", authz.Admin)
		r, _ := c.open(c.admin, "Mme Sophie Petit", "sophie@petit.example", second)
		var mu sync.Mutex
		told := map[string]int{}
		for who, by := range map[string]*person{"kept": c.admin, "disabled": second} {
			at := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				told[who]++
			}))
			t.Cleanup(at.Close)
			_, _, err := w.server.Webhooks.Create(t.Context(), by.actor, webhook.New{Address: at.URL, Kinds: []string{"memo"}})
			w.must(err)
		}
		w.disable(c, second.id)
		_, err := w.server.Memos.Write(t.Context(), c.admin.actor, memo.New{Space: r.id, Subject: "Après", Body: "Après.", Circles: []id.Circle{r.house.Firm}})
		w.must(err)
		for late := time.Now().Add(10 * time.Second); time.Now().Before(late); time.Sleep(50 * time.Millisecond) {
			w.pass(time.Minute)
			mu.Lock()
			n := told["kept"]
			mu.Unlock()
			if n > 0 {
				break
			}
		}
		w.pass(time.Minute)
		mu.Lock()
		defer mu.Unlock()
		if told["kept"] != 1 || told["disabled"] != 0 {
			t.Errorf("told %v, want the one that was kept, once", told)
		}
	}, "CENACLE_OUTBOUND_ALLOW=127.0.0.0/30")
}

package live_test

import (
	"bufio"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/diffusion"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/outbox"
	"cenacle/internal/web"
	"cenacle/internal/web/page/live"
	"cenacle/internal/web/webtest"
)

// house is a cast whose streams look at rights often.
type house struct {
	*webtest.Cast
	t          *testing.T
	drain      func()
	diffusions *diffusion.Service
}

func open(t *testing.T, recheck, beat time.Duration) house {
	closing := make(chan struct{})
	h := house{t: t, drain: sync.OnceFunc(func() { close(closing) })}
	h.Cast = webtest.NewCast(t, func(c *webtest.Cast) []web.Route {
		h.diffusions = diffusion.NewService(c.Office, time.UTC)
		p := &live.Pages{
			Hub: c.Office.Live, Spaces: c.Spaces, Diffusions: h.diffusions, Until: func(d time.Duration) time.Time { return time.Now().Add(d) }, Closing: closing,
			Recheck: recheck, Beat: beat,
		}
		return []web.Route{
			{Pattern: "GET /f/{firm}/spaces/{space}/live", Door: web.Member, Action: authz.SpaceSee, Handle: p.Space, Long: true},
			{Pattern: "GET /f/{firm}/diffusions/{diffusion}/live", Door: web.Member, Action: authz.DiffusionSee, Handle: p.Diffusion, Long: true},
		}
	})
	t.Cleanup(h.drain) // before the server waits for its streams
	return h
}

// stream is an open page that listens.
type stream struct {
	t     *testing.T
	name  string
	lines chan string // closed at its end
}

func (h house) listen(by *webtest.Player) *stream {
	h.t.Helper()
	return h.listenAt(by, h.Path("live"))
}

func (h house) listenAt(by *webtest.Player, at string) *stream {
	h.t.Helper()
	answer, err := http.DefaultTransport.RoundTrip(by.Request(http.MethodGet, at, nil, "Accept", "text/event-stream"))
	if err != nil {
		h.t.Fatal(err)
	}
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/event-stream" || answer.Header.Get("Cache-Control") != "no-store" {
		h.t.Fatalf("%s listens: %d %v", by.Name, answer.StatusCode, answer.Header)
	}
	s := &stream{h.t, by.Name, make(chan string, 100)}
	go func() {
		defer close(s.lines)
		defer answer.Body.Close() // at its end
		for in := bufio.NewScanner(answer.Body); in.Scan(); {
			s.lines <- in.Text()
		}
	}()
	s.says("retry: 2000", "")
	return s
}

const long = 10 * time.Second

func (s *stream) says(want ...string) {
	s.t.Helper()
	for _, line := range want {
		select {
		case got, open := <-s.lines:
			if !open || got != line {
				s.t.Fatalf("%s hears %q (open %v), want %q", s.name, got, open, line)
			}
		case <-time.After(long):
			s.t.Fatalf("%s hears nothing, want %q", s.name, line)
		}
	}
}

func (s *stream) isSilent() {
	s.t.Helper()
	select {
	case got, open := <-s.lines:
		s.t.Errorf("%s hears %q (open %v), want silence", s.name, got, open)
	case <-time.After(150 * time.Millisecond):
	}
}

func (s *stream) ends() {
	s.t.Helper()
	for limit := time.After(long); ; {
		select {
		case _, open := <-s.lines:
			if !open {
				return
			}
		case <-limit:
			s.t.Fatalf("the stream of %s does not end", s.name)
		}
	}
}

func TestOnlyTheirCirclesAreHeard(t *testing.T) {
	h := open(t, time.Hour, time.Hour)
	colleague, client, guest := h.listen(h.Colleague), h.listen(h.Client), h.listen(h.Guest)
	signal := []string{"event: signal", "data: 1", ""}
	for _, tt := range []struct {
		what  string
		n     memo.New
		hears []*stream
	}{
		{"to the client", memo.New{Subject: "s", Body: "b", Circles: []id.Circle{h.House.Client}}, []*stream{colleague, client}},
		{"to all", memo.New{Subject: "s", Body: "b", Circles: []id.Circle{h.House.All}}, []*stream{colleague, client, guest}},
		{"among colleagues", memo.New{Subject: "s", Body: "b", Internal: true}, []*stream{colleague}},
	} {
		h.Write(h.Lead, tt.n)
		for _, s := range tt.hears {
			s.says(signal...)
		}
		for _, s := range []*stream{colleague, client, guest} {
			s.isSilent()
		}
	}
}

func TestWhoMayNotListen(t *testing.T) {
	h := open(t, time.Hour, time.Hour)
	if page := h.Stranger.Get(h.Path("live")); page.Status != 404 {
		t.Errorf("a stranger: %d", page.Status)
	}
	nobody := *h.Client
	nobody.Token = ""
	if page := nobody.Send(http.MethodGet, h.Path("live"), nil, "Accept", "text/event-stream"); page.Status != 401 {
		t.Errorf("nobody: %d", page.Status)
	}
	if page := h.Lead.Get("/f/" + string(h.Firm) + "/spaces/nowhere/live"); page.Status != 404 {
		t.Errorf("nowhere: %d", page.Status)
	}
}

// TestOfADiffusionItsAuthorHears: while one leaves the page of its author hears of it,
// and nobody else's can listen; a page of the space hears the memo.
func TestOfADiffusionItsAuthorHears(t *testing.T) {
	h := open(t, time.Hour, time.Hour)
	prepare := func(subject string) diffusion.View {
		of, err := h.diffusions.Prepare(t.Context(), h.Lead.Actor, diffusion.New{
			Words: diffusion.Words{Subject: subject, Body: "Fermé."}, Spaces: []id.Space{h.Space}, To: circle.Client,
		})
		if err != nil {
			t.Fatal(err)
		}
		v, err := h.diffusions.Show(t.Context(), h.Lead.Actor, of)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	v, other := prepare("Congés"), prepare("Vœux")
	at := "/f/" + string(h.Firm) + "/diffusions/"
	for _, by := range []*webtest.Player{h.Colleague, h.Client, h.Guest, h.Stranger} {
		by.Get(at+string(v.ID)+"/live").Answers(t, http.StatusNotFound, "")
	}
	author, beside, client := h.listenAt(h.Lead, at+string(v.ID)+"/live"), h.listenAt(h.Lead, at+string(other.ID)+"/live"), h.listen(h.Client)
	if err := h.diffusions.Send(t.Context(), h.Lead.Actor, diffusion.Sending{Diffusion: v.ID, Seen: v.Seen}); err != nil {
		t.Fatal(err)
	}
	sent, err := h.diffusions.Show(t.Context(), h.Lead.Actor, v.ID)
	if err != nil {
		t.Fatal(err)
	}
	job := outbox.Job{Kind: diffusion.RunJob, Payload: fmt.Appendf(nil, `{"diffusion":%q,"at":"%d"}`, v.ID, sent.At.UnixMicro())}
	if err := h.diffusions.Run(t.Context(), h.Firm, job); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*stream{author, client} {
		s.says("event: signal", "data: 1", "")
	}
	beside.isSilent()
}

func TestTheRightEndsTheStream(t *testing.T) {
	h := open(t, 30*time.Millisecond, time.Hour)
	stays, client, guest := h.listen(h.Colleague), h.listen(h.Client), h.listen(h.Guest)
	stays.isSilent() // several looks at the rights say nothing
	if err := h.Lifecycle.RemoveMember(t.Context(), h.Lead.Actor, h.Space, h.Client.Actor.Person); err != nil {
		t.Fatal(err)
	}
	client.ends()
	if err := h.Accounts.SignOutEverywhere(t.Context(), h.Guest.Actor.Person); err != nil {
		t.Fatal(err)
	}
	guest.ends()
	h.Write(h.Lead, memo.New{Subject: "s", Body: "b", Internal: true})
	stays.says("event: signal")
}

// TestRevocationTakesLessThanFiveSeconds holds with the house's own periods.
func TestRevocationTakesLessThanFiveSeconds(t *testing.T) {
	h := open(t, 0, 0)
	client := h.listen(h.Client)
	start := time.Now()
	if err := h.Accounts.SignOutEverywhere(t.Context(), h.Client.Actor.Person); err != nil {
		t.Fatal(err)
	}
	client.ends()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("she listened for %s after her session ended", took)
	}
}

func TestSignsOfLifeAndTheEndOfTheHouse(t *testing.T) {
	h := open(t, time.Hour, 30*time.Millisecond)
	lead, client := h.listen(h.Lead), h.listen(h.Client)
	lead.says(":", "", ":", "")
	h.drain()
	lead.ends()
	client.ends()
}

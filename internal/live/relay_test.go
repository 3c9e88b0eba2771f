package live

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cenacle/internal/id"
)

// air is a wire of one test: what one node announces, all hear.
type air struct {
	mu    sync.Mutex
	nodes []func(string)
	begun []func()
	fails bool
	said  [][]string
}

var errAir = errors.New("no air")

func (w *air) fail(fails bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fails = fails
}

func (w *air) Announce(_ context.Context, lines []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fails {
		return errAir
	}
	w.said = append(w.said, slices.Clone(lines))
	for _, heard := range w.nodes {
		for _, l := range lines {
			heard(l)
		}
	}
	return nil
}

func (w *air) Listen(ctx context.Context, heard func(string), begun func()) error {
	w.mu.Lock()
	w.nodes, w.begun = append(w.nodes, heard), append(w.begun, begun)
	w.mu.Unlock()
	begun()
	<-ctx.Done()
	return nil
}

// node is one with a hub, a relay and what it was told.
type node struct {
	*Hub
	*Relay
	changed []id.Firm
	missed  int
}

func join(t *testing.T, ctx context.Context, w *air) *node {
	n := &node{Hub: NewHub()}
	n.Relay = NewRelay(n.Hub, w, slog.New(slog.NewTextHandler(t.Output(), nil)))
	n.Changed = func(f id.Firm) { n.changed = append(n.changed, f) }
	n.Missed = func() { n.missed++ }
	go func() {
		if err := n.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	synctest.Wait()
	return n
}

func TestSignalsCrossNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := &air{}
		a, b := join(t, ctx, w), join(t, ctx, w)
		at := time.Now()
		firm, space := id.New[id.Firm](at), id.New[id.Space](at)
		circles := make([]id.Circle, 450)
		for i := range circles {
			circles[i] = id.New[id.Circle](at)
		}
		here, there := a.Subscribe(firm, space, circles[:1]), b.Subscribe(firm, space, circles[449:])
		other, beside := b.Subscribe(firm, space, []id.Circle{id.New[id.Circle](at)}), b.Subscribe(id.New[id.Firm](at), space, circles)
		defer func() {
			for _, s := range []*Subscription{here, there, other, beside} {
				s.Close()
			}
		}()
		a.Hub.Publish(Signal{firm, space, circles})
		if !heard(here) {
			t.Error("the own node waits for the wire")
		}
		synctest.Wait()
		if !heard(there) || heard(here) || heard(other) || heard(beside) {
			t.Error("a signal woke somebody else than its circles on the other node")
		}
		for _, line := range slices.Concat(w.said...) {
			if len(line) > 7900 || strings.Count(line, " ") != 4 {
				t.Errorf("a line of %d bytes", len(line))
			}
		}
		a.Hub.Publish(Signal{firm, space, nil})
		a.Stir(firm)
		synctest.Wait()
		if len(a.changed) != 0 || !slices.Equal(b.changed, []id.Firm{firm}) {
			t.Errorf("of a commit, %v are told here, %v there", a.changed, b.changed)
		}
		if heard(there) {
			t.Error("a signal without circles reached somebody")
		}
	})
}

// What could not be announced, or was announced while nobody listened, wakes
// everybody: nobody's page stays as it was.
func TestLostSignalsWakeEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := &air{}
		a, b := join(t, ctx, w), join(t, ctx, w)
		at := time.Now()
		firm, space, c := id.New[id.Firm](at), id.New[id.Space](at), id.New[id.Circle](at)
		s := b.Subscribe(id.New[id.Firm](at), id.New[id.Space](at), []id.Circle{id.New[id.Circle](at)})
		defer s.Close()
		w.fail(true)
		a.Hub.Publish(Signal{firm, space, []id.Circle{c}})
		synctest.Wait()
		if heard(s) {
			t.Fatal("woken without reason")
		}
		w.fail(false)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if !heard(s) || b.missed != 2 { // one at the beginning
			t.Errorf("not woken; told %d times of what was missed", b.missed)
		}
		b.Relay.missed()
		if !heard(s) {
			t.Error("not woken after listening again")
		}
		w.fail(true)
		for range lineMost + 10 {
			a.Stir(id.New[id.Firm](at))
		}
		a.Relay.mu.Lock()
		defer a.Relay.mu.Unlock()
		if n := len(a.order); n > lineMost {
			t.Errorf("%d lines wait", n)
		}
	})
}

// Whoever may write to the wire may wake pages and nothing else; what is not
// understood is left.
func TestForgedLines(t *testing.T) {
	r := NewRelay(NewHub(), &air{}, slog.New(slog.DiscardHandler))
	r.Changed = func(f id.Firm) {
		if _, err := id.Parse[id.Firm](string(f)); err != nil {
			t.Errorf("told of %q", f)
		}
	}
	for _, line := range []string{"", " ", "x", "x ", "x s", "x s a b c", "x f", "x f ../..", "x f a b", "x ? y", "x z", r.self + " f a",
		"x s " + strings.Repeat("0", 26) + " " + strings.Repeat("0", 26) + " ,", "x s   "} {
		r.heard(line)
	}
}

func FuzzRelayLine(f *testing.F) {
	for _, seed := range []string{"x s a b c", "x f a", "x ?", "", "  "} {
		f.Add(seed)
	}
	h := NewHub()
	r := NewRelay(h, &air{}, slog.New(slog.DiscardHandler))
	f.Fuzz(func(_ *testing.T, line string) { r.heard(line) })
}

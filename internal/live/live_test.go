package live

import (
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"

	"cenacle/internal/id"
	"cenacle/internal/seedtest"
)

const (
	delmas  = id.Firm("delmas")
	garnier = id.Firm("garnier")
	petit   = id.Space("petit")
	leroy   = id.Space("leroy")
)

// heard reports, without waiting, whether a signal is there.
func heard(s *Subscription) bool {
	select {
	case _, open := <-s.Changed():
		return open
	default:
		return false
	}
}

func TestSignalReachesOnlyItsCircles(t *testing.T) {
	cases := []struct {
		name   string
		space  id.Space
		in     []id.Circle
		signal Signal
		want   bool
	}{
		{"in the circle", petit, []id.Circle{"client"}, Signal{delmas, petit, []id.Circle{"client"}}, true},
		{"in one of several", petit, []id.Circle{"client"}, Signal{delmas, petit, []id.Circle{"firm", "client"}}, true},
		{"in another circle", petit, []id.Circle{"client"}, Signal{delmas, petit, []id.Circle{"firm"}}, false},
		{"in no circle", petit, nil, Signal{delmas, petit, []id.Circle{"client"}}, false},
		{"signal without circles", petit, []id.Circle{"client"}, Signal{delmas, petit, nil}, false},
		{"signal without anything", petit, []id.Circle{"client"}, Signal{}, false},
		{"empty circle is no wildcard", petit, []id.Circle{"client"}, Signal{delmas, petit, []id.Circle{""}}, false},
		{"another space", leroy, []id.Circle{"client"}, Signal{delmas, petit, []id.Circle{"client"}}, false},
		{"another firm", petit, []id.Circle{"client"}, Signal{garnier, petit, []id.Circle{"client"}}, false},
		{"whole firm, in the circle", "", []id.Circle{"client"}, Signal{delmas, petit, []id.Circle{"client"}}, true},
		{"whole firm, other circle", "", []id.Circle{"client"}, Signal{delmas, petit, []id.Circle{"firm"}}, false},
		{"whole firm, other firm", "", []id.Circle{"client"}, Signal{garnier, petit, []id.Circle{"client"}}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := NewHub()
			s := h.Subscribe(delmas, c.space, c.in)
			defer s.Close()
			h.Publish(c.signal)
			if got := heard(s); got != c.want {
				t.Errorf("heard = %v, want %v", got, c.want)
			}
		})
	}
}

func TestSignalsCoalesceAndNeverBlock(t *testing.T) {
	h := NewHub()
	s := h.Subscribe(delmas, petit, []id.Circle{"client"})
	defer s.Close()
	for range 1000 {
		h.Publish(Signal{delmas, petit, []id.Circle{"client", "client"}})
	}
	if !heard(s) {
		t.Fatal("no signal after a thousand")
	}
	if heard(s) {
		t.Fatal("two signals were waiting; they must coalesce to one")
	}
	h.Publish(Signal{delmas, petit, []id.Circle{"client"}})
	if !heard(s) {
		t.Fatal("a signal after the first was received must be heard")
	}
}

func TestReplaceTakesCirclesAwayAtOnce(t *testing.T) {
	h := NewHub()
	s := h.Subscribe(delmas, petit, []id.Circle{"client", "all"})
	defer s.Close()
	s.Replace([]id.Circle{"all"})
	h.Publish(Signal{delmas, petit, []id.Circle{"client"}})
	if heard(s) {
		t.Error("heard a circle that was taken away")
	}
	h.Publish(Signal{delmas, petit, []id.Circle{"all"}})
	if !heard(s) {
		t.Error("did not hear a circle that was kept")
	}
	s.Replace(nil)
	h.Publish(Signal{delmas, petit, []id.Circle{"all"}})
	if heard(s) {
		t.Error("heard without any circle")
	}
}

func TestSubscribeCopiesTheCallersCircles(t *testing.T) {
	h := NewHub()
	mine := []id.Circle{"client"}
	s := h.Subscribe(delmas, petit, mine)
	mine[0] = "firm"
	s.Close()
	if n := len(h.listeners); n != 0 {
		t.Errorf("%d addresses left after Close", n)
	}
}

func TestCloseFreesAndEndsTheChannel(t *testing.T) {
	h := NewHub()
	s := h.Subscribe(delmas, petit, []id.Circle{"client", "all", "client"})
	s.Close()
	s.Close()
	s.Replace([]id.Circle{"client"})
	h.Publish(Signal{delmas, petit, []id.Circle{"client"}})
	if _, open := <-s.Changed(); open {
		t.Error("the channel is open after Close")
	}
	if n := len(h.listeners); n != 0 {
		t.Errorf("%d addresses left after Close", n)
	}
}

// Ten thousand pages listen; each signal must wake exactly those who are in its
// circle, all of them, while pages come and go.
func TestTenThousandSubscribers(t *testing.T) {
	const pages, circles = 10_000, 100
	h := NewHub()
	subs := make([]*Subscription, pages)
	for i := range subs {
		subs[i] = h.Subscribe(delmas, petit, []id.Circle{circle(i % circles)})
	}
	h.Publish(Signal{delmas, petit, []id.Circle{circle(7)}})
	for i, s := range subs {
		if got, want := heard(s), i%circles == 7; got != want {
			t.Fatalf("page %d: heard = %v, want %v", i, got, want)
		}
	}
	for _, s := range subs {
		s.Close()
	}
	if n := len(h.listeners); n != 0 {
		t.Errorf("%d addresses left after all closed", n)
	}
}

func circle(n int) id.Circle { return id.Circle(rune('A' + n)) }

func TestConcurrentUse(t *testing.T) {
	seed := seedtest.Of(t)
	h := NewHub()
	var all sync.WaitGroup
	for worker := range 16 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(worker)))
			for range 300 {
				s := h.Subscribe(delmas, petit, []id.Circle{circle(r.IntN(5))})
				h.Publish(Signal{delmas, petit, []id.Circle{circle(r.IntN(5)), circle(r.IntN(5))}})
				s.Replace([]id.Circle{circle(r.IntN(5)), circle(r.IntN(5))})
				h.Publish(Signal{delmas, petit, []id.Circle{circle(r.IntN(5))}})
				s.Close()
			}
		})
	}
	all.Wait()
	if n := len(h.listeners); n != 0 {
		t.Errorf("%d addresses left", n)
	}
}

// A waiting reader is woken by a signal and released by Close.
func TestWaitingReaderWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub()
		s := h.Subscribe(delmas, petit, []id.Circle{"client"})
		signals := 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range s.Changed() {
				signals++
			}
		}()
		synctest.Wait()
		h.Publish(Signal{delmas, petit, []id.Circle{"client"}})
		synctest.Wait()
		s.Close()
		<-done
		if signals != 1 {
			t.Errorf("the reader woke %d times, want 1", signals)
		}
	})
}

func TestCount(t *testing.T) {
	h := NewHub()
	a, b := h.Subscribe(delmas, petit, nil), h.Subscribe(delmas, "", []id.Circle{"client", "firm"})
	if n := h.Count(); n != 2 {
		t.Errorf("%d are open, want 2", n)
	}
	a.Close()
	a.Close()
	b.Replace(nil)
	if n := h.Count(); n != 1 {
		t.Errorf("%d are open, want 1", n)
	}
	b.Close()
	if n := h.Count(); n != 0 {
		t.Errorf("%d are open, want 0", n)
	}
}

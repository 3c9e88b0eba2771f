package act_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/act/acttest"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// paper is a log that several goroutines write.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// start runs a sequencer until the test ends or the returned function is called.
func start(t *testing.T, o *act.Office, log *paper, told ...act.Placed) (s *act.Sequencer, stop func()) {
	t.Helper()
	s = act.NewSequencer(o, slog.New(slog.NewTextHandler(log, nil)))
	for _, p := range told {
		s.Tell(p)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("the sequencer ended with %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Error("the sequencer does not end with its context")
		}
	})
	t.Cleanup(stop)
	return s, stop
}

// sequenced waits until every entry has its position, which takes less than a
// second on a machine that is not busy with other tests.
func (d *desk) sequenced(t *testing.T, entries int64) {
	t.Helper()
	f, err := d.Store.Firm(t.Context(), d.by.Firm)
	must(t, err)
	for until := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		all := d.journal(t)
		waiting := 0
		for _, r := range all {
			if r.Position < 0 {
				waiting++
			}
		}
		if waiting == 0 && int64(len(all)) == entries {
			break
		}
		if time.Now().After(until) {
			t.Fatalf("%d of %d entries wait for their position", waiting, len(all))
		}
	}
	h, err := d.Journal.Head(t.Context(), f)
	must(t, err)
	if h.Size != entries {
		t.Errorf("the signed head has %d entries, want %d", h.Size, entries)
	}
}

func TestSequencer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := open(t, s)
		must(t, d.Do(t.Context(), d.by.Firm, d.recorded))
		var log paper
		seq, stop := start(t, d.Office, &log)
		d.sequenced(t, 1) // what waited before the start needs no wake-up
		d.Woken = seq.Wake
		for range 5 {
			must(t, d.Do(t.Context(), d.by.Firm, d.recorded))
		}
		d.sequenced(t, 6)
		stop()
		must(t, d.Do(t.Context(), d.by.Firm, d.recorded))
		time.Sleep(300 * time.Millisecond)
		if r := d.journal(t)[0]; r.Position >= 0 {
			t.Error("a sequencer that has ended goes on")
		}
		if log.String() != "" {
			t.Errorf("it complains: %s", log.String())
		}
	})
}

func (d *desk) recorded(a *act.Act) error {
	_, err := a.Record(d.by, "test.done", "", "x", nil)
	return err
}

// TestSequencerTriesAgain wakes the sequencer for a firm that is not there yet.
func TestSequencerTriesAgain(t *testing.T) {
	s := storetest.New(t)
	office, clock := acttest.New(t, s)
	d := &desk{Office: office, clock: clock}
	d.by = authz.Actor{Person: id.New[id.Person](clock.Now()), Firm: id.New[id.Firm](clock.Now()), Role: authz.Admin, Via: authz.ViaCommand}
	var log paper
	seq, _ := start(t, office, &log)
	seq.Wake(d.by.Firm)
	for until := time.Now().Add(20 * time.Second); !strings.Contains(log.String(), "sequencing the journal"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("a failure is not in the log")
		}
	}
	_, err := s.CreateFirm(t.Context(), d.by.Firm)
	must(t, err)
	must(t, d.Do(t.Context(), d.by.Firm, func(a *act.Act) error {
		if _, err := a.Ring().CreateFirm(a.Tx, a.Now); err != nil {
			return err
		}
		if err := d.Journal.CreateKey(a.Tx); err != nil {
			return err
		}
		return d.recorded(a)
	}))
	d.sequenced(t, 1)
}

// TestSequencerTells hears of each size that the journal reaches: at the start,
// after an act, again after a failure, and not after what adds nothing.
func TestSequencerTells(t *testing.T) {
	d := open(t, storetest.New(t))
	must(t, d.Do(t.Context(), d.by.Firm, d.recorded))
	sizes, fails := make(chan int64, 100), true
	seq, _ := start(t, d.Office, &paper{}, func(_ context.Context, f id.Firm, size int64) error {
		if f != d.by.Firm {
			t.Errorf("told of firm %s", f)
		}
		sizes <- size
		if size == 2 && fails {
			fails = false
			return errors.New("not now")
		}
		return nil
	})
	d.Woken = seq.Wake
	next := func() int64 {
		select {
		case n := <-sizes:
			return n
		case <-time.After(20 * time.Second):
			t.Fatal("nothing is told")
			return 0
		}
	}
	if n := next(); n != 1 {
		t.Errorf("told of %d entries at the start, want 1", n)
	}
	must(t, d.Keep(t.Context(), d.by.Firm, func(*act.Act) error { return nil }))
	must(t, d.Do(t.Context(), d.by.Firm, d.recorded))
	if a, b := next(), next(); a != 2 || b != 2 {
		t.Errorf("told of %d, then %d, want 2 twice: the first failed", a, b)
	}
	must(t, d.Keep(t.Context(), d.by.Firm, func(*act.Act) error { return nil }))
	time.Sleep(500 * time.Millisecond)
	if len(sizes) > 0 {
		t.Errorf("told of %d once more", <-sizes)
	}
}

package store_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// ears collect what a store hears until the test ends.
type ears struct {
	t     *testing.T
	lines chan string
	begun chan struct{}
}

func listening(t *testing.T, s *store.Store) *ears {
	t.Helper()
	e := &ears{t, make(chan string, 100), make(chan struct{}, 100)}
	ctx, cancel := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := s.Listen(ctx, func(n string) { e.lines <- n }, func() { e.begun <- struct{}{} }); err != nil {
			t.Errorf("listening ended with %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		ended.Wait()
	})
	return e
}

func (e *ears) begins() {
	e.t.Helper()
	select {
	case <-e.begun:
	case <-time.After(20 * time.Second):
		e.t.Fatal("nobody listens")
	}
}

func (e *ears) hears(want ...string) {
	e.t.Helper()
	for _, w := range want {
		select {
		case got := <-e.lines:
			if got != w {
				e.t.Fatalf("heard %q, want %q", got, w)
			}
		case <-time.After(20 * time.Second):
			e.t.Fatalf("heard nothing, want %q", w)
		}
	}
}

// What one process announces, all hear in its order; after their connection was
// cut they listen again, and know that they may have missed something.
func TestNotices(t *testing.T) {
	c := storetest.Postgres(t)
	a, b := storetest.Open(t, c), storetest.Open(t, c)
	own, other := listening(t, a), listening(t, b)
	own.begins()
	other.begins()
	long := strings.Repeat("é", store.NoticeMax/2)
	if err := a.Announce(t.Context(), []string{"un", "deux trois", long}); err != nil {
		t.Fatal(err)
	}
	own.hears("un", "deux trois", long)
	other.hears("un", "deux trois", long)
	for _, bad := range []string{"", "a\nb", "a\x00b", long + "é"} {
		if err := a.Announce(t.Context(), []string{"quatre", bad}); err == nil {
			t.Errorf("%d bytes were announced", len(bad))
		}
	}
	if _, err := storetest.Superuser(t, c).ExecContext(t.Context(), `select pg_terminate_backend(pid, 5000) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()`); err != nil {
		t.Fatal(err)
	}
	other.begins()
	if err := a.Announce(t.Context(), []string{"cinq"}); err != nil {
		t.Fatal(err)
	}
	other.hears("cinq")
}

// The embedded engine has no other process: it says nothing and waits for nobody.
func TestNoticesOfOneProcess(t *testing.T) {
	s := storetest.New(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := errors.Join(s.Announce(ctx, []string{"un"}), s.Listen(ctx, func(string) { t.Error("heard") }, func() { t.Error("begun") })); err != nil {
		t.Error(err)
	}
	for range 2 {
		if _, err := s.Alone(t.Context(), "titre"); err != nil {
			t.Error(err)
		}
	}
}

// Of two processes that want the same turn, one has it; another name is another
// turn.
func TestTurns(t *testing.T) {
	c := storetest.Postgres(t)
	a, b := storetest.Open(t, c), storetest.Open(t, c)
	release, err := a.Alone(t.Context(), "titre")
	if err != nil {
		t.Fatal(err)
	}
	beside, err := b.Alone(t.Context(), "autre titre")
	if err != nil {
		t.Fatal(err)
	}
	beside()
	second := make(chan func(), 1)
	go func() {
		r, err := b.Alone(t.Context(), "titre")
		if err != nil {
			t.Error(err)
		}
		second <- r
	}()
	select {
	case <-second:
		t.Fatal("two have the turn")
	case <-time.After(300 * time.Millisecond):
	}
	release()
	select {
	case r := <-second:
		r()
	case <-time.After(10 * time.Second):
		t.Fatal("nobody has the turn")
	}
}

// HA-04: the network to the database is cut and says nothing: whoever asks is
// told so before she gives up, and all goes on when it is back.
func TestHA04_SilentNetwork(t *testing.T) {
	own := storetest.NewCluster(t)
	wire := storetest.NewProxy(t, own.Address())
	s := storetest.Open(t, own.Config(wire.Address()))
	f := storetest.Firm(t, s)
	mustUpdate(t, f, put("a", 1))
	time.Sleep(1100 * time.Millisecond) // a connection that rested is asked before it is used
	wire.Cut()
	begun := time.Now()
	err := f.Update(t.Context(), put("b", 1))
	if took := time.Since(begun); !fault.Is(err, fault.Unavailable) || took > 12*time.Second {
		t.Errorf("after %v: %v, want unavailable within twelve seconds", took, err)
	}
	if said, ok := errors.AsType[*fault.Error](err); !ok || said.RetryAfter == 0 {
		t.Errorf("%v does not say when to come back", err)
	}
	wire.Heal()
	mustUpdate(t, f, put("c", 1))
	if n := count(t, f); n != 2 {
		t.Errorf("%d rows, want a and c", n)
	}
}

// HA-02: the primary is lost and its standby promoted. Nothing that was
// acknowledged is lost, and the next transaction finds the new primary among the
// hosts of the address, never the standby.
func TestHA02_TheNewPrimaryIsFound(t *testing.T) {
	first := storetest.NewCluster(t)
	first.Config()
	second := first.Standby()
	both := first.Config(first.Address(), second.Address())
	s := storetest.Open(t, both)
	f := storetest.Firm(t, s)
	mustUpdate(t, f, put("a", 1))
	first.Kill()
	if err := f.Update(t.Context(), put("b", 1)); !fault.Is(err, fault.Unavailable) {
		t.Errorf("without a primary: %v", err)
	}
	second.Promote()
	mustUpdate(t, f, put("c", 1))
	if n := count(t, f); n != 2 {
		t.Errorf("%d rows after the failover, want 2", n)
	}
	fresh := storetest.Open(t, first.Config(first.Address(), second.Address())) // knows the new one, and asks the old one first
	mustUpdate(t, f, put("d", 1))
	first.Start() // as whoever does not know better does
	second.Do(`select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = 'installation' and pid <> pg_backend_pid()`)
	for _, node := range []*store.Store{s, fresh} {
		again, err := node.Firm(t.Context(), f.ID())
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, again); n != 3 {
			t.Errorf("%d rows beside the old primary, want 3", n)
		}
	}
}

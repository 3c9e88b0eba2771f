// Package acttest gives the tests of nouns an office: a fresh store with new
// keys, a journal, and a clock that moves only when told.
//
// It starts no runner of jobs and no sequencer, so that a test sees exactly
// what its own acts left. Start at [New].
package acttest

import (
	"sync"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/live"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Clock stands still until it is moved. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the instant the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// New opens an office over a fresh store; it is Monday, 23 November 2026, 9:00.
func New(t testing.TB, s *store.Store) (*act.Office, *Clock) {
	t.Helper()
	c := &Clock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	v := vault.New(vault.NewKey())
	if err := v.EnsureInstallation(t.Context(), s.Directory(), c.Now()); err != nil {
		t.Fatalf("keys of the installation: %v", err)
	}
	ring, err := vault.NewRing(v, s.Directory())
	if err != nil {
		t.Fatalf("open the keys: %v", err)
	}
	return &act.Office{
		Store: s, Ring: ring, Journal: journal.New(ring, c.Now), Live: live.NewHub(),
		Clock: c.Now, Woken: func(id.Firm) {},
	}, c
}

package store

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

const (
	overtaken = 4       // attempts after which an update runs alone
	everybody = 1 << 30 // more than can be in a gate at once
)

// gates let the updates of the directory through together, until one that the others keep
// overtaking wants to be alone: a long update would else never end among short ones,
// since PostgreSQL has whoever is late begin again. Those of a firm go one by one. Other
// nodes have gates of their own.
type gates struct {
	tally *tally

	mu sync.Mutex
	of map[string]*semaphore.Weighted // by firm, "" for the directory; as few as a node knows firms
}

func newGates(t *tally) *gates { return &gates{tally: t, of: map[string]*semaphore.Weighted{}} }

// enter waits for its turn no longer than a transaction does for a connection.
func (g *gates) enter(ctx context.Context, firm string, alone bool) (leave func(), err error) {
	g.mu.Lock()
	gate, ok := g.of[firm]
	if !ok {
		gate = semaphore.NewWeighted(everybody)
		g.of[firm] = gate
	}
	g.mu.Unlock()
	room := int64(1)
	if alone {
		room = everybody
	}
	leave = func() { gate.Release(room) }
	if gate.TryAcquire(room) {
		return leave, nil
	}
	g.tally.waits.Add(1)
	bounded, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if err := gate.Acquire(bounded, room); err != nil {
		if ctx.Err() == nil {
			err = unavailable(err)
		}
		return nil, err
	}
	return leave, nil
}

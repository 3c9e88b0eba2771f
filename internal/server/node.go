package server

import (
	"context"
	"sync"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/live"
)

const (
	// lookAfter is what another node is given to sequence and to begin the jobs of
	// what it has just committed, before this one looks whether that was done.
	lookAfter = time.Second
	// lookAll is when every firm is looked at, for what a node left that ended
	// before it could say so.
	lookAll = 10 * time.Minute
	// mostDrift is how far the clock of a node may be from the database's: leases
	// and deadlines are compared by it.
	mostDrift = time.Minute
)

// neighbours is what this node does for the others: wake its open pages, and look
// after the firms to which another one has written, in case it dies.
type neighbours struct {
	server *Server
	relay  *live.Relay

	mu    sync.Mutex
	firms map[id.Firm]struct{}
	all   bool
}

func newNeighbours(s *Server) *neighbours {
	n := &neighbours{server: s, relay: live.NewRelay(s.Office.Live, s.Office.Store, s.log), firms: map[id.Firm]struct{}{}}
	n.relay.Changed = func(f id.Firm) {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.firms[f] = struct{}{}
	}
	n.relay.Missed = func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.all = true
	}
	return n
}

// stir tells the others of a commit; a nil one has no others.
func (n *neighbours) stir(f id.Firm) {
	if n != nil {
		n.relay.Stir(f)
	}
}

// run looks after firms until ctx ends.
func (n *neighbours) run(ctx context.Context) error {
	tick, round := time.NewTicker(lookAfter), time.NewTicker(lookAll)
	defer tick.Stop()
	defer round.Stop()
	var due map[id.Firm]struct{} // heard of a tick ago
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-round.C:
			n.relay.Missed()
		case <-tick.C:
			n.look(due)
			due = n.take(ctx)
		}
	}
}

func (n *neighbours) look(firms map[id.Firm]struct{}) {
	for f := range firms {
		n.server.sequencer.Wake(f)
		n.server.Outbox.Wake(f)
	}
}

// take returns the firms that were heard of since it was last called.
func (n *neighbours) take(ctx context.Context) map[id.Firm]struct{} {
	n.mu.Lock()
	firms, all := n.firms, n.all
	n.firms, n.all = map[id.Firm]struct{}{}, false
	n.mu.Unlock()
	if !all {
		return firms
	}
	every, err := n.server.Office.Store.Firms(ctx)
	if err != nil {
		n.relay.Missed() // the next tick asks again
	}
	for _, f := range every {
		firms[f] = struct{}{}
	}
	return firms
}

// Timely refuses a clock that is minutes away from the database's: this node
// would take the jobs of others for abandoned, and theirs would outlive its own.
func (s *Server) Timely(ctx context.Context) error {
	there, err := s.Office.Store.Now(ctx)
	if err != nil || there.IsZero() {
		return err
	}
	away := s.Office.Clock().Sub(there)
	if away.Abs() > mostDrift {
		return fault.New(fault.Unavailable, "store.clock", away.Abs().Round(time.Second))
	}
	return nil
}

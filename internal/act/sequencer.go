package act

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"cenacle/internal/id"
)

// Sequencer gives new journal entries their positions and has the head signed,
// within a second of the commit. Losing a wake-up loses nothing: entries wait
// in the journal, and the first pass of [Sequencer.Run] visits every firm.
type Sequencer struct {
	office *Office
	log    *slog.Logger
	mu     sync.Mutex
	dirty  map[id.Firm]bool
	stir   chan struct{}

	tell []Placed
	told map[id.Firm]int64 // of the goroutine of Run
}

// Placed is told, once more than it needs after a start, that the journal of a
// firm has size entries with a position. It runs between two passes, so it only
// notes that there is work; when it fails it is told again.
type Placed func(ctx context.Context, f id.Firm, size int64) error

// pause lets the entries of a burst share one signature.
const pause = 200 * time.Millisecond

// NewSequencer returns a sequencer over an office.
func NewSequencer(o *Office, log *slog.Logger) *Sequencer {
	return &Sequencer{
		office: o, log: log, dirty: map[id.Firm]bool{}, stir: make(chan struct{}, 1), told: map[id.Firm]int64{},
	}
}

// Tell adds one who is told of new positions. Call it before Run.
func (s *Sequencer) Tell(p Placed) { s.tell = append(s.tell, p) }

// Wake notes that a firm has new entries. It never blocks.
func (s *Sequencer) Wake(f id.Firm) {
	s.mu.Lock()
	s.dirty[f] = true
	s.mu.Unlock()
	select {
	case s.stir <- struct{}{}:
	default:
	}
}

// Run sequences until ctx ends. A firm that fails is tried again after the
// pause of a second; the failure is logged, and acts go on.
func (s *Sequencer) Run(ctx context.Context) error {
	firms, err := s.office.Store.Firms(ctx)
	if err != nil {
		return err
	}
	for _, f := range firms {
		s.Wake(f)
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.stir:
		}
		s.pass(ctx)
		if !rest(ctx, pause) {
			return nil
		}
	}
}

func (s *Sequencer) pass(ctx context.Context) {
	s.mu.Lock()
	firms := s.dirty
	s.dirty = map[id.Firm]bool{}
	s.mu.Unlock()
	for f := range firms {
		if ctx.Err() != nil {
			return
		}
		if err := s.sequence(ctx, f); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "sequencing the journal", "firm", f, "cause", err.Error())
			time.AfterFunc(time.Second, func() { s.Wake(f) })
		}
	}
}

func (s *Sequencer) sequence(ctx context.Context, f id.Firm) error {
	handle, err := s.office.Store.Firm(ctx, f)
	if err != nil {
		return err
	}
	head, err := s.office.Journal.Sequence(ctx, handle)
	if err != nil || head.Size == s.told[f] {
		return err
	}
	for _, told := range s.tell {
		if err := told(ctx, f, head.Size); err != nil {
			return err
		}
	}
	s.told[f] = head.Size
	return nil
}

func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

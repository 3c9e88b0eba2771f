package live

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"cenacle/internal/id"
)

// Wire carries short lines between the nodes of an installation: what one
// announces, every node hears, itself included; some may be lost. begun says that
// listening begins, and that whatever was said before may have been missed. A
// store.Store is one.
type Wire interface {
	Announce(ctx context.Context, lines []string) error
	Listen(ctx context.Context, heard func(line string), begun func()) error
}

// Relay takes the signals of this node's hub to the others and theirs to this
// hub, and tells which firms have had something committed elsewhere. It carries
// identifiers and nothing else, and gives no right: a page that wakes asks again.
type Relay struct {
	hub  *Hub
	wire Wire
	self string // of this node, for as long as it runs
	log  *slog.Logger
	// Changed is told of a firm that another node has written to, and Missed that
	// it is not known which. They must not block. Set them before Run.
	Changed func(id.Firm)
	Missed  func()

	mu    sync.Mutex
	lines map[string]struct{} // to be announced
	order []string
	stir  chan struct{}
}

// The words of a line: who says it, what it is, and of whom.
const (
	saidSignal  = "s" // firm, space, circles with commas between them
	saidChanged = "f" // firm
	saidMissed  = "?" // something could not be announced
)

const (
	lineCircles = 200  // of one signal in a line: 27 bytes each
	lineMost    = 2000 // waiting lines; past them, everybody is woken instead
	lineBatch   = 100  // in one announcement
	shyness     = time.Second
)

// NewRelay puts a relay beside a hub, which hands it from now on what is
// published. Nothing moves before Run.
func NewRelay(h *Hub, w Wire, log *slog.Logger) *Relay {
	r := &Relay{
		hub: h, wire: w, self: rand.Text(), log: log, lines: map[string]struct{}{}, stir: make(chan struct{}, 1),
		Changed: func(id.Firm) {}, Missed: func() {},
	}
	h.beyond = r
	return r
}

var _ Publisher = (*Relay)(nil)

// Publish has the subscribers of other nodes woken. It never blocks.
func (r *Relay) Publish(s Signal) {
	for at := 0; at < len(s.Circles); at += lineCircles {
		some := s.Circles[at:min(len(s.Circles), at+lineCircles)]
		names := make([]string, len(some))
		for i, c := range some {
			names[i] = string(c)
		}
		r.say(saidSignal, string(s.Firm), string(s.Space), strings.Join(names, ","))
	}
}

// Stir tells other nodes that something was committed in a firm. It never blocks.
func (r *Relay) Stir(f id.Firm) { r.say(saidChanged, string(f)) }

func (r *Relay) say(words ...string) {
	line := strings.Join(append([]string{r.self}, words...), " ")
	r.mu.Lock()
	if _, waits := r.lines[line]; !waits {
		if len(r.order) >= lineMost {
			clear(r.lines)
			r.order = r.order[:0]
			line = r.self + " " + saidMissed
		}
		r.lines[line] = struct{}{}
		r.order = append(r.order, line)
	}
	r.mu.Unlock()
	select {
	case r.stir <- struct{}{}:
	default:
	}
}

// next takes the lines that are to be announced together.
func (r *Relay) next() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := min(len(r.order), lineBatch)
	out := r.order[:n:n]
	for _, line := range out {
		delete(r.lines, line)
	}
	r.order = r.order[n:]
	return out
}

// Run carries until ctx ends.
func (r *Relay) Run(ctx context.Context) error {
	var listening sync.WaitGroup
	listening.Go(func() {
		if err := r.wire.Listen(ctx, r.heard, r.missed); err != nil {
			r.log.ErrorContext(ctx, "listening to the other nodes", "cause", err.Error())
		}
	})
	defer listening.Wait()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.stir:
		}
		for lines := r.next(); len(lines) > 0 && ctx.Err() == nil; lines = r.next() {
			r.announce(ctx, lines)
		}
	}
}

// announce says lines once. When that fails they are lost; the others are told
// that something is, as soon as they can be.
func (r *Relay) announce(ctx context.Context, lines []string) {
	err := r.wire.Announce(ctx, lines)
	if err == nil || ctx.Err() != nil {
		return
	}
	if !errors.Is(err, context.Canceled) {
		r.log.WarnContext(ctx, "telling the other nodes", "cause", err.Error())
	}
	select {
	case <-ctx.Done():
	case <-time.After(shyness):
		r.say(saidMissed)
	}
}

func (r *Relay) missed() {
	r.hub.HearAll()
	r.Missed()
}

// heard takes a line in. What it does not understand, a later program says.
func (r *Relay) heard(line string) {
	words := strings.Split(line, " ")
	if words[0] == r.self || len(words) < 2 {
		return
	}
	switch rest := words[2:]; {
	case words[1] == saidMissed && len(rest) == 0:
		r.missed()
	case words[1] == saidChanged && len(rest) == 1:
		if f, err := id.Parse[id.Firm](rest[0]); err == nil {
			r.Changed(f)
		}
	case words[1] == saidSignal && len(rest) == 3:
		if s, ok := signal(rest); ok {
			r.hub.Hear(s)
		}
	}
}

// signal reads what Publish has said.
func signal(words []string) (s Signal, ok bool) {
	var err error
	if s.Firm, err = id.Parse[id.Firm](words[0]); err != nil {
		return s, false
	}
	if s.Space, err = id.Parse[id.Space](words[1]); err != nil {
		return s, false
	}
	for name := range strings.SplitSeq(words[2], ",") {
		c, err := id.Parse[id.Circle](name)
		if err != nil {
			return s, false
		}
		s.Circles = append(s.Circles, c)
	}
	return s, true
}

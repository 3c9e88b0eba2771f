package outbox

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

const (
	width     = 4                // jobs that run at once in this process
	leaseTime = 60 * time.Second // how long a job whose runner died waits for another
	patience  = 10 * time.Minute // after which a handler's context ends and its lease is let go
	farewell  = 5 * time.Second  // what a running handler is given when the runner stops
	rescan    = 10 * time.Minute // when every firm is looked at for jobs of other, dead nodes
	hiccup    = 30 * time.Second // before a database that did not answer is asked again
)

// Handler does one job. An error means "again later", unless its fault says
// that another try cannot cure it (see [Runner.Run]). The context ends when the
// job takes longer than ten minutes, when its lease is lost and, after a few
// seconds of grace, when the runner stops.
type Handler func(ctx context.Context, firm id.Firm, j Job) error

// Config is what a runner works with. All fields but Slow are needed. Handlers
// is read once and belongs to the caller.
type Config struct {
	Store    *store.Store
	Ring     *vault.Ring
	Handlers map[string]Handler
	// Slow are kinds of job that wait for servers of strangers or read what
	// strangers made. At most half of the jobs that run at once are of them, so
	// that the others never wait for a stranger.
	Slow  [2]string
	Clock func() time.Time
	Log   *slog.Logger
}

// Runner runs the jobs of all firms. Several runners, in one process or many,
// may share a database: a lease gives each job to one of them. Their clocks
// must agree to within a good part of a minute.
type Runner struct {
	store    *store.Store
	ring     *vault.Ring
	handlers map[string]Handler
	slow     slow
	clock    func() time.Time
	log      *slog.Logger
	pace     pace

	nudge chan struct{} // capacity 1: look at the state below again

	mu      sync.Mutex
	woken   map[id.Firm]struct{}
	hands   map[id.Job]string // the jobs that run here, by their kind
	waiters []chan struct{}   // of Idle
}

// slow names the slow kinds of job; an empty one is none.
type slow [2]string

func (s slow) has(kind string) bool { return kind != "" && (kind == s[0] || kind == s[1]) }

// pace holds the durations that tests shorten.
type pace struct{ lease, patience, farewell, rescan, hiccup time.Duration }

// NewRunner returns a runner that does nothing before Run.
func NewRunner(c Config) *Runner {
	return &Runner{
		store: c.Store, ring: c.Ring, handlers: maps.Clone(c.Handlers), slow: c.Slow, clock: c.Clock, log: c.Log,
		pace:  pace{leaseTime, patience, farewell, rescan, hiccup},
		nudge: make(chan struct{}, 1),
		woken: map[id.Firm]struct{}{},
		hands: map[id.Job]string{},
	}
}

// Kinds lists the kinds of job that have a handler, sorted.
func (r *Runner) Kinds() []string {
	return slices.Sorted(maps.Keys(r.handlers))
}

// Wake has the firm looked at now; call it after a commit that wrote a job. It
// never blocks, and may be called before Run.
func (r *Runner) Wake(f id.Firm) {
	r.mu.Lock()
	r.woken[f] = struct{}{}
	r.mu.Unlock()
	r.stir()
}

func (r *Runner) stir() {
	select {
	case r.nudge <- struct{}{}:
	default: // it is going to look anyway
	}
}

// Idle looks at every firm and returns when nothing due is left and nothing
// runs; jobs that wait for a later instant do not count. Run must be under way.
func (r *Runner) Idle(ctx context.Context) error {
	firms, err := r.store.Firms(ctx)
	if err != nil {
		return err
	}
	idle := make(chan struct{})
	r.mu.Lock()
	for _, f := range firms {
		r.woken[f] = struct{}{}
	}
	r.waiters = append(r.waiters, idle)
	r.mu.Unlock()
	r.stir()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run works until ctx ends, then waits for the running jobs and returns nil. It
// looks at all firms once, then at a firm when it is woken or its next job is
// due.
//
// A failed job waits 30 s, then three times as long at each attempt up to six
// hours, give or take a quarter, or longer when the fault says so
// (fault.Error.RetryAfter). It becomes a dead letter after twelve attempts, at
// once when its fault is of a kind that time does not cure, when its kind has no
// handler, or when its payload does not open. A handler that panics has failed.
// When a job with the same Dedupe has come to wait meanwhile, a failed job
// leaves its work to that one.
func (r *Runner) Run(ctx context.Context) error {
	var jobs sync.WaitGroup
	defer jobs.Wait()
	due := agenda{}
	all := time.NewTimer(r.wakeAll(ctx))
	defer all.Stop()
	for ctx.Err() == nil {
		r.advance(ctx, due, &jobs)
		next := time.NewTimer(r.rest(due))
		select {
		case <-ctx.Done():
		case <-r.nudge:
		case <-next.C:
		case <-all.C:
			all.Reset(r.wakeAll(ctx))
		}
		next.Stop()
	}
	return nil
}

// wakeAll marks every firm and returns when to do so again.
func (r *Runner) wakeAll(ctx context.Context) time.Duration {
	firms, err := r.store.Firms(ctx)
	if err != nil {
		r.log.Error("outbox: the list of firms does not come", "error", err)
		return r.pace.hiccup
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range firms {
		r.woken[f] = struct{}{}
	}
	return r.pace.rescan
}

// advance starts what is due as far as there is room.
func (r *Runner) advance(ctx context.Context, due agenda, jobs *sync.WaitGroup) {
	for ctx.Err() == nil {
		room := r.collect(due)
		f, at := due.first()
		if room == 0 || f == "" || at.After(r.clock()) {
			return
		}
		due.set(f, r.visit(ctx, f, room, jobs))
	}
}

// collect moves the woken firms to the agenda and returns how many jobs may
// still be started.
func (r *Runner) collect(due agenda) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	for f := range r.woken {
		due.advance(f, r.clock())
	}
	clear(r.woken)
	return width - len(r.hands)
}

// visit starts up to room due jobs of a firm and returns when to come again;
// zero when nothing is left.
func (r *Runner) visit(ctx context.Context, firm id.Firm, room int, jobs *sync.WaitGroup) time.Time {
	now := r.clock()
	f, err := r.store.Firm(ctx, firm)
	if err != nil {
		return r.postpone(firm, err)
	}
	next, err := nextDue(ctx, f)
	if err != nil {
		return r.postpone(firm, err)
	}
	if next.IsZero() || next.After(now) {
		return next
	}
	t := term{now: now, until: now.Add(r.pace.lease), limit: room, slow: r.slow, slowLimit: r.slowRoom()}
	leased, err := lease(ctx, f, t, r.inHand)
	switch {
	case err != nil:
		return r.postpone(firm, err)
	case len(leased) == 0: // another runner was faster, a job is stuck in our own hands, or the slow ones wait for theirs
		return now.Add(r.pace.lease / 60)
	}
	for _, j := range leased {
		r.take(&j)
		jobs.Go(func() {
			defer r.finished(firm, j.ID)
			r.perform(ctx, f, &j)
		})
	}
	return now
}

func (r *Runner) inHand(j id.Job) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, here := r.hands[j]
	return here
}

func (r *Runner) take(j *held) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hands[j.ID] = j.Kind
}

// slowRoom is how many more slow jobs may be started.
func (r *Runner) slowRoom() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	room := width / 2
	for _, kind := range r.hands {
		if r.slow.has(kind) {
			room--
		}
	}
	return max(room, 0)
}

// postpone says when to visit a firm again that cannot be looked at; one that
// was removed is forgotten.
func (r *Runner) postpone(firm id.Firm, err error) time.Time {
	if fault.Is(err, fault.NotFound) {
		return time.Time{}
	}
	r.log.Error("outbox: a firm cannot be looked at", "firm", firm, "error", err)
	return r.clock().Add(r.pace.hiccup)
}

func (r *Runner) finished(firm id.Firm, j id.Job) {
	r.mu.Lock()
	delete(r.hands, j)
	r.woken[firm] = struct{}{}
	r.mu.Unlock()
	r.stir()
}

// rest tells how long there is nothing to start, and lets those go who wait for
// that.
func (r *Runner) rest(due agenda) time.Duration {
	_, at := due.first()
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock()
	soon := !at.IsZero() && !at.After(now)
	if !soon && len(r.hands) == 0 && len(r.woken) == 0 {
		for _, w := range r.waiters {
			close(w)
		}
		r.waiters = nil
	}
	switch {
	case at.IsZero():
		return r.pace.rescan
	case soon:
		return r.pace.lease // no room: the end of a job nudges sooner
	}
	return at.Sub(now)
}

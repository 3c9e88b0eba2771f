package server

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/outbox"
	"cenacle/internal/webhook"
)

const (
	surveyEvery = 10 * time.Second // between two rounds, at least
	surveyShare = 20               // a round takes at most a twentieth of the time
)

// survey knows how much waits in all firms together, for the figures. Reading
// them costs nothing: a round goes through the firms at its own pace.
//
// Embedded, a firm where nothing has happened and nothing is due is not opened
// again: that would keep its file open for good. On PostgreSQL other nodes work
// too, so every round visits all.
type survey struct {
	server *Server
	all    bool // visit every firm in each round

	mu      sync.Mutex
	stirred map[id.Firm]bool
	found   map[id.Firm]waiting // where something waits
	ended   time.Time           // of the last round
	took    time.Duration
	failed  uint64 // visits
}

// waiting is what waits in one firm.
type waiting struct {
	jobs    outbox.Counts
	lag     journal.Lag
	notices webhook.Counts
}

func (w waiting) none() bool { return w == waiting{} }

// due reports that something should have been done by now.
func (w waiting) due(now time.Time) bool {
	return w.lag.Entries > 0 || w.notices.Waiting > 0 || w.jobs.Running > 0 || w.jobs.Waiting > 0 && !w.jobs.Oldest.After(now)
}

func newSurvey(s *Server, all bool) *survey {
	return &survey{server: s, all: all, stirred: map[id.Firm]bool{}, found: map[id.Firm]waiting{}}
}

// stir notes that something has happened in a firm. A nil survey does not care.
func (v *survey) stir(f id.Firm) {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.stirred[f] = true
}

// run makes rounds until ctx ends; the first visits every firm.
func (v *survey) run(ctx context.Context) error {
	every := true
	for ctx.Err() == nil {
		begun := until(0)
		if v.round(ctx, every || v.all) == nil {
			every = false
		}
		took := until(0).Sub(begun)
		v.mu.Lock()
		v.ended, v.took = until(0), took
		v.mu.Unlock()
		wait(ctx, max(surveyEvery, took*(surveyShare-1)))
	}
	return nil
}

func (v *survey) round(ctx context.Context, every bool) error {
	firms := v.waitingFor()
	if every {
		var err error
		if firms, err = v.server.Office.Store.Firms(ctx); err != nil {
			v.fail()
			return err
		}
	}
	for _, f := range firms {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		w, err := v.visit(ctx, f)
		if err != nil {
			v.fail()
			v.stir(f)
			continue
		}
		v.mu.Lock()
		v.found[f] = w
		if w.none() {
			delete(v.found, f)
		}
		v.mu.Unlock()
	}
	return nil
}

// waitingFor are the firms whose figures may have changed.
func (v *survey) waitingFor() []id.Firm {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.server.Office.Clock()
	firms := v.stirred
	v.stirred = map[id.Firm]bool{}
	for f, w := range v.found {
		if w.due(now) {
			firms[f] = true
		}
	}
	return slices.Sorted(maps.Keys(firms))
}

func (v *survey) visit(ctx context.Context, f id.Firm) (w waiting, err error) {
	if w.jobs, err = v.server.Outbox.Counts(ctx, f); err != nil {
		return w, err
	}
	if w.notices, err = v.server.Webhooks.Counts(ctx, f); err != nil {
		return w, err
	}
	handle, err := v.server.Office.Store.Firm(ctx, f)
	if err != nil {
		return w, err
	}
	w.lag, err = v.server.Office.Journal.Lag(ctx, handle)
	return w, err
}

func (v *survey) fail() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.failed++
}

// sum is what waits in all firms, and how old the oldest of it is.
type sum struct {
	waiting, running, dead, entries int64
	notices, failed                 int64
	jobAge, entryAge                time.Duration
}

func (v *survey) sum() (s sum) {
	now := v.server.Office.Clock()
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, w := range v.found {
		s.waiting += w.jobs.Waiting
		s.running += w.jobs.Running
		s.dead += w.jobs.Dead
		s.entries += w.lag.Entries
		s.notices += w.notices.Waiting
		s.failed += w.notices.Failed
		if w.jobs.Waiting > 0 {
			s.jobAge = max(s.jobAge, now.Sub(w.jobs.Oldest))
		}
		if w.lag.Entries > 0 {
			s.entryAge = max(s.entryAge, now.Sub(w.lag.Since))
		}
	}
	return s
}

package outbox

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

const (
	attempts  = 12
	firstWait = 30 * time.Second
	growth    = 3
	longest   = 6 * time.Hour
)

// What the failure column says beside the kinds of fault; never a text, which
// could name somebody.
const (
	failUnknown    = "unknown kind"
	failUnreadable = "unreadable"
	failCrashed    = "crashed"
	failPanic      = "panic"
	failStopped    = "stopped"
)

var (
	errPanic    = errors.New("outbox: the handler panicked")
	errLost     = errors.New("outbox: another runner has taken the job")
	errPatience = errors.New("outbox: the handler takes too long")
	errStopping = errors.New("outbox: the runner stops")
)

// perform runs one leased job to the end of its lease.
func (r *Runner) perform(ctx context.Context, f *store.Firm, j *held) {
	closing := r.attempt(ctx, f, j)
	if closing == nil {
		return // the lease is lost: whoever has it decides
	}
	// The outcome is recorded even when the runner is being stopped.
	ctx = context.WithoutCancel(ctx)
	err := f.Update(ctx, closing)
	for wait := r.pace.lease / 60; err != nil && wait < r.pace.lease/3; wait *= 2 {
		pause(ctx, wait)
		err = f.Update(ctx, closing)
	}
	if err != nil {
		// The lease runs out and the job runs again: at least once is kept.
		r.log.Error("outbox: an outcome could not be recorded", append(about(j), "error", err)...)
	}
}

// attempt runs the handler and returns how the lease is to end, nil when it is
// lost.
func (r *Runner) attempt(ctx context.Context, f *store.Firm, j *held) func(*store.Tx) error {
	handler, known := r.handlers[j.Kind]
	if !known {
		r.log.Error("outbox: dead letter: no handler for this kind", about(j)...)
		return j.bury(failUnknown)
	}
	if j.Attempt > attempts {
		r.log.Error("outbox: dead letter: no attempt ever ended", about(j)...)
		return j.bury(failCrashed)
	}
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	release := r.bound(ctx, cancel)
	defer release()
	stop := r.keep(work, cancel, f, j)
	err := j.unseal(work, f, r.ring)
	if errors.Is(err, vault.ErrTampered) {
		stop()
		r.log.Error("outbox: dead letter: the payload does not open", append(about(j), "error", err)...)
		return j.bury(failUnreadable)
	}
	if err == nil {
		err = r.call(work, handler, j)
	}
	stop()
	return r.outcome(j, err, context.Cause(work))
}

// outcome judges a finished attempt.
func (r *Runner) outcome(j *held, err, cause error) func(*store.Tx) error {
	now := r.clock()
	switch {
	case err == nil: // even when the lease was lost: the statement then touches no row
		return j.done
	case errors.Is(cause, errLost):
		r.log.Warn("outbox: "+errLost.Error(), about(j)...)
		return nil
	case errors.Is(cause, errStopping):
		return j.putBack(j.RunAt, j.Attempt-1, failStopped)
	case errors.Is(cause, errPatience):
		err = errors.Join(errPatience, err)
	}
	class := fault.KindOf(err).String()
	if errors.Is(err, errPanic) {
		class = failPanic
	}
	line := append(about(j), "class", class, "error", err)
	if !curable(err) || j.Attempt >= attempts {
		r.log.Error("outbox: dead letter", line...)
		return j.bury(class)
	}
	wait := backoff(j.Attempt, chance())
	if e, ok := errors.AsType[*fault.Error](err); ok {
		wait = max(wait, min(e.RetryAfter, longest))
	}
	r.log.Warn("outbox: attempt failed", append(line, "again_in", wait.Round(time.Second))...)
	return j.putBack(now.Add(wait), j.Attempt, class)
}

// curable reports whether another try may succeed. What is invalid, forbidden,
// gone or absent stays so.
func curable(err error) bool {
	switch fault.KindOf(err) {
	case fault.Internal, fault.Conflict, fault.Busy, fault.Unavailable, fault.NoSpace:
		return true
	}
	return false
}

// backoff is the wait after the given attempt: exponential, capped, spread by a
// quarter to both sides with chance in [0, 1).
func backoff(attempt int, chance float64) time.Duration {
	wait := firstWait
	for range attempt - 1 {
		wait = min(wait*growth, longest)
	}
	return min(time.Duration(float64(wait)*(0.75+chance/2)), longest)
}

// chance is a random number in [0, 1).
func chance() float64 {
	var raw [8]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the program instead
	return float64(binary.BigEndian.Uint64(raw[:])>>11) / (1 << 53)
}

// call contains a panic. Its value may hold what must not be logged; its type
// and the stack do not.
func (r *Runner) call(ctx context.Context, handler Handler, j *held) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%w: %T", errPanic, v)
			r.log.Error(errPanic.Error(), append(about(j), "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))...)
		}
	}()
	return handler(ctx, j.firm, j.Job)
}

// bound ends the work when it takes too long, and some seconds after ctx ends.
func (r *Runner) bound(ctx context.Context, cancel context.CancelCauseFunc) (release func()) {
	late := time.AfterFunc(r.pace.patience, func() { cancel(errPatience) })
	stopping := context.AfterFunc(ctx, func() {
		late.Stop()
		time.AfterFunc(r.pace.farewell, func() { cancel(errStopping) })
	})
	return func() {
		late.Stop()
		stopping()
	}
}

// keep renews the lease until stop is called or the work's context has ended:
// a handler that ignores its context loses the job to another runner.
func (r *Runner) keep(ctx context.Context, cancel context.CancelCauseFunc, f *store.Firm, j *held) (stop func()) {
	ctx, end := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for pause(ctx, r.pace.lease/3) {
			kept, err := j.renew(ctx, f, r.clock().Add(r.pace.lease))
			switch {
			case ctx.Err() != nil:
			case err != nil: // the next renewal may come through before the lease runs out
				r.log.Warn("outbox: a lease could not be renewed", append(about(j), "error", err)...)
			case !kept:
				cancel(errLost)
			}
		}
	}()
	return func() {
		end()
		<-ended
	}
}

func about(j *held) []any {
	return []any{"firm", j.firm, "job", j.ID, "kind", j.Kind, "attempt", j.Attempt}
}

// pause waits and reports whether ctx is still alive.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

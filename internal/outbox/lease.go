package outbox

import (
	"context"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// held is a job under this runner's lease. The instant in leased_until is also
// the proof of the lease: whoever takes an expired one writes a later instant,
// so that a statement carrying the former one touches no row.
type held struct {
	Job
	firm   id.Firm
	until  int64  // leased_until as we wrote it
	dedupe string // the stored hash
	sealed []byte // payload
}

var (
	nextWaiting = store.ForFirm(`select coalesce(min(run_at), 0) from job where firm_id = $1 and state = 'waiting'`)
	nextExpiry  = store.ForFirm(`select coalesce(min(leased_until), 0) from job where firm_id = $1 and state = 'running'`)

	expiredJobs = store.ForFirm(`
		select id, kind, dedupe, payload, run_at, attempts, leased_until from job
		where firm_id = $1 and state = 'running' and leased_until <= $2 and kind <> $4 and kind <> $5
		order by leased_until limit $3`)
	dueJobs = store.ForFirm(`
		select id, kind, dedupe, payload, run_at, attempts, leased_until from job
		where firm_id = $1 and state = 'waiting' and run_at <= $2 and kind <> $4 and kind <> $5
		order by run_at limit $3`)
	leaseJob = store.ForFirm(`
		update job set state = 'running', attempts = attempts + 1, leased_until = $3
		where firm_id = $1 and id = $2`)
	renewLease = store.ForFirm(`
		update job set leased_until = $4
		where firm_id = $1 and id = $2 and state = 'running' and leased_until = $3`)

	deleteJob = store.ForFirm(`
		delete from job where firm_id = $1 and id = $2 and state = 'running' and leased_until = $3`)
	buryJob = store.ForFirm(`
		update job set state = 'dead', leased_until = 0, failure = $4
		where firm_id = $1 and id = $2 and state = 'running' and leased_until = $3`)
	putJobBack = store.ForFirm(`
		update job set state = 'waiting', leased_until = 0, run_at = $4, attempts = $5, failure = $6
		where firm_id = $1 and id = $2 and state = 'running' and leased_until = $3`)
	successors = store.ForFirm(`
		select count(*) from job
		where firm_id = $1 and kind = $2 and dedupe = $3 and dedupe <> '' and state = 'waiting'`)
)

// nextDue is the instant at which the firm has something to do; zero when it
// has nothing.
func nextDue(ctx context.Context, f *store.Firm) (time.Time, error) {
	var waiting, expiry int64
	err := f.View(ctx, func(tx *store.Tx) error {
		if err := tx.Row(nextWaiting, nil, &waiting); err != nil {
			return err
		}
		return tx.Row(nextExpiry, nil, &expiry)
	})
	if waiting == 0 || (expiry != 0 && expiry < waiting) {
		waiting = expiry
	}
	return store.Time(waiting), err
}

// term is the lease to write: from when the jobs must be due, until when it
// holds, for how many jobs at most, and for how many of the slow kinds.
type term struct {
	now, until time.Time
	limit      int
	slow       slow
	slowLimit  int
}

// lease takes jobs that are due, those first whose runner died; mine tells those
// that this runner still has in hand.
func lease(ctx context.Context, f *store.Firm, t term, mine func(id.Job) bool) ([]held, error) {
	var jobs []held
	var without slow // the kinds that have no room; no job has an empty one
	if t.slowLimit == 0 {
		without = t.slow
	}
	err := f.Update(ctx, func(tx *store.Tx) error {
		jobs = nil
		slowly := 0
		collect := func(scan func(...any) error) error {
			j := held{firm: f.ID(), until: store.Micros(t.until)}
			var runAt, former int64
			err := scan(&j.ID, &j.Kind, &j.dedupe, &j.sealed, &runAt, &j.Attempt, &former)
			j.RunAt = store.Time(runAt)
			j.Attempt++
			if mine(j.ID) || len(jobs) == t.limit || t.slow.has(j.Kind) && slowly == t.slowLimit {
				return err
			}
			if jobs = append(jobs, j); t.slow.has(j.Kind) {
				slowly++
			}
			return err
		}
		if err := tx.Each(expiredJobs, []any{store.Micros(t.now), width, without[0], without[1]}, collect); err != nil {
			return err
		}
		if err := tx.Each(dueJobs, []any{store.Micros(t.now), t.limit, without[0], without[1]}, collect); err != nil {
			return err
		}
		for _, j := range jobs {
			if err := tx.Write(leaseJob, j.ID, j.until); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return jobs, nil
}

// renew prolongs the lease of j; false means that another runner has the job.
// It is not cut short: a renewal that was written but not heard of would leave
// j with a proof that no longer holds.
func (j *held) renew(ctx context.Context, f *store.Firm, until time.Time) (bool, error) {
	next := store.Micros(until)
	var rows int64
	err := f.Update(context.WithoutCancel(ctx), func(tx *store.Tx) (err error) {
		rows, err = tx.Exec(renewLease, j.ID, j.until, next)
		return err
	})
	if err == nil && rows == 1 {
		j.until = next
	}
	return rows == 1, err
}

// The three ways in which a lease ends. Without a valid lease they change nothing.

func (j *held) done(tx *store.Tx) error {
	return tx.Write(deleteJob, j.ID, j.until)
}

func (j *held) bury(failure string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		return tx.Write(buryJob, j.ID, j.until, failure)
	}
}

// putBack lets j wait until runAt. When a job with the same dedupe has come to
// wait meanwhile, that one does the work of both.
func (j *held) putBack(runAt time.Time, attempts int, failure string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		var n int
		if err := tx.Row(successors, []any{j.Kind, j.dedupe}, &n); err != nil {
			return err
		}
		if n > 0 {
			return j.done(tx)
		}
		return tx.Write(putJobBack, j.ID, j.until, store.Micros(runAt), attempts, failure)
	}
}

// unseal opens the payload with the firm's box.
func (j *held) unseal(ctx context.Context, f *store.Firm, ring *vault.Ring) error {
	return f.View(ctx, func(tx *store.Tx) error {
		box, err := ring.Firm(tx)
		if err != nil {
			return err
		}
		j.Payload, err = box.Open(payloadPlace(j.ID), j.sealed)
		return err
	})
}

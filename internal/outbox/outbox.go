// Package outbox keeps the promises that a transaction makes to the world
// outside: a job is written with the fact it follows, in the same transaction,
// and is run after the commit until it has succeeded once.
//
// It promises at least once, never exactly once: after a crash between the
// effect and its record, the same job runs again with the same [Job.ID], from
// which a handler derives what must be stable (a Message-ID, an idempotency
// key). A handler reads the facts again when it runs: rights may have been
// taken away since.
//
// It refuses to lose a job. One that cannot succeed becomes a dead letter: it
// is kept, counted ([Runner.Counts]) and logged. Payloads are sealed; kinds and
// times are not, so a kind names no person and no matter.
//
// Start reading at [Enqueue], then [Runner.Run].
package outbox

import (
	"encoding/hex"
	"errors"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Job is one thing to do once the transaction that wrote it has committed.
type Job struct {
	// ID is the same at every attempt. Enqueue makes one when it is empty.
	ID id.Job
	// Kind chooses the handler: a noun and a verb, "mail.send".
	Kind string
	// Dedupe, unless empty, keeps a second job of this kind from being written
	// while one with the same text waits; the waiting one stays as it is. A job
	// that runs no longer waits. Stored as a keyed hash and not handed back.
	Dedupe string
	// Payload is what the handler needs, sealed at rest under the firm's key.
	Payload []byte
	// RunAt is the earliest instant; zero means at once.
	RunAt time.Time
	// Attempt counts from 1 when a handler runs; Enqueue ignores it.
	Attempt int
}

var (
	errNoKind = errors.New("outbox: a job without kind")

	insertJob = store.ForFirm(`
		insert into job (firm_id, id, kind, dedupe, payload, run_at, leased_until, attempts, state, failure, created_at)
		values ($1, $2, $3, $4, $5, $6, 0, 0, 'waiting', '', $7)
		on conflict (firm_id, kind, dedupe) where state = 'waiting' and dedupe <> '' do nothing`)
)

// Enqueue writes j in the transaction of the fact it follows. The box is the
// firm's, as vault.Ring.Firm gives it: the runner opens the payload with it.
// Wake the runner after the commit (store.Tx.AfterCommit); without it the job
// waits for the next look at the firm.
func Enqueue(tx *store.Tx, box *vault.Box, now time.Time, j Job) error {
	if j.Kind == "" {
		return errNoKind
	}
	if j.ID == "" {
		j.ID = id.New[id.Job](now)
	}
	if j.RunAt.IsZero() {
		j.RunAt = now
	}
	return tx.Write(insertJob, j.ID, j.Kind, dedupeHash(box, j), box.Seal(payloadPlace(j.ID), j.Payload),
		store.Micros(j.RunAt), store.Micros(now))
}

func dedupeHash(box *vault.Box, j Job) string {
	if j.Dedupe == "" {
		return ""
	}
	return hex.EncodeToString(box.Lookup("job."+j.Kind, j.Dedupe))
}

func payloadPlace(j id.Job) vault.Place {
	return vault.Place{Table: "job", Column: "payload", Row: string(j)}
}

package journal

import (
	"context"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/store"
)

// Lag is what the sequencer of a firm has before it.
type Lag struct {
	Entries int64     // committed, without a position yet
	Since   time.Time // when the first of them was written; zero without one
}

var countWaiting = store.ForFirm(`
	select count(*), coalesce(min(created_at), 0) from journal_entry where firm_id = $1 and position is null`)

// Lag counts the entries that wait for their place. It costs what waits and not
// what the journal holds.
func (j *Journal) Lag(ctx context.Context, f *store.Firm) (l Lag, err error) {
	defer fault.Op(&err, "journal.Lag(%s)", f.ID())
	err = f.View(ctx, func(tx *store.Tx) error {
		var since int64
		err := tx.Row(countWaiting, nil, &l.Entries, &since)
		l.Since = store.Time(since)
		return err
	})
	return l, err
}

// CheckHead verifies the end of a journal and not all of it: the last head is
// signed by the firm's key, counts the entries that have a position, and has the
// root of the stored tree. It is for a look at many firms; [Journal.Verify] reads
// everything. Fault: "journal.broken".
func (j *Journal) CheckHead(ctx context.Context, f *store.Firm) (h Head, err error) {
	defer fault.Op(&err, "journal.CheckHead(%s)", f.ID())
	err = f.View(ctx, func(tx *store.Tx) error {
		k, err := j.verifier(tx)
		if err != nil {
			return err
		}
		if h, err = latestHead(tx, k); err != nil {
			return err
		}
		return checkHead(tx, h, storedHashes(tx))
	})
	return h, err
}

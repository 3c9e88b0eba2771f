package outbox

import (
	"context"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/store"
)

var countJobs = store.ForFirm(`select state, count(*), min(run_at) from job where firm_id = $1 group by state`)

// Counts tells how a firm's jobs stand.
type Counts struct {
	Waiting, Running, Dead int64
	// Oldest is the earliest instant at which a waiting job may run; long past,
	// it says that jobs are held up. Zero when none waits.
	Oldest time.Time
}

// Counts counts a firm's jobs; those that are done are gone.
func (r *Runner) Counts(ctx context.Context, firm id.Firm) (Counts, error) {
	f, err := r.store.Firm(ctx, firm)
	if err != nil {
		return Counts{}, err
	}
	var c Counts
	err = f.View(ctx, func(tx *store.Tx) error {
		return tx.Each(countJobs, nil, func(scan func(...any) error) error {
			var state string
			var n, oldest int64
			if err := scan(&state, &n, &oldest); err != nil {
				return err
			}
			switch state {
			case "waiting":
				c.Waiting, c.Oldest = n, store.Time(oldest)
			case "running":
				c.Running = n
			case "dead":
				c.Dead = n
			}
			return nil
		})
	})
	return c, err
}

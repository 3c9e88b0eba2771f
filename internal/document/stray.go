package document

import (
	"context"
	"sync"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/blob"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

const (
	strayAge  = 30 * 24 * time.Hour // how long strays are looked for, from the lapse on
	strayTurn = 24 * time.Hour      // how often a process looks
	// A version and its bytes are named in the same instant; here is room for
	// whoever names them one after the other.
	namedApart = 2 * 24 * time.Hour
	namedPage  = 1000
)

// What names finished bytes. A test holds these against the columns there are.
var (
	selectOnTheirWay = store.ForFirm(`select id from upload where firm_id = $1 and touched_at > $2`)
	selectScribbled  = store.ForFirm(`select blob_id from drive_scratch where firm_id = $1 and touched_at > $2`)
	selectFinished   = store.ForFirm(`
select id, blob_id from version where firm_id = $1 and id > $2 order by id limit $3`)
)

// strays removes finished blobs that nothing names: a process died between the
// bytes and the act that would have named them, or the database is older than
// the storage. They are looked for once a day, from their seventh day on and for
// a month; older ones are the operator's, whom the doctor tells.
func (s *Service) strays(ctx context.Context, firm id.Firm) error {
	var now time.Time
	err := s.office.See(ctx, firm, func(a *act.Act) error {
		now = a.Now
		return nil
	})
	if err != nil || !s.looks.turn(firm, now) {
		return err
	}
	first, last := id.New[id.Blob](now.Add(-lapse-strayAge)), id.New[id.Blob](now.Add(-lapse))
	left := map[id.Blob]bool{}
	err = s.blobs.Each(ctx, firm, blob.Finished, func(b id.Blob) error {
		if b > first && b < last { // identifiers sort by age
			left[b] = true
		}
		return nil
	})
	if err != nil || len(left) == 0 {
		return err
	}
	if err := s.named(ctx, firm, id.New[id.Version](now.Add(-lapse-strayAge-namedApart)), left); err != nil {
		return err
	}
	for b := range left {
		if err := s.blobs.Remove(ctx, blob.Ref{Firm: firm, Blob: b}); err != nil {
			return err
		}
	}
	return nil
}

// named takes the blobs that something names out of left. What is on its way
// comes first: nothing passes from there to the versions unseen.
func (s *Service) named(ctx context.Context, firm id.Firm, after id.Version, left map[id.Blob]bool) error {
	err := s.office.See(ctx, firm, func(a *act.Act) error {
		for _, stmt := range []store.FirmStmt{selectOnTheirWay, selectScribbled} {
			err := a.Each(stmt, []any{int64(-1)}, func(scan func(...any) error) error {
				var b id.Blob
				err := scan(&b)
				delete(left, b)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	for more := true; err == nil && more; {
		n := 0
		err = s.office.See(ctx, firm, func(a *act.Act) error {
			n = 0
			return a.Each(selectFinished, []any{after, namedPage}, func(scan func(...any) error) error {
				var b id.Blob
				err := scan(&after, &b)
				delete(left, b)
				n++
				return err
			})
		})
		more = n == namedPage
	}
	return err
}

// looks remembers when this process last looked for strays in each firm.
type looks struct {
	mu sync.Mutex
	at map[id.Firm]time.Time
}

func (l *looks) turn(f id.Firm, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last, ok := l.at[f]; ok && now.Sub(last) < strayTurn {
		return false
	}
	if l.at == nil {
		l.at = map[id.Firm]time.Time{}
	}
	l.at[f] = now
	return true
}

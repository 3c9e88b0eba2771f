package document

import (
	"context"
	"errors"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// swept is how many uploads one transaction of a sweep looks at.
const swept = 100

// Sweep forgets the uploads of a firm that nobody has continued for seven days,
// with their bytes, what crashes left of dropped ones, incoming blobs that no
// upload knows and finished ones that nothing names, gives a shelf life to
// what has none, has read what nothing has read yet, has looked at what no scanner has, and forgets what was taken long ago.
// Run it daily; it is
// safe beside everything else.
func (s *Service) Sweep(ctx context.Context, firm id.Firm) (err error) {
	defer fault.Op(&err, "document.Sweep(%s)", firm)
	if err := s.adopt(ctx, firm); err != nil {
		return err
	}
	if err := s.catchUp(ctx, firm); err != nil {
		return err
	}
	for {
		stale, err := s.stale(ctx, firm)
		if err != nil {
			return err
		}
		for _, u := range stale {
			if err := s.clear(ctx, firm, u); err != nil {
				return err
			}
		}
		if len(stale) < swept {
			return errors.Join(s.orphans(ctx, firm), s.strays(ctx, firm), s.trust(ctx, firm), s.backfill(ctx, firm), s.rescreening(ctx, firm), s.slow(ctx, firm))
		}
	}
}

// stale drops what has lapsed and returns what is dropped: nobody continues it
// any more, so its bytes can go.
func (s *Service) stale(ctx context.Context, firm id.Firm) (out []id.Upload, err error) {
	err = s.office.Keep(ctx, firm, func(a *act.Act) error {
		out = nil
		since := store.Micros(a.Now.Add(-lapse))
		if err := a.Write(deleteDone, since); err != nil {
			return err
		}
		if err := a.Write(updateLapsed, since, []byte{}); err != nil {
			return err
		}
		return a.Each(selectDropped, []any{swept}, func(scan func(...any) error) error {
			var u id.Upload
			err := scan(&u)
			out = append(out, u)
			return err
		})
	})
	return out, err
}

// orphans discards incoming blobs older than a lapse that have no row: a
// database that was restored from a backup does not know them.
func (s *Service) orphans(ctx context.Context, firm id.Firm) error {
	var old []id.Blob
	var since time.Time
	err := s.office.See(ctx, firm, func(a *act.Act) error {
		since = a.Now.Add(-lapse)
		return nil
	})
	if err != nil {
		return err
	}
	newest := id.New[id.Blob](since)
	err = s.blobs.Each(ctx, firm, blob.Incoming, func(b id.Blob) error {
		if b < newest { // identifiers sort by age
			old = append(old, b)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, b := range old {
		var known int
		err := s.office.See(ctx, firm, func(a *act.Act) error { return a.Row(countUpload, []any{b}, &known) })
		if err != nil {
			return err
		}
		if known > 0 {
			continue
		}
		if err := s.blobs.Discard(ctx, blob.Ref{Firm: firm, Blob: b}); err != nil {
			return err
		}
	}
	return nil
}

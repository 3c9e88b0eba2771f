package document

import (
	"context"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/hold"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/search"
)

// ShelfLife is how long a deleted document can be restored; then it is erased
// with its keys, unless a hold stands.
const ShelfLife = 30 * 24 * time.Hour

// Delete takes a document away from everybody at once, into the trash of its
// space.
func (s *Service) Delete(ctx context.Context, by authz.Actor, of id.Item) (err error) {
	defer fault.Op(&err, "document.Delete(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		h, _, err := item.Open(a, by, "", item.Document, of, authz.DocumentManage)
		if err != nil {
			return err
		}
		if err := item.Delete(a, by.Person, h.ID); err != nil {
			return err
		}
		if err := revised(a, of); err != nil {
			return err
		}
		if err := search.Drop(a.Tx, of); err != nil {
			return err
		}
		if err := expire(a, of, a.Now); err != nil {
			return err
		}
		a.Signal(h.Space, circlesOf(h.Audience)...)
		_, err = a.Record(by, "document.deleted", h.Space, string(of), nil)
		return err
	})
}

// Restore undoes a deletion, for whoever may manage the document: it is brought
// back first and the ordinary rule decides then; when that refuses, nothing has
// happened. What is past its shelf life is absent, erased or not.
func (s *Service) Restore(ctx context.Context, by authz.Actor, of id.Item) (err error) {
	defer fault.Op(&err, "document.Restore(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		t, err := item.OpenDiscarded(a, by, item.Document, of, authz.DocumentManage)
		if err != nil {
			return err
		}
		gone, err := over(a, t)
		if err != nil {
			return err
		}
		if gone {
			return fault.Absent() // its erasure is on its way
		}
		if err := item.Restore(a, t); err != nil {
			return err
		}
		if err := revised(a, of); err != nil {
			return err
		}
		h, _, err := item.Open(a, by, "", item.Document, of, authz.DocumentManage)
		if err != nil {
			return err
		}
		d, err := one(a, by, h)
		if err != nil {
			return err
		}
		if err := s.findableAnew(a, h.Space, of, d.Title); err != nil {
			return err
		}
		a.Signal(h.Space, circlesOf(h.Audience)...)
		_, err = a.Record(by, "document.restored", h.Space, string(of), nil)
		return err
	})
}

// over reports whether the shelf life of a deleted document has run out and no
// hold stands.
func over(a *act.Act, t item.Trashed) (bool, error) {
	if a.Now.Before(t.At.Add(ShelfLife)) {
		return false, nil
	}
	standing, err := hold.Stops(a, t.Space)
	return err == nil && !standing.Covers(t.ID), err
}

// Trashed is a deleted document as the trash of its space shows it.
type Trashed struct {
	Document
	Deleted   time.Time
	DeletedBy string    // name; empty when nobody knows any more
	Erased    time.Time // when its shelf life runs out
	Held      bool      // a hold keeps it beyond that
}

// TrashQuery asks for a page of the trash of a space: Limit documents (100 by
// default, 1,000 at most), the last deleted first, after After.
type TrashQuery struct {
	Space id.Space
	After item.After
	Limit int
}

// Trash returns the deleted documents of a space that the actor could manage
// were they not deleted. more tells where to go on, and is zero on the last
// page.
func (s *Service) Trash(ctx context.Context, by authz.Actor, q TrashQuery) (out []Trashed, more item.After, err error) {
	defer fault.Op(&err, "document.Trash(%s)", q.Space)
	if q.Limit <= 0 {
		q.Limit = defaultPage
	}
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		f, err := circle.Enter(a, by, q.Space, authz.TrashSee)
		if err != nil {
			return err
		}
		out, more, err = trash(a, by, f, q)
		return err
	})
	return out, more, err
}

func trash(a *act.Act, by authz.Actor, f authz.Facts, q TrashQuery) (out []Trashed, more item.After, err error) {
	page, more, err := item.Trash(a, by, f, q.After, min(q.Limit, maxPage))
	if err != nil || len(page) == 0 {
		return nil, more, err
	}
	standing, err := hold.Stops(a, q.Space)
	if err != nil {
		return nil, more, err
	}
	people := make([]id.Person, len(page))
	for i, t := range page {
		people[i] = t.By
	}
	names, err := firm.Names(a, people)
	if err != nil {
		return nil, more, err
	}
	for _, t := range page {
		d, err := one(a, by, t.Header)
		if err != nil {
			return nil, more, err
		}
		out = append(out, Trashed{
			Document: d, Deleted: t.At, DeletedBy: names[t.By], Erased: t.At.Add(ShelfLife), Held: standing.Covers(t.ID),
		})
	}
	return out, more, nil
}

package item

import (
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// MarkWritten notes that the author of a new item knows it: to her it was never unread.
func MarkWritten(a *act.Act, by authz.Actor, it id.Item) error {
	return a.Write(insertRead, it, by.Person, store.Micros(a.Now))
}

// MarkRead notes that the actor has read an opened item, and reports whether
// it was the first time.
func MarkRead(a *act.Act, by authz.Actor, it id.Item) (bool, error) {
	n, err := a.Exec(insertRead, it, by.Person, store.Micros(a.Now))
	if err != nil || n == 0 {
		return false, err
	}
	err = a.Write(deleteUnread, it, by.Person)
	return true, err
}

// Reading is some items of one kind and space that somebody has read.
type Reading struct {
	Space id.Space
	Kind  Kind
	Items []id.Item
	As    string // what the journal calls it
}

// Read marks items as read by the actor, and records and signals those of others that
// she had not read before. What she may not see is passed over as absent; a space she
// is not in is absent itself.
func Read(a *act.Act, by authz.Actor, r Reading) error {
	if _, err := circle.Enter(a, by, r.Space, authz.SpaceSee); err != nil {
		return err
	}
	for _, it := range r.Items {
		h, _, err := Open(a, by, r.Space, r.Kind, it, r.Kind.Reading())
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		first, err := MarkRead(a, by, it)
		if err != nil {
			return err
		}
		if !first || h.Author == by.Person {
			continue
		}
		if _, err := a.Record(by, r.As, r.Space, string(it), nil); err != nil {
			return err
		}
		for _, to := range h.Audience {
			a.Signal(r.Space, to.Circle)
		}
	}
	return nil
}

// Reads returns who has read an opened item, and when first.
func Reads(a *act.Act, it id.Item) (map[id.Person]time.Time, error) {
	out := map[id.Person]time.Time{}
	err := a.Each(selectReads, []any{it}, func(scan func(...any) error) error {
		var p id.Person
		var at int64
		if err := scan(&p, &at); err != nil {
			return err
		}
		out[p] = store.Time(at)
		return nil
	})
	return out, err
}

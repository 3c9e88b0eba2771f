package agenda

import (
	"context"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
)

// Query asks for events in the order of time: of one space, or of all of the
// actor's when Space is empty.
type Query struct {
	Space    id.Space
	From, To time.Time // those that end at From or later and begin before To; a zero To has no end
	After    After
	Limit    int
	As       As
}

// As is how a list shows a series.
type As int

const (
	Each  As = iota // by its dates
	Next            // by the next of them that takes place
	Whole           // as one event, where it begins
)

// After is where a list goes on; the zero value is its beginning.
type After struct {
	From time.Time // of the last event that was looked at
	ID   id.Item
}

// before reports whether an event comes after it.
func (a After) before(e Event) bool {
	return a.ID == "" || e.From.After(a.From) || e.From.Equal(a.From) && e.ID > a.ID
}

// List returns the events that the actor may see. more tells where to go on, and
// is zero on the last page; a page may be short before.
func (s *Service) List(ctx context.Context, by authz.Actor, q Query) (out []Event, more After, err error) {
	defer fault.Op(&err, "agenda.List(%s)", q.Space)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, more, err = listIn(a, by, q, s.zone)
		return err
	})
	return out, more, err
}

// ListIn is List inside a running act, whose clock is in the zone of the house.
func ListIn(a *act.Act, by authz.Actor, q Query) ([]Event, After, error) {
	return listIn(a, by, q, a.Now.Location())
}

// listIn is empty for a program whose pass leaves out the agenda.
func listIn(a *act.Act, by authz.Actor, q Query, zone *time.Location) ([]Event, After, error) {
	if q.Space == "" {
		q.Space = by.Scope
	}
	if q.Space != "" {
		if _, err := circle.Enter(a, by, q.Space, authz.SpaceSee); err != nil {
			return nil, After{}, err
		}
	}
	if !by.Pass.Takes(authz.AgendaSee) {
		return nil, After{}, nil
	}
	return list(a, by, q, zone)
}

// Show returns one event with what it was before, and what it rests on.
func (s *Service) Show(ctx context.Context, by authz.Actor, in id.Space, of id.Item) (d Detail, err error) {
	defer fault.Op(&err, "agenda.Show(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		e, f, err := load(a, by, in, of, authz.AgendaSee)
		if err != nil {
			return err
		}
		d.Event = e
		on, err := item.Standing(a, of)
		if err != nil {
			return err
		}
		d.Change = !e.Cancelled && authz.May(by, authz.AgendaChange, on, f)
		if d.Past, err = past(a, e); err != nil {
			return err
		}
		if d.Resting, err = s.resting(a, by, e); err != nil {
			return err
		}
		if d.Follows, err = following(a, by, e, authz.AgendaSee); err != nil {
			return err
		}
		return d.trail(a, by, d.Follows)
	})
	return d, err
}

// Read marks events as read by the actor and records those she had not read
// before. What she may not see is passed over as absent.
func (s *Service) Read(ctx context.Context, by authz.Actor, in id.Space, events []id.Item) (err error) {
	defer fault.Op(&err, "agenda.Read(%s)", in)
	return s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		return item.Read(a, by, item.Reading{Space: in, Kind: item.Event, Items: events, As: "agenda.read"})
	})
}

// Spaces returns the spaces that events are in, which the actor has been given.
func (s *Service) Spaces(ctx context.Context, by authz.Actor, of []Event) (out map[id.Space]space.Space, err error) {
	defer fault.Op(&err, "agenda.Spaces")
	var in []id.Space
	for _, e := range of {
		in = append(in, e.Space)
	}
	slices.Sort(in)
	in = slices.Compact(in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := circle.Prepare(a, by, in); err != nil {
			return err
		}
		for _, one := range in {
			if _, err := circle.Enter(a, by, one, authz.SpaceSee); err != nil {
				return err
			}
		}
		out, err = space.LoadAll(a, in)
		return err
	})
	return out, err
}

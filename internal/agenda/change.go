package agenda

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/guard"
	"cenacle/internal/id"
	"cenacle/internal/item"
)

// Changing is what an event is to become. Revision is the one that the writer has
// seen.
type Changing struct {
	Space    id.Space
	Event    id.Item
	Revision int
	Entry
	Fact    string // of a deadline that was reckoned: another day of its fact; none: as it is
	Why     string // why another day is kept than the one reckoned
	Confirm []string
}

// Change gives an event other words or another place in time: those it was sent to
// are told, and find it unread. The deadlines reckoned from it that the actor sees and
// may change are reckoned again and, unless another day was kept for a reason, moved
// with it. Faults: as [Service.Add]; Conflict when somebody has changed it meanwhile,
// when it is cancelled, and when nothing would differ.
func (s *Service) Change(ctx context.Context, by authz.Actor, c Changing) (err error) {
	defer fault.Op(&err, "agenda.Change(%s)", c.Event)
	return s.turn(ctx, by, place{c.Space, c.Event, c.Revision}, func(a *act.Act, was Event) (Event, step, error) {
		next, err := s.next(a, by, was, c)
		switch {
		case err != nil:
			return next.Is, step{}, err
		case len(next.Differs) == 0:
			return next.Is, step{}, fault.New(fault.Conflict, "agenda.same")
		}
		gone, err := next.examine(a, by, c.Confirm)
		return next.Is, step{differs: next.Differs, gone: gone, follows: next.Follows}, err
	})
}

// Next is what a change would make of an event, and of those that follow it.
type Next struct {
	Was, Is Event
	Differs []Difference
	Follows []Shift
}

// Shift is what becomes of a deadline when what it is reckoned from is moved. Where
// another day is kept, only what it rests on changes.
type Shift struct{ Was, Is Event }

// Foresee returns what [Service.Change] would do, and does nothing. Faults: as there,
// but for what the guard finds.
func (s *Service) Foresee(ctx context.Context, by authz.Actor, c Changing) (n Next, err error) {
	defer fault.Op(&err, "agenda.Foresee(%s)", c.Event)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		was, err := changeable(a, by, place{c.Space, c.Event, c.Revision})
		if err != nil {
			return err
		}
		n, err = s.next(a, by, was, c)
		return err
	})
	return n, err
}

// next applies a change to an event as it stands.
func (s *Service) next(a *act.Act, by authz.Actor, was Event, c Changing) (n Next, err error) {
	is := was
	is.Entry = c.Entry
	var wrong fault.Fields
	if err := s.rest(a, by, was, &is, c, &wrong); err != nil {
		return n, err
	}
	is.From, is.To = is.check(s.zone, &wrong)
	if err := wrong.Err(); err != nil {
		return n, err
	}
	n = Next{Was: was, Is: is, Differs: append(Differences(was.Entry, is.Entry), BasisDifferences(was.Basis, is.Basis)...)}
	n.Follows, err = s.follow(a, by, was, is)
	return n, err
}

// examine asks the guard about a change and all that follows it at once.
func (n Next) examine(a *act.Act, by authz.Actor, confirmed []string) ([]guard.Reason, error) {
	all := []Event{n.Is}
	for _, f := range n.Follows {
		all = append(all, f.Is)
	}
	var found []guard.Finding
	for _, e := range all {
		more, err := examine(a, by, sending{e.Space, e.Circles, e.Internal, e.Entry})
		if err != nil {
			return nil, err
		}
		for _, f := range more {
			if !slices.Contains(found, f) {
				found = append(found, f)
			}
		}
	}
	return guard.Demand(found, confirmed)
}

// Cancelling takes an event out of what will be, for a reason or without one.
type Cancelling struct {
	Space    id.Space
	Event    id.Item
	Revision int
	Reason   string
}

// Cancel says that an event does not take place; it stays in the agenda, struck
// out. Faults: Invalid in the field reason, and as [Service.Change].
func (s *Service) Cancel(ctx context.Context, by authz.Actor, c Cancelling) (err error) {
	defer fault.Op(&err, "agenda.Cancel(%s)", c.Event)
	c.Reason = strings.TrimSpace(c.Reason)
	if !utf8.ValidString(c.Reason) || utf8.RuneCountInString(c.Reason) > MaxReason {
		return fault.New(fault.Invalid, "agenda.reason_long", MaxReason).In("reason")
	}
	return s.turn(ctx, by, place{c.Space, c.Event, c.Revision}, func(_ *act.Act, was Event) (Event, step, error) {
		is := was
		is.Cancelled, is.Reason = true, c.Reason
		return is, step{}, nil
	})
}

// place is which event is changed, as its writer has seen it.
type place struct {
	space    id.Space
	event    id.Item
	revision int
}

// step is what else the journal keeps of what was done, and what follows.
type step struct {
	differs []Difference
	gone    []guard.Reason
	origin  id.Item
	follows []Shift
}

// changeable loads an event that the actor may change, as she has seen it.
func changeable(a *act.Act, by authz.Actor, at place) (Event, error) {
	was, _, err := load(a, by, at.space, at.event, authz.AgendaChange)
	switch {
	case err != nil:
		return was, err
	case was.Cancelled:
		return was, fault.New(fault.Conflict, "agenda.is_cancelled")
	case was.Revision != at.revision:
		return was, fault.New(fault.Conflict, "agenda.changed_meanwhile")
	}
	return was, nil
}

// turn makes an event another, and then those that follow it.
func (s *Service) turn(ctx context.Context, by authz.Actor, at place, become func(a *act.Act, was Event) (Event, step, error)) error {
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		was, err := changeable(a, by, at)
		if err != nil {
			return err
		}
		is, done, err := become(a, was)
		if err != nil {
			return err
		}
		if err := s.write(a, by, Shift{was, is}, done); err != nil {
			return err
		}
		for _, f := range done.follows {
			differs := append(Differences(f.Was.Entry, f.Is.Entry), BasisDifferences(f.Was.Basis, f.Is.Basis)...)
			if err := s.write(a, by, f, step{differs: differs, origin: f.Is.origin()}); err != nil {
				return err
			}
		}
		return nil
	})
}

// write keeps what an event has become and what it was, records it and tells those it
// was sent to.
func (s *Service) write(a *act.Act, by authz.Actor, e Shift, done step) error {
	is := e.Is
	is.Revision, is.By, is.Changed = e.Was.Revision+1, by.Person, a.Now
	if err := keep(a, e.Was, is); err != nil {
		return err
	}
	if err := item.Renew(a, by, is.ID); err != nil {
		return err
	}
	if _, err := item.MarkRead(a, by, is.ID); err != nil {
		return err
	}
	if !is.From.Equal(e.Was.From) {
		if err := s.plan(a, is); err != nil {
			return err
		}
	}
	return tell(a, by, is, e.Was.Circles, done)
}

package agenda

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
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
	Which
	Entry
	Fact    string // of a deadline that was reckoned: another day of its fact; none: as it is
	Why     string // why another day is kept than the one reckoned
	Confirm []string
}

// Change gives an event other words or another place in time: those it was sent to
// are told, its author too when somebody else changes it, and find it unread. The deadlines reckoned from it that the actor sees and
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
		return next.Is, step{differs: next.Differs, gone: gone, follows: next.Follows, fresh: next.Fresh, on: c.On}, err
	})
}

// Foreseen is what a change would make of an event, and of those that follow it.
type Foreseen struct {
	Was, Is Event
	Fresh   *Event // what a series becomes from a date on
	Differs []Difference
	Follows []Shift
}

// Shift is what becomes of a deadline when what it is reckoned from is moved. Where
// another day is kept, only what it rests on changes.
type Shift struct{ Was, Is Event }

// Foresee returns what [Service.Change] would do, and does nothing. Faults: as there,
// but for what the guard finds.
func (s *Service) Foresee(ctx context.Context, by authz.Actor, c Changing) (n Foreseen, err error) {
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
func (s *Service) next(a *act.Act, by authz.Actor, was Event, c Changing) (n Foreseen, err error) {
	if err := c.there(was); err != nil {
		return n, err
	}
	if c.Repeat.clean(was.Day) == was.Repeat {
		c.Repeat = was.Repeat
	}
	n = Foreseen{Was: was}
	var wrong fault.Fields
	switch {
	case was.Repeats() && c.Scope == One:
		if was.Occurrence(c.On, s.zone).Cancelled {
			return n, fault.New(fault.Conflict, "agenda.is_cancelled")
		}
		n.Is = s.alone(was, c, &wrong)
	case was.Repeats() && c.Scope == Onward && c.On > was.Day:
		err = s.onward(a, by, &n, c, &wrong)
	default:
		err = s.all(a, by, &n, c, &wrong)
	}
	if err == nil {
		err = wrong.Err()
	}
	if err != nil {
		return n, err
	}
	if n.Is.Repeats() {
		n.Is.extend(s.zone, &wrong)
	}
	n.Differs = append(Differences(was.Entry, n.Is.Entry), BasisDifferences(was.Basis, n.Is.Basis)...)
	if len(Altered(was, n.Is, s.zone)) > 0 {
		n.Differs = append(n.Differs, "dates")
	}
	if n.Follows, err = s.follow(a, by, was, n.Is); err != nil {
		return n, err
	}
	return n, wrong.Err()
}

// all changes an event, or all dates of a series.
func (s *Service) all(a *act.Act, by authz.Actor, n *Foreseen, c Changing, wrong *fault.Fields) error {
	n.Is = s.whole(n.Was, c)
	if err := s.rest(a, by, n.Was, &n.Is, c, wrong); err != nil {
		return err
	}
	n.Is.From, n.Is.To = n.Is.check(s.zone, wrong)
	if !n.Is.Repeats() || n.Was.Repeats() {
		return nil
	}
	if n.Was.Basis != nil {
		wrong.Add("every", "agenda.repeat_reckoned")
	}
	follow, err := following(a, by, n.Was, authz.AgendaSee)
	if len(follow) > 0 {
		wrong.Add("every", "agenda.repeat_followed")
	}
	return err
}

// onward changes a series from a date on: it ends before it, and another event begins,
// which the actor may add.
func (s *Service) onward(a *act.Act, by authz.Actor, n *Foreseen, c Changing, wrong *fault.Fields) error {
	if _, err := circle.Enter(a, by, c.Space, authz.AgendaAdd); err != nil {
		return err
	}
	is, fresh := s.part(n.Was, c)
	fresh.Author, fresh.Created, fresh.Revision, fresh.By, fresh.Changed, fresh.Read = by.Person, a.Now, 1, by.Person, a.Now, true
	fresh.From, fresh.To = fresh.check(s.zone, wrong)
	if len(*wrong) == 0 && fresh.Repeats() {
		fresh.extend(s.zone, wrong)
	}
	n.Is, n.Fresh = is, &fresh
	return nil
}

// examine asks the guard about a change and all that follows it at once.
func (n Foreseen) examine(a *act.Act, by authz.Actor, confirmed []string) ([]guard.Reason, error) {
	all := []Event{n.Is}
	for _, one := range n.Is.Apart {
		if one.Entry != nil {
			all = append(all, Event{Space: n.Is.Space, Circles: n.Is.Circles, Internal: n.Is.Internal, Entry: *one.Entry})
		}
	}
	if n.Fresh != nil {
		all = append(all, *n.Fresh)
	}
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
	Which
	Reason string
}

// Cancel says that an event does not take place; it stays in the agenda, struck
// out. Faults: Invalid in the field reason, and as [Service.Change].
func (s *Service) Cancel(ctx context.Context, by authz.Actor, c Cancelling) (err error) {
	defer fault.Op(&err, "agenda.Cancel(%s)", c.Event)
	c.Reason = strings.TrimSpace(c.Reason)
	if !utf8.ValidString(c.Reason) || utf8.RuneCountInString(c.Reason) > MaxReason {
		return fault.New(fault.Invalid, "agenda.reason_long", MaxReason).In("reason")
	}
	return s.turn(ctx, by, place{c.Space, c.Event, c.Revision}, func(a *act.Act, was Event) (Event, step, error) {
		if err := c.there(was); err != nil {
			return was, step{}, err
		}
		is, err := s.without(was, c, by.Person, a.Now)
		return is, step{on: c.On, off: true}, err
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
	fresh   *Event // what a series became from a date on
	on      string // of a series: the date that it was about
	off     bool   // something does not take place
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
		if done.fresh != nil {
			_, err = s.put(a, by, *done.fresh, nil)
		}
		return err
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
	if err := item.AwaitAuthor(a, by, is.ID); err != nil {
		return err
	}
	if _, err := item.MarkRead(a, by, is.ID); err != nil {
		return err
	}
	if !is.From.Equal(e.Was.From) || is.Repeats() {
		if err := s.plan(a, is); err != nil {
			return err
		}
	}
	return tell(a, by, is, e.Was.Circles, done)
}

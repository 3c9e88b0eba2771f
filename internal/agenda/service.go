package agenda

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/guard"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
)

// Service is the use cases of agendas.
type Service struct {
	office *act.Office
	zone   *time.Location
}

// New returns the use cases over an office; zone is where civil days begin.
func New(office *act.Office, zone *time.Location) *Service { return &Service{office, zone} }

// Adding is an event about to stand in the agenda of a space.
type Adding struct {
	Space id.Space
	Entry
	Circles []id.Circle
	Confirm []string // findings of the guard that the writer has read (guard.Finding.ID)
}

// Add puts an event into an agenda and plans one notice for each reader. The firm's
// side reads all but what goes to named circles of the writer alone. Faults in the
// fields of [Entry] and [When], circle and confirm.
func (s *Service) Add(ctx context.Context, by authz.Actor, n Adding) (e Event, err error) {
	defer fault.Op(&err, "agenda.Add(%s)", n.Space)
	from, to, err := n.check(s.zone)
	if err != nil {
		return e, err
	}
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		f, err := circle.Enter(a, by, n.Space, authz.AgendaAdd)
		if err != nil {
			return err
		}
		circles, internal, err := reach(a, f, n.Circles)
		if err != nil {
			return err
		}
		gone, err := examine(a, by, sending{n.Space, circles, internal, n.Entry}, n.Confirm)
		if err != nil {
			return err
		}
		matters, err := space.Matters(a, n.Space)
		if err != nil {
			return err
		}
		of, err := item.Create(a, by, item.New{Space: n.Space, Matter: matters[0].ID, Kind: item.Event, Internal: internal}, circles)
		if err != nil {
			return err
		}
		e = Event{
			ID: of, Space: n.Space, Author: by.Person, Created: a.Now, Internal: internal, Entry: n.Entry, From: from, To: to,
			Revision: 1, By: by.Person, Changed: a.Now, Read: true, Circles: circles,
		}
		if err := insert(a, e); err != nil {
			return err
		}
		if err := s.plan(a, e); err != nil {
			return err
		}
		return tell(a, by, e, circles, step{gone: gone})
	})
	return e, err
}

// noted is what the journal keeps of an event: no word of it.
type noted struct {
	Revision int          `json:"revision"`
	Circles  []id.Circle  `json:"circles,omitempty"`
	Differs  []Difference `json:"differs,omitempty"`
}

// tell records what was done to an event, and tells its readers.
func tell(a *act.Act, by authz.Actor, e Event, circles []id.Circle, done step) error {
	kind := "agenda.changed"
	switch {
	case e.Cancelled:
		kind = "agenda.cancelled"
	case e.Revision == 1:
		kind = "agenda.added"
	}
	if err := space.Touch(a, e.Space); err != nil {
		return err
	}
	if _, err := a.Record(by, kind, e.Space, string(e.ID), noted{e.Revision, circles, done.differs}); err != nil {
		return err
	}
	if len(done.gone) > 0 {
		if _, err := a.Record(by, "guard.overridden", e.Space, string(e.ID), overridden{done.gone}); err != nil {
			return err
		}
	}
	a.Signal(e.Space, circles...)
	return item.Notify(a, by, e.Space, e.ID, circles)
}

// overridden is what the journal keeps of an event that goes although the guard
// has stopped it.
type overridden struct {
	Reasons []guard.Reason `json:"reasons"`
}

// reach settles whom an event goes to, and whether it stays among colleagues.
func reach(a *act.Act, f authz.Facts, chosen []id.Circle) (circles []id.Circle, internal bool, err error) {
	known, err := circle.List(a, f.Space)
	if err != nil {
		return nil, false, err
	}
	if len(chosen) == 0 {
		return nil, false, fault.New(fault.Invalid, "item.no_circle").In("circle")
	}
	circles, internal = slices.Clone(chosen), true
	var house id.Circle
	among := true
	for _, c := range known {
		if c.Kind == circle.Firm {
			house = c.ID
		}
		if !slices.Contains(chosen, c.ID) {
			continue
		}
		span, in := f.Circles[c.ID]
		among = among && !c.Kind.House() && in && span.Covers(f.Now)
		internal = internal && c.Kind.Within()
	}
	if !among && !slices.Contains(circles, house) {
		circles = append(circles, house)
	}
	return circles, internal, nil
}

// sending is an event as the guard looks at it.
type sending struct {
	space    id.Space
	circles  []id.Circle
	internal bool
	entry    Entry
}

// examine asks the guard about what goes out of the firm; what it finds must be
// confirmed.
func examine(a *act.Act, by authz.Actor, n sending, confirmed []string) ([]guard.Reason, error) {
	if n.internal {
		return nil, nil
	}
	on := authz.Resource{Kind: authz.OfItem, Firm: a.Firm(), Space: n.space}
	for _, c := range n.circles {
		on.Audience = append(on.Audience, authz.Address{Circle: c, Sent: a.Now})
	}
	to, err := document.Recipients(a, on)
	if err != nil {
		return nil, err
	}
	found, err := guard.Check(a, by, guard.Sending{
		Space: n.space, To: document.Outside(to.Will), Text: n.entry.Title + "\n" + n.entry.Place + "\n" + n.entry.Note,
	})
	if err != nil {
		return nil, err
	}
	return guard.Demand(found, confirmed)
}

// Changing is what an event is to become. Revision is the one that the writer has
// seen.
type Changing struct {
	Space    id.Space
	Event    id.Item
	Revision int
	Entry
	Confirm []string
}

// Change gives an event other words or another place in time: those it was sent to
// are told, and find it unread. Faults: as [Service.Add]; Conflict when somebody has
// changed it meanwhile, when it is cancelled, and when nothing would differ.
func (s *Service) Change(ctx context.Context, by authz.Actor, c Changing) (err error) {
	defer fault.Op(&err, "agenda.Change(%s)", c.Event)
	from, to, err := c.check(s.zone)
	if err != nil {
		return err
	}
	return s.turn(ctx, by, place{c.Space, c.Event, c.Revision}, func(a *act.Act, was Event) (Event, step, error) {
		is := was
		is.Entry, is.From, is.To = c.Entry, from, to
		differs := Differences(was.Entry, is.Entry)
		if len(differs) == 0 {
			return is, step{}, fault.New(fault.Conflict, "agenda.same")
		}
		gone, err := examine(a, by, sending{c.Space, was.Circles, was.Internal, c.Entry}, c.Confirm)
		return is, step{differs, gone}, err
	})
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

// step is what else the journal keeps of what was done.
type step struct {
	differs []Difference
	gone    []guard.Reason
}

// turn makes an event another.
func (s *Service) turn(ctx context.Context, by authz.Actor, at place, become func(a *act.Act, was Event) (Event, step, error)) error {
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		was, _, err := load(a, by, at.space, at.event, authz.AgendaChange)
		switch {
		case err != nil:
			return err
		case was.Cancelled:
			return fault.New(fault.Conflict, "agenda.is_cancelled")
		case was.Revision != at.revision:
			return fault.New(fault.Conflict, "agenda.changed_meanwhile")
		}
		is, done, err := become(a, was)
		if err != nil {
			return err
		}
		is.Revision, is.By, is.Changed = was.Revision+1, by.Person, a.Now
		if err := keep(a, was, is); err != nil {
			return err
		}
		if err := item.Renew(a, by, is.ID); err != nil {
			return err
		}
		if _, err := item.MarkRead(a, by, is.ID); err != nil {
			return err
		}
		if !is.From.Equal(was.From) {
			if err := s.plan(a, is); err != nil {
				return err
			}
		}
		return tell(a, by, is, was.Circles, done)
	})
}

package agenda

import (
	"context"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/guard"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/law"
	"cenacle/internal/space"
)

// Service is the use cases of agendas.
type Service struct {
	office *act.Office
	zone   *time.Location
	law    *law.Book
}

// New returns the use cases over an office; zone is where civil days begin, and book
// the periods that deadlines are reckoned by.
func New(office *act.Office, zone *time.Location, book *law.Book) *Service {
	return &Service{office, zone, book}
}

// Adding is an event about to stand in the agenda of a space.
type Adding struct {
	Space id.Space
	Entry
	Ground  *Ground // of a deadline to be reckoned, whose Day may be left out
	Circles []id.Circle
	Confirm []string // findings of the guard that the writer has read (guard.Finding.ID)
}

// Add puts an event into an agenda and plans one notice for each reader. The firm's
// side reads all but what goes to named circles of the writer alone. Faults in the
// fields of [Entry], [When] and [Ground], circle and confirm.
func (s *Service) Add(ctx context.Context, by authz.Actor, n Adding) (e Event, err error) {
	defer fault.Op(&err, "agenda.Add(%s)", n.Space)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		f, err := circle.Enter(a, by, n.Space, authz.AgendaAdd)
		if err != nil {
			return err
		}
		e, err = s.draft(a, by, n)
		if err != nil {
			return err
		}
		circles, internal, err := reach(a, f, n.Circles)
		if err != nil {
			return err
		}
		found, err := examine(a, by, sending{n.Space, circles, internal, e.Entry})
		if err != nil {
			return err
		}
		gone, err := guard.Demand(found, n.Confirm)
		if err != nil {
			return err
		}
		e.Internal, e.Circles = internal, circles
		e, err = s.put(a, by, e, gone)
		return err
	})
	return e, err
}

// draft is a new event as far as its writer says what it is.
func (s *Service) draft(a *act.Act, by authz.Actor, n Adding) (Event, error) {
	e := Event{Space: n.Space, Author: by.Person, Created: a.Now, Entry: n.Entry, Revision: 1, By: by.Person, Changed: a.Now, Read: true}
	var wrong fault.Fields
	if n.Ground != nil {
		b, err := s.found(a, by, n.Space, *n.Ground)
		if err != nil {
			return e, err
		}
		e.Basis = &b
		if e.Kind = Deadline; e.Day == "" {
			e.When = b.when()
		}
		b.keep(&e.Entry, n.Ground.Why, &wrong)
		if e.Repeat.Every != Once {
			wrong.Add("every", "agenda.repeat_reckoned")
		}
	}
	e.From, e.To = e.check(s.zone, &wrong)
	if e.Repeats() && len(wrong) == 0 {
		e.extend(s.zone, &wrong)
	}
	return e, wrong.Err()
}

// noted is what the journal keeps of an event: no word of it.
type noted struct {
	Revision int          `json:"revision"`
	Circles  []id.Circle  `json:"circles,omitempty"`
	Differs  []Difference `json:"differs,omitempty"`
	Origin   id.Item      `json:"origin,omitempty"` // it followed this one, which was moved
	On       string       `json:"on,omitempty"`     // of a series: the date that was looked at
}

// tell records what was done to an event, and tells its readers.
func tell(a *act.Act, by authz.Actor, e Event, circles []id.Circle, done step) error {
	kind := "agenda.changed"
	switch {
	case e.Cancelled || done.off:
		kind = "agenda.cancelled"
	case e.Revision == 1:
		kind = "agenda.added"
	}
	if err := space.Touch(a, e.Space); err != nil {
		return err
	}
	if _, err := a.Record(by, kind, e.Space, string(e.ID), noted{e.Revision, circles, done.differs, done.origin, done.on}); err != nil {
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

// examine asks the guard about what goes out of the firm.
func examine(a *act.Act, by authz.Actor, n sending) ([]guard.Finding, error) {
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
	return guard.Check(a, by, guard.Sending{
		Space: n.space, To: document.Outside(to.Will), Text: n.entry.Title + "\n" + n.entry.Place + "\n" + n.entry.Note,
	})
}

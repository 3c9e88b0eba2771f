package agenda

import (
	"time"

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

// Checked is an entry as it would be kept, and where it lies in time; faults as
// [Service.Add].
func (e Entry) Checked(zone *time.Location) (clean Entry, from, to time.Time, err error) {
	var wrong fault.Fields
	from, to = e.check(zone, &wrong)
	return e, from, to, wrong.Err()
}

// Reach is whom an event would be for, and what of it the guard has stopped although
// its writer sends it.
type Reach struct {
	Circles []id.Circle
	Outside []id.Person // those who would see it, and are not of the firm
	gone    []guard.Reason
}

// Weigh decides inside a running act whether the actor may add an event, for whom, and
// asks the guard about its words, for whoever asks people first and adds it later
// ([Service.Settle]). Faults in the fields circle and confirm.
func Weigh(a *act.Act, by authz.Actor, n Adding) (r Reach, err error) {
	f, err := circle.Enter(a, by, n.Space, authz.AgendaAdd)
	if err != nil {
		return r, err
	}
	circles, internal, err := reach(a, f, n.Circles)
	if err != nil {
		return r, err
	}
	r.Circles = circles
	found, err := examine(a, by, sending{n.Space, circles, internal, n.Entry})
	if err != nil {
		return r, err
	}
	if r.gone, err = guard.Demand(found, n.Confirm); err != nil {
		return r, err
	}
	on := authz.Resource{Kind: authz.OfItem, Firm: a.Firm(), Space: n.Space, Internal: internal}
	for _, c := range circles {
		on.Audience = append(on.Audience, authz.Address{Circle: c, Sent: a.Now})
	}
	to, err := document.Recipients(a, on)
	for _, p := range document.Outside(to.Will) {
		r.Outside = append(r.Outside, p.Person)
	}
	return r, err
}

// Overridden records that what the guard has stopped went all the same.
func (r Reach) Overridden(a *act.Act, by authz.Actor, in id.Space, object string) error {
	if len(r.gone) == 0 {
		return nil
	}
	_, err := a.Record(by, "guard.overridden", in, object, overridden{r.gone})
	return err
}

// Settle adds an event inside a running act that was weighed before, by the rights that
// the actor has now. Its words have been read by those they are for: nobody is asked
// about them again.
func (s *Service) Settle(a *act.Act, by authz.Actor, n Adding) (e Event, err error) {
	f, err := circle.Enter(a, by, n.Space, authz.AgendaAdd)
	if err != nil {
		return e, err
	}
	if e, err = s.draft(a, by, n); err != nil {
		return e, err
	}
	circles, internal, err := reach(a, f, n.Circles)
	if err != nil {
		return e, err
	}
	e.Circles, e.Internal = circles, internal
	return s.put(a, by, e, nil)
}

// put writes an event that is decided, plans its reminder and tells its readers.
func (s *Service) put(a *act.Act, by authz.Actor, e Event, gone []guard.Reason) (Event, error) {
	matters, err := space.Matters(a, e.Space)
	if err != nil {
		return e, err
	}
	e.ID, err = item.Create(a, by, item.New{Space: e.Space, Matter: matters[0].ID, Kind: item.Event, Internal: e.Internal}, e.Circles)
	if err != nil {
		return e, err
	}
	if err := insert(a, e); err != nil {
		return e, err
	}
	if err := s.plan(a, e); err != nil {
		return e, err
	}
	return e, tell(a, by, e, e.Circles, step{gone: gone})
}

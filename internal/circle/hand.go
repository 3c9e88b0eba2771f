package circle

import (
	"cmp"
	"errors"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// HandOver has one member of a space answer for it in the place of another, who
// stays as her colleague. She enters from now on each named circle that she was
// not in, so that nothing that is sent to one is ever nobody's; what was sent
// there before stays with those it was sent to. Invalid in the field person when
// she is not on the firm's side of the space; Conflict for who only stands in for the
// one who answers for it. The caller has decided the right,
// knows her for a lawyer and records the act.
func HandOver(a *act.Act, space id.Space, from, to id.Person) error {
	if stands, err := Stands(a, space, from); err != nil || stands {
		return cmp.Or(err, error(fault.New(fault.Conflict, "circle.stands_in").In("person")))
	}
	if err := untangle(a, space, from, to); err != nil {
		return err
	}
	was, _, err := membership(a, space, from)
	if err != nil {
		return err
	}
	next, found, err := membership(a, space, to)
	if err != nil {
		return err
	}
	if !found || !next.Active(a.Now) || next.Role != authz.Colleague {
		return fault.New(fault.Invalid, "circle.no_successor").In("person")
	}
	was.Role, next.Role = authz.Colleague, authz.Lead
	if err := errors.Join(putMembership(a, space, was, true), putMembership(a, space, next, true)); err != nil {
		return err
	}
	if err := errors.Join(answer(a, space, to), keepsAll(a, space, to)); err != nil {
		return err
	}
	known, err := List(a, space)
	if err != nil {
		return err
	}
	own, err := ownCircles(a, space, to)
	if err != nil {
		return err
	}
	for _, c := range known {
		in := own[c.ID]
		if c.Kind != Named && c.Kind != Inner || in.Covers(a.Now) && !in.Since.IsZero() {
			continue // nobody of the firm is ever in a party
		}
		if err := enter(a, space, c.ID, to, from); err != nil {
			return err
		}
	}
	return nil
}

// untangle ends what would be given back wrongly once one answers for a space in the
// place of another: that the new one stands in there, or anybody for the former.
func untangle(a *act.Act, space id.Space, from, to id.Person) error {
	if _, _, err := StandDown(a, space, to); err != nil {
		return err
	}
	return standDownFor(a, space, from)
}

// answer writes into the row of a space who answers for it, and for who is in it from
// outside.
func answer(a *act.Act, space id.Space, lead id.Person) error {
	s, err := standing(a, space)
	if err != nil {
		return err
	}
	box, err := a.SpaceBox(space)
	if err != nil {
		return err
	}
	s.Lead = lead
	if err := a.Write(updateLead, space, lead, s.MAC(box, space)); err != nil {
		return err
	}
	return passReviews(a, space, lead)
}

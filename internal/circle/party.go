package circle

import (
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// A space in which there is a party is a forum. A party is a circle that people
// from outside the firm are in and nobody of the firm is: what it has in its
// private tray, and what it says there, is addressed to it alone. The firm's side
// keeps it (makes and renames it, lets people in and out), as the host of a forum
// does, and reads nothing of it. The common table is the circle of all.

// joins says whether a member may be let into a party: a guest, who acts for it,
// or a reader, and of one party only. A client of the firm is on its side.
func joins(a *act.Act, in id.Space, m Member) error {
	if m.Role != authz.Guest && m.Role != authz.Reader {
		return fault.New(fault.Invalid, "circle.party_outside").In("person")
	}
	own, err := ownCircles(a, in, m.Person)
	if err != nil {
		return err
	}
	known, err := List(a, in)
	if err != nil {
		return err
	}
	for _, c := range known {
		if span, there := own[c.ID]; c.Kind == Party && there && span.Covers(a.Now) {
			return fault.New(fault.Conflict, "circle.other_party", c.Name).In("person")
		}
	}
	return nil
}

// Parties are the parties of an entered space, oldest first; none where it is no
// forum.
func Parties(a *act.Act, in id.Space) ([]Circle, error) {
	known, err := List(a, in)
	return slices.DeleteFunc(known, func(c Circle) bool { return c.Kind != Party }), err
}

// PartyOf is the party that somebody is in, by the facts about her.
func PartyOf(a *act.Act, f authz.Facts) (party Circle, in bool, err error) {
	all, err := Parties(a, f.Space)
	for _, c := range all {
		if span, known := f.Circles[c.ID]; known && span.Covers(f.Now) {
			return c, true, err
		}
	}
	return Circle{}, false, err
}

// OpenParty finds the actor's own party for something that she may do in it; for
// everybody else it is absent.
func OpenParty(a *act.Act, by authz.Actor, in id.Space, do authz.Action) (Circle, authz.Facts, error) {
	f, err := Facts(a, by, in)
	if err != nil {
		return Circle{}, f, err
	}
	party, hers, err := PartyOf(a, f)
	if err == nil && !hers {
		err = fault.Absent()
	}
	if err != nil {
		return Circle{}, f, err
	}
	party, err = authz.Open(authz.Lock(party, resource(a, in, party)), by, do, f)
	return party, f, err
}

// Conducts reports whether somebody conducts the assessment of an entered space, or did:
// an expert, in no circle of it but that of all.
func Conducts(a *act.Act, in id.Space, person id.Person) (bool, error) {
	members, err := Members(a, in)
	return slices.ContainsFunc(members, func(m Member) bool { return m.Person == person && m.Role == authz.Expert }), err
}

// Acquainted are those of an entered space whom somebody outside the firm knows
// of: the firm's side, herself, who is of no side (an expert, a clerk), and who is in a
// circle with her besides that of all. Who belongs to another party is not for her to
// know; who is of no side knows them all.
func Acquainted(a *act.Act, by authz.Actor, f authz.Facts) (func(id.Person) bool, error) {
	members, err := Members(a, f.Space)
	if err != nil {
		return nil, err
	}
	house, err := HouseOf(a, f.Space)
	if err != nil {
		return nil, err
	}
	there, err := Presences(a, f.Space)
	if err != nil {
		return nil, err
	}
	known := map[id.Person]bool{by.Person: true}
	for _, m := range members {
		known[m.Person] = known[m.Person] || m.Role.Inside() || m.Role.Neutral() || f.Role.Neutral()
	}
	for _, p := range there {
		span, hers := f.Circles[p.Circle]
		if hers && span.Covers(a.Now) && p.Span.Covers(a.Now) && p.Circle != house.All {
			known[p.Person] = true
		}
	}
	return func(p id.Person) bool { return known[p] }, nil
}

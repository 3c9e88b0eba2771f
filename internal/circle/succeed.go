package circle

import (
	"errors"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Held is a space that a person is a member of.
type Held struct {
	Space id.Space
	Member
}

// HeldBy returns the memberships of a person that hold now, in the order of their
// spaces, after one of them; every row's MAC is checked. A space whose key is
// destroyed is not among them. It opens nothing: the caller has decided what may be
// said of spaces that are not the actor's. Next is where to go on, empty at the end.
func HeldBy(a *act.Act, person id.Person, after id.Space, limit int) (out []Held, next id.Space, err error) {
	type row struct {
		memberRow
		space id.Space
	}
	var rows []row
	err = a.Each(selectHeld, []any{person, store.Micros(a.Now), after, limit}, func(scan func(...any) error) error {
		var r row
		err := scan(&r.space, &r.role, &r.since, &r.until, &r.mac)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	if len(rows) == limit {
		next = rows[limit-1].space
	}
	for _, r := range rows {
		m, err := r.check(a, r.space, person)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		out = append(out, Held{r.space, m})
	}
	return slices.Clip(out), next, nil
}

// Passable demands that no wall keeps a person out of a space: Conflict
// "circle.walled", which says so.
func Passable(a *act.Act, space id.Space, person id.Person) error { return passable(a, space, person) }

// Succeed has a lawyer of the firm take the place of the one who answers for a
// space and leaves it: she answers for it from now on, and is in every circle that
// the other was in, since then, so that the file goes on with all that is in it.
// She need not have been a member. The caller has decided the right, knows her for
// a lawyer and records the act.
func Succeed(a *act.Act, space id.Space, from, to id.Person) error {
	if err := passable(a, space, to); err != nil {
		return err
	}
	if err := untangle(a, space, from, to); err != nil {
		return err
	}
	was, _, err := membership(a, space, from)
	if err != nil {
		return err
	}
	next, known, err := membership(a, space, to)
	if err != nil {
		return err
	}
	if !known || !next.Active(a.Now) {
		next = Member{Person: to, Since: a.Now}
	}
	was.Role, next.Role = authz.Colleague, authz.Lead
	if err := putMembership(a, space, next, known); err != nil {
		return err
	}
	if err := answer(a, space, to); err != nil {
		return err
	}
	if err := errors.Join(keepsAll(a, space, to), inherit(a, space, from, to)); err != nil {
		return err
	}
	if err := putMembership(a, space, was, true); err != nil {
		return err
	}
	if err := arrives(a, space, to); err != nil {
		return err
	}
	return Leave(a, space, from)
}

// inherit lets one person into the circles another is in, since the earlier of when
// either came.
func inherit(a *act.Act, space id.Space, from, to id.Person) error {
	theirs, err := ownCircles(a, space, from)
	if err != nil {
		return err
	}
	own, err := ownCircles(a, space, to)
	if err != nil {
		return err
	}
	for c, span := range theirs {
		mine := own[c]
		if !span.Covers(a.Now) || mine.Covers(a.Now) && !mine.Since.IsZero() && !span.Since.Before(mine.Since) {
			continue
		}
		p := Presence{Person: to, Span: authz.Span{Since: span.Since}, By: from}
		if err := enterAs(a, space, c, p); err != nil {
			return err
		}
	}
	return nil
}

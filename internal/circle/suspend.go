package circle

import (
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Kept is what somebody outside the firm was in a space that was frozen; the
// zero time is without end.
type Kept struct {
	Person  id.Person               `json:"person"`
	Until   time.Time               `json:"until"`
	Circles map[id.Circle]time.Time `json:"circles"`
}

// Suspend ends, from now, the memberships of everyone outside the firm, and
// returns what [Restore] needs to give them back.
func Suspend(a *act.Act, space id.Space) (out []Kept, err error) {
	members, err := Members(a, space)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if m.Role.Inside() || !m.Active(a.Now) {
			continue
		}
		own, err := ownCircles(a, space, m.Person)
		if err != nil {
			return nil, err
		}
		kept := Kept{Person: m.Person, Until: m.Until, Circles: map[id.Circle]time.Time{}}
		for c, span := range own {
			if span.Until.IsZero() || span.Until.After(a.Now) {
				kept.Circles[c] = span.Until
			}
		}
		if err := Leave(a, space, m.Person); err != nil {
			return nil, err
		}
		out = append(out, kept)
	}
	return out, nil
}

// Restore gives back what was suspended at an instant, with its own beginning:
// what was sent meanwhile is theirs too. A membership that somebody has changed
// since is left as it is, and so is that of somebody whom a wall keeps out.
func Restore(a *act.Act, space id.Space, at time.Time, kept []Kept) error {
	out, err := walled(a, space)
	if err != nil {
		return err
	}
	for _, k := range kept {
		if slices.Contains(out, k.Person) {
			continue
		}
		m, found, err := membership(a, space, k.Person)
		if err != nil {
			return err
		}
		if !found || !m.Until.Equal(at) {
			continue
		}
		m.Until = k.Until
		if err := putMembership(a, space, m, true); err != nil {
			return err
		}
		if err := reenter(a, space, at, k); err != nil {
			return err
		}
	}
	return nil
}

func reenter(a *act.Act, space id.Space, at time.Time, k Kept) error {
	own, err := ownCircles(a, space, k.Person)
	if err != nil {
		return err
	}
	a.Forget(presencesOf(space))
	for c, until := range k.Circles {
		span, known := own[c]
		if !known || !span.Until.Equal(at) {
			continue
		}
		mac, err := seal(a, space, c, k.Person, authz.Span{Since: span.Since, Until: until})
		if err != nil {
			return err
		}
		if err := a.Write(updateEnded, c, k.Person, store.Micros(until), mac); err != nil {
			return err
		}
		if err := a.Write(insertUnread, c, k.Person, store.Micros(span.Since)); err != nil {
			return err
		}
	}
	return nil
}

package room

import (
	"slices"
	"strings"

	"cenacle/internal/space"
	"cenacle/internal/web/ui"
)

// named are those whom a memo can name with an @: for the firm's side everyone, in the
// circles in which she reads what is sent; for others the firm's people.
func (h here) named() (out []ui.Named) {
	for _, p := range h.room.People {
		if p.Person == h.r.Actor.Person || !p.Active(h.r.Now) || !h.inside() && !p.Role.Inside() {
			continue
		}
		one := ui.Named{Name: p.Name}
		if h.inside() {
			one.Circles = strings.Join(h.readsIn(p), " ")
		}
		out = append(out, one)
	}
	return out
}

// readsIn are the circles that somebody is in; and the firm reads what goes to those of
// the house.
func (h here) readsIn(p space.Person) (out []string) {
	for _, c := range h.room.Circles {
		in := slices.ContainsFunc(c.People, func(one space.Person) bool { return one.Person == p.Person })
		if in || c.Kind.House() && p.Role.Inside() {
			out = append(out, string(c.ID))
		}
	}
	return out
}

package memo

import (
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/guard"
	"cenacle/internal/id"
)

// Prospect is what would become of a memo that opens a conversation, were it written
// now: the circles that it would really go to, the answer of the rule for every member
// of the space, past ones included, and what the guard finds.
type Prospect struct {
	Circles []id.Circle
	People  []document.Recipient
	Found   []guard.Finding
}

// Foresee looks at a memo as [WriteIn] does, and writes nothing: a refusal of its rights
// or its words is the one that writing it would meet. What the guard finds is returned,
// not refused.
func Foresee(a *act.Act, by authz.Actor, n New) (p Prospect, err error) {
	if err := n.check(a.Now); err != nil {
		return p, err
	}
	if err := allow(a, by, &n); err != nil {
		return p, err
	}
	if err := settled(a, n); err != nil {
		return p, err
	}
	p.Circles = n.Circles
	if p.People, err = document.Explain(a, n.resource(a, by), authz.MemoRead); err != nil || n.Internal || !by.Role.Inside() {
		return p, err
	}
	var readers []document.Recipient
	for _, to := range p.People {
		if to.Sees && to.Stay.Covers(a.Now) {
			readers = append(readers, to)
		}
	}
	p.Found, err = n.suspect(a, by, readers)
	return p, err
}

// settled refuses circles that are not of the space, as their item would.
func settled(a *act.Act, n New) error {
	known, err := circle.List(a, n.Space)
	if err != nil {
		return err
	}
	of := map[id.Circle]bool{}
	for _, c := range known {
		of[c.ID] = true
	}
	for _, c := range n.Circles {
		if !of[c] {
			return fault.New(fault.Invalid, "item.unknown_circle").In("circle")
		}
	}
	return nil
}

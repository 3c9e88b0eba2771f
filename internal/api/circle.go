package api

import (
	"cmp"
	"slices"

	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// NewCircle names one.
type NewCircle struct {
	InSpace
	Name   string      `json:"name" doc:"its members read it"`
	Inner  bool        `json:"inner,omitempty" doc:"for the firm’s side alone: what is sent to it never leaves the firm"`
	Party  bool        `json:"party,omitempty" doc:"a party of a forum: guests and readers alone, each of one party; the firm keeps it and reads nothing of its own"`
	People []id.Person `json:"people,omitempty" fault:"person" doc:"members of the space, besides oneself and the lawyer in charge"`

	Contributions string `json:"contributions,omitempty" enum:"all firm" fault:"pattern" doc:"with the first party: who sees what parties bring (setForumPattern); all by default"`
	Questions     string `json:"questions,omitempty" enum:"all firm" fault:"pattern" doc:"likewise what they ask"`
}

// Ring is a named circle with how each person is in it.
type Ring struct {
	ID     id.Circle `json:"id"`
	Kind   string    `json:"kind" enum:"named inner party"`
	Name   string    `json:"name"`
	People []Stay    `json:"people"`
}

// Stay is somebody in a circle: she sees what was sent to it since, and what was
// opened to newcomers.
type Stay struct {
	ID    id.Person `json:"id"`
	Name  string    `json:"name"`
	Role  string    `json:"role" enum:"lead colleague assistant client guest reader expert clerk"`
	Since Instant   `json:"since"`
	By    id.Person `json:"by" doc:"who let her in"`
}

func (n *Nouns) makeCircle(r *Request, in NewCircle) (Ring, error) {
	kind := circle.Named
	switch {
	case in.Inner && in.Party:
		return Ring{}, fault.New(fault.Invalid, "circle.kind_unknown").In("party")
	case in.Inner:
		kind = circle.Inner
	case in.Party:
		kind = circle.Party
	}
	named := circle.New{Space: in.Space, Name: in.Name, Kind: kind, People: in.People}
	if in.Contributions != "" || in.Questions != "" {
		named.Pattern = circle.Pattern{Contributions: circle.Seen(cmp.Or(in.Contributions, "all")), Questions: circle.Seen(cmp.Or(in.Questions, "all"))}
	}
	made, err := n.Circles.Make(r.Context(), r.Actor, named)
	if err != nil {
		return Ring{}, err
	}
	return n.madeCircle(r, in, string(made.ID))
}

func (n *Nouns) madeCircle(r *Request, in NewCircle, of string) (Ring, error) {
	r.At("spaces", string(in.Space), "circles", of)
	return n.circle(r, InCircle{in.InSpace, id.Circle(of)})
}

// InCircle names a named circle of a space in the path.
type InCircle struct {
	InSpace
	Named id.Circle `path:"named"`
}

func (n *Nouns) circle(r *Request, in InCircle) (Ring, error) {
	room, err := n.Spaces.Census(r.Context(), r.Actor, in.Space)
	if err != nil {
		return Ring{}, err
	}
	i := slices.IndexFunc(room.Circles, func(c space.CircleView) bool { return c.ID == in.Named && !c.Kind.House() })
	if i < 0 {
		return Ring{}, fault.Absent()
	}
	c := room.Circles[i]
	out := Ring{c.ID, string(c.Kind), c.Name, make([]Stay, len(c.People))}
	for i, p := range c.People {
		out.People[i] = Stay{p.Person, p.Name, string(p.Role), Instant(c.Stays[i].Span.Since), c.Stays[i].By}
	}
	return out, nil
}

// CircleName renames one.
type CircleName struct {
	InCircle
	Name string `json:"name"`
}

func (n *Nouns) renameCircle(r *Request, in CircleName) (Ring, error) {
	if err := n.Circles.Rename(r.Context(), r.Actor, in.Space, in.Named, in.Name); err != nil {
		return Ring{}, err
	}
	return n.circle(r, in.InCircle)
}

func (n *Nouns) renamedCircle(r *Request, in CircleName, _ string) (Ring, error) {
	return n.circle(r, in.InCircle)
}

// Admission lets somebody in.
type Admission struct {
	InCircle
	Person id.Person `json:"person" doc:"a member of the space"`
}

func (n *Nouns) admit(r *Request, in Admission) (Ring, error) {
	if err := n.Circles.Admit(r.Context(), r.Actor, in.Space, in.Named, in.Person); err != nil {
		return Ring{}, err
	}
	return n.circle(r, in.InCircle)
}

func (n *Nouns) admitted(r *Request, in Admission, _ string) (Ring, error) {
	return n.circle(r, in.InCircle)
}

// Dismissal names somebody in a circle.
type Dismissal struct {
	InCircle
	Person id.Person `path:"person"`
}

func (n *Nouns) dismiss(r *Request, in Dismissal) (None, error) {
	return None{}, n.Circles.Dismiss(r.Context(), r.Actor, in.Space, in.Named, in.Person)
}

package api

import (
	"slices"

	"cenacle/internal/fault"
	"cenacle/internal/group"
	"cenacle/internal/id"
)

// Group is a group of the firm’s own people.
type Group struct {
	ID     id.Group      `json:"id"`
	Name   string        `json:"name"`
	People []GroupPerson `json:"people"`
	Own    int           `json:"own_spaces" doc:"in how many of one’s own spaces it is"`
	Spaces *int          `json:"spaces,omitempty" doc:"in how many spaces it is; for who administers the firm"`
}

// GroupPerson is somebody in a group.
type GroupPerson struct {
	ID    id.Person `json:"id"`
	Name  string    `json:"name"`
	Since Instant   `json:"since"`
	By    id.Person `json:"by" doc:"who let her in"`
}

// Groups are those of the firm.
type Groups struct {
	Groups []Group `json:"groups"`
}

// NewGroup names one.
type NewGroup struct {
	Name string `json:"name" doc:"everybody of the firm reads it, and the firm’s side of the spaces that it is in"`
}

// InGroup names a group in the path.
type InGroup struct {
	Group id.Group `path:"group"`
}

// GroupName renames one.
type GroupName struct {
	InGroup
	Name string `json:"name"`
}

// GroupAdmission lets somebody in.
type GroupAdmission struct {
	InGroup
	Person id.Person `json:"person" doc:"one of the firm’s own people; oneself only while the group is in no space"`
}

// GroupDismissal names somebody in a group.
type GroupDismissal struct {
	InGroup
	Person id.Person `path:"colleague"`
}

// SpaceGroup is a group in a space.
type SpaceGroup struct {
	ID     id.Group    `json:"id"`
	Name   string      `json:"name"`
	Circle id.Circle   `json:"circle" doc:"that its people are in"`
	Since  Instant     `json:"since"`
	By     id.Person   `json:"by" doc:"who put it there"`
	People []id.Person `json:"people" doc:"who is there by it: whom a wall keeps out is not"`
}

// SpaceGroups are those of a space.
type SpaceGroups struct {
	Groups []SpaceGroup `json:"groups"`
}

// Attachment puts a group into a space.
type Attachment struct {
	InSpace
	Group id.Group `json:"group"`
}

// Detachment names a group in a space.
type Detachment struct {
	InSpace
	Group id.Group `path:"group"`
}

func (n *Nouns) groups(r *Request, _ None) (Groups, error) {
	v, err := n.Groups.List(r.Context(), r.Actor)
	out := Groups{Groups: []Group{}}
	for _, g := range v.Groups {
		out.Groups = append(out.Groups, groupOf(v, g))
	}
	return out, err
}

func groupOf(v group.View, g group.Group) Group {
	out := Group{ID: g.ID, Name: g.Name, People: []GroupPerson{}, Own: g.Own}
	if v.Staff != nil {
		out.Spaces = &g.Spaces
	}
	for _, p := range g.People {
		out.People = append(out.People, GroupPerson{p.Person, p.Name, Instant(p.Since), p.By})
	}
	return out
}

// group is one of them, after it was changed.
func (n *Nouns) group(r *Request, of id.Group) (Group, error) {
	v, err := n.Groups.List(r.Context(), r.Actor)
	if err != nil {
		return Group{}, err
	}
	g, found := v.Find(of)
	if !found {
		return Group{}, fault.Absent()
	}
	return groupOf(v, g), nil
}

func (n *Nouns) makeGroup(r *Request, in NewGroup) (Group, error) {
	g, err := n.Groups.Make(r.Context(), r.Actor, in.Name)
	if err != nil {
		return Group{}, err
	}
	return n.group(r, g.ID)
}

func (n *Nouns) madeGroup(r *Request, _ NewGroup, of string) (Group, error) {
	return n.group(r, id.Group(of))
}

func (n *Nouns) renameGroup(r *Request, in GroupName) (Group, error) {
	if err := n.Groups.Rename(r.Context(), r.Actor, in.Group, in.Name); err != nil {
		return Group{}, err
	}
	return n.group(r, in.Group)
}

func (n *Nouns) renamedGroup(r *Request, in GroupName, _ string) (Group, error) {
	return n.group(r, in.Group)
}

func (n *Nouns) admitToGroup(r *Request, in GroupAdmission) (Group, error) {
	if err := n.Groups.Admit(r.Context(), r.Actor, in.Group, in.Person); err != nil {
		return Group{}, err
	}
	return n.group(r, in.Group)
}

func (n *Nouns) admittedToGroup(r *Request, in GroupAdmission, _ string) (Group, error) {
	return n.group(r, in.Group)
}

func (n *Nouns) dismissFromGroup(r *Request, in GroupDismissal) (None, error) {
	return None{}, n.Groups.Dismiss(r.Context(), r.Actor, in.Group, in.Person)
}

func (n *Nouns) dissolveGroup(r *Request, in InGroup) (None, error) {
	return None{}, n.Groups.Dissolve(r.Context(), r.Actor, in.Group)
}

func (n *Nouns) spaceGroups(r *Request, in InSpace) (SpaceGroups, error) {
	p, err := n.Groups.Here(r.Context(), r.Actor, in.Space)
	out := SpaceGroups{Groups: []SpaceGroup{}}
	for _, x := range p.Attached {
		one := SpaceGroup{ID: x.Group, Name: p.Names[x.Group], Circle: x.Circle, Since: Instant(x.Since), By: x.By, People: []id.Person{}}
		for _, s := range p.Seats {
			if s.Group == x.Group {
				one.People = append(one.People, s.Person)
			}
		}
		out.Groups = append(out.Groups, one)
	}
	return out, err
}

func (n *Nouns) attachGroup(r *Request, in Attachment) (SpaceGroup, error) {
	if _, err := n.Groups.Attach(r.Context(), r.Actor, in.Space, in.Group); err != nil {
		return SpaceGroup{}, err
	}
	return n.attachedGroup(r, in, string(in.Group))
}

func (n *Nouns) attachedGroup(r *Request, in Attachment, _ string) (SpaceGroup, error) {
	all, err := n.spaceGroups(r, in.InSpace)
	if err != nil {
		return SpaceGroup{}, err
	}
	i := slices.IndexFunc(all.Groups, func(g SpaceGroup) bool { return g.ID == in.Group })
	if i < 0 {
		return SpaceGroup{}, fault.Absent()
	}
	return all.Groups[i], nil
}

func (n *Nouns) detachGroup(r *Request, in Detachment) (None, error) {
	return None{}, n.Groups.Detach(r.Context(), r.Actor, in.Space, in.Group)
}

// Package group is the groups of the firm's own people that span its spaces, such as
// « Pôle social »: who is in one is in each space that it is in, in the named circle that
// it has there.
//
// It gives no right of its own. What a group gives are rows like anybody's, a membership
// and its circles, which the rule of package authz reads (see circle.Sit): who joins a
// group enters its spaces from now on, who leaves it leaves them, but for what is hers
// without it; a wall wins. Administrators say who is in a group, and see nothing of its
// spaces by that; a lawyer of a space says which groups are in it.
//
// It does not address anything: what is sent goes to circles. Start at [Service.Admit]
// and [Service.Attach].
package group

import (
	"time"
	"unicode/utf8"

	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/fold"
	"cenacle/internal/id"
)

// Limits of a firm.
const (
	MaxName   = 80  // characters of a name
	MaxGroups = 100 // of a firm
	MaxPeople = 100 // of a group
)

// Group is one, with the people in it.
type Group struct {
	ID     id.Group
	Name   string
	Made   time.Time
	People []Person
	Spaces int // that it is in; 0 for who does not administer the firm
	Own    int // of them, those that the reader is in herself
}

// Person is somebody in a group.
type Person struct {
	Person id.Person
	Name   string
	Since  time.Time
	By     id.Person // who let her in
}

// Attached is a group in a space.
type Attached struct {
	Group  id.Group
	Space  id.Space
	Circle id.Circle
	Since  time.Time
	By     id.Person
}

// View is the groups of a firm, for one of its people.
type View struct {
	Groups []Group
	Staff  []firm.Card // who may be let in; nil for who may let nobody in
}

// Find is one of the groups.
func (v View) Find(of id.Group) (Group, bool) {
	for _, g := range v.Groups {
		if g.ID == of {
			return g, true
		}
	}
	return Group{}, false
}

// fits cleans a name, which no other group has.
func fits(typed string, of id.Group, known []Group) (string, error) {
	name := fold.Name(typed)
	if name == "" {
		return "", fault.New(fault.Invalid, "group.name_missing").In("name")
	}
	if utf8.RuneCountInString(name) > MaxName {
		return "", fault.New(fault.Invalid, "group.name_long", MaxName).In("name")
	}
	for _, g := range known {
		if g.ID != of && fold.Key(g.Name) == fold.Key(name) {
			return "", fault.New(fault.Conflict, "group.name_taken").In("name")
		}
	}
	return name, nil
}

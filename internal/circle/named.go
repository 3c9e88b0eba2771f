package circle

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/vault"
)

// Limits of a space.
const (
	MaxName    = 80 // characters of a name
	maxCircles = 50
)

// Service is the use cases of named circles. The lawyer who answers for the
// space is in each of them and stays, so that nothing that is sent to one is
// ever nobody's; whoever makes one is in it too, and only who is in it lets
// others in. A party is another thing under the same roof: see party.go.
type Service struct{ office *act.Office }

// NewService returns the use cases over an office.
func NewService(office *act.Office) *Service { return &Service{office} }

// New is a circle about to be named: Named (also when empty), Inner or Party.
type New struct {
	Space  id.Space
	Name   string
	Kind   Kind
	People []id.Person // besides who makes it and the lead; of a party, all of them
	// Pattern is who sees what in the forum that begins with its first party, for whoever
	// may say how a forum goes; the zero value says nothing, and all see all.
	Pattern Pattern
}

// made is what the journal keeps of a new circle.
type made struct {
	Kind   Kind        `json:"kind"`
	People []id.Person `json:"people"`
}

// Make names a circle and lets its first people in, from now on. Faults in the
// fields name, person and pattern.
func (s *Service) Make(ctx context.Context, by authz.Actor, n New) (made Circle, err error) {
	defer fault.Op(&err, "circle.Make(%s)", n.Space)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := Enter(a, by, n.Space, authz.CircleMake); err != nil {
			return err
		}
		made, err = name(a, by, n)
		return err
	})
	return made, err
}

// name makes a circle in a running act.
func name(a *act.Act, by authz.Actor, n New) (made Circle, err error) {
	known, err := List(a, n.Space)
	if err != nil {
		return made, err
	}
	if len(known) >= maxCircles {
		return made, fault.New(fault.Conflict, "circle.many", maxCircles)
	}
	made = Circle{ID: id.New[id.Circle](a.Now), Kind: cmp.Or(n.Kind, Named)}
	if made.Kind.House() {
		return made, fault.New(fault.Invalid, "circle.kind_unknown").In("kind")
	}
	if made.Name, err = fits(n.Name, made.ID, known); err != nil {
		return made, err
	}
	if err := create(a, n.Space, made); err != nil {
		return made, err
	}
	if err := begins(a, by, n, known); err != nil {
		return made, err
	}
	return made, found(a, by, n, made)
}

// ForGroup is the circle of a space that a group of the firm's own people is put into: the
// named one that has its name, which the actor must be in herself, or else a new one for
// the firm's side alone. Conflict "circle.name_taken" for that of a party. The caller has
// decided that she may attach the group.
func ForGroup(a *act.Act, by authz.Actor, in id.Space, called string) (Circle, error) {
	known, err := List(a, in)
	if err != nil {
		return Circle{}, err
	}
	i := slices.IndexFunc(known, func(c Circle) bool { return fold.Key(c.Name) == fold.Key(called) })
	switch {
	case i < 0:
		return name(a, by, New{Space: in, Name: called, Kind: Inner})
	case known[i].Kind == Party:
		return Circle{}, fault.New(fault.Conflict, "circle.name_taken")
	}
	return Open(a, by, in, known[i].ID, authz.CircleTend)
}

// found lets the first people into a circle and records all of it.
func found(a *act.Act, by authz.Actor, n New, c Circle) error {
	members, err := Members(a, n.Space)
	if err != nil {
		return err
	}
	first := slices.Clone(n.People)
	if c.Kind != Party {
		first = append(first, by.Person)
		for _, m := range members {
			stands, err := Stands(a, n.Space, m.Person)
			if err != nil {
				return err
			}
			if m.Role == authz.Lead && m.Active(a.Now) && !stands {
				first = append(first, m.Person)
			}
		}
	}
	slices.Sort(first)
	first = slices.Compact(first)
	if _, err := a.Record(by, "circle.made", n.Space, string(c.ID), made{c.Kind, first}); err != nil {
		return err
	}
	for _, p := range first {
		if err := admissible(a, n.Space, members, c.Kind, p); err != nil {
			return err
		}
		if err := enter(a, n.Space, c.ID, p, by.Person); err != nil {
			return err
		}
	}
	return tell(a, n.Space)
}

// admissible says whether a member may be let into a circle of a kind.
func admissible(a *act.Act, in id.Space, members []Member, k Kind, person id.Person) error {
	i := slices.IndexFunc(members, func(m Member) bool { return m.Person == person })
	switch {
	case i < 0 || !members[i].Active(a.Now):
		return fault.New(fault.Invalid, "circle.not_member").In("person")
	case k.Within() && !members[i].Role.Inside():
		return fault.New(fault.Invalid, "circle.inner").In("person")
	case k == Party:
		return joins(a, in, members[i])
	}
	return nil
}

// fits cleans a name, which no other circle of the space has.
func fits(typed string, of id.Circle, known []Circle) (string, error) {
	name := fold.Name(typed)
	switch {
	case name == "":
		return "", fault.New(fault.Invalid, "circle.name_missing").In("name")
	case utf8.RuneCountInString(strings.TrimSpace(typed)) > MaxName:
		return "", fault.New(fault.Invalid, "circle.name_long", MaxName).In("name")
	case slices.ContainsFunc(known, func(c Circle) bool { return c.ID != of && fold.Key(c.Name) == fold.Key(name) }):
		return "", fault.New(fault.Conflict, "circle.name_taken").In("name")
	}
	return name, nil
}

// Rename gives a named circle another name.
func (s *Service) Rename(ctx context.Context, by authz.Actor, in id.Space, of id.Circle, name string) (err error) {
	defer fault.Op(&err, "circle.Rename(%s)", of)
	return s.tend(ctx, by, in, of, func(a *act.Act, c Circle) error {
		known, err := List(a, in)
		if err != nil {
			return err
		}
		if name, err = fits(name, of, known); err != nil {
			return err
		}
		box, err := a.SpaceBox(in)
		if err != nil {
			return err
		}
		a.Forget(listOf(in))
		if err := a.Write(updateCircleName, of, box.SealText(namePlace(of), name)); err != nil {
			return err
		}
		_, err = a.Record(by, "circle.renamed", in, string(of), nil)
		return err
	})
}

// moved is what the journal keeps of somebody who enters or leaves.
type moved struct {
	Person id.Person `json:"person"`
}

// Admit lets a member of the space into a named circle from now on: she does
// not see what was sent to it before, unless its sender extends it. Who is in it by a
// group alone is in it in her own right from then on.
func (s *Service) Admit(ctx context.Context, by authz.Actor, in id.Space, of id.Circle, person id.Person) (err error) {
	defer fault.Op(&err, "circle.Admit(%s, %s)", of, person)
	return s.tend(ctx, by, in, of, func(a *act.Act, c Circle) error {
		members, err := Members(a, in)
		if err != nil {
			return err
		}
		own, err := ownCircles(a, in, person)
		if err != nil {
			return err
		}
		if span, known := own[of]; known && span.Covers(a.Now) {
			if changed, err := keeps(a, in, person, false, of); err != nil || !changed {
				return cmp.Or(err, error(fault.New(fault.Conflict, "circle.already_in").In("person")))
			}
		} else if err := admissible(a, in, members, c.Kind, person); err != nil {
			return err
		} else if err := enter(a, in, of, person, by.Person); err != nil {
			return err
		}
		_, err = a.Record(by, "circle.entered", in, string(of), moved{person})
		return err
	})
}

// Dismiss takes a person out of a named circle at once. The lead stays.
func (s *Service) Dismiss(ctx context.Context, by authz.Actor, in id.Space, of id.Circle, person id.Person) (err error) {
	defer fault.Op(&err, "circle.Dismiss(%s, %s)", of, person)
	return s.tend(ctx, by, in, of, func(a *act.Act, _ Circle) error {
		own, err := ownCircles(a, in, person)
		if err != nil {
			return err
		}
		span, known := own[of]
		if !known || !span.Covers(a.Now) {
			return fault.Absent()
		}
		if m, _, err := membership(a, in, person); err != nil || m.Role == authz.Lead {
			return fault.New(fault.Conflict, "circle.lead_stays").Because(err)
		}
		if err := end(a, in, of, person, span); err != nil {
			return err
		}
		a.Signal(in, of)
		_, err = a.Record(by, "circle.left", in, string(of), moved{person})
		return err
	})
}

// tend opens a named circle for those who may change it.
func (s *Service) tend(ctx context.Context, by authz.Actor, in id.Space, of id.Circle, do func(*act.Act, Circle) error) error {
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		c, err := Open(a, by, in, of, authz.CircleTend)
		if err != nil {
			return err
		}
		if err := do(a, c); err != nil {
			return err
		}
		return tell(a, in)
	})
}

// Open finds a named circle of a space for somebody who may do act to it.
func Open(a *act.Act, by authz.Actor, in id.Space, of id.Circle, do authz.Action) (Circle, error) {
	f, err := Facts(a, by, in)
	if err != nil {
		return Circle{}, err
	}
	known, err := List(a, in)
	if err != nil {
		return Circle{}, err
	}
	i := slices.IndexFunc(known, func(c Circle) bool { return c.ID == of && !c.Kind.House() })
	if i < 0 {
		return Circle{}, fault.Absent()
	}
	return authz.Open(authz.Lock(known[i], resource(a, in, known[i])), by, do, f)
}

func resource(a *act.Act, in id.Space, c Circle) authz.Resource {
	return authz.Resource{Kind: authz.OfCircle, Firm: a.Firm(), Space: in, Circle: c.ID, Party: c.Kind == Party}
}

// tell refreshes the open pages of the firm's side.
func tell(a *act.Act, in id.Space) error {
	h, err := HouseOf(a, in)
	if err != nil {
		return err
	}
	a.Signal(in, h.Firm)
	return nil
}

// Beyond keeps of some circles those that reach beyond the firm.
func Beyond(a *act.Act, in id.Space, circles []id.Circle) ([]id.Circle, error) {
	known, err := List(a, in)
	return slices.DeleteFunc(slices.Clone(circles), func(c id.Circle) bool {
		return slices.ContainsFunc(known, func(k Circle) bool { return k.ID == c && k.Kind.Within() })
	}), err
}

func namePlace(c id.Circle) vault.Place {
	return vault.Place{Table: "circle", Column: "name", Row: string(c)}
}

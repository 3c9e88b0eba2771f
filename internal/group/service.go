package group

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// Service is the use cases of groups. It is safe for concurrent use.
type Service struct{ office *act.Office }

// NewService returns the use cases over an office.
func NewService(office *act.Office) *Service { return &Service{office} }

// moved is what the journal keeps of somebody who enters a group or leaves it.
type moved struct {
	Group id.Group `json:"group"`
}

// List tells one of the firm's people which groups there are, and who is in them.
func (s *Service) List(ctx context.Context, by authz.Actor) (v View, err error) {
	defer fault.Op(&err, "group.List")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.GroupSee); err != nil {
			return err
		}
		v, err = view(a, by)
		return err
	})
	return v, err
}

func view(a *act.Act, by authz.Actor) (v View, err error) {
	if v.Groups, err = groups(a, selectGroups); err != nil {
		return v, err
	}
	people, err := members(a, selectAllMembers)
	if err != nil {
		return v, err
	}
	staff, err := firm.Staff(a)
	if err != nil {
		return v, err
	}
	names := make(map[id.Person]string, len(staff))
	for _, c := range staff {
		names[c.Person] = c.Name
	}
	own, err := ownOf(a, by.Person)
	if err != nil {
		return v, err
	}
	keeps := authz.May(by, authz.GroupAdmit, authz.Resource{Kind: authz.OfFirm, Firm: by.Firm}, authz.Facts{Now: a.Now})
	for i := range v.Groups {
		g := &v.Groups[i]
		if g.People, g.Own = people[g.ID], own[g.ID]; keeps {
			if g.Spaces, err = spacesOf(a, g.ID); err != nil {
				return v, err
			}
		}
		for n := range g.People {
			g.People[n].Name = names[g.People[n].Person]
		}
	}
	if keeps {
		v.Staff = slices.DeleteFunc(staff, func(c firm.Card) bool { return c.State != firm.Active })
	}
	return v, nil
}

// Make names a group, with nobody in it and in no space. Faults in the field name.
func (s *Service) Make(ctx context.Context, by authz.Actor, name string) (g Group, err error) {
	defer fault.Op(&err, "group.Make")
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.GroupKeep); err != nil {
			return err
		}
		known, err := groups(a, selectGroups)
		if err != nil {
			return err
		}
		if len(known) >= MaxGroups {
			return fault.New(fault.Conflict, "group.many", MaxGroups).In("name")
		}
		g = Group{ID: id.New[id.Group](a.Now), Made: a.Now}
		if g.Name, err = fits(name, g.ID, known); err != nil {
			return err
		}
		if err := put(a, g); err != nil {
			return err
		}
		_, err = a.Record(by, "group.made", "", string(g.ID), nil)
		return err
	})
	return g, err
}

// Rename gives a group another name; the circles that bear the former keep it. Faults in
// the field name.
func (s *Service) Rename(ctx context.Context, by authz.Actor, of id.Group, name string) (err error) {
	defer fault.Op(&err, "group.Rename(%s)", of)
	return s.tend(ctx, by, of, authz.GroupKeep, func(a *act.Act, g Group) error {
		known, err := groups(a, selectGroups)
		if err != nil {
			return err
		}
		if name, err = fits(name, of, known); err != nil {
			return err
		}
		box, err := a.FirmBox()
		if err != nil {
			return err
		}
		if err := a.Write(updateName, of, box.SealText(namePlace(of), name)); err != nil {
			return err
		}
		_, err = a.Record(by, "group.renamed", "", string(of), nil)
		return err
	})
}

// tend opens a group for who may do something to it.
func (s *Service) tend(ctx context.Context, by authz.Actor, of id.Group, do authz.Action, change func(*act.Act, Group) error) error {
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, do); err != nil {
			return err
		}
		g, err := load(a, of)
		if err != nil {
			return err
		}
		return change(a, g)
	})
}

// Admit lets one of the firm's people into a group and, from now on, into each space that
// it is in: at once into the first, by a job into the others. Nobody lets herself into a
// group that is in a space. Faults in the field person.
func (s *Service) Admit(ctx context.Context, by authz.Actor, of id.Group, person id.Person) (err error) {
	defer fault.Op(&err, "group.Admit(%s, %s)", of, person)
	return s.tend(ctx, by, of, authz.GroupAdmit, func(a *act.Act, g Group) error {
		if err := g.admissible(a, by, person); err != nil {
			return err
		}
		p := Person{Person: person, Since: a.Now, By: by.Person}
		if err := putMember(a, of, p); err != nil {
			return err
		}
		if _, err := a.Record(by, "group.entered", "", string(person), moved{of}); err != nil {
			return err
		}
		return seat(a, by, p, going{Group: of, Person: person, By: by.Person})
	})
}

// admissible demands one of the firm's people who is not in the group.
func (g Group) admissible(a *act.Act, by authz.Actor, person id.Person) error {
	card, err := firm.ActiveCard(a, person)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || !card.Role.Inside() {
		return fault.New(fault.Invalid, "group.no_colleague").In("person").Because(err)
	}
	if _, in := g.find(person); in {
		return fault.New(fault.Conflict, "group.in_already").In("person")
	}
	if len(g.People) >= MaxPeople {
		return fault.New(fault.Conflict, "group.full", MaxPeople).In("person")
	}
	if person != by.Person {
		return nil
	}
	spaces, err := spacesOf(a, g.ID)
	if err == nil && spaces > 0 {
		err = fault.New(fault.Conflict, "group.self").In("person")
	}
	return err
}

func (g Group) find(person id.Person) (Person, bool) {
	i := slices.IndexFunc(g.People, func(p Person) bool { return p.Person == person })
	if i < 0 {
		return Person{}, false
	}
	return g.People[i], true
}

// Dismiss takes somebody out of a group, and out of what she had by it alone: at once in
// the first spaces, by a job in the others. Absent when she is not in it.
func (s *Service) Dismiss(ctx context.Context, by authz.Actor, of id.Group, person id.Person) (err error) {
	defer fault.Op(&err, "group.Dismiss(%s, %s)", of, person)
	return s.tend(ctx, by, of, authz.GroupKeep, func(a *act.Act, g Group) error {
		if _, in := g.find(person); !in {
			return fault.Absent()
		}
		if err := dismiss(a, by, of, person); err != nil {
			return err
		}
		return unseat(a, by, going{Group: of, Person: person, By: by.Person, Until: store.Micros(a.Now)})
	})
}

func dismiss(a *act.Act, by authz.Actor, of id.Group, person id.Person) error {
	if err := a.Write(deleteMember, of, person); err != nil {
		return err
	}
	_, err := a.Record(by, "group.left", "", string(person), moved{of})
	return err
}

// resumed is when what somebody still has by a group that she is no longer in is taken
// away, should she come back to the firm before her departure has reached every space.
const resumed = time.Hour

// Part takes somebody who leaves the firm out of its groups; her places end as all of hers
// do. The caller has decided the right.
func Part(a *act.Act, by authz.Actor, person id.Person) error {
	in, err := members(a, selectMemberships, person)
	if err != nil {
		return err
	}
	for _, of := range slices.Sorted(maps.Keys(in)) {
		if err := dismiss(a, by, of, person); err != nil {
			return err
		}
		g := going{Group: of, Person: person, By: by.Person, Until: store.Micros(a.Now)}
		if err := a.Follow(LeaveJob, "", a.Now.Add(resumed), g); err != nil {
			return err
		}
	}
	return nil
}

// Dissolve ends a group, and what people had by it alone.
func (s *Service) Dissolve(ctx context.Context, by authz.Actor, of id.Group) (err error) {
	defer fault.Op(&err, "group.Dissolve(%s)", of)
	return s.tend(ctx, by, of, authz.GroupKeep, func(a *act.Act, g Group) error {
		for _, stmt := range []store.FirmStmt{deleteMembers, deleteAllAttached, deleteGroup} {
			if err := a.Write(stmt, of); err != nil {
				return err
			}
		}
		if _, err := a.Record(by, "group.dissolved", "", string(of), nil); err != nil {
			return err
		}
		return unseat(a, by, going{Group: of, By: by.Person, Until: store.Micros(a.Now)})
	})
}

// placed is what the journal keeps of a group that comes into a space.
type placed struct {
	Circle id.Circle `json:"circle"`
	People int       `json:"people"` // who are in the group then
}

// Attach puts a group into a space: its people are members of it from now on, in the
// circle that has the name of the group, or in a new one of that name for the firm's side
// alone. Conflict "group.attached" when it is there, "circle.name_taken" when another
// circle has its name; Invalid when there is no such group; all in the field group.
func (s *Service) Attach(ctx context.Context, by authz.Actor, in id.Space, of id.Group) (x Attached, err error) {
	defer fault.Op(&err, "group.Attach(%s, %s)", in, of)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.GroupAttach); err != nil {
			return err
		}
		g, err := load(a, of)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.Invalid, "group.unknown").In("group")
		}
		if err != nil {
			return err
		}
		there, err := In(a, in)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(there, func(x Attached) bool { return x.Group == of }) {
			return fault.New(fault.Conflict, "group.attached").In("group")
		}
		x = Attached{Group: of, Space: in, Since: a.Now, By: by.Person}
		return settle(a, by, &x, g)
	})
	return x, err
}

// settle has the people of a group come into a space.
func settle(a *act.Act, by authz.Actor, x *Attached, g Group) error {
	c, err := circle.ForGroup(a, by, x.Space, g.Name)
	switch {
	case fault.Is(err, fault.Forbidden):
		return fault.New(fault.Conflict, "group.not_in_circle").In("group").Because(err)
	case fault.Is(err, fault.Conflict):
		return fault.New(fault.Conflict, "group.circle_taken").In("group").Because(err)
	case err != nil:
		return err
	}
	x.Circle = c.ID
	if err := putAttached(a, *x); err != nil {
		return err
	}
	if _, err := a.Record(by, "group.attached", x.Space, string(x.Group), placed{x.Circle, len(g.People)}); err != nil {
		return err
	}
	for _, p := range g.People {
		if err := sit(a, by, *x, p); err != nil {
			return err
		}
	}
	return space.Changed(a, x.Space)
}

// Detach takes a group out of a space, and who was there by it alone; its circle stays,
// with what was sent to it. Absent when it is not there.
func (s *Service) Detach(ctx context.Context, by authz.Actor, in id.Space, of id.Group) (err error) {
	defer fault.Op(&err, "group.Detach(%s, %s)", in, of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.GroupDetach); err != nil {
			return err
		}
		there, err := In(a, in)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(there, func(x Attached) bool { return x.Group == of }) {
			return fault.Absent()
		}
		if err := a.Write(deleteAttached, in, of); err != nil {
			return err
		}
		if _, err := a.Record(by, "group.detached", in, string(of), nil); err != nil {
			return err
		}
		seats, err := circle.Seats(a, in)
		if err != nil {
			return err
		}
		for _, one := range seats {
			if one.Group != of {
				continue
			}
			if err := rise(a, by, one); err != nil {
				return err
			}
		}
		return space.Changed(a, in)
	})
}

// Present is the groups in a space, and what each gives to whom there.
type Present struct {
	Attached []Attached
	Names    map[id.Group]string
	Seats    []circle.Seat
}

// Here tells the firm's side of a space which groups are in it, and who is there by them.
func (s *Service) Here(ctx context.Context, by authz.Actor, in id.Space) (p Present, err error) {
	defer fault.Op(&err, "group.Here(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.CircleSee); err != nil {
			return err
		}
		if p.Attached, err = In(a, in); err != nil {
			return err
		}
		if p.Seats, err = circle.Seats(a, in); err != nil {
			return err
		}
		if len(p.Attached)+len(p.Seats) > 0 {
			p.Names, err = Names(a)
		}
		return err
	})
	return p, err
}

// Through are the groups by which somebody is in a circle since the beginning of a stay,
// by their names.
func (p Present) Through(person id.Person, c id.Circle, stay authz.Span) (out []string) {
	for _, s := range p.Seats {
		if s.Person == person && s.Gives(c, stay) {
			out = append(out, cmp.Or(p.Names[s.Group], "…"))
		}
	}
	return out
}

// Place are the groups by which somebody is a member, by their names; none when she is in
// her own right.
func (p Present) Place(m circle.Member) (out []string) {
	for _, s := range p.Seats {
		if s.Person == m.Person && s.GivesPlace(m) {
			out = append(out, cmp.Or(p.Names[s.Group], "…"))
		}
	}
	return out
}

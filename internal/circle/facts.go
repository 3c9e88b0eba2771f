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

// Facts reads what a decision about this actor in this space rests on, in the
// transaction of the act. A space that does not exist, or whose key is
// destroyed, is absent. A row whose MAC fails ends the act.
func Facts(a *act.Act, by authz.Actor, space id.Space) (authz.Facts, error) {
	return act.Seen(a, factsOf{space, by.Person}, func() (authz.Facts, error) { return facts(a, by, space) })
}

// factsOf is what an act that reads remembers the facts under.
type factsOf struct {
	space  id.Space
	person id.Person
}

func facts(a *act.Act, by authz.Actor, space id.Space) (authz.Facts, error) {
	var s Standing
	var walls, stands int64
	var m memberRow
	err := a.Row(selectStanding, []any{space, by.Person}, append(s.dest(), &walls, &stands, &m.role, &m.since, &m.until, &m.mac)...)
	if errors.Is(err, store.ErrNoRow) {
		return authz.Facts{}, fault.Absent()
	}
	if err != nil {
		return authz.Facts{}, err
	}
	f := authz.Facts{Now: a.Now, Space: space, Closed: s.State != "open", Walled: walls > 0, Demand: s.Demand()}
	if m.role == nil {
		return f, nil
	}
	if err := s.check(a, space); err != nil {
		return f, err
	}
	own, err := m.check(a, space, by.Person)
	if err != nil {
		return f, err
	}
	f.Role, f.Member = own.Role, authz.Span{Since: own.Since, Until: own.Until}
	if stands > 0 {
		if f.For, err = actsFor(a, space, by.Person); err != nil {
			return f, err
		}
	}
	f.Circles, err = ownCircles(a, space, by.Person)
	return f, err
}

// Prepare reads, in an act that only reads, the facts about an actor in many
// spaces with few statements, for [Facts] and [Enter] to find: the same rows,
// checked in the same way, none of them twice. Of a space without a key it learns
// nothing.
func Prepare(a *act.Act, by authz.Actor, spaces []id.Space) error {
	spaces = slices.DeleteFunc(slices.Clone(spaces), func(of id.Space) bool { return act.Known(a, factsOf{of, by.Person}) })
	if err := a.Ring().Prepare(a.Tx, spaces); err != nil {
		return err
	}
	for in := range store.Batches(spaces) {
		known, err := standings(a, by.Person, in)
		if err != nil {
			return err
		}
		if err := circlesIn(a, by.Person, in, known); err != nil {
			return err
		}
		for of, f := range known {
			act.Learn(a, factsOf{of, by.Person}, f)
		}
	}
	return nil
}

// standings reads the memberships of a person in several spaces.
func standings(a *act.Act, person id.Person, in []any) (map[id.Space]authz.Facts, error) {
	rows, stand := map[id.Space]standingRow{}, map[id.Space]bool{}
	known := make(map[id.Space]authz.Facts, len(in))
	err := a.Each(selectStandings, append([]any{person}, in...), func(scan func(...any) error) error {
		var of id.Space
		var r standingRow
		var walls, stands int64
		err := scan(append(append([]any{&of}, r.dest()...), &walls, &stands, &r.m.role, &r.m.since, &r.m.until, &r.m.mac)...)
		rows[of], stand[of] = r, stands > 0
		known[of] = authz.Facts{Now: a.Now, Space: of, Closed: r.State != "open", Walled: walls > 0, Demand: r.Demand()}
		return err
	})
	if err != nil {
		return nil, err
	}
	for of, r := range rows {
		if r.m.role == nil {
			continue
		}
		own, err := r.check(a, of, person)
		if fault.Is(err, fault.NotFound) {
			delete(known, of)
			continue
		}
		if err != nil {
			return nil, err
		}
		f := known[of]
		f.Role, f.Member, f.Circles = own.Role, authz.Span{Since: own.Since, Until: own.Until}, map[id.Circle]authz.Span{}
		if stand[of] {
			if f.For, err = actsFor(a, of, person); err != nil {
				return nil, err
			}
		}
		known[of] = f
	}
	return known, nil
}

// standingRow is a space and a person's membership of it as they are stored.
type standingRow struct {
	Standing
	m memberRow
}

func (r standingRow) check(a *act.Act, space id.Space, person id.Person) (Member, error) {
	if err := r.Standing.check(a, space); err != nil {
		return Member{}, err
	}
	return r.m.check(a, space, person)
}

// circlesIn adds the circles a person is in to what is known of several spaces.
func circlesIn(a *act.Act, person id.Person, in []any, known map[id.Space]authz.Facts) error {
	type row struct {
		ownRow
		space id.Space
	}
	var rows []row
	err := a.Each(selectCirclesIn, append([]any{person}, in...), func(scan func(...any) error) error {
		var r row
		err := scan(&r.space, &r.circle, &r.since, &r.until, &r.mac)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		f, entered := known[r.space]
		if !entered || f.Circles == nil {
			continue
		}
		box, err := a.SpaceBox(r.space)
		if err != nil {
			return err
		}
		if f.Circles[r.circle], err = r.check(box, person); err != nil {
			return err
		}
	}
	return nil
}

// memberRow is a membership as it is stored, or nothing of it.
type memberRow struct {
	role         *string
	since, until *int64
	mac          *[]byte
}

func (r memberRow) check(a *act.Act, space id.Space, person id.Person) (Member, error) {
	box, err := a.SpaceBox(space)
	if err != nil {
		return Member{}, err
	}
	m := Member{Person: person, Role: authz.Role(*r.role), Since: store.Time(*r.since), Until: store.Time(*r.until)}
	return m, box.CheckMAC(*r.mac, "membership", string(space), string(person), *r.role, micros(*r.since), micros(*r.until))
}

// Enter is the first line of every act in a space: it reads the facts and
// demands that the actor may do act to the space itself.
func Enter(a *act.Act, by authz.Actor, space id.Space, do authz.Action) (authz.Facts, error) {
	f, err := Facts(a, by, space)
	if err != nil {
		return f, err
	}
	_, err = authz.Open(authz.Lock(space, authz.Resource{Kind: authz.OfSpace, Firm: a.Firm(), Space: space}), by, do, f)
	return f, err
}

// EnterLed is [Enter] for what is left to whoever conducts an assessment there, where
// somebody does.
func EnterLed(a *act.Act, by authz.Actor, space id.Space, do authz.Action) (authz.Facts, error) {
	f, err := Facts(a, by, space)
	if err != nil {
		return f, err
	}
	led, err := Led(a, space)
	if err != nil {
		return f, err
	}
	_, err = authz.Open(authz.Lock(space, authz.Resource{Kind: authz.OfSpace, Firm: a.Firm(), Space: space, Conducted: led}), by, do, f)
	return f, err
}

// Led reports whether somebody conducts an assessment in a space now.
func Led(a *act.Act, space id.Space) (bool, error) {
	members, err := Members(a, space)
	return slices.ContainsFunc(members, func(m Member) bool { return m.Role == authz.Expert && m.Active(a.Now) }), err
}

// Members returns the members of a space, past ones included, oldest first.
// Callers have opened the space.
func Members(a *act.Act, space id.Space) ([]Member, error) {
	all, err := act.Remember(a, membersOf(space), func() ([]Member, error) {
		all := map[id.Space][]Member{}
		err := membersIn(a, selectMembers, []any{space}, all)
		return all[space], err
	})
	return slices.Clone(all), err
}

// MembersIn is [Members] of several spaces.
func MembersIn(a *act.Act, spaces []id.Space) (map[id.Space][]Member, error) {
	out := make(map[id.Space][]Member, len(spaces))
	for in := range store.Batches(spaces) {
		if err := membersIn(a, selectMembersIn, in, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func membersIn(a *act.Act, stmt store.FirmStmt, in []any, into map[id.Space][]Member) error {
	type row struct {
		memberRow
		space  id.Space
		person id.Person
	}
	var rows []row
	err := a.Each(stmt, in, func(scan func(...any) error) error {
		var r row
		err := scan(&r.space, &r.person, &r.role, &r.since, &r.until, &r.mac)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		m, err := r.check(a, r.space, r.person)
		if err != nil {
			return err
		}
		into[r.space] = append(into[r.space], m)
	}
	return nil
}

// Presence is one person in one circle. By is who put her there, empty when
// her role did.
type Presence struct {
	Circle id.Circle
	Person id.Person
	Span   authz.Span
	By     id.Person
}

// Presences returns who is in which circle of a space, past ones included.
// Callers have opened the space.
func Presences(a *act.Act, space id.Space) ([]Presence, error) {
	all, err := act.Remember(a, presencesOf(space), func() ([]Presence, error) { return presences(a, space) })
	return slices.Clone(all), err
}

func presences(a *act.Act, space id.Space) ([]Presence, error) {
	box, err := a.SpaceBox(space)
	if err != nil {
		return nil, err
	}
	var out []Presence
	err = a.Each(selectInCircles, []any{space}, func(scan func(...any) error) error {
		var p Presence
		var since, until int64
		var mac []byte
		if err := scan(&p.Circle, &p.Person, &since, &until, &p.By, &mac); err != nil {
			return err
		}
		p.Span = authz.Span{Since: store.Time(since), Until: store.Time(until)}
		out = append(out, p)
		return box.CheckMAC(mac, "circle_member", string(p.Circle), string(p.Person), micros(since), micros(until))
	})
	return out, err
}

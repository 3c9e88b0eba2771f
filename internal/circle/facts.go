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
	var state string
	var walls int64
	var m memberRow
	err := a.Row(selectStanding, []any{space, by.Person}, &state, &walls, &m.role, &m.since, &m.until, &m.mac)
	if errors.Is(err, store.ErrNoRow) {
		return authz.Facts{}, fault.Absent()
	}
	if err != nil {
		return authz.Facts{}, err
	}
	f := authz.Facts{Now: a.Now, Space: space, Closed: state != "open", Walled: walls > 0}
	if m.role == nil {
		return f, nil
	}
	own, err := m.check(a, space, by.Person)
	if err != nil {
		return f, err
	}
	f.Role, f.Member = own.Role, authz.Span{Since: own.Since, Until: own.Until}
	f.Circles, err = ownCircles(a, space, by.Person)
	return f, err
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

// Members returns the members of a space, past ones included, oldest first.
// Callers have opened the space.
func Members(a *act.Act, space id.Space) ([]Member, error) {
	all, err := act.Remember(a, membersOf(space), func() ([]Member, error) { return members(a, space) })
	return slices.Clone(all), err
}

func members(a *act.Act, space id.Space) ([]Member, error) {
	box, err := a.SpaceBox(space)
	if err != nil {
		return nil, err
	}
	var out []Member
	err = a.Each(selectMemberships, []any{space}, func(scan func(...any) error) error {
		var m Member
		var since, until int64
		var mac []byte
		if err := scan(&m.Person, &m.Role, &since, &until, &mac); err != nil {
			return err
		}
		m.Since, m.Until = store.Time(since), store.Time(until)
		out = append(out, m)
		return box.CheckMAC(mac, "membership", string(space), string(m.Person), string(m.Role), micros(since), micros(until))
	})
	return out, err
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

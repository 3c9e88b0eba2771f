package circle

import (
	"errors"

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
	var state string
	var walls int64
	err := a.Row(selectStanding, []any{space, by.Person}, &state, &walls)
	if errors.Is(err, store.ErrNoRow) {
		return authz.Facts{}, fault.Absent()
	}
	if err != nil {
		return authz.Facts{}, err
	}
	f := authz.Facts{Now: a.Now, Space: space, Closed: state != "open", Walled: walls > 0}
	m, found, err := membership(a, space, by.Person)
	if err != nil || !found {
		return f, err
	}
	f.Role, f.Member = m.Role, authz.Span{Since: m.Since, Until: m.Until}
	f.Circles, err = ownCircles(a, space, by.Person)
	return f, err
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

// Presence is one person in one circle.
type Presence struct {
	Circle id.Circle
	Person id.Person
	Span   authz.Span
}

// Presences returns who is in which circle of a space, past ones included.
// Callers have opened the space.
func Presences(a *act.Act, space id.Space) ([]Presence, error) {
	box, err := a.SpaceBox(space)
	if err != nil {
		return nil, err
	}
	var out []Presence
	err = a.Each(selectInCircles, []any{space}, func(scan func(...any) error) error {
		var p Presence
		var since, until int64
		var mac []byte
		if err := scan(&p.Circle, &p.Person, &since, &until, &mac); err != nil {
			return err
		}
		p.Span = authz.Span{Since: store.Time(since), Until: store.Time(until)}
		out = append(out, p)
		return box.CheckMAC(mac, "circle_member", string(p.Circle), string(p.Person), micros(since), micros(until))
	})
	return out, err
}

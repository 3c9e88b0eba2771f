// Package circle holds who belongs to a space and to its circles. A circle is
// a named set of people that serves both as an address and as a right of
// access; membership has a since date, so that a newcomer does not see what
// was sent before.
//
// It is also where the facts of every decision come from: start at [Facts].
// It never decides itself; that is package authz.
package circle

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Kind tells the three circles every space opens with from those named later.
type Kind string

const (
	Firm   Kind = "firm"   // Cabinet
	Client Kind = "client" // Client
	All    Kind = "all"    // Tous
	Named  Kind = "named"
	Inner  Kind = "inner" // named too, and for the firm's side alone
	Party  Kind = "party" // of a forum: people from outside alone, kept by the firm's side
)

// Within reports whether only the firm's own people can ever be in it.
func (k Kind) Within() bool { return k == Firm || k == Inner }

// House reports whether a space opens with it: nobody lets people in or out.
func (k Kind) House() bool { return k == Firm || k == Client || k == All }

// Circle is one circle of a space. Name is empty for the three of the house,
// which the catalogs name (circle.kind.firm, …).
type Circle struct {
	ID   id.Circle
	Kind Kind
	Name string
}

// Member is a person in a space. A zero Until has no end.
type Member struct {
	Person id.Person
	Role   authz.Role
	Since  time.Time
	Until  time.Time
}

// Active reports whether the membership holds at t.
func (m Member) Active(t time.Time) bool { return authz.Span{Since: m.Since, Until: m.Until}.Covers(t) }

// House is the three circles of a space.
type House struct{ Firm, Client, All id.Circle }

// CreateHouse makes the three circles of a new space.
func CreateHouse(a *act.Act, space id.Space) (House, error) {
	h := House{id.New[id.Circle](a.Now), id.New[id.Circle](a.Now), id.New[id.Circle](a.Now)}
	for _, c := range []Circle{{ID: h.Firm, Kind: Firm}, {ID: h.Client, Kind: Client}, {ID: h.All, Kind: All}} {
		if err := create(a, space, c); err != nil {
			return House{}, err
		}
	}
	return h, nil
}

func create(a *act.Act, space id.Space, c Circle) error {
	box, err := a.SpaceBox(space)
	if err != nil {
		return err
	}
	name := box.SealText(namePlace(c.ID), c.Name)
	a.Forget(listOf(space))
	return a.Write(insertCircle, c.ID, space, c.Kind, name, store.Micros(a.Now),
		box.MAC("circle", string(c.ID), string(space), string(c.Kind)))
}

// What an act remembers of a space: its circles, its members, and who of them is
// in which.
type (
	listOf      id.Space
	membersOf   id.Space
	presencesOf id.Space
)

// List returns the circles of a space, oldest first. Callers have opened the
// space; every row's MAC is checked.
func List(a *act.Act, space id.Space) ([]Circle, error) {
	all, err := act.Remember(a, listOf(space), func() ([]Circle, error) { return list(a, space) })
	return slices.Clone(all), err
}

func list(a *act.Act, space id.Space) ([]Circle, error) {
	box, err := a.SpaceBox(space)
	if err != nil {
		return nil, err
	}
	var out []Circle
	err = a.Each(selectCircles, []any{space}, func(scan func(...any) error) error {
		var c Circle
		var name, mac []byte
		if err := scan(&c.ID, &c.Kind, &name, &mac); err != nil {
			return err
		}
		if err := box.CheckMAC(mac, "circle", string(c.ID), string(space), string(c.Kind)); err != nil {
			return err
		}
		if c.Name, err = box.OpenText(namePlace(c.ID), name); err != nil {
			return err
		}
		out = append(out, c)
		return nil
	})
	return out, err
}

// HouseOf returns the three circles of a space.
func HouseOf(a *act.Act, space id.Space) (House, error) {
	circles, err := List(a, space)
	if err != nil {
		return House{}, err
	}
	var h House
	for _, c := range circles {
		switch c.Kind {
		case Firm:
			h.Firm = c.ID
		case Client:
			h.Client = c.ID
		case All:
			h.All = c.ID
		}
	}
	return h, nil
}

// Announce tells the open pages of everybody in a space that something changed there.
func Announce(a *act.Act, space id.Space) error {
	h, err := HouseOf(a, space)
	a.Signal(space, h.Firm, h.Client, h.All)
	return err
}

// Join makes a person a member of a space and of the circles that her role
// goes with: the firm's people are in Cabinet and Tous, everybody else in
// Client (clients alone) and Tous; each of those has a date when she is looked at
// again ([Review]). One who left comes back from now on; one who is already an active member is a conflict, and so is one whom a wall keeps out.
// Who is there by a group of the firm alone is there in her own right from then on, with
// the beginning that she has.
func Join(a *act.Act, space id.Space, person id.Person, role authz.Role) error {
	was, found, err := membership(a, space, person)
	if err != nil {
		return err
	}
	if found && was.Active(a.Now) {
		return remain(a, space, person)
	}
	if err := passable(a, space, person); err != nil {
		return err
	}
	if err := putMembership(a, space, Member{Person: person, Role: role, Since: a.Now}, found); err != nil {
		return err
	}
	h, err := HouseOf(a, space)
	if err != nil {
		return err
	}
	circles := []id.Circle{h.All}
	switch {
	case role.Inside():
		circles = append(circles, h.Firm)
	case role == authz.Client:
		circles = append(circles, h.Client)
	}
	for _, c := range circles {
		if err := enter(a, space, c, person, ""); err != nil {
			return err
		}
	}
	if role.Inside() {
		return arrives(a, space, person)
	}
	return planNew(a, space, person, a.Now)
}

// remain has somebody who is in a space by a group alone be there in her own right;
// Conflict for who is already.
func remain(a *act.Act, space id.Space, person id.Person) error {
	if changed, err := keepsPlace(a, space, person); err != nil || changed {
		return err
	}
	return fault.New(fault.Conflict, "circle.already_member")
}

// Leave ends a membership and every circle membership of the space, from now; that
// she stands in there for anybody, or anybody for her; and that a group has her there.
func Leave(a *act.Act, space id.Space, person id.Person) error {
	m, found, err := membership(a, space, person)
	if err != nil {
		return err
	}
	if !found || !m.Active(a.Now) {
		return fault.Absent()
	}
	if m.Role.Inside() {
		if err := errors.Join(standDownFor(a, space, person), forget(a, space, person), unseatAll(a, space, person)); err != nil {
			return err
		}
	}
	m.Until = a.Now
	if err := putMembership(a, space, m, true); err != nil {
		return err
	}
	own, err := ownCircles(a, space, person)
	if err != nil {
		return err
	}
	for c, span := range own {
		if span.Until.IsZero() || span.Until.After(a.Now) {
			if err := end(a, space, c, person, span); err != nil {
				return err
			}
		}
	}
	return nil
}

// enter puts a person into a circle from now on; by is who did, empty when her
// role does.
func enter(a *act.Act, space id.Space, c id.Circle, person, by id.Person) error {
	return enterAs(a, space, c, Presence{Person: person, Span: authz.Span{Since: a.Now}, By: by})
}

// enterAs puts a person into a circle with a beginning of its own. What was sent
// before now is hers from then on, and is not news to her.
func enterAs(a *act.Act, space id.Space, c id.Circle, p Presence) error {
	own, err := ownCircles(a, space, p.Person)
	if err != nil {
		return err
	}
	mac, err := seal(a, space, c, p.Person, p.Span)
	if err != nil {
		return err
	}
	since := store.Micros(p.Span.Since)
	a.Forget(presencesOf(space))
	if _, known := own[c]; known {
		err = a.Write(updateEntered, c, p.Person, since, p.By, mac)
	} else {
		err = a.Write(insertInCircle, c, p.Person, space, since, p.By, mac)
	}
	if err != nil {
		return err
	}
	return a.Write(insertUnread, c, p.Person, store.Micros(a.Now))
}

// end takes a person out of a circle from now on.
func end(a *act.Act, space id.Space, c id.Circle, person id.Person, s authz.Span) error {
	s.Until = a.Now
	mac, err := seal(a, space, c, person, s)
	if err != nil {
		return err
	}
	a.Forget(presencesOf(space))
	return a.Write(updateEnded, c, person, store.Micros(a.Now), mac)
}

func seal(a *act.Act, space id.Space, c id.Circle, person id.Person, s authz.Span) ([]byte, error) {
	box, err := a.SpaceBox(space)
	if err != nil {
		return nil, err
	}
	return box.MAC("circle_member", string(c), string(person), micros(store.Micros(s.Since)), micros(store.Micros(s.Until))), nil
}

func putMembership(a *act.Act, space id.Space, m Member, known bool) error {
	box, err := a.SpaceBox(space)
	if err != nil {
		return err
	}
	stmt := insertMembership
	if known {
		stmt = updateMembership
	}
	since, until := store.Micros(m.Since), store.Micros(m.Until)
	a.Forget(membersOf(space))
	return a.Write(stmt, space, m.Person, m.Role, since, until,
		box.MAC("membership", string(space), string(m.Person), string(m.Role), micros(since), micros(until)))
}

func membership(a *act.Act, space id.Space, person id.Person) (Member, bool, error) {
	var r memberRow
	err := a.Row(selectMembership, []any{space, person}, &r.role, &r.since, &r.until, &r.mac)
	if errors.Is(err, store.ErrNoRow) {
		return Member{}, false, nil
	}
	if err != nil {
		return Member{}, false, err
	}
	m, err := r.check(a, space, person)
	return m, err == nil, err
}

func ownCircles(a *act.Act, space id.Space, person id.Person) (map[id.Circle]authz.Span, error) {
	box, err := a.SpaceBox(space)
	if err != nil {
		return nil, err
	}
	own := map[id.Circle]authz.Span{}
	err = a.Each(selectOwnCircles, []any{space, person}, func(scan func(...any) error) error {
		var r ownRow
		if err := scan(&r.circle, &r.since, &r.until, &r.mac); err != nil {
			return err
		}
		own[r.circle], err = r.check(box, person)
		return err
	})
	return own, err
}

// ownRow is one circle that a person is in, as it is stored.
type ownRow struct {
	circle       id.Circle
	since, until int64
	mac          []byte
}

func (r ownRow) check(box *vault.Box, person id.Person) (authz.Span, error) {
	err := box.CheckMAC(r.mac, "circle_member", string(r.circle), string(person), micros(r.since), micros(r.until))
	return authz.Span{Since: store.Time(r.since), Until: store.Time(r.until)}, err
}

func micros(n int64) string { return strconv.FormatInt(n, 10) }

package circle

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Seat is that a group of the firm's own people has one of them in a space.
//
// What she is there by it are rows like anybody's: a membership, the circles that go
// with it, and the named circle that the group is in. The seat says which of them it
// gave, by their beginnings; [Unseat] ends those that neither she herself nor another
// group holds, and that nobody has changed meanwhile.
type Seat struct {
	Group  id.Group
	Space  id.Space
	Person id.Person
	Since  time.Time

	gave gave
}

// Gives reports whether she is in a circle by it, since the beginning of a stay.
func (s Seat) Gives(c id.Circle, stay authz.Span) bool {
	return s.gave.Circles[c] != 0 && s.gave.Circles[c] == store.Micros(stay.Since)
}

// GivesPlace reports whether she is a member of the space by it.
func (s Seat) GivesPlace(m Member) bool {
	return s.gave.Member != 0 && s.gave.Member == store.Micros(m.Since)
}

// gave is what a group gave: the beginnings of the rows, in µs. A Member of 0 is that
// she was there in her own right.
type gave struct {
	Member  int64               `json:"member,omitempty"`
	Circles map[id.Circle]int64 `json:"circles,omitempty"`
}

// Moved is what a seat changed: whether she came into the space or left it, and which
// named circle she entered or left; empty for none.
type Moved struct {
	Place  bool
	Circle id.Circle
}

// Sit has a group put one of its people into a space and into a circle of it, from now
// on; what she has there in her own right stays hers. It reports whether she is there by
// the group now: not where a wall keeps her out or was never lifted, nor where the group
// has put her already. The caller has decided the right, knows her for one of the
// firm's, and records the act.
func Sit(a *act.Act, s Seat, role authz.Role, in id.Circle, by id.Person) (m Moved, sits bool, err error) {
	if _, walled, err := wallOf(a, s.Space, s.Person); err != nil || walled {
		return m, false, err
	}
	others, err := SeatsBy(a, s.Space, s.Person)
	if err != nil || slices.ContainsFunc(others, func(o Seat) bool { return o.Group == s.Group }) {
		return m, false, err
	}
	err = beside(a, s.Space, s.Person, func() error {
		s.Since, s.gave.Circles = a.Now, map[id.Circle]int64{}
		if m.Place, err = s.join(a, others, role); err != nil {
			return err
		}
		entered, err := s.enter(a, others, in, by)
		if err != nil {
			return err
		}
		if entered {
			m.Circle = in
		}
		return s.put(a, insertSeat)
	})
	return m, err == nil, err
}

// join makes her a member, when she is none, and reports whether it did.
func (s *Seat) join(a *act.Act, others []Seat, role authz.Role) (came bool, err error) {
	m, known, err := membership(a, s.Space, s.Person)
	if err != nil {
		return false, err
	}
	if known && m.Active(a.Now) {
		if slices.ContainsFunc(others, func(o Seat) bool { return o.GivesPlace(m) }) {
			s.gave.Member = store.Micros(m.Since)
		}
		return false, nil
	}
	s.gave.Member = store.Micros(a.Now)
	if err := putMembership(a, s.Space, Member{Person: s.Person, Role: role, Since: a.Now}, known); err != nil {
		return true, err
	}
	return true, arrives(a, s.Space, s.Person)
}

// enter lets her into the circles that go with her place, and into that of the group; it
// reports whether she was not in that one before.
func (s *Seat) enter(a *act.Act, others []Seat, in id.Circle, by id.Person) (entered bool, err error) {
	h, err := HouseOf(a, s.Space)
	if err != nil {
		return false, err
	}
	own, err := ownCircles(a, s.Space, s.Person)
	if err != nil {
		return false, err
	}
	for _, c := range []id.Circle{h.All, h.Firm, in} {
		span, known := own[c]
		if !known || !span.Covers(a.Now) {
			who := id.Person("") // her role does
			if c == in {
				who, entered = by, true
			}
			if err := enter(a, s.Space, c, s.Person, who); err != nil {
				return entered, err
			}
			s.gave.Circles[c] = store.Micros(a.Now)
		} else if slices.ContainsFunc(others, func(o Seat) bool { return o.Gives(c, span) }) {
			s.gave.Circles[c] = store.Micros(span.Since)
		}
	}
	return entered, nil
}

// Unseat ends that a group has somebody in a space, and what she had there by it alone.
func Unseat(a *act.Act, s Seat) (m Moved, err error) {
	if err := a.Write(deleteSeat, s.Space, s.Person, s.Group); err != nil {
		return m, err
	}
	others, err := SeatsBy(a, s.Space, s.Person)
	if err != nil {
		return m, err
	}
	err = beside(a, s.Space, s.Person, func() error {
		now, known, err := membership(a, s.Space, s.Person)
		if err != nil || !known || !now.Active(a.Now) {
			return err
		}
		if s.GivesPlace(now) && !slices.ContainsFunc(others, func(o Seat) bool { return o.GivesPlace(now) }) {
			m.Place = true
			return Leave(a, s.Space, s.Person)
		}
		m.Circle, err = s.leave(a, others)
		return err
	})
	return m, err
}

// leave takes her out of the circles that the seat alone gave, and who stands in for her.
func (s Seat) leave(a *act.Act, others []Seat) (left id.Circle, err error) {
	own, err := ownCircles(a, s.Space, s.Person)
	if err != nil {
		return left, err
	}
	for _, c := range slices.Sorted(maps.Keys(s.gave.Circles)) {
		span := own[c]
		if !span.Covers(a.Now) || !s.Gives(c, span) || slices.ContainsFunc(others, func(o Seat) bool { return o.Gives(c, span) }) {
			continue
		}
		left = c
		if err := end(a, s.Space, c, s.Person, span); err != nil {
			return left, err
		}
		a.Signal(s.Space, c)
	}
	if left == "" {
		return left, nil
	}
	deputies, err := standIns(a, selectStandInsFor, s.Space, s.Person)
	for _, d := range deputies {
		if err := beside(a, s.Space, d.Person, func() error { return nil }); err != nil {
			return left, err
		}
	}
	return left, err
}

// beside changes what somebody has in a space herself, also while she stands in there for
// another: what she has of the other is set aside for it, and laid anew over what she has
// then.
func beside(a *act.Act, space id.Space, person id.Person, change func() error) error {
	s, stands, err := StandDown(a, space, person)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	if !stands || !a.Now.Before(s.Until) {
		return nil
	}
	_, err = Stand(a, s)
	return err
}

// keeps makes what groups gave somebody in a space her own: her place, her circles of the
// house and those that are named. It stays hers when the groups leave. It reports whether
// anything was not her own before.
func keeps(a *act.Act, space id.Space, person id.Person, all bool, circles ...id.Circle) (changed bool, err error) {
	seats, err := SeatsBy(a, space, person)
	if err != nil {
		return false, err
	}
	for _, s := range seats {
		n := len(s.gave.Circles)
		maps.DeleteFunc(s.gave.Circles, func(c id.Circle, _ int64) bool { return slices.Contains(circles, c) })
		touched := len(s.gave.Circles) != n
		if all && s.gave.Member != 0 {
			s.gave.Member, touched = 0, true
		}
		if !touched {
			continue
		}
		changed = true
		if err := s.put(a, updateSeat); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// keepsPlace makes her place in a space her own, with the circles that go with it.
func keepsPlace(a *act.Act, space id.Space, person id.Person) (changed bool, err error) {
	h, err := HouseOf(a, space)
	if err != nil {
		return false, err
	}
	return keeps(a, space, person, true, h.All, h.Firm)
}

// keepsAll makes her place and each of her circles her own.
func keepsAll(a *act.Act, space id.Space, person id.Person) error {
	known, err := List(a, space)
	if err != nil {
		return err
	}
	circles := make([]id.Circle, len(known))
	for i, c := range known {
		circles[i] = c.ID
	}
	_, err = keeps(a, space, person, true, circles...)
	return err
}

// Seats are those of a space, of people in the order of their identifiers. Callers have
// opened the space.
func Seats(a *act.Act, space id.Space) ([]Seat, error) { return seats(a, selectSeats, space) }

// SeatsIn is [Seats] of several spaces.
func SeatsIn(a *act.Act, spaces []id.Space) (map[id.Space][]Seat, error) {
	out := make(map[id.Space][]Seat, len(spaces))
	for in := range store.Batches(spaces) {
		all, err := seats(a, selectSeatsIn, in...)
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			out[s.Space] = append(out[s.Space], s)
		}
	}
	return out, nil
}

// SeatsOf are the next that a group gave up to an instant, at most limit: of one person
// when she is named, or of anybody. More says that there may be further ones. Those in a
// space whose key is destroyed are taken away.
func SeatsOf(a *act.Act, of id.Group, person id.Person, until time.Time, limit int) (out []Seat, more bool, err error) {
	stmt, args := selectSeatsOf, []any{of, store.Micros(until), limit}
	if person != "" {
		stmt, args = selectSeatsFor, append(args, person)
	}
	rows, err := seatRows(a, stmt, args)
	if err != nil {
		return nil, false, err
	}
	for _, r := range rows {
		s, err := r.open(a)
		if fault.Is(err, fault.NotFound) {
			err = a.Write(deleteSeat, r.Space, r.Person, r.Group)
		} else if err == nil {
			out = append(out, s)
		}
		if err != nil {
			return nil, false, err
		}
	}
	return out, len(rows) == limit, nil
}

// SeatsBy are those of somebody in a space.
func SeatsBy(a *act.Act, space id.Space, person id.Person) ([]Seat, error) {
	return seats(a, selectSeatsBy, space, person)
}

func seats(a *act.Act, stmt store.FirmStmt, args ...any) (out []Seat, err error) {
	rows, err := seatRows(a, stmt, args)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		s, err := r.open(a)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func seatRows(a *act.Act, stmt store.FirmStmt, args []any) (rows []seatRow, err error) {
	err = a.Each(stmt, args, func(scan func(...any) error) error {
		var r seatRow
		err := scan(&r.Space, &r.Person, &r.Group, &r.since, &r.text, &r.mac)
		rows = append(rows, r)
		return err
	})
	return rows, err
}

// seatRow is a seat as it is stored.
type seatRow struct {
	Seat
	since int64
	text  string
	mac   []byte
}

func (r *seatRow) fields() []string {
	return []string{string(r.Space), string(r.Person), string(r.Group), micros(r.since), r.text}
}

func (r *seatRow) open(a *act.Act) (Seat, error) {
	box, err := a.SpaceBox(r.Space)
	if err != nil {
		return Seat{}, err
	}
	if err := box.CheckMAC(r.mac, "group_seat", r.fields()...); err != nil {
		return Seat{}, err
	}
	r.Since = store.Time(r.since)
	if err := json.Unmarshal([]byte(r.text), &r.gave); err != nil {
		return Seat{}, fmt.Errorf("circle: what a group gave somebody: %w", err)
	}
	return r.Seat, nil
}

func (s Seat) put(a *act.Act, stmt store.FirmStmt) error {
	raw, err := json.Marshal(s.gave)
	if err != nil {
		return err
	}
	box, err := a.SpaceBox(s.Space)
	if err != nil {
		return err
	}
	r := seatRow{Seat: s, since: store.Micros(s.Since), text: string(raw)}
	return a.Write(stmt, s.Space, s.Person, s.Group, r.since, r.text, box.MAC("group_seat", r.fields()...))
}

// unseatAll ends every seat of somebody in a space, whose place there has ended.
func unseatAll(a *act.Act, space id.Space, person id.Person) error {
	return a.Write(deleteSeats, space, person)
}

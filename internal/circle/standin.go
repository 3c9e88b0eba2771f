package circle

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// StandIn is that one of the firm's people stands in for another in a space, for the
// time of an absence.
//
// Her membership and her circles there are rows like anybody's, with an end: the one
// rule gives her what the other has, on every channel, and ends it at that instant
// though nobody does anything. What she had there herself is kept beside, and given
// back by [StandDown]; until then it is shut, too, from that instant on.
type StandIn struct {
	Absence id.Absence
	Space   id.Space
	Person  id.Person // who stands in
	Away    id.Person
	Until   time.Time
}

// stay is what somebody had, in µs, and until when she was given more; a Since of 0 is
// that she had nothing.
type stay struct {
	Role  authz.Role `json:"role,omitempty"`
	Since int64      `json:"since"`
	Until int64      `json:"until"`
	Given int64      `json:"given"`
}

// former is what she had before: her membership, and those of the circles that were
// changed.
type former struct {
	Member  stay               `json:"member"`
	Circles map[id.Circle]stay `json:"circles"`
}

// Stand has a person take the place of another in a space until an instant, and
// reports whether she does. She does not where a wall keeps her out or was never
// lifted, where she stands in for somebody already, and where the other is no member
// in her own right. What the other has not read awaits her. The caller has decided the
// right, knows both for the firm's people and records the act.
func Stand(a *act.Act, s StandIn) (stands bool, err error) {
	theirs, circles, err := ownPlace(a, s.Space, s.Away)
	if err != nil || !theirs.Active(a.Now) || !theirs.Role.Inside() {
		return false, err
	}
	if barred, err := s.barred(a); err != nil || barred {
		return false, err
	}
	mine, known, err := membership(a, s.Space, s.Person)
	if err != nil {
		return false, err
	}
	was := former{Circles: map[id.Circle]stay{}}
	next := Member{Person: s.Person, Role: theirs.Role, Since: a.Now, Until: earlier(s.Until, theirs.Until)}
	if known && mine.Active(a.Now) {
		was.Member = stay{Role: mine.Role, Since: store.Micros(mine.Since), Until: store.Micros(mine.Until)}
		next.Role, next.Since = higher(mine.Role, theirs.Role), mine.Since
	}
	was.Member.Given = store.Micros(next.Until)
	if err := putMembership(a, s.Space, next, known); err != nil {
		return false, err
	}
	if err := s.enter(a, circles, &was); err != nil {
		return false, err
	}
	if err := s.put(a, was); err != nil {
		return false, err
	}
	err = a.Write(insertAwaited, s.Space, s.Away, s.Person, store.Micros(a.Now))
	return true, err
}

// ownPlace is what somebody has in a space in her own right.
func ownPlace(a *act.Act, space id.Space, person id.Person) (Member, map[id.Circle]authz.Span, error) {
	m, _, err := membership(a, space, person)
	if err != nil {
		return m, nil, err
	}
	circles, err := ownCircles(a, space, person)
	if err != nil {
		return m, nil, err
	}
	_, was, stands, err := standInOf(a, space, person)
	if err != nil || !stands {
		return m, circles, err
	}
	m = Member{Person: person, Role: was.Member.Role, Since: store.Time(was.Member.Since), Until: store.Time(was.Member.Until)}
	for c, st := range was.Circles {
		if delete(circles, c); st.Since != 0 {
			circles[c] = authz.Span{Since: store.Time(st.Since), Until: store.Time(st.Until)}
		}
	}
	return m, circles, nil
}

func (s StandIn) barred(a *act.Act) (bool, error) {
	if _, walled, err := wallOf(a, s.Space, s.Person); err != nil || walled {
		return true, err
	}
	_, _, stands, err := standInOf(a, s.Space, s.Person)
	return stands, err
}

// enter lets her into the circles of the other, since then, and writes down what she
// had of them.
func (s StandIn) enter(a *act.Act, theirs map[id.Circle]authz.Span, was *former) error {
	own, err := ownCircles(a, s.Space, s.Person)
	if err != nil {
		return err
	}
	for c, span := range theirs {
		mine, known := own[c]
		in := known && mine.Covers(a.Now)
		if !span.Covers(a.Now) || in && !span.Since.Before(mine.Since) {
			continue
		}
		given := authz.Span{Since: span.Since, Until: earlier(s.Until, span.Until)}
		st := stay{Given: store.Micros(given.Until)}
		if in {
			st.Since, st.Until = store.Micros(mine.Since), store.Micros(mine.Until)
		}
		was.Circles[c] = st
		if err := putStay(a, s.Space, c, Presence{Person: s.Person, Span: given, By: s.Away}, known); err != nil {
			return err
		}
	}
	return nil
}

// StandDown ends that somebody stands in in a space, and gives back what she had there
// herself. What somebody has changed of it meanwhile is left as it is. It reports
// whether she stood in for anybody.
func StandDown(a *act.Act, space id.Space, person id.Person) (StandIn, bool, error) {
	s, was, stands, err := standInOf(a, space, person)
	if err != nil || !stands {
		return s, false, err
	}
	m, _, err := membership(a, space, person)
	if err != nil {
		return s, false, err
	}
	if store.Micros(m.Until) == was.Member.Given {
		if err := putMembership(a, space, was.Member.member(a, m), true); err != nil {
			return s, false, err
		}
	}
	own, err := ownCircles(a, space, person)
	if err != nil {
		return s, false, err
	}
	for c, span := range own {
		st, changed := was.Circles[c]
		switch {
		case changed && store.Micros(span.Until) == st.Given:
			err = putStay(a, space, c, Presence{Person: person, Span: st.span(a, span), By: ""}, true)
		case was.Member.Since == 0 && span.Covers(a.Now): // let in by somebody, who took her for a member
			err = end(a, space, c, person, span)
		}
		if err != nil {
			return s, false, err
		}
	}
	return s, true, forget(a, space, person)
}

// member is the membership that is given back; of none, that which ends now.
func (st stay) member(a *act.Act, now Member) Member {
	if st.Since == 0 {
		return Member{Person: now.Person, Role: authz.Colleague, Since: now.Since, Until: earlier(a.Now, now.Until)}
	}
	return Member{Person: now.Person, Role: st.Role, Since: store.Time(st.Since), Until: store.Time(st.Until)}
}

func (st stay) span(a *act.Act, now authz.Span) authz.Span {
	if st.Since == 0 {
		return authz.Span{Since: now.Since, Until: earlier(a.Now, now.Until)}
	}
	return authz.Span{Since: store.Time(st.Since), Until: store.Time(st.Until)}
}

// standDownFor ends that others stand in for somebody who loses what they stand in for.
func standDownFor(a *act.Act, space id.Space, away id.Person) error {
	all, err := standIns(a, selectStandInsFor, space, away)
	if err != nil {
		return err
	}
	for _, s := range all {
		if _, _, err := StandDown(a, space, s.Person); err != nil {
			return err
		}
	}
	return nil
}

// StandIns are those who stand in for others in a space, in no order.
func StandIns(a *act.Act, space id.Space) ([]StandIn, error) {
	return standIns(a, selectStandIns, space)
}

// StandInsOf are the next spaces in which somebody stands in by an absence.
func StandInsOf(a *act.Act, of id.Absence, limit int) ([]StandIn, error) {
	return standIns(a, selectStandInsOf, of, limit)
}

// StandsIn are the spaces in which a person stands in for others.
func StandsIn(a *act.Act, person id.Person) ([]StandIn, error) {
	return standIns(a, selectStandInsBy, person)
}

func standIns(a *act.Act, stmt store.FirmStmt, args ...any) (out []StandIn, err error) {
	var rows []standInRow
	err = a.Each(stmt, args, func(scan func(...any) error) error {
		var r standInRow
		err := scan(r.dest()...)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if _, err := r.open(a); err != nil {
			return nil, err
		}
		out = append(out, r.StandIn)
	}
	return out, nil
}

// actsFor has what she does there be done for whom she stands in for.
func actsFor(a *act.Act, space id.Space, person id.Person) (id.Person, error) {
	s, _, stands, err := standInOf(a, space, person)
	if err == nil && stands {
		a.ActsFor(space, person, s.Away)
	}
	return s.Away, err
}

// Stands reports whether what somebody is in a space she is for another.
func Stands(a *act.Act, space id.Space, person id.Person) (bool, error) {
	_, _, stands, err := standInOf(a, space, person)
	return stands, err
}

// DeputyOf is who stands in for somebody in a space now, or empty.
func DeputyOf(a *act.Act, space id.Space, away id.Person) (id.Person, error) {
	all, err := standIns(a, selectStandInsFor, space, away)
	for _, s := range all {
		if a.Now.Before(s.Until) {
			return s.Person, err
		}
	}
	return "", err
}

// standInOf reads whether somebody stands in in a space.
func standInOf(a *act.Act, space id.Space, person id.Person) (StandIn, former, bool, error) {
	var r standInRow
	err := a.Row(selectStandIn, []any{space, person}, r.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		return StandIn{}, former{}, false, nil
	}
	if err != nil {
		return StandIn{}, former{}, false, err
	}
	was, err := r.open(a)
	return r.StandIn, was, err == nil, err
}

// standInRow is a row as it is stored.
type standInRow struct {
	StandIn
	until  int64
	former string
	mac    []byte
}

func (r *standInRow) dest() []any {
	return []any{&r.Space, &r.Person, &r.Absence, &r.Away, &r.until, &r.former, &r.mac}
}

func (r *standInRow) fields() []string {
	return []string{string(r.Space), string(r.Person), string(r.Absence), string(r.Away), micros(r.until), r.former}
}

func (r *standInRow) open(a *act.Act) (was former, err error) {
	box, err := a.SpaceBox(r.Space)
	if err != nil {
		return was, err
	}
	if err := box.CheckMAC(r.mac, "stand_in", r.fields()...); err != nil {
		return was, err
	}
	r.Until = store.Time(r.until)
	if err := json.Unmarshal([]byte(r.former), &was); err != nil {
		return was, fmt.Errorf("circle: what somebody had before: %w", err)
	}
	return was, nil
}

func (s StandIn) put(a *act.Act, was former) error {
	raw, err := json.Marshal(was)
	if err != nil {
		return err
	}
	var box *vault.Box
	if box, err = a.SpaceBox(s.Space); err != nil {
		return err
	}
	r := standInRow{StandIn: s, until: store.Micros(s.Until), former: string(raw)}
	return a.Write(insertStandIn, s.Space, s.Person, s.Absence, s.Away, r.until, r.former, box.MAC("stand_in", r.fields()...))
}

// forget takes the row away.
func forget(a *act.Act, space id.Space, person id.Person) error {
	return a.Write(deleteStandIn, space, person)
}

// putStay writes that somebody is in a circle, with an end.
func putStay(a *act.Act, space id.Space, c id.Circle, p Presence, known bool) error {
	mac, err := seal(a, space, c, p.Person, p.Span)
	if err != nil {
		return err
	}
	a.Forget(presencesOf(space))
	since, until := store.Micros(p.Span.Since), store.Micros(p.Span.Until)
	if known {
		err = a.Write(updateStay, c, p.Person, since, until, p.By, mac)
	} else {
		err = a.Write(insertStay, c, p.Person, space, since, until, p.By, mac)
	}
	return err
}

// earlier is the earlier of two ends; the zero time is none.
func earlier(x, y time.Time) time.Time {
	if x.IsZero() || !y.IsZero() && y.Before(x) {
		return y
	}
	return x
}

// higher is the role that may more, of two of the firm's side.
func higher(x, y authz.Role) authz.Role {
	for _, r := range []authz.Role{authz.Lead, authz.Colleague} {
		if x == r || y == r {
			return r
		}
	}
	return authz.Assistant
}

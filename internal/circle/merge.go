package circle

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Clash is why one identity of a person cannot take the place of another in a space.
type Clash string

const (
	NoClash      Clash = ""
	ClashRole    Clash = "role"    // they are there in different roles, of which neither has all that the other has
	ClashParties Clash = "parties" // they are of different parties of a forum
)

// ClashIn finds out. The caller has decided that it may be said.
func ClashIn(a *act.Act, space id.Space, former, kept id.Person) (Clash, error) {
	was, found, err := membership(a, space, former)
	if err != nil || !found || !was.Active(a.Now) {
		return NoClash, err
	}
	is, found, err := membership(a, space, kept)
	if err != nil || !found || !is.Active(a.Now) {
		return NoClash, err
	}
	if is.Role != was.Role {
		return ClashRole, nil
	}
	one, err := partyOf(a, space, former)
	if err != nil {
		return NoClash, err
	}
	other, err := partyOf(a, space, kept)
	if err == nil && one != "" && other != "" && one != other {
		return ClashParties, nil
	}
	return NoClash, err
}

// partyOf is the party of a forum that somebody is in now, or "".
func partyOf(a *act.Act, space id.Space, person id.Person) (id.Circle, error) {
	own, err := ownCircles(a, space, person)
	if err != nil {
		return "", err
	}
	parties, err := Parties(a, space)
	for _, c := range parties {
		if span, there := own[c.ID]; there && span.Covers(a.Now) {
			return c.ID, err
		}
	}
	return "", err
}

// SpacesOf are those that a person is or was a member of, in the order of their
// identifiers. It opens nothing.
func SpacesOf(a *act.Act, person id.Person) (out []id.Space, err error) {
	return spaceList(a, selectSpacesOf, person)
}

// WalledFrom are the spaces that a wall keeps a person out of. It opens nothing.
func WalledFrom(a *act.Act, person id.Person) (out []id.Space, err error) {
	return spaceList(a, selectWalledFrom, person)
}

func spaceList(a *act.Act, stmt store.FirmStmt, person id.Person) (out []id.Space, err error) {
	err = a.Each(stmt, []any{person}, func(scan func(...any) error) error {
		var of id.Space
		err := scan(&of)
		out = append(out, of)
		return err
	})
	return out, err
}

// ShareWall has a wall against one identity of a person stand against the other too, with
// its reason and its last day: her membership ends. One that stands already stays. It
// returns who had raised the first, empty where nothing was to be done.
func ShareWall(a *act.Act, space id.Space, former, kept id.Person) (by id.Person, err error) {
	w, found, err := wallOf(a, space, former)
	if err != nil || !found {
		return "", err
	}
	if _, stands, err := wallOf(a, space, kept); err != nil || stands {
		return "", err
	}
	w.Person = kept
	return cmp.Or(w.By, former), Raise(a, space, w)
}

// Merge ends the membership of one identity of a person from outside the firm, and has
// the other one have what she had: her role, and each of her circles since the earlier of
// when either came, so that she sees what either saw and nothing else. It reports whether
// anything passed: not where a wall keeps the other out, one that is over too, nor where
// they clash. What the former has read is read, and what awaited her awaits the other.
// The caller knows both for one person, and records the act.
func Merge(a *act.Act, space id.Space, former, kept id.Person) (passed bool, err error) {
	was, found, err := membership(a, space, former)
	if err != nil || !found || !was.Active(a.Now) {
		return false, err
	}
	clash, err := ClashIn(a, space, former, kept)
	if err != nil {
		return false, err
	}
	_, walled, err := wallOf(a, space, kept)
	if err != nil {
		return false, err
	}
	if passed = clash == NoClash && !walled && !was.Role.Inside(); passed {
		if err := seat(a, space, was, kept); err != nil {
			return false, err
		}
	}
	if err := Leave(a, space, former); err != nil {
		return false, err
	}
	err = a.Write(deleteUnreadOf, former, space)
	return passed, err
}

// seat gives the one what the other has.
func seat(a *act.Act, space id.Space, was Member, kept id.Person) error {
	due, err := ReviewsIn(a, space)
	if err != nil {
		return err
	}
	is, known, err := membership(a, space, kept)
	if err != nil {
		return err
	}
	next := Member{Person: kept, Role: was.Role, Since: was.Since, Until: was.Until}
	if known && is.Active(a.Now) {
		next.Since, next.Until = wider(authz.Span{Since: is.Since, Until: is.Until}, authz.Span{Since: was.Since, Until: was.Until})
	}
	if err := putMembership(a, space, next, known); err != nil {
		return err
	}
	if err := seatCircles(a, space, was.Person, kept); err != nil {
		return err
	}
	for _, stmt := range []store.FirmStmt{insertReadOf, insertUnreadOf} {
		if err := a.Write(stmt, kept, was.Person, space); err != nil {
			return err
		}
	}
	at, set := due[was.Person]
	if hers, also := due[kept]; also && known && is.Active(a.Now) && (!set || hers.Before(at)) {
		at, set = hers, true
	}
	if !set {
		return planNew(a, space, kept, a.Now)
	}
	return plan(a, space, kept, at)
}

// seatCircles lets the one into the circles that the other is in.
func seatCircles(a *act.Act, space id.Space, former, kept id.Person) error {
	theirs, err := ownCircles(a, space, former)
	if err != nil {
		return err
	}
	own, err := ownCircles(a, space, kept)
	if err != nil {
		return err
	}
	all, err := Presences(a, space)
	if err != nil {
		return err
	}
	for _, c := range slices.Sorted(maps.Keys(theirs)) {
		span := theirs[c]
		if !span.Covers(a.Now) {
			continue
		}
		mine, known := own[c]
		if known && mine.Covers(a.Now) {
			span.Since, span.Until = wider(mine, span)
		}
		by := all[slices.IndexFunc(all, func(p Presence) bool { return p.Circle == c && p.Person == former })].By
		if err := putStay(a, space, c, Presence{c, kept, span, by}, known); err != nil {
			return err
		}
	}
	return nil
}

// wider is the time that two stays which both hold now cover together.
func wider(one, other authz.Span) (since, until time.Time) {
	since, until = one.Since, one.Until
	if other.Since.Before(since) {
		since = other.Since
	}
	if other.Until.IsZero() || !until.IsZero() && other.Until.After(until) {
		until = other.Until
	}
	return since, until
}

var (
	selectSpacesOf = store.ForFirm(`select space_id from membership where firm_id = $1 and person_id = $2 order by space_id`)

	selectWalledFrom = store.ForFirm(`select space_id from wall where firm_id = $1 and person_id = $2 order by space_id`)

	// What person $3 has read in space $4 is read by person $2, unless she has read it herself.
	insertReadOf = store.ForFirm(`
insert into read_mark (firm_id, item_id, person_id, read_at)
select i.firm_id, i.id, $2, r.read_at
from item i cross join read_mark r
where i.firm_id = $1 and i.space_id = $4 and r.firm_id = $1 and r.item_id = i.id and r.person_id = $3
on conflict (firm_id, item_id, person_id) do nothing`)

	insertUnreadOf = store.ForFirm(`
insert into unread (firm_id, person_id, space_id, item_id, since)
select u.firm_id, $2, u.space_id, u.item_id, u.since
from unread u
where u.firm_id = $1 and u.person_id = $3 and u.space_id = $4
  and not exists (select 1 from read_mark r where r.firm_id = $1 and r.item_id = u.item_id and r.person_id = $2)
on conflict (firm_id, person_id, space_id, item_id) do nothing`)

	deleteUnreadOf = store.ForFirm(`delete from unread where firm_id = $1 and person_id = $2 and space_id = $3`)
)

package agenda

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// row is an event as it is stored.
type row struct {
	Event
	from, to, cancelled, changed, read int64
	content, mac                       []byte
}

func (r *row) dest() []any {
	return []any{&r.ID, &r.Space, &r.from, &r.to, &r.cancelled, &r.Revision, &r.By, &r.changed, &r.content, &r.mac, &r.read}
}

// fields are those that the MAC of the row covers.
func (e Event) fields() []string {
	cancelled := "0"
	if e.Cancelled {
		cancelled = "1"
	}
	return []string{string(e.ID), string(e.Space), number(store.Micros(e.From)), number(store.Micros(e.To)), cancelled,
		strconv.Itoa(e.Revision), string(e.By), number(store.Micros(e.Changed))}
}

// open checks the row and opens its words.
func (r *row) open(box *vault.Box) (Event, error) {
	e := r.Event
	e.From, e.To, e.Changed, e.Cancelled = store.Time(r.from), store.Time(r.to), store.Time(r.changed), r.cancelled == 1
	if err := box.CheckMAC(r.mac, "event", e.fields()...); err != nil {
		return e, err
	}
	c, err := unseal(box, contentPlace(e.ID), r.content)
	e.Entry, e.Reason, e.Basis = c.Entry, c.Reason, c.Basis
	return e, err
}

func unseal(box *vault.Box, at vault.Place, sealed []byte) (c content, err error) {
	raw, err := box.Open(at, sealed)
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, fmt.Errorf("agenda: content of %s: %w", at.Row, err)
	}
	return c, nil
}

// seal writes the words and the MAC of an event.
func (e Event) seal(a *act.Act) (sealed, mac []byte, err error) {
	box, err := a.SpaceBox(e.Space)
	if err != nil {
		return nil, nil, err
	}
	raw, err := json.Marshal(content{e.Entry, e.Reason, e.Basis})
	if err != nil {
		return nil, nil, fmt.Errorf("agenda: content of %s: %w", e.ID, err)
	}
	return box.Seal(contentPlace(e.ID), raw), box.MAC("event", e.fields()...), nil
}

func insert(a *act.Act, e Event) error {
	sealed, mac, err := e.seal(a)
	if err != nil {
		return err
	}
	_, err = a.Exec(insertEvent, e.ID, e.Space, store.Micros(e.From), store.Micros(e.To), flag(e.Cancelled), e.Revision, e.By,
		store.Micros(e.Changed), sealed, mac, e.origin())
	return err
}

// keep writes what an event has become, and what it was.
func keep(a *act.Act, was, is Event) error {
	box, err := a.SpaceBox(is.Space)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(content{was.Entry, was.Reason, was.Basis})
	if err != nil {
		return fmt.Errorf("agenda: content of %s: %w", was.ID, err)
	}
	_, err = a.Exec(insertPast, was.ID, was.Revision, is.By, store.Micros(is.Changed), box.Seal(pastPlace(was.ID, was.Revision), raw),
		box.MAC("event_past", pastFields(was.ID, was.Revision, is.By, store.Micros(is.Changed))...))
	if err != nil {
		return err
	}
	sealed, mac, err := is.seal(a)
	if err != nil {
		return err
	}
	_, err = a.Exec(updateEvent, is.ID, store.Micros(is.From), store.Micros(is.To), flag(is.Cancelled), is.Revision, is.By,
		store.Micros(is.Changed), sealed, mac)
	return err
}

// past reads what an event was.
func past(a *act.Act, of Event) (out []Past, err error) {
	box, err := a.SpaceBox(of.Space)
	if err != nil {
		return nil, err
	}
	err = a.Each(selectPast, []any{of.ID}, func(scan func(...any) error) error {
		var p Past
		var revision int
		var until int64
		var sealed, mac []byte
		if err := scan(&revision, &p.By, &until, &sealed, &mac); err != nil {
			return err
		}
		if err := box.CheckMAC(mac, "event_past", pastFields(of.ID, revision, p.By, until)...); err != nil {
			return err
		}
		c, err := unseal(box, pastPlace(of.ID, revision), sealed)
		p.Entry, p.Basis, p.Until = c.Entry, c.Basis, store.Time(until)
		out = append(out, p)
		return err
	})
	return out, err
}

func pastPlace(of id.Item, revision int) vault.Place {
	return vault.Place{Table: "event_past", Column: "content", Row: string(of) + "/" + strconv.Itoa(revision)}
}

func pastFields(of id.Item, revision int, by id.Person, until int64) []string {
	return []string{string(of), strconv.Itoa(revision), string(by), number(until)}
}

// load opens one event for an actor and an action, with the facts for further
// decisions.
func load(a *act.Act, by authz.Actor, in id.Space, of id.Item, do authz.Action) (Event, authz.Facts, error) {
	h, f, err := item.Open(a, by, in, item.Event, of, do)
	if err != nil {
		return Event{}, f, err
	}
	e, read, err := stored(a, h.Space, of, by.Person)
	return e.as(h, by, f, read), f, err
}

// stored is an event of a space as it stands in its row, and whether somebody has
// read it.
func stored(a *act.Act, in id.Space, of id.Item, reader id.Person) (Event, bool, error) {
	var r row
	err := a.Row(selectEvent, []any{of, reader}, r.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		err = fault.Absent()
	}
	if err != nil {
		return Event{}, false, err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return Event{}, false, err
	}
	e, err := r.open(box)
	if err == nil && e.Space != in {
		err = fault.Absent()
	}
	return e, r.read > 0, err
}

// as adds what the item says, to whom looks.
func (e Event) as(h item.Header, by authz.Actor, f authz.Facts, read bool) Event {
	e.Author, e.Created, e.Internal, e.Read = h.Author, h.Created, h.Internal, read || h.Author == by.Person
	if f.Role.Inside() {
		for _, to := range h.Audience {
			e.Circles = append(e.Circles, to.Circle)
		}
	}
	return e
}

// beyond sorts after every identifier, whose first digit is at most 7.
const beyond = id.Space("8")

// list reads what the rule gives to the actor, and where it goes on. Each is opened by the same rule as
// one alone, over rows whose MACs were checked.
func list(a *act.Act, by authz.Actor, q Query) (out []Event, more After, err error) {
	first, last := q.Space, q.Space
	if q.Space == "" {
		last = beyond
	}
	events, err := way(a, by, q)
	if err != nil {
		return nil, more, err
	}
	// What ends at From or later does not begin longer before it than an event lasts.
	after, to := store.Micros(q.From.AddDate(0, 0, -mostDays-1)), int64(math.MaxInt64)
	if q.From.IsZero() {
		after = math.MinInt64
	}
	if q.After.ID != "" {
		after = store.Micros(q.After.From)
	}
	if !q.To.IsZero() {
		to = store.Micros(q.To)
	}
	var rows []row
	args := []any{by.Person, store.Micros(a.Now), first, last, store.Micros(q.From), to, after, q.After.ID, q.Limit + 1}
	err = a.Each(events, args, func(scan func(...any) error) error {
		var r row
		err := scan(r.dest()...)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, more, err
	}
	if len(rows) > q.Limit && q.Limit > 0 {
		rows = rows[:q.Limit]
		more = After{store.Time(rows[q.Limit-1].from), rows[q.Limit-1].ID}
	}
	out, err = reveal(a, by, rows)
	return out, more, err
}

// way goes through the spaces of the actor, or through time when she is in many.
func way(a *act.Act, by authz.Actor, q Query) (store.FirmStmt, error) {
	if q.Space != "" || by.Only() != nil {
		return selectEvents, nil
	}
	many, err := space.Many(a, by)
	if err != nil || many {
		return selectEventsOfMany, err
	}
	return selectEvents, nil
}

// reveal opens rows that a statement has found, those that are really hers.
func reveal(a *act.Act, by authz.Actor, rows []row) (out []Event, err error) {
	ids, spaces := make([]id.Item, len(rows)), []id.Space{}
	for i, r := range rows {
		ids[i] = r.ID
		spaces = append(spaces, r.Space)
	}
	slices.Sort(spaces)
	if err := circle.Prepare(a, by, slices.Compact(spaces)); err != nil {
		return nil, err
	}
	found, err := item.LoadAll(a, item.Event, ids)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		locked, there := found[r.ID]
		if !there {
			continue
		}
		f, err := circle.Facts(a, by, r.Space)
		var h item.Header
		if err == nil {
			h, err = authz.Open(locked, by, authz.AgendaSee, f)
		}
		if fault.Is(err, fault.NotFound) {
			continue // the rows say hers, the rule says no
		}
		if err != nil {
			return nil, err
		}
		box, err := a.SpaceBox(r.Space)
		if err != nil {
			return nil, err
		}
		e, err := r.open(box)
		if err != nil {
			return nil, err
		}
		out = append(out, e.as(h, by, f, r.read > 0))
	}
	return out, nil
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

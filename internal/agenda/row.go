package agenda

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

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
	e.Entry, e.Reason, e.Basis, e.Apart = c.Entry, c.Reason, c.Basis, c.Apart
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
	raw, err := json.Marshal(content{e.Entry, e.Reason, e.Basis, e.Apart})
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
	return a.Write(insertEvent, e.ID, e.Space, store.Micros(e.From), store.Micros(e.To), flag(e.Cancelled), e.Revision, e.By,
		store.Micros(e.Changed), sealed, mac, e.origin(), flag(e.Repeats()))
}

// keep writes what an event has become, and what it was.
func keep(a *act.Act, was, is Event) error {
	box, err := a.SpaceBox(is.Space)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(content{was.Entry, was.Reason, was.Basis, was.Apart})
	if err != nil {
		return fmt.Errorf("agenda: content of %s: %w", was.ID, err)
	}
	err = a.Write(insertPast, was.ID, was.Revision, is.By, store.Micros(is.Changed), box.Seal(pastPlace(was.ID, was.Revision), raw),
		box.MAC("event_past", pastFields(was.ID, was.Revision, is.By, store.Micros(is.Changed))...))
	if err != nil {
		return err
	}
	sealed, mac, err := is.seal(a)
	if err != nil {
		return err
	}
	return a.Write(updateEvent, is.ID, store.Micros(is.From), store.Micros(is.To), flag(is.Cancelled), is.Revision, is.By,
		store.Micros(is.Changed), sealed, mac, flag(is.Repeats()))
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
		p.Entry, p.Apart, p.Basis, p.Until = c.Entry, c.Apart, c.Basis, store.Time(until)
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
	e.Author, e.Created, e.Internal = h.Author, h.Created, h.Internal
	e.Read = read || h.Author == by.Person && e.Revision == 1 // what others make of it she has to read
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
// one alone, over rows whose MACs were checked. Dates of series come between the others.
func list(a *act.Act, by authz.Actor, q Query, zone *time.Location) (out []Event, more After, err error) {
	events, series, err := way(a, by, q)
	if err != nil {
		return nil, more, err
	}
	rows, err := q.rows(a, by, events)
	if err != nil {
		return nil, more, err
	}
	if len(rows) > q.Limit && q.Limit > 0 {
		rows = rows[:q.Limit]
		more = After{store.Time(rows[q.Limit-1].from), rows[q.Limit-1].ID}
	}
	if out, err = reveal(a, by, rows); err != nil {
		return nil, more, err
	}
	again, err := q.again(a, by, series, zone)
	for _, o := range again {
		if more.ID == "" || !more.before(o) {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, inTime)
	if len(out) > q.Limit && q.Limit > 0 {
		out = out[:q.Limit]
		more = After{out[q.Limit-1].From, out[q.Limit-1].ID}
	}
	return out, more, err
}

// bounds are the arguments of every list: who looks, at which time and, unless it is
// over all of many spaces, where.
func (q Query) bounds(a *act.Act, by authz.Actor, over store.FirmStmt) []any {
	first, last, to := q.Space, q.Space, int64(math.MaxInt64)
	if q.Space == "" {
		last = beyond
	}
	if !q.To.IsZero() {
		to = store.Micros(q.To)
	}
	out := []any{by.Person, store.Micros(a.Now), store.Micros(q.From), to}
	if over == selectSeriesOfMany {
		return out
	}
	return append(out, first, last)
}

// rows reads what does not come again, one more than are asked for.
func (q Query) rows(a *act.Act, by authz.Actor, events store.FirmStmt) (rows []row, err error) {
	// What ends at From or later does not begin longer before it than an event lasts.
	after := store.Micros(q.From.AddDate(0, 0, -mostDays-1))
	if q.From.IsZero() {
		after = math.MinInt64
	}
	if q.After.ID != "" {
		after = store.Micros(q.After.From)
	}
	return scanned(a, events, append(q.bounds(a, by, events), after, q.After.ID, q.Limit+1))
}

func scanned(a *act.Act, events store.FirmStmt, args []any) (rows []row, err error) {
	err = a.Each(events, args, func(scan func(...any) error) error {
		var r row
		err := scan(r.dest()...)
		rows = append(rows, r)
		return err
	})
	return rows, err
}

// again reads the dates that a list shows of the series which lie in its time.
func (q Query) again(a *act.Act, by authz.Actor, series store.FirmStmt, zone *time.Location) (out []Event, err error) {
	rows, err := scanned(a, series, q.bounds(a, by, series))
	if err != nil {
		return nil, err
	}
	found, err := reveal(a, by, rows)
	for _, e := range found {
		out = append(out, q.dates(e, zone)...)
	}
	return out, err
}

// dates are those of a series that a list shows.
func (q Query) dates(e Event, zone *time.Location) (out []Event) {
	for _, o := range e.Occurrences(zone) {
		switch {
		case o.To.Before(q.From) || !q.To.IsZero() && !o.From.Before(q.To):
		case q.As == Whole:
			if q.After.before(e) {
				out = append(out, e)
			}
			return out
		case q.As == Next && o.Cancelled:
		case q.After.before(o):
			out = append(out, o)
			if q.As == Next {
				return out
			}
		}
	}
	return out
}

// way goes through the spaces of the actor, or through time when she is in many: to
// what does not come again, and to what does.
func way(a *act.Act, by authz.Actor, q Query) (events, series store.FirmStmt, err error) {
	many := false
	if q.Space == "" && by.Only() == nil {
		many, err = space.Many(a, by)
	}
	if many {
		return selectEventsOfMany, selectSeriesOfMany, err
	}
	return selectEvents, selectSeries, err
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

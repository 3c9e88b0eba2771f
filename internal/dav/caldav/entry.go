package caldav

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/id"
)

const (
	// since is how far back a calendar goes: what ended earlier is in Cénacle.
	since = 366 * 24 * time.Hour
	// most is how many events a calendar lists, the earliest first.
	most = 2000
	// page is how many are read in one transaction.
	page = 500
)

// span is a part of time; a zero end has none.
type span struct{ from, to time.Time }

// holds reports whether an event, or a date of a series, lies in it.
func (s span) holds(e agenda.Event, zone *time.Location) bool {
	return slices.ContainsFunc(e.Occurrences(zone), s.over)
}

// over is the rule of RFC 4791, 9.9: what has no length lies where it begins.
func (s span) over(e agenda.Event) bool {
	if !s.to.IsZero() && !e.From.Before(s.to) {
		return false
	}
	return e.To.After(s.from) || e.To.Equal(e.From) && e.From.Equal(s.from)
}

// entry is an event as it is sent.
type entry struct {
	event   id.Item
	zoned   *span  // of a series: where it needs the zone of its hours
	text    string // iCalendar
	tag     string // of these very bytes, so that it is another in another language
	changed time.Time
}

func newEntry(of id.Item, changed time.Time, text string) entry {
	sum := sha256.Sum256([]byte(text))
	return entry{event: of, text: text, tag: `"` + hex.EncodeToString(sum[:16]) + `"`, changed: changed}
}

// list is the events of the calendar in a span of time, as she may see them now.
func (r *request) list(s span) (out []entry, err error) {
	if oldest := r.Now.Add(-since); s.from.Before(oldest) {
		s.from = oldest
	}
	q := agenda.Query{From: s.from, To: s.to, Limit: page, As: agenda.Whole}
	for len(out) < most {
		found, more, err := r.dav.Agendas.List(r.Context(), r.actor, q)
		if err != nil {
			return nil, err
		}
		for _, e := range found {
			if s.holds(e, r.dav.Zone) && len(out) < most {
				out = append(out, r.entry(e))
			}
		}
		if more == (agenda.After{}) {
			break
		}
		q.After = more
	}
	return out, nil
}

// pick is the events at some places, those that she may see.
func (r *request) pick(at []place) (map[id.Item]entry, error) {
	var which []id.Item
	for _, p := range at {
		if p.kind == object {
			which = append(which, p.event)
		}
	}
	found, err := r.dav.Agendas.Pick(r.Context(), r.actor, which)
	out := make(map[id.Item]entry, len(found))
	for _, e := range found {
		out[e.ID] = r.entry(e)
	}
	return out, err
}

// entry is an event as a file of its own.
func (r *request) entry(e agenda.Event) entry {
	var l lines
	var zoned *span
	l.begin()
	if e.Repeats() && e.Start != "" {
		zoned = &span{e.From, e.To}
		l.zone(r.dav.Zone, *zoned)
	}
	r.write(&l, e)
	l.end()
	out := newEntry(e.ID, e.Changed, l.String())
	out.zoned = zoned
	return out
}

// whole is all of them as one file.
func (r *request) whole(all []entry) entry {
	var l lines
	var last time.Time
	l.begin()
	l.text("X-WR-CALNAME", r.printer.T("caldav.calendar"))
	l.plain("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
	l.plain("X-PUBLISHED-TTL", "PT1H")
	if s := zoned(all); s != nil {
		l.zone(r.dav.Zone, *s)
	}
	for _, one := range all {
		l.inside(one.text)
		if one.changed.After(last) {
			last = one.changed
		}
	}
	l.end()
	return newEntry("", last, l.String())
}

// zoned is the time over which some of them need the zone of their hours, or nil.
func zoned(all []entry) (out *span) {
	for _, one := range all {
		switch {
		case one.zoned == nil:
		case out == nil:
			whole := *one.zoned
			out = &whole
		default:
			if one.zoned.from.Before(out.from) {
				out.from = one.zoned.from
			}
			if one.zoned.to.After(out.to) {
				out.to = one.zoned.to
			}
		}
	}
	return out
}

// ctag is another whenever the calendar is.
func ctag(all []entry) string {
	sum := sha256.New()
	for _, one := range all {
		_, _ = sum.Write([]byte(string(one.event) + one.tag)) // a hash takes everything
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

package caldav

import (
	"crypto/sha256"
	"encoding/hex"
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

// holds reports whether an event lies in it, by the rule of RFC 4791, 9.9: one
// without a length lies where it begins.
func (s span) holds(e agenda.Event) bool {
	if !s.to.IsZero() && !e.From.Before(s.to) {
		return false
	}
	return e.To.After(s.from) || e.To.Equal(e.From) && e.From.Equal(s.from)
}

// entry is an event as it is sent.
type entry struct {
	event   id.Item
	text    string // iCalendar
	tag     string // of these very bytes, so that it is another in another language
	changed time.Time
}

func newEntry(of id.Item, changed time.Time, text string) entry {
	sum := sha256.Sum256([]byte(text))
	return entry{of, text, `"` + hex.EncodeToString(sum[:16]) + `"`, changed}
}

// list is the events of the calendar in a span of time, as she may see them now.
func (r *request) list(s span) (out []entry, err error) {
	if oldest := r.Now.Add(-since); s.from.Before(oldest) {
		s.from = oldest
	}
	q := agenda.Query{From: s.from, To: s.to, Limit: page}
	for len(out) < most {
		found, more, err := r.dav.Agendas.List(r.Context(), r.actor, q)
		if err != nil {
			return nil, err
		}
		for _, e := range found {
			if s.holds(e) && len(out) < most {
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
	l.begin()
	r.write(&l, e)
	l.end()
	return newEntry(e.ID, e.Changed, l.String())
}

// whole is all of them as one file.
func (r *request) whole(all []entry) entry {
	var l lines
	var last time.Time
	l.begin()
	l.text("X-WR-CALNAME", r.printer.T("caldav.calendar"))
	l.plain("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
	l.plain("X-PUBLISHED-TTL", "PT1H")
	for _, one := range all {
		l.inside(one.text)
		if one.changed.After(last) {
			last = one.changed
		}
	}
	l.end()
	return newEntry("", last, l.String())
}

// ctag is another whenever the calendar is.
func ctag(all []entry) string {
	sum := sha256.New()
	for _, one := range all {
		_, _ = sum.Write([]byte(string(one.event) + one.tag)) // a hash takes everything
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

package caldav

import (
	"net/url"
	"strings"
	"time"

	"cenacle/internal/dav/davxml"
	"cenacle/internal/fault"
	"cenacle/internal/front"
)

// report answers the two questions that a calendar is asked (RFC 4791, 7.8 and 7.9):
// what lies in a part of time, and what some addresses hold.
func (r *request) report(w *front.Writer) error {
	body, err := r.parse(w)
	if err != nil {
		return err
	}
	if body == nil {
		return malformed(davxml.ErrRefused)
	}
	q, err := readWanted(body)
	if err != nil {
		return err
	}
	var b strings.Builder
	davxml.Begin(&b, "multistatus", namespaces)
	switch {
	case r.at.kind != calendar || body.Name.Space != calSpace:
		err = unanswered()
	case body.Name.Local == "calendar-query":
		err = r.query(&b, q, body)
	case body.Name.Local == "calendar-multiget":
		err = r.multiget(&b, q, body)
	default:
		err = unanswered()
	}
	if err != nil {
		return err
	}
	return r.multistatus(w, &b)
}

func unanswered() error { return fault.New(fault.Forbidden, "drive.unsupported").Because(errReport) }

// query writes the events that a filter lets through.
func (r *request) query(b *strings.Builder, q wanted, body *davxml.Element) error {
	s, none, err := readFilter(body.In(calSpace, "filter"))
	if err != nil || none {
		return err
	}
	found, err := r.list(s)
	for i := range found {
		n := within(&found[i])
		r.response(b, q, &n)
	}
	return err
}

// multiget writes what stands at the addresses that are named, and which of them
// lead to nothing.
func (r *request) multiget(b *strings.Builder, q wanted, body *davxml.Element) error {
	var typed []string
	var at []place
	for _, c := range body.Children {
		if !c.Is("href") {
			continue
		}
		p, err := r.referred(strings.TrimSpace(c.Text))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		typed, at = append(typed, strings.TrimSpace(c.Text)), append(at, p)
	}
	if len(at) > most {
		return malformed(davxml.ErrRefused)
	}
	found, err := r.pick(at)
	if err != nil {
		return err
	}
	for i, p := range at {
		if one, here := found[p.event]; here && p.kind == object {
			n := within(&one)
			r.response(b, q, &n)
			continue
		}
		b.WriteString("<D:response><D:href>")
		davxml.Text(b, typed[i])
		b.WriteString("</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>")
	}
	return nil
}

// referred is the place that an address in a body names; on another host there is
// none.
func (r *request) referred(typed string) (place, error) {
	u, err := url.Parse(typed)
	if err != nil {
		return place{}, malformed(err)
	}
	if u.Host != "" && !strings.EqualFold(u.Host, r.Host) && !strings.EqualFold(u.Host, r.dav.Base.Host) {
		return place{}, fault.Absent()
	}
	return r.find(u)
}

// readFilter reads which events a query wants (RFC 4791, 9.7): those in a span of
// time, or none at all, as of what asks for tasks or alarms. What filters by what is
// written in an event is refused rather than answered wrongly.
func readFilter(f *davxml.Element) (s span, none bool, err error) {
	all := f.In(calSpace, "comp-filter")
	if all == nil || len(f.Children) != 1 || all.Value("name") != "VCALENDAR" {
		return s, false, unread(errFilter)
	}
	for _, c := range all.Children {
		if c.Name.Space != calSpace || c.Name.Local != "comp-filter" {
			return s, false, unread(errFilter)
		}
		absent := c.In(calSpace, "is-not-defined") != nil
		if event := c.Value("name") == "VEVENT"; !event || absent {
			none = none || event == absent
			continue
		}
		var void bool
		if s, void, err = readEvent(c); err != nil {
			return s, false, err
		}
		none = none || void
	}
	return s, none, nil
}

// readEvent reads what a query wants of events.
func readEvent(f *davxml.Element) (s span, none bool, err error) {
	for _, c := range f.Children {
		switch {
		case c.Name.Space == calSpace && c.Name.Local == "time-range":
			if s, err = readRange(c); err != nil {
				return s, false, err
			}
		case c.Name.Space == calSpace && c.Name.Local == "comp-filter": // an alarm: there is none
			none = none || c.In(calSpace, "is-not-defined") == nil
		default:
			return s, false, unread(errFilter)
		}
	}
	return s, none, nil
}

// readRange reads a part of time, of which one end may be open.
func readRange(e *davxml.Element) (s span, err error) {
	for _, end := range []struct {
		name string
		at   *time.Time
	}{{"start", &s.from}, {"end", &s.to}} {
		typed := e.Value(end.name)
		if typed == "" {
			continue
		}
		if *end.at, err = time.Parse("20060102T150405Z", typed); err != nil {
			return s, unread(errRange)
		}
	}
	if s.from.IsZero() && s.to.IsZero() || !s.to.IsZero() && !s.from.Before(s.to) {
		return s, unread(errRange)
	}
	return s, nil
}

func unread(cause error) error { return fault.New(fault.Forbidden, "drive.unreadable").Because(cause) }

package caldav

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/agenda"
)

// media is what is sent (RFC 5545, 8.1).
const media = "text/calendar; charset=utf-8; component=VEVENT"

// write is all that is ever said of an event: of a series, its rule, and those of its
// dates that calendars must know to be otherwise.
func (r *request) write(l *lines, e agenda.Event) {
	if !e.Repeats() {
		r.component(l, e, func() { r.instants(l, e) })
		return
	}
	plain := e
	plain.Apart = nil
	first := plain.Occurrence(e.Day, r.dav.Zone)
	first.On = ""
	r.component(l, first, func() {
		r.locally(l, "DTSTART", first, first.From)
		if first.To.After(first.From) {
			r.locally(l, "DTEND", first, first.To)
		}
		l.plain("RRULE", e.Rule())
	})
	for _, day := range e.Days() {
		is, was := e.Occurrence(day, r.dav.Zone), plain.Occurrence(day, r.dav.Zone)
		if is.When != was.When || is.Kind != was.Kind || is.Cancelled != was.Cancelled {
			r.component(l, is, func() {
				r.locally(l, "RECURRENCE-ID", was, was.From)
				r.instants(l, is)
			})
		}
	}
}

// instants says when an event is.
func (r *request) instants(l *lines, e agenda.Event) {
	if e.Start == "" {
		r.locally(l, "DTSTART", e, e.From)
		r.locally(l, "DTEND", e, e.To)
		return
	}
	l.plain("DTSTART", instant(e.From))
	if e.To.After(e.From) {
		l.plain("DTEND", instant(e.To))
	}
}

// locally writes a time of a series as its day, or as the clock on the wall shows it,
// which is what comes again.
func (r *request) locally(l *lines, name string, e agenda.Event, at time.Time) {
	if e.Start == "" {
		l.plain(name+";VALUE=DATE", day(at, r.dav.Zone))
		return
	}
	l.plain(name+";TZID="+r.dav.Zone.String(), at.In(r.dav.Zone).Format("20060102T150405"))
}

// component writes an event, or one date of a series; when says where it lies.
func (r *request) component(l *lines, e agenda.Event, when func()) {
	title := r.printer.T("agenda.kind." + string(e.Kind))
	status, shows := "CONFIRMED", "OPAQUE"
	if e.Start == "" {
		shows = "TRANSPARENT" // a whole day is not a day when she is busy
	}
	if e.Cancelled {
		title, status, shows = r.printer.T("caldav.cancelled", title), "CANCELLED", "TRANSPARENT"
	}
	at := r.dav.BaseOf(r.actor.Firm).JoinPath("f", string(r.actor.Firm), "spaces", string(e.Space), "agenda", string(e.ID))
	if e.On != "" {
		at.RawQuery = "on=" + e.On
	}
	l.plain("BEGIN", "VEVENT")
	l.plain("UID", string(e.ID)+"@cenacle")
	l.plain("DTSTAMP", instant(e.Changed))
	l.plain("CREATED", instant(e.Created))
	l.plain("LAST-MODIFIED", instant(e.Changed))
	l.plain("SEQUENCE", strconv.Itoa(e.Revision-1))
	when()
	l.text("SUMMARY", title)
	l.text("DESCRIPTION", r.printer.T("caldav.description", at.String()))
	l.plain("URL", at.String())
	l.plain("STATUS", status)
	l.plain("TRANSP", shows)
	l.plain("CLASS", "PRIVATE")
	l.plain("END", "VEVENT")
}

// instant writes a time as what it is everywhere, so that no client needs to know
// when the clocks of the firm change.
func instant(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

func day(t time.Time, zone *time.Location) string { return t.In(zone).Format("20060102") }

// lines writes content lines (RFC 5545, 3.1).
type lines struct{ b strings.Builder }

func (l *lines) String() string { return l.b.String() }

func (l *lines) begin() {
	l.plain("BEGIN", "VCALENDAR")
	l.plain("VERSION", "2.0")
	l.plain("PRODID", "-//Cenacle//Agenda//FR")
	l.plain("CALSCALE", "GREGORIAN")
}

func (l *lines) end() { l.plain("END", "VCALENDAR") }

// zone says how the clocks of a zone change over a time (RFC 5545, 3.6.5).
func (l *lines) zone(z *time.Location, over span) {
	l.plain("BEGIN", "VTIMEZONE")
	l.plain("TZID", z.String())
	for at := over.from.In(z); ; {
		start, end := at.ZoneBounds()
		name, offset := at.Zone()
		_, before := start.Add(-time.Second).Zone()
		kind := "STANDARD"
		if at.IsDST() {
			kind = "DAYLIGHT"
		}
		l.plain("BEGIN", kind)
		l.plain("DTSTART", start.In(time.FixedZone("", before)).Format("20060102T150405"))
		l.plain("TZOFFSETFROM", shifted(before))
		l.plain("TZOFFSETTO", shifted(offset))
		l.plain("TZNAME", name)
		l.plain("END", kind)
		if end.IsZero() || end.After(over.to) {
			break
		}
		at = end
	}
	l.plain("END", "VTIMEZONE")
}

// shifted writes an offset from UTC in seconds.
func shifted(offset int) string { return time.Time{}.In(time.FixedZone("", offset)).Format("-0700") }

// inside adds the events of another calendar.
func (l *lines) inside(text string) {
	_, rest, _ := strings.Cut(text, "BEGIN:VEVENT\r\n")
	l.b.WriteString("BEGIN:VEVENT\r\n" + strings.TrimSuffix(rest, "END:VCALENDAR\r\n"))
}

// text writes a property whose value is for people (RFC 5545, 3.3.11): nothing in it
// ends the line or begins a parameter. What is no character of a text is left out.
func (l *lines) text(name, value string) {
	var b strings.Builder
	for _, c := range strings.ReplaceAll(strings.ToValidUTF8(value, "\ufffd"), "\r\n", "\n") {
		switch {
		case c == '\n' || c == '\r' || c == '\u0085' || c == '\u2028' || c == '\u2029':
			b.WriteString(`\n`)
		case c == '\\' || c == ';' || c == ',':
			b.WriteString(`\` + string(c))
		case c == '\t' || c >= ' ' && c != 0x7f:
			b.WriteRune(c)
		}
	}
	l.plain(name, b.String())
}

// widest is how many bytes a line may have, without its end.
const widest = 75

// plain writes a property whose value needs no escape, over as many lines as it
// takes; no character is cut in two.
func (l *lines) plain(name, value string) {
	rest, room := name+":"+value, widest
	for len(rest) > room {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		l.b.WriteString(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], widest-1
	}
	l.b.WriteString(rest + "\r\n")
}

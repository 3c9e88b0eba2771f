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

// write is all that is ever said of an event.
func (r *request) write(l *lines, e agenda.Event) {
	title := r.printer.T("agenda.kind." + string(e.Kind))
	status, shows := "CONFIRMED", "OPAQUE"
	if e.Start == "" {
		shows = "TRANSPARENT" // a whole day is not a day when she is busy
	}
	if e.Cancelled {
		title, status, shows = r.printer.T("caldav.cancelled", title), "CANCELLED", "TRANSPARENT"
	}
	at := r.dav.Base.JoinPath("f", string(r.actor.Firm), "spaces", string(e.Space), "agenda", string(e.ID)).String()
	l.plain("BEGIN", "VEVENT")
	l.plain("UID", string(e.ID)+"@cenacle")
	l.plain("DTSTAMP", instant(e.Changed))
	l.plain("CREATED", instant(e.Created))
	l.plain("LAST-MODIFIED", instant(e.Changed))
	l.plain("SEQUENCE", strconv.Itoa(e.Revision-1))
	if e.Start == "" {
		l.plain("DTSTART;VALUE=DATE", day(e.From, r.dav.Zone))
		l.plain("DTEND;VALUE=DATE", day(e.To, r.dav.Zone))
	} else {
		l.plain("DTSTART", instant(e.From))
		if e.To.After(e.From) {
			l.plain("DTEND", instant(e.To))
		}
	}
	l.text("SUMMARY", title)
	l.text("DESCRIPTION", r.printer.T("caldav.description", at))
	l.plain("URL", at)
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

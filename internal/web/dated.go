package web

import (
	"strconv"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/i18n"
	"cenacle/internal/web/ui"
)

// Dated puts an event into a line of an agenda.
func (r *Request) Dated(e agenda.Event) ui.Event {
	p, from := r.Printer, e.From.In(r.Zone())
	at := ""
	if e.Start != "" {
		at = p.Time(e.From)
	}
	name, path := "event-"+string(e.ID), r.SpacePath(e.Space, "agenda", string(e.ID))
	if e.On != "" {
		name, path = name+"-"+e.On, path+"?on="+e.On
	}
	return ui.Event{
		At: at,
		ID: name, Href: path, Again: e.Repeats(),
		Weekday: p.T("date.weekday." + strconv.Itoa(int(from.Weekday()))), Day: strconv.Itoa(from.Day()), Month: monthOf(p, from),
		Hours: r.hours(e), Title: e.Title, Kind: p.T("agenda.kind." + string(e.Kind)), Place: e.Place, Deadline: e.Kind == agenda.Deadline,
		Internal: e.Internal, Unread: !e.Read, Cancelled: e.Cancelled,
	}
}

func monthOf(p *i18n.Printer, t time.Time) string {
	return p.T("date.month." + strconv.Itoa(int(t.Month())))
}

// Months puts lines, in the order of events, under the months they begin in.
func (r *Request) Months(events []agenda.Event, lines []ui.Event) (out []ui.Month) {
	for i, e := range events {
		from := e.From.In(r.Zone())
		id := "m-" + from.Format("2006-01")
		if len(out) == 0 || out[len(out)-1].ID != id {
			out = append(out, ui.Month{ID: id, Title: r.Printer.T("agenda.month", monthOf(r.Printer, from), strconv.Itoa(from.Year()))})
		}
		month := &out[len(out)-1]
		month.Events = append(month.Events, lines[i])
	}
	return out
}

// hours says when on its first day an event is, and how it goes on.
func (r *Request) hours(e agenda.Event) string {
	p := r.Printer
	switch {
	case e.Start == "" && e.LastDay == "":
		return p.T("agenda.all_day")
	case e.Start == "":
		return p.T("agenda.until", p.Day(e.LastDay))
	case e.End == "":
		return p.T("agenda.at", p.Time(e.From))
	case e.LastDay == "":
		return p.T("agenda.between", p.Time(e.From), p.Time(e.To))
	}
	return p.T("agenda.at_until", p.Time(e.From), p.DateTime(e.To))
}

// When says in full when something is.
func (r *Request) When(w agenda.When) string {
	p := r.Printer
	from, to, err := w.Span(r.Zone())
	switch {
	case err != nil:
		return p.Day(w.Day)
	case w.Start == "" && w.LastDay == "":
		return p.Day(w.Day)
	case w.Start == "":
		return p.T("agenda.from_to", p.Day(w.Day), p.Day(w.LastDay))
	case w.End == "":
		return p.DateTime(from)
	case w.LastDay == "":
		return p.T("agenda.day_between", p.Day(w.Day), p.Time(from), p.Time(to))
	}
	return p.T("agenda.from_to", p.DateTime(from), p.DateTime(to))
}

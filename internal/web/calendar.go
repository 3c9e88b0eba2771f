package web

import (
	"net/url"
	"strconv"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/id"
	"cenacle/internal/web/ui"
)

const (
	dates  = 100 // events of one page of a list
	crowds = 500 // events that a calendar shows
)

// AgendaView is the part of an agenda that a page asks for: a list of what comes
// or of what is past, or the calendar of a month or of a week.
type AgendaView struct {
	r    *Request
	kind string    // "", past, month or week
	day  time.Time // of a calendar: the first of its month, or the Monday of its week
}

// AgendaView reads it; anything unknown is the list of what comes.
func (r *Request) AgendaView() AgendaView {
	asked := r.URL.Query()
	v := AgendaView{r: r}
	today := r.today()
	day, err := time.ParseInLocation(time.DateOnly, asked.Get("day"), r.Zone())
	if err != nil || day.Year() < 1900 || day.Year() > 2200 {
		day = today
	}
	switch {
	case asked.Get("view") == "month":
		v.kind, v.day = "month", day.AddDate(0, 0, 1-day.Day())
	case asked.Get("view") == "week":
		v.kind, v.day = "week", monday(day)
	case asked.Get("past") != "":
		v.kind = "past"
	}
	return v
}

func (r *Request) today() time.Time {
	now := r.Now.In(r.Zone())
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, r.Zone())
}

// monday is the one on or before a day.
func monday(day time.Time) time.Time { return day.AddDate(0, 0, -((int(day.Weekday()) + 6) % 7)) }

// Past reports whether it is a list of what is past.
func (v AgendaView) Past() bool { return v.kind == "past" }

// days is from where to where a calendar goes, whole weeks.
func (v AgendaView) days() (from, to time.Time) {
	if v.kind == "week" {
		return v.day, v.day.AddDate(0, 0, 7)
	}
	return monday(v.day), monday(v.day.AddDate(0, 1, -1)).AddDate(0, 0, 7)
}

// Query asks for it in one space, or in all of the actor's.
func (v AgendaView) Query(of id.Space) agenda.Query {
	q := agenda.Query{Space: of, Limit: dates}
	switch v.kind {
	case "month", "week":
		q.From, q.To = v.days()
		q.Limit = crowds
		return q
	case "past":
		q.To = v.r.Now
	default:
		q.From = v.r.today()
	}
	asked := v.r.URL.Query()
	if at, err := strconv.ParseInt(asked.Get("at"), 10, 64); err == nil { // anything else is the beginning
		q.After = agenda.After{From: time.UnixMicro(at), ID: id.Item(asked.Get("after"))}
	}
	return q
}

// Show lays out what was found, whose lines these are; path is the page it is on.
func (v AgendaView) Show(path string, found []agenda.Event, lines []ui.Event, more agenda.After) ui.Agenda {
	t := v.r.Printer
	a := ui.Agenda{Views: v.views(path)}
	if v.day.IsZero() {
		a.Months = v.r.Months(found, lines)
		a.Other = ui.Link{Href: path + "?past=1", Label: t.T("agenda.past")}
		next := url.Values{"at": {strconv.FormatInt(more.From.UnixMicro(), 10)}, "after": {string(more.ID)}}
		if v.Past() {
			a.Other = ui.Link{Href: path, Label: t.T("agenda.coming")}
			next.Set("past", "1")
		}
		if more.ID != "" {
			a.More = &ui.More{Href: path + "?" + next.Encode()}
		}
		return a
	}
	a.Calendar = v.calendar(path, found, lines)
	if more.ID != "" {
		a.Calendar.More = t.T("agenda.crowded", strconv.Itoa(crowds))
	}
	return a
}

func (v AgendaView) views(path string) []ui.Link {
	out := []ui.Link{{Href: path}, {Href: path + "?view=month"}, {Href: path + "?view=week"}}
	for i, kind := range []string{"", "month", "week"} {
		out[i].Label = v.r.Printer.T("agenda.view." + [...]string{"list", "month", "week"}[i])
		if kind == v.kind {
			out[i].Href = ""
		}
	}
	return out
}

// calendar puts events under each of the days they are on.
func (v AgendaView) calendar(path string, found []agenda.Event, lines []ui.Event) *ui.Calendar {
	p, today := v.r.Printer, v.r.today()
	c := &ui.Calendar{Title: p.T("agenda.month", monthOf(p, v.day), strconv.Itoa(v.day.Year()))}
	before, after := v.day.AddDate(0, -1, 0), v.day.AddDate(0, 1, 0)
	if v.kind == "week" {
		c.Title = p.T("agenda.week", p.Date(v.day))
		before, after = v.day.AddDate(0, 0, -7), v.day.AddDate(0, 0, 7)
	}
	link := func(day time.Time, word string) ui.Link {
		return ui.Link{Href: path + "?view=" + v.kind + "&day=" + day.Format(time.DateOnly), Label: p.T("agenda." + v.kind + "." + word)}
	}
	c.Before, c.After = link(before, "before"), link(after, "after")
	from, to := v.days()
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		if len(c.Weekdays) < 7 {
			c.Weekdays = append(c.Weekdays, p.T("date.weekday."+strconv.Itoa(int(day.Weekday()))))
		}
		if day.Weekday() == time.Monday {
			c.Weeks = append(c.Weeks, nil)
		}
		date := ui.CalendarDay{Day: strconv.Itoa(day.Day()), Full: p.Date(day), Today: day.Equal(today), Out: v.kind == "month" && day.Month() != v.day.Month()}
		for i, e := range found {
			if on(e, day) {
				date.Events = append(date.Events, lines[i])
			}
		}
		week := &c.Weeks[len(c.Weeks)-1]
		*week = append(*week, date)
	}
	if len(found) == 0 {
		c.Free = p.T("agenda.free")
	}
	return c
}

// on reports whether an event is on a day.
func on(e agenda.Event, day time.Time) bool {
	next := day.AddDate(0, 0, 1)
	return e.From.Before(next) && (e.To.After(day) || !e.From.Before(day))
}

package desk

import (
	"strconv"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Agenda is what comes next in all spaces of the person who looks, or what is past.
type Agenda struct {
	ui.Base
	Months []ui.Month
	Empty  ui.Empty
	Other  ui.Link // to what is past, or back to what comes
	More   *ui.More
}

var agendaPage = ui.Must(ui.Parse[Agenda](files, "agenda.tmpl"))

// dates is how many events a page of the agenda shows.
const dates = 100

// Agenda shows the dates of all of somebody's spaces.
func (p *Pages) Agenda(r *web.Request) (web.Answer, error) {
	asked := r.URL.Query()
	past := asked.Get("past") != ""
	now := r.Now.In(r.Zone())
	q := agenda.Query{Limit: dates, From: time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())}
	if past {
		q.From, q.To = time.Time{}, now
	}
	if at, err := strconv.ParseInt(asked.Get("at"), 10, 64); err == nil { // anything else is the beginning
		q.After = agenda.After{From: time.UnixMicro(at), ID: id.Item(asked.Get("after"))}
	}
	found, more, err := p.Agendas.List(r.Context(), r.Actor, q)
	if err != nil {
		return nil, err
	}
	names, err := p.Agendas.Spaces(r.Context(), r.Actor, found)
	if err != nil {
		return nil, err
	}
	title := r.Printer.T("agenda.title")
	page := Agenda{Base: r.Base(ui.Client, title)}
	if r.Actor.Role.Inside() {
		page.Base = frame(r, title)
		page.Section = "agenda"
	}
	page.fill(past)
	page.Months = r.Months(found, dated(r, found, names))
	if more.ID != "" {
		page.More = &ui.More{Href: "?at=" + strconv.FormatInt(more.From.UnixMicro(), 10) + "&after=" + string(more.ID)}
		if past {
			page.More.Href += "&past=1"
		}
	}
	return web.Show(agendaPage, page), nil
}

// fill says which part of the agenda it is, and where the other one is.
func (a *Agenda) fill(past bool) {
	what := "all"
	a.Other = ui.Link{Href: "?past=1", Label: a.T("agenda.past")}
	if past {
		what, a.Other = "past", ui.Link{Href: "?", Label: a.T("agenda.coming")}
	}
	a.Empty = ui.Empty{Icon: "calendar", Title: a.T("agenda.none." + what), Text: a.T("agenda.none_text." + what)}
}

// dated puts events into lines, each with the space it is in.
func dated(r *web.Request, found []agenda.Event, spaces map[id.Space]space.Space) []ui.Event {
	out := make([]ui.Event, len(found))
	for i, e := range found {
		out[i] = r.Dated(e)
		out[i].Space = spaces[e.Space].Name
	}
	return out
}

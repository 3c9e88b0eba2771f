package desk

import (
	"cenacle/internal/agenda"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Agenda is the dates of all spaces of the person who looks.
type Agenda struct {
	ui.Base
	Dates   ui.Agenda
	Connect ui.Link // where a calendar of hers is given access; not by a mailed link
}

var agendaPage = ui.Parse[Agenda](files, "agenda.tmpl")

// Agenda shows the dates of all of somebody's spaces.
func (p *Pages) Agenda(r *web.Request) (web.Answer, error) {
	view := r.AgendaView()
	found, more, err := p.Agendas.List(r.Context(), r.Actor, view.Query(""))
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
	page.Dates = view.Show(r.FirmPath("agenda"), found, dated(r, found, names), more)
	if r.Actor.Via.Own() {
		page.Connect = ui.Link{Href: r.FirmPath("programs"), Label: page.T("agenda.connect")}
	}
	what := "all"
	if view.Past() {
		what = "past"
	}
	page.Dates.Empty = ui.Empty{Icon: "calendar", Title: page.T("agenda.none." + what), Text: page.T("agenda.none_text." + what)}
	return web.Show(agendaPage, page), nil
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

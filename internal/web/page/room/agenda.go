package room

import (
	"cenacle/internal/agenda"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Agenda is the dates of a space that the person who looks may see.
type Agenda struct {
	ui.Base
	Name  string
	Tabs  []ui.Tab // of the firm's side
	Dates ui.Agenda
	Wide  bool // a calendar takes the whole width
	Add   *EventForm
	Back  string // of everybody else
	Slots ui.Link
	Live  ui.Live
}

// EventForm is what people write of an event, and what that would change.
type EventForm struct {
	Action              string
	Summary             ui.Summary
	Hidden              []ui.Hidden
	Differs             []Differing
	Fresh               *Freshly   // what a series would become from a date on
	Follows             []followed // what would follow
	Reckoned            bool       // a deadline it stays
	Fact, Why           *ui.Field  // of one that was reckoned
	Kind, Title, Day    ui.Field
	Start, End, LastDay ui.Field
	Place, Note         ui.Field
	Again               *Again      // when it comes again
	Scope               *ui.Field   // of a series: how much of it
	Circles             *ui.Circles // of a new one
	Submit              ui.Button
	Told                string // the consequence
	Reckon              string // of a new one: where a deadline is reckoned
}

// Differing is one difference between two states of an event, in words.
type Differing struct{ What, Was, Is string }

var agendaPage = ui.Parse[Agenda](files, "agenda.tmpl", "part.tmpl")

// dates is how many events are marked as read in one go.
const dates = 100

// Agenda shows what comes, or what is past.
func (p *Pages) Agenda(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	return p.agenda(h, written{}, nil)
}

func (p *Pages) agenda(h here, back written, refused error) (web.Answer, error) {
	view := h.r.AgendaView()
	found, more, err := p.Agendas.List(h.r.Context(), h.r.Actor, view.Query(h.room.ID))
	if err != nil {
		return nil, err
	}
	page := Agenda{Base: h.base(h.r.Printer.T("agenda.title")), Name: h.room.Name, Back: h.path(), Live: h.live("agenda", "agenda")}
	if h.inside() {
		page.Tabs = h.tabs("agenda")
		page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.room.Name})
	} else {
		page.Name = page.T("agenda.title")
	}
	page.Slots = ui.Link{Href: h.path("slots"), Label: page.T("slot.link_client")}
	if h.inside() {
		page.Slots.Label = page.T("slot.link")
	}
	page.Dates = view.Show(h.path("agenda"), found, h.dated(found), more)
	page.Dates.Empty, page.Wide = h.noDates(view.Past()), page.Dates.Calendar != nil
	if h.inside() && h.room.State == "open" {
		page.Add = h.adding(back, refused)
	}
	if refused != nil {
		return web.Again(agendaPage, page, refused), nil
	}
	return web.Show(agendaPage, page), nil
}

func (h here) noDates(past bool) ui.Empty {
	t, side := h.r.Printer, "client"
	if h.inside() {
		side = "firm"
	}
	if past {
		side = "past"
	}
	return ui.Empty{Icon: "calendar", Title: t.T("agenda.none." + side), Text: t.T("agenda.none_text." + side)}
}

// dated puts events into lines; the firm's side reads who else sees them.
func (h here) dated(found []agenda.Event) []ui.Event {
	out := make([]ui.Event, len(found))
	for i, e := range found {
		out[i] = h.r.Dated(e)
		if h.inside() {
			out[i].Audience = h.audience(e.Circles)
		}
	}
	return out
}

// written is a form of an event that came back.
type written struct {
	agenda.Entry
	fact    string // of a deadline that was reckoned
	why     string
	circles []id.Circle
	which   agenda.Which
	differs []Differing // what a change would make different, which nobody has confirmed yet
	fresh   *Freshly
	follows []followed
	sure    string // what confirms that
}

func (h here) wrote() written {
	r := h.r
	w := written{Entry: agenda.Entry{
		Kind: agenda.Kind(r.Value("kind")), Title: r.Value("title"), Place: r.Value("place"), Note: r.Value("note"),
		When: agenda.When{Day: r.Value("day"), Start: r.Value("start"), End: r.Value("end"), LastDay: r.Value("last_day")},
	}}
	w.Entry = w.Clean()
	w.Repeat = repeated(r)
	w.circles, _ = h.wanted(r.Values("circle"))
	w.fact, w.why = r.Value("fact"), r.Value("why")
	return w
}

// adding is the form of a new event.
func (h here) adding(back written, refused error) *EventForm {
	t := h.r.Printer
	if back.Kind == "" {
		back.Kind = agenda.Meeting
	}
	f := h.eventForm(back, h.choice(t.T("agenda.circle"), back.circles), refused)
	f.Action, f.Told, f.Reckon = h.path("agenda"), t.T("agenda.told"), h.path("agenda", "deadline")
	f.Fact, f.Why = nil, nil
	f.Submit.Label = t.T("agenda.add")
	f.Hidden = h.anyway(refused, &f.Submit)
	return f
}

// eventForm asks for what is written of an event, and of a deadline that was reckoned
// for what else it rests on; of a new one, to whom it is addressed.
func (h here) eventForm(e written, to *ui.Circles, refused error) *EventForm {
	t := h.r.Printer
	f := &EventForm{
		Fact:    &ui.Field{Kind: ui.Date, Name: "fact", Label: t.T("agenda.differs.fact"), Hint: t.T("agenda.law.fact_moves"), Value: e.fact},
		Why:     &ui.Field{Name: "why", Label: t.T("agenda.law.why"), Value: e.why, Length: agenda.MaxReason, Optional: true, Autocomplete: "off"},
		Kind:    ui.Field{Kind: ui.Select, Name: "kind", Label: t.T("agenda.kind")},
		Title:   ui.Field{Name: "title", Label: t.T("agenda.name"), Hint: t.T("agenda.name_hint"), Value: e.Title, Length: agenda.MaxTitle, Autocomplete: "off"},
		Day:     ui.Field{Kind: ui.Date, Name: "day", Label: t.T("agenda.day"), Value: e.Day},
		Start:   ui.Field{Kind: ui.Hour, Name: "start", Label: t.T("agenda.start"), Value: e.Start, Optional: true},
		End:     ui.Field{Kind: ui.Hour, Name: "end", Label: t.T("agenda.end"), Value: e.End, Optional: true},
		LastDay: ui.Field{Kind: ui.Date, Name: "last_day", Label: t.T("agenda.last_day"), Value: e.LastDay, Optional: true},
		Place:   ui.Field{Name: "place", Label: t.T("agenda.place"), Value: e.Place, Length: agenda.MaxPlace, Optional: true, Autocomplete: "off"},
		Note:    ui.Field{Kind: ui.Area, Name: "note", Label: t.T("agenda.note"), Hint: t.T("agenda.note_hint"), Value: e.Note, Length: agenda.MaxNote, Optional: true},
		Circles: to,
		Submit:  ui.Button{Look: ui.Primary, Icon: "calendar-plus"},
	}
	for _, k := range agenda.Kinds() {
		f.Kind.Options = append(f.Kind.Options, ui.Option{Value: string(k), Label: t.T("agenda.kind." + string(k)), Chosen: e.Kind == k})
	}
	f.Again = h.again(e.Repeat)
	back := ui.Refuse(t, refused)
	back.Ask(to)
	f.Summary = back.Mark(append(f.Again.fields(), &f.Kind, &f.Title, &f.Day, &f.Start, &f.End, &f.LastDay, &f.Place, &f.Note, f.Fact, f.Why)...)
	f.Again.Open = f.Again.Open || f.Again.wrong()
	return f
}

// DoAddEvent puts an event into the agenda; one that is refused comes back with
// everything that was written.
func (p *Pages) DoAddEvent(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	w := h.wrote()
	e, err := p.Agendas.Add(r.Context(), r.Actor, agenda.Adding{Space: h.room.ID, Entry: w.Entry, Circles: w.circles, Confirm: r.Values("confirm")})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.agenda(h, w, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("agenda", string(e.ID)), "event_added"), nil
}

// DoReadEvents marks events as read: what a page shows on the screen, or a button.
func (p *Pages) DoReadEvents(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	var seen []id.Item
	for _, e := range r.Values("event") {
		seen = append(seen, id.Item(e))
	}
	if len(seen) > dates {
		return nil, fault.New(fault.Invalid, "room.too_many")
	}
	if err := p.Agendas.Read(r.Context(), r.Actor, of, seen); err != nil {
		return nil, err
	}
	return web.See(r.SpacePath(of, "agenda")), nil
}

package room

import (
	"strconv"

	"cenacle/internal/agenda"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/slot"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Slots is the page of times that are proposed for meetings: to the firm's side all of
// them, and the form that proposes; to everybody else those that wait for her.
type Slots struct {
	ui.Base
	Name  string
	Tabs  []ui.Tab   // of the firm's side
	Over  ui.Summary // what was not done, as there is nothing left to do
	All   []Proposed
	Empty ui.Empty
	Make  *SlotForm
	Back  string
	Live  ui.Live
}

// Proposed is one proposal in words.
type Proposed struct {
	ID, Title, Said string
	Place, Note     string
	Audience        string // for the firm's side
	Times           []string
	Event           string // where the meeting is, once chosen
	Answer          *Form  // of the person
	Decline         string
	Withdraw        *ui.Dialog // of the firm's side
}

// SlotForm proposes times to one person.
type SlotForm struct {
	Action             string
	Summary            ui.Summary
	Hidden             []ui.Hidden
	Person             ui.Field
	Title, Place, Note ui.Field
	Times, More        []SlotTime // the first ones, and those that are folded away
	Unfolded           bool
	Circles            *ui.Circles
	Submit             ui.Button
}

// SlotTime is the fields of one time.
type SlotTime struct {
	Legend          string
	Day, Start, End ui.Field
}

var slotsPage = ui.Parse[Slots](files, "slots.tmpl", "part.tmpl")

// Slots shows the proposals of a space that are for who looks.
func (p *Pages) ShowSlots(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	return p.slots(h, nil)
}

func (p *Pages) slots(h here, refused error) (web.Answer, error) {
	found, err := p.Slots.List(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	t := h.r.Printer
	page := Slots{Base: h.base(t.T("slot.title")), Name: t.T("slot.title"), Back: h.path("agenda"), Live: h.live("slots", "slots")}
	side := "client"
	if h.inside() {
		side = "firm"
		page.Name, page.Tabs = h.room.Name, h.tabs("agenda")
		page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.room.Name}, ui.Link{Href: page.Back, Label: t.T("agenda.title")})
	}
	shown := refused
	if fault.Is(refused, fault.Conflict) && h.r.URL.Path != h.path("slots") {
		page.Over, shown = ui.Refuse(t, refused).Mark(), nil
	}
	page.Empty = ui.Empty{Icon: "calendar", Title: t.T("slot.none." + side), Text: t.T("slot.none_text." + side)}
	for _, one := range found {
		page.All = append(page.All, h.proposed(one, shown))
	}
	if h.inside() && h.room.State == "open" && len(h.askable()) > 0 {
		page.Make = h.proposing(h.back(refused, "slots"))
	}
	if refused != nil {
		return web.Again(slotsPage, page, refused), nil
	}
	return web.Show(slotsPage, page), nil
}

// proposed puts one proposal into words, with what its reader may do.
func (h here) proposed(p slot.Proposal, refused error) Proposed {
	t := h.r.Printer
	out := Proposed{ID: string(p.ID), Title: p.Title, Place: p.Place, Note: p.Note}
	who := p.PersonName
	if h.inside() {
		out.Audience = h.audience(p.Circles)
		out.Said = t.T("slot.said."+string(p.State), who, t.DateTime(p.Until))
	} else {
		out.Said = t.T("slot.told."+string(p.State), p.ByName, t.DateTime(p.Until))
	}
	for _, when := range p.Times {
		out.Times = append(out.Times, h.r.When(when))
	}
	switch {
	case p.State == slot.Chosen:
		out.Times, out.Event = []string{h.r.When(p.Times[p.Choice])}, h.path("agenda", string(p.Event))
	case p.State != slot.Waiting:
	case h.inside():
		out.Withdraw = &ui.Dialog{
			ID: "withdraw-" + out.ID, Action: h.path("slots", out.ID, "withdraw"),
			Title: t.T("slot.withdraw_title"), Consequence: t.T("slot.withdraw_then", who),
			Opener:  ui.Button{Label: t.T("slot.withdraw"), Small: true},
			Confirm: ui.Button{Label: t.T("slot.withdraw"), Look: ui.Danger},
		}
	default:
		out.Answer, out.Decline = h.answering(p, h.back(refused, "slots", out.ID, "choose")), h.path("slots", out.ID, "decline")
	}
	return out
}

// answering asks the person which of the times suits her; those that have passed are
// not offered.
func (h here) answering(p slot.Proposal, refused error) *Form {
	t := h.r.Printer
	choice := ui.Field{Kind: ui.Radios, Name: "choice", ID: "f-choice-" + string(p.ID), Label: t.T("slot.which")}
	for i, when := range p.Times {
		from, _, err := when.Span(h.r.Zone())
		if err == nil && from.After(h.r.Now) {
			choice.Options = append(choice.Options, ui.Option{Value: strconv.Itoa(i), Label: h.r.When(when)})
		}
	}
	f := &Form{Action: h.path("slots", string(p.ID), "choose"), Button: ui.Button{Label: t.T("slot.choose"), Look: ui.Primary, Icon: "calendar-plus"}}
	f.Summary = ui.Refuse(t, refused).Mark(&choice)
	f.Fields = []ui.Field{choice}
	return f
}

// proposing is the form that proposes times, as it was sent.
func (h here) proposing(refused error) *SlotForm {
	t, r := h.r.Printer, h.r
	f := &SlotForm{
		Action: h.path("slots"), Submit: ui.Button{Label: t.T("slot.propose"), Look: ui.Primary, Icon: "send"},
		Person: ui.Field{Kind: ui.Select, Name: "person", Label: t.T("slot.person_label")},
		Title:  ui.Field{Name: "title", Label: t.T("agenda.name"), Hint: t.T("slot.name_hint"), Value: r.Value("title"), Length: agenda.MaxTitle, Autocomplete: "off"},
		Place:  ui.Field{Name: "place", Label: t.T("agenda.place"), Value: r.Value("place"), Length: agenda.MaxPlace, Optional: true, Autocomplete: "off"},
		Note:   ui.Field{Kind: ui.Area, Name: "note", Label: t.T("agenda.note"), Hint: t.T("agenda.note_hint"), Value: r.Value("note"), Length: agenda.MaxNote, Optional: true},
	}
	for _, who := range h.askable() {
		f.Person.Options = append(f.Person.Options, ui.Option{Value: string(who.Person), Label: who.Name, Chosen: string(who.Person) == r.Value("person")})
	}
	fields := []*ui.Field{&f.Person, &f.Title, &f.Place, &f.Note}
	times := make([]SlotTime, slot.Most)
	for i := range times {
		times[i] = h.slotTime(i)
		fields = append(fields, &times[i].Day)
		f.Unfolded = f.Unfolded || i >= usual && times[i].Day.Value+times[i].Start.Value+times[i].End.Value != ""
	}
	f.Times, f.More = times[:usual], times[usual:]
	wanted, _ := h.wanted(r.Values("circle"))
	f.Circles = h.choice(t.T("slot.circle"), wanted)
	back := ui.Refuse(t, refused)
	back.Ask(f.Circles)
	f.Summary = back.Mark(fields...)
	f.Hidden = h.anyway(refused, &f.Submit)
	return f
}

// usual is how many times a form offers before it is unfolded.
const usual = 2

// slotTime is the fields of one time.
func (h here) slotTime(i int) SlotTime {
	t, r, n := h.r.Printer, h.r, strconv.Itoa(i+1)
	return SlotTime{
		Legend: t.T("slot.time", n),
		Day:    ui.Field{Kind: ui.Date, Name: slot.Field(i), Label: t.T("agenda.day"), Value: r.Value(slot.Field(i)), Optional: i > 0},
		Start:  ui.Field{Kind: ui.Hour, Name: "start" + n, Label: t.T("agenda.start"), Value: r.Value("start" + n), Optional: true},
		End:    ui.Field{Kind: ui.Hour, Name: "end" + n, Label: t.T("agenda.end"), Value: r.Value("end" + n), Optional: true},
	}
}

// DoPropose proposes times; what is refused comes back with everything that was
// written.
func (p *Pages) DoPropose(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	n := slot.Proposing{
		Space: h.room.ID, Person: id.Person(r.Value("person")), Confirm: r.Values("confirm"),
		Words: slot.Words{Title: r.Value("title"), Place: r.Value("place"), Note: r.Value("note")},
	}
	n.Circles, _ = h.wanted(r.Values("circle"))
	for i := range slot.Most {
		number := strconv.Itoa(i + 1)
		w := agenda.When{Day: r.Value(slot.Field(i)), Start: r.Value("start" + number), End: r.Value("end" + number)}
		if i == 0 || w != (agenda.When{}) {
			n.Times = append(n.Times, w)
		}
	}
	_, err = p.Slots.Propose(r.Context(), r.Actor, n)
	return p.slotted(h, "slots_proposed", err)
}

// DoChoose is the person's answer.
func (p *Pages) DoChoose(r *web.Request) (web.Answer, error) {
	return p.slot(r, "slot_chosen", func(in id.Space, of id.Proposal) error {
		choice, err := strconv.Atoi(r.Value("choice"))
		if err != nil {
			choice = -1
		}
		_, err = p.Slots.Choose(r.Context(), r.Actor, slot.Choosing{Space: in, Proposal: of, Choice: choice})
		return err
	})
}

// DoDecline is the person's answer that none suits her.
func (p *Pages) DoDecline(r *web.Request) (web.Answer, error) {
	return p.slot(r, "slots_declined", func(in id.Space, of id.Proposal) error {
		return p.Slots.Decline(r.Context(), r.Actor, in, of)
	})
}

// DoWithdraw takes a proposal back.
func (p *Pages) DoWithdraw(r *web.Request) (web.Answer, error) {
	return p.slot(r, "slots_withdrawn", func(in id.Space, of id.Proposal) error {
		return p.Slots.Withdraw(r.Context(), r.Actor, in, of)
	})
}

func (p *Pages) slot(r *web.Request, done string, do func(id.Space, id.Proposal) error) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.Proposal](r, "slot")
	if err != nil {
		return nil, err
	}
	return p.slotted(h, done, do(h.room.ID, of))
}

func (p *Pages) slotted(h here, done string, err error) (web.Answer, error) {
	switch {
	case err == nil:
		return web.Done(h.path("slots"), done), nil
	case fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict):
		return p.slots(h, err)
	}
	return nil, err
}

// toChoose is what the person is awaited for: times that she has not answered.
func (h here) toChoose(b ui.Base) (out []ui.Waiting) {
	for _, one := range h.all.Slots {
		if one.State == slot.Waiting {
			out = append(out, ui.Waiting{
				Href: h.path("slots"), Space: b.T("slot.to_choose"), What: one.Title, Who: b.T("room.you"), Yours: true, Since: b.When(one.Made),
			})
		}
	}
	return out
}

package room

import (
	"strings"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/guard"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// anyway turns the button of a form that the guard has stopped into the one
// gesture that goes on: it confirms exactly what was read.
func (h here) anyway(refused error, button *ui.Button) (confirm []ui.Hidden) {
	for _, f := range guard.Stopped(refused) {
		confirm = append(confirm, ui.Hidden{Name: "confirm", Value: f.ID()})
		button.Label, button.Look, button.Icon = h.r.Printer.T("room.guard.anyway"), ui.Danger, "alert-triangle"
	}
	return confirm
}

// stopped adds to a composer what the guard has found in what was written.
func (h here) stopped(c *ui.Composer, refused error) {
	c.Hidden = append(c.Hidden, h.anyway(refused, &c.Send)...)
}

// warning is what the guard finds in a sending, as a sentence.
func (h here) warning(found []guard.Finding) string {
	var out []string
	for _, f := range found {
		out = append(out, h.r.Printer.T("guard."+string(f.Reason), f.Word))
	}
	if len(out) == 0 {
		return ""
	}
	return h.r.Printer.T("room.guard.warning", strings.Join(out, " "))
}

// Recalled is one recall in words.
type Recalled struct {
	Done string
	Each []string
}

func (h here) recalls(b ui.Base, all []document.Recall) (out []Recalled) {
	for _, r := range all {
		one := Recalled{Done: b.T("room.recall.done", r.ByName, b.DateTime(r.At))}
		for _, p := range r.Outcome {
			if p.At.IsZero() {
				one.Each = append(one.Each, b.T("room.recall.never", p.Name))
			} else {
				one.Each = append(one.Each, b.T("room.recall.opened", p.Name, b.DateTime(p.At)))
			}
		}
		out = append(out, one)
	}
	return out
}

// recall offers to take a document back that somebody outside the firm has.
func (h here) recall(d document.Detail, sent []id.Circle) *ui.Dialog {
	if len(sent) == 0 || len(sent) == 1 && sent[0] == h.house().Firm {
		return nil
	}
	if d.Tray != space.ClientTray && !h.ofFirm(d.Author) {
		return nil // what a party brought before all is its own
	}
	t := h.r.Printer
	return &ui.Dialog{
		ID: "recall", Title: t.T("room.recall.ask", d.Title), Consequence: t.T("room.recall.consequence"),
		Opener: ui.Button{Label: t.T("room.recall.opener"), Icon: "arrow-back-up", Small: true},
		Action: h.path("documents", string(d.ID), "recall"), Confirm: ui.Button{Label: t.T("room.recall.confirm"), Look: ui.Danger},
	}
}

// DoRecall takes a document back from everybody outside the firm.
func (p *Pages) DoRecall(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	_, err = p.Documents.Recall(r.Context(), r.Actor, of)
	if fault.Is(err, fault.Conflict) {
		return p.document(h, of, err, memo.New{})
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("documents", string(of)), "document_recalled"), nil
}

// Parties is the adverse parties of a space, and the way to name one.
type Parties struct {
	Rows []Party
	New  Form
}

// Party is one of them.
type Party struct{ Name, Remove string }

func (p *Pages) parties(h here, refused error) (*Parties, error) {
	found, err := p.Guard.List(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	t := h.r.Printer
	out := &Parties{}
	for _, one := range found {
		out.Rows = append(out.Rows, Party{one.Name, h.path("parties", string(one.ID), "remove")})
	}
	name := ui.Field{Name: "name", ID: "f-party", Label: t.T("room.party.name"), Length: 200, Autocomplete: "off"}
	if refused = h.back(refused, "parties"); refused != nil {
		name.Value = h.r.Value("name")
	}
	out.New = Form{Action: h.path("parties"), Summary: ui.Refuse(t, refused).Mark(&name), Button: ui.Button{Label: t.T("room.party.add"), Icon: "plus"}}
	out.New.Fields = []ui.Field{name}
	return out, nil
}

// DoAddParty names an adverse party.
func (p *Pages) DoAddParty(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	_, err = p.Guard.Add(r.Context(), r.Actor, h.room.ID, r.Value("name"))
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.people(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("people"), "party_added"), nil
}

// DoRemoveParty takes one away.
func (p *Pages) DoRemoveParty(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.Party](r, "party")
	if err != nil {
		return nil, err
	}
	if err := p.Guard.Remove(r.Context(), r.Actor, h.room.ID, of); err != nil {
		return nil, err
	}
	return web.Done(h.path("people"), "party_removed"), nil
}

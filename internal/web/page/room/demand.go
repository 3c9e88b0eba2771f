package room

import (
	"slices"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/lifecycle"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Assurance is what entering a space takes, in words, with the form that says it for whose it
// is to say.
type Assurance struct {
	Said, Led, Without string
	Set                *Form
}

// assurance tells it to whoever may say how a forum goes, and so what its space takes; nil for
// the others, who are asked for it when they come.
func (p *Pages) assurance(h here, refused error) (*Assurance, error) {
	if !h.says() {
		return nil, nil
	}
	is, err := p.Lifecycle.Demand(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	t := h.r.Printer
	if !is.Sets || h.room.State != "open" {
		out := &Assurance{Said: t.T("space.demand." + is.Level.String()), Without: h.without(is, is.Level)}
		if is.Led {
			out.Led = t.T("space.demand.led")
		}
		return out, nil
	}
	chosen := is.Level.String()
	if refused != nil {
		chosen = h.r.Value("demand")
	}
	level := ui.Field{Kind: ui.Radios, Name: "demand", Label: t.T("space.demand.label"), Hint: t.T("space.demand.hint")}
	for _, need := range authz.Assurances() {
		note := h.without(is, need)
		switch need {
		case authz.Confirmed:
			note = t.T("space.demand.code_note")
		case authz.Keyed:
			note = strings.TrimSpace(note + " " + t.T("space.demand.passkey_note"))
		}
		level.Options = append(level.Options, ui.Option{Value: need.String(), Label: t.T("space.demand." + need.String()), Note: note, Chosen: need.String() == chosen})
	}
	f := &Form{Action: h.path("demand"), Button: ui.Button{Label: t.T("space.demand.set")}}
	f.Summary = ui.Refuse(t, refused).Mark(&level)
	f.Fields = []ui.Field{level}
	return &Assurance{Said: t.T("space.demand." + is.Level.String()), Set: f}, nil
}

// forumDemand is assurance on the page of a forum's questions, where its experts read it too.
func (p *Pages) forumDemand(h here, refused error) (*Assurance, error) {
	if !h.room.Forum {
		return nil, nil
	}
	return p.assurance(h, refused)
}

// spaceDemand is assurance on the page of the people of every other space.
func (p *Pages) spaceDemand(h here, refused error) (*Assurance, error) {
	if h.room.Forum {
		return nil, nil
	}
	return p.assurance(h, refused)
}

// without names who has nothing by which to show so much.
func (h here) without(is lifecycle.Demand, need authz.Assurance) string {
	if need <= authz.Confirmed {
		return ""
	}
	var names []string
	for _, p := range is.Without[need] {
		names = append(names, is.Names[p])
	}
	if len(names) == 0 {
		return h.r.Printer.T("space.demand.all_have")
	}
	slices.Sort(names)
	return h.r.Printer.T("space.demand.without", strings.Join(names, ", "))
}

// DoDemand says what entering the space takes.
func (p *Pages) DoDemand(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	to, known := authz.ParseAssurance(r.Value("demand"))
	err = fault.New(fault.Invalid, "space.demand_unknown").In("demand")
	if known {
		err = p.Lifecycle.SetDemand(r.Context(), r.Actor, h.room.ID, to)
	}
	switch refused := fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict); {
	case refused && h.room.Forum:
		return p.questions(h, err)
	case refused && h.room.Mine.Inside():
		return p.people(h, err)
	case err != nil:
		return nil, err
	case h.room.Forum:
		return web.Done(h.path("questions"), "space_demanded"), nil
	}
	return web.Done(h.path("people"), "space_demanded"), nil
}

package room

import (
	"slices"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/forum"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Assurance is what entering a forum takes, in words, with the form that says it for whose it
// is to say.
type Assurance struct {
	Said, Led, Without string
	Set                *Form
}

// assurance tells it to whoever may say how the forum goes; nil for the others, who are asked
// for it when they come.
func (p *Pages) assurance(h here, refused error) (*Assurance, error) {
	if !h.directs() {
		return nil, nil
	}
	is, err := p.Forums.Demand(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	t := h.r.Printer
	if !is.Sets || h.room.State != "open" {
		out := &Assurance{Said: t.T("forum.demand." + is.Level.String()), Without: h.without(is, is.Level)}
		if is.Led {
			out.Led = t.T("forum.demand.led")
		}
		return out, nil
	}
	chosen := is.Level.String()
	if refused != nil {
		chosen = h.r.Value("demand")
	}
	level := ui.Field{Kind: ui.Radios, Name: "demand", Label: t.T("forum.demand.label"), Hint: t.T("forum.demand.hint")}
	for _, need := range authz.Assurances() {
		note := h.without(is, need)
		if need == authz.Keyed {
			note = strings.TrimSpace(note + " " + t.T("forum.demand.passkey_note"))
		}
		level.Options = append(level.Options, ui.Option{Value: need.String(), Label: t.T("forum.demand." + need.String()), Note: note, Chosen: need.String() == chosen})
	}
	f := &Form{Action: h.path("questions", "demand"), Button: ui.Button{Label: t.T("forum.demand.set")}}
	f.Summary = ui.Refuse(t, refused).Mark(&level)
	f.Fields = []ui.Field{level}
	return &Assurance{Set: f}, nil
}

// without names who has nothing by which to show so much.
func (h here) without(is forum.Demand, need authz.Assurance) string {
	if need == authz.Single {
		return ""
	}
	var names []string
	for _, p := range is.Without[need] {
		names = append(names, is.Names[p])
	}
	if len(names) == 0 {
		return h.r.Printer.T("forum.demand.all_have")
	}
	slices.Sort(names)
	return h.r.Printer.T("forum.demand.without", strings.Join(names, ", "))
}

// DoDemand says what entering the forum takes.
func (p *Pages) DoDemand(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	to, known := authz.ParseAssurance(r.Value("demand"))
	err = fault.New(fault.Invalid, "forum.demand_unknown").In("demand")
	if known {
		err = p.Forums.SetDemand(r.Context(), r.Actor, h.room.ID, to)
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.questions(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("questions"), "forum_demanded"), nil
}

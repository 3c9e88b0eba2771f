package room

import (
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// handForm has another lawyer of the space answer for it: offered to who does,
// when there is one.
func (h here) handForm(staff []firm.Card, refused error) *Form {
	if h.room.Mine != authz.Lead || !h.keepsHolds() {
		return nil
	}
	t := h.r.Printer
	person := ui.Field{Kind: ui.Select, Name: "person", ID: "f-hand", Label: t.T("room.hand.who"), Options: []ui.Option{{Label: t.T("room.colleague.choose")}}}
	for _, card := range staff {
		lawyer := card.Role == authz.Lawyer || card.Role == authz.Admin
		if lawyer && card.State == "active" && card.Person != h.r.Actor.Person && h.present(card.Person) {
			person.Options = append(person.Options, ui.Option{Value: string(card.Person), Label: card.Name})
		}
	}
	if len(person.Options) == 1 {
		return nil
	}
	f := &Form{Action: h.path("lead"), Button: ui.Button{Label: t.T("room.hand.do")}}
	f.Summary = ui.Refuse(t, h.back(refused, "lead")).Mark(&person)
	f.Fields = []ui.Field{person}
	return f
}

// DoHandOver has another lawyer answer for the space.
func (p *Pages) DoHandOver(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	err = p.Lifecycle.HandOver(r.Context(), r.Actor, h.room.ID, id.Person(r.Value("person")))
	if fault.Is(err, fault.Invalid) {
		return p.people(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("people"), "space_handed"), nil
}

package room

import (
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Walls is whom a lawyer keeps out of the space, and the way to keep out one more.
type Walls struct {
	Rows []WallLine
	New  *Form // nil when nobody is left
}

// WallLine is one of them.
type WallLine struct {
	Name, Raised, Until, Reason string
	Lift                        ui.Dialog
}

// walls are shown to the lawyers of the space.
func (p *Pages) walls(h here, b ui.Base, staff []firm.Card, refused error) (*Walls, error) {
	if !h.keepsHolds() {
		return nil, nil
	}
	found, err := p.Lifecycle.Walls(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	out, kept := &Walls{}, map[id.Person]bool{h.r.Actor.Person: true}
	for _, w := range found {
		kept[w.Person] = true
		out.Rows = append(out.Rows, h.wallLine(b, w))
	}
	out.New = h.wallForm(staff, kept, h.back(refused, "walls"))
	return out, nil
}

func (h here) wallLine(b ui.Base, w lifecycle.Wall) WallLine {
	line := WallLine{Name: w.Name, Raised: b.T("room.wall.raised", w.ByName, b.DateTime(w.At)), Reason: w.Reason}
	switch {
	case w.Over:
		line.Until = b.T("room.wall.over", b.Day(w.Until))
	case w.Until != "":
		line.Until = b.T("room.wall.until_day", b.Day(w.Until))
	}
	line.Lift = ui.Dialog{
		ID: "lift-" + string(w.Person), Action: h.path("walls", string(w.Person), "lift"),
		Title: b.T("room.wall.lift_title", w.Name), Consequence: b.T("room.wall.lift_consequence"),
		Opener:  ui.Button{Label: b.T("room.wall.lift"), Small: true},
		Confirm: ui.Button{Label: b.T("room.wall.lift"), Look: ui.Danger},
	}
	return line
}

// wallForm offers the members of the space and the firm's own people, but for who
// answers for the space, who looks, and those who are kept out already.
func (h here) wallForm(staff []firm.Card, kept map[id.Person]bool, refused error) *Form {
	r, t := h.r, h.r.Printer
	person := ui.Field{Kind: ui.Select, Name: "person", ID: "f-wall-person", Label: t.T("room.wall.who"), Options: []ui.Option{{Label: t.T("room.colleague.choose")}}}
	until := ui.Field{Kind: ui.Date, Name: "until", ID: "f-wall-until", Label: t.T("room.wall.until"), Hint: t.T("room.wall.until_hint"), Optional: true, Short: true, Earliest: today(r.Now)}
	reason := ui.Field{Kind: ui.Area, Name: "reason", ID: "f-wall-reason", Label: t.T("room.wall.reason"), Hint: t.T("room.wall.reason_hint"), Length: 500}
	offer := func(of id.Person, name string) {
		if !kept[of] && of != h.room.Lead {
			kept[of] = true
			person.Options = append(person.Options, ui.Option{Value: string(of), Label: name, Chosen: refused != nil && r.Value("person") == string(of)})
		}
	}
	for _, m := range h.room.People {
		if m.Active(r.Now) && m.Role != authz.Lead {
			offer(m.Person, m.Name)
		}
	}
	for _, card := range staff {
		if card.State == "active" {
			offer(card.Person, card.Name)
		}
	}
	if len(person.Options) == 1 {
		return nil
	}
	f := &Form{Action: h.path("walls"), Button: ui.Button{Label: t.T("room.wall.raise"), Icon: "lock"}}
	if refused != nil {
		until.Value, reason.Value = r.Value("until"), r.Value("reason")
		f.Summary = ui.Refuse(t, refused).Mark(&person, &until, &reason)
	}
	f.Fields = []ui.Field{person, reason, until}
	return f
}

// DoRaiseWall keeps somebody out of the space.
func (p *Pages) DoRaiseWall(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	err = p.Lifecycle.RaiseWall(r.Context(), r.Actor, lifecycle.NewWall{
		Space: h.room.ID, Person: id.Person(r.Value("person")), Until: r.Value("until"), Reason: r.Value("reason"),
	})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.people(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("people"), "wall_raised"), nil
}

// DoLiftWall lets somebody be added to the space again.
func (p *Pages) DoLiftWall(r *web.Request) (web.Answer, error) {
	return p.person(r, "wall_lifted", func(h here, person id.Person) error {
		return p.Lifecycle.LiftWall(r.Context(), r.Actor, h.room.ID, person)
	})
}

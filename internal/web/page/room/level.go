package room

import (
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Level is what the mails of a space say, and the form that changes it for who may:
// who answers for the space either way, the others back to what is neutral.
type Level struct {
	Now  string
	Form *Form
}

func (h here) level(refused error) Level {
	t, now := h.r.Printer, h.room.Level()
	l := Level{Now: t.T("room.level.now." + string(now))}
	on := authz.Resource{Kind: authz.OfSpace, Firm: h.r.Actor.Firm, Space: h.room.ID}
	f := Form{Action: h.path("level"), Button: ui.Button{Label: t.T("room.level.choose"), Small: true}}
	switch {
	case authz.May(h.r.Actor, authz.SpaceTell, on, h.room.Facts):
		choice := ui.Field{Kind: ui.Radios, Name: "level", Label: t.T("room.level.label")}
		notes := map[circle.Level]string{
			circle.Neutral:  t.T("room.level.note.neutre"),
			circle.Titles:   t.T("room.level.note.titre"),
			circle.Enclosed: t.T("room.level.note.piece_jointe", lifecycle.MostEnclosed, t.Bytes(lifecycle.EnclosedSize)),
		}
		for _, one := range []circle.Level{circle.Neutral, circle.Titles, circle.Enclosed} {
			choice.Options = append(choice.Options, ui.Option{
				Value: string(one), Label: t.T("room.level." + string(one)), Note: notes[one], Chosen: one == now,
			})
		}
		if refused = h.back(refused, "level"); refused != nil {
			f.Summary = ui.Refuse(t, refused).Mark(&choice)
		}
		f.Fields = []ui.Field{choice}
		l.Form = &f
	case now != circle.Neutral && authz.May(h.r.Actor, authz.SpaceManage, on, h.room.Facts):
		f.Hidden, f.Button.Label = []ui.Hidden{{Name: "level", Value: string(circle.Neutral)}}, t.T("room.level.lower")
		l.Form = &f
	}
	return l
}

// DoTell chooses what the mails of the space say from now on.
func (p *Pages) DoTell(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	err = p.Spaces.Tell(r.Context(), r.Actor, h.room.ID, circle.Level(r.Value("level")))
	if fault.Is(err, fault.Invalid) {
		return p.people(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("people"), "level_chosen"), nil
}

// DoRetry has mails leave again for somebody whose mailbox refused one.
func (p *Pages) DoRetry(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	person, err := web.PathID[id.Person](r, "person")
	if err != nil {
		return nil, err
	}
	if err := p.Notices.Retry(r.Context(), r.Actor, of, person); err != nil {
		return nil, err
	}
	return web.Done(r.SpacePath(of, "people"), "mailbox_retried"), nil
}

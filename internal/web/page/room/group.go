package room

import (
	"slices"

	"cenacle/internal/fault"
	"cenacle/internal/group"
	"cenacle/internal/id"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Groups are the groups of the firm in the space, and the way to put in one more.
type Groups struct {
	Rows []GroupLine
	New  *Form // nil for who may not, or when none is left
}

// GroupLine is one of them.
type GroupLine struct {
	Name, Href    string
	People, Since string
	Detach        *ui.Dialog
}

// groups are those of the space; nil when it has none and the reader can put none there.
func (p *Pages) groups(h here, present group.Present, refused error) (*Groups, error) {
	out := &Groups{}
	for _, x := range present.Attached {
		out.Rows = append(out.Rows, h.groupLine(present, x))
	}
	if h.keepsHolds() {
		v, err := p.Groups.List(h.r.Context(), h.r.Actor)
		if err != nil {
			return nil, err
		}
		out.New = h.groupForm(present, v, h.back(refused, "groups"))
	}
	if out.Rows == nil && out.New == nil {
		return nil, nil
	}
	return out, nil
}

func (h here) groupLine(present group.Present, x group.Attached) GroupLine {
	t := h.r.Printer
	var names []string
	for _, s := range present.Seats {
		if s.Group == x.Group {
			names = append(names, h.room.Called(s.Person))
		}
	}
	line := GroupLine{
		Name: present.Names[x.Group], Href: h.r.FirmPath("groups", string(x.Group)), People: t.List(names),
		Since: t.T("room.group.since", h.room.Called(x.By), t.Date(x.Since), h.circleOf(x.Circle)),
	}
	if len(names) == 0 {
		line.People = t.T("room.group.nobody")
	}
	if h.keepsHolds() {
		line.Detach = &ui.Dialog{
			ID: "detach-" + string(x.Group), Title: t.T("room.group.detach_title", line.Name), Consequence: t.T("room.group.detach_text"),
			Opener: ui.Button{Label: t.T("room.group.detach"), Small: true}, Action: h.path("groups", string(x.Group), "detach"),
			Confirm: ui.Button{Label: t.T("room.group.detach"), Look: ui.Danger},
		}
	}
	return line
}

// circleOf is the name of a circle of the space.
func (h here) circleOf(of id.Circle) string {
	for _, c := range h.room.Circles {
		if c.ID == of {
			return h.circleName(c.Circle)
		}
	}
	return ""
}

// groupForm offers the groups that are not in the space, with who is in each.
func (h here) groupForm(present group.Present, v group.View, refused error) *Form {
	t := h.r.Printer
	which := ui.Field{Kind: ui.Radios, Name: "group", ID: "f-group", Label: t.T("room.group.which")}
	for _, g := range v.Groups {
		if slices.ContainsFunc(present.Attached, func(x group.Attached) bool { return x.Group == g.ID }) {
			continue
		}
		names := make([]string, len(g.People))
		for i, p := range g.People {
			names[i] = p.Name
		}
		note := t.List(names)
		if len(names) == 0 {
			note = t.T("group.nobody")
		}
		which.Options = append(which.Options, ui.Option{Value: string(g.ID), Label: g.Name, Note: note, Chosen: refused != nil && h.r.Value("group") == string(g.ID)})
	}
	if len(which.Options) == 0 {
		return nil
	}
	f := &Form{Action: h.path("groups"), Button: ui.Button{Label: t.T("room.group.attach"), Icon: "users"}}
	f.Summary = ui.Refuse(t, refused).Mark(&which)
	f.Fields = []ui.Field{which}
	return f
}

// DoAttachGroup puts a group into the space.
func (p *Pages) DoAttachGroup(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	_, err = p.Groups.Attach(r.Context(), r.Actor, h.room.ID, id.Group(r.Value("group")))
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.people(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("people"), "group_attached"), nil
}

// DoDetachGroup takes one out of it.
func (p *Pages) DoDetachGroup(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.Group](r, "group")
	if err != nil {
		return nil, err
	}
	if err := p.Groups.Detach(r.Context(), r.Actor, h.room.ID, of); err != nil {
		return nil, err
	}
	return web.Done(h.path("people"), "group_detached"), nil
}

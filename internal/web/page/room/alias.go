package room

import (
	"cenacle/internal/conflict"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Aliases is the other names of a space's people, and the way to note one.
type Aliases struct {
	Rows []Alias
	New  Form
}

// Alias is one of them.
type Alias struct{ Name, Kind, Remove string }

func (p *Pages) aliases(h here, refused error) (*Aliases, error) {
	found, err := p.Conflicts.List(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	t := h.r.Printer
	out := &Aliases{}
	for _, one := range found {
		out.Rows = append(out.Rows, Alias{one.Name, t.T("conflict.alias." + string(one.Kind)), h.path("aliases", string(one.ID), "remove")})
	}
	name := ui.Field{Name: "name", ID: "f-alias", Label: t.T("room.alias.name"), Length: 200, Autocomplete: "off"}
	kind := ui.Field{Kind: ui.Select, Name: "kind", ID: "f-alias-kind", Label: t.T("room.alias.kind")}
	refused = h.back(refused, "aliases")
	if refused != nil {
		name.Value = h.r.Value("name")
	}
	for _, k := range conflict.Kinds() {
		kind.Options = append(kind.Options, ui.Option{Value: string(k), Label: t.T("conflict.alias." + string(k)), Chosen: refused != nil && h.r.Value("kind") == string(k)})
	}
	out.New = Form{Action: h.path("aliases"), Summary: ui.Refuse(t, refused).Mark(&name, &kind), Button: ui.Button{Label: t.T("room.alias.add"), Icon: "plus"}}
	out.New.Fields = []ui.Field{kind, name}
	return out, nil
}

// DoAddAlias notes another name.
func (p *Pages) DoAddAlias(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	_, err = p.Conflicts.Add(r.Context(), r.Actor, h.room.ID, conflict.Kind(r.Value("kind")), r.Value("name"))
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.people(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("people"), "alias_added"), nil
}

// DoRemoveAlias takes one away.
func (p *Pages) DoRemoveAlias(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.Alias](r, "alias")
	if err != nil {
		return nil, err
	}
	if err := p.Conflicts.Remove(r.Context(), r.Actor, h.room.ID, of); err != nil {
		return nil, err
	}
	return web.Done(h.path("people"), "alias_removed"), nil
}

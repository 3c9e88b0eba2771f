// Package group is « Groupes »: the groups of the firm's own people, who is in each, and
// for who administers the firm what changes them.
//
// It decides nothing: package group of the nouns does. It says before the gesture in how
// many spaces somebody will be, or no longer, and names no space. Start at [Pages.List].
package group

import (
	"embed"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/group"
	"cenacle/internal/id"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

//go:embed *.tmpl
var files embed.FS

// Pages answers for the groups of a firm.
type Pages struct{ Groups *group.Service }

// List is all of them.
type List struct {
	ui.Base
	Rows []Line
	None ui.Empty
	Make *Form // nil for who may not
}

// Line is one group.
type Line struct {
	Href   string
	Name   string
	People string
	Where  string
}

// One is a group with who is in it.
type One struct {
	ui.Base
	Where    string
	Rows     []Person
	Summary  ui.Summary
	Admit    *Form // nil for who may not, or when nobody is left
	Rename   *Form
	Dissolve *ui.Dialog
}

// Person is somebody in a group.
type Person struct {
	Name   string
	Avatar ui.Avatar
	Since  string
	Remove *ui.Dialog
}

// Form is one of the forms of these pages.
type Form struct {
	Action      string
	Consequence string
	Summary     ui.Summary
	Field       ui.Field
	Submit      ui.Button
}

var (
	listPage = ui.Parse[List](files, "list.tmpl")
	onePage  = ui.Parse[One](files, "one.tmpl")
)

// may asks the rule what a page offers; the use case decides again.
func may(r *web.Request, do authz.Action) bool {
	return authz.May(r.Actor, do, authz.Resource{Kind: authz.OfFirm, Firm: r.Actor.Firm}, authz.Facts{Now: r.Now})
}

// List shows the groups of the firm.
func (p *Pages) List(r *web.Request) (web.Answer, error) { return p.list(r, nil) }

func (p *Pages) list(r *web.Request, refused error) (web.Answer, error) {
	v, err := p.Groups.List(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	b := r.Base(ui.Desk, r.Printer.T("group.title"))
	b.Section, b.Path = "people", r.FirmPath("groups")
	b.Crumbs = []ui.Link{{Href: r.FirmPath("people"), Label: b.T("web.nav.people")}}
	shown := List{Base: b, None: ui.Empty{Icon: "users", Title: b.T("group.none"), Text: b.T("group.none_text")}}
	for _, g := range v.Groups {
		names := make([]string, len(g.People))
		for i, one := range g.People {
			names[i] = one.Name
		}
		line := Line{Href: r.FirmPath("groups", string(g.ID)), Name: g.Name, People: b.List(names), Where: where(b, v, g)}
		if len(names) == 0 {
			line.People = b.T("group.nobody")
		}
		shown.Rows = append(shown.Rows, line)
	}
	if !may(r, authz.GroupKeep) {
		shown.None.Text = b.T("group.none_text_other")
		return web.Show(listPage, shown), nil
	}
	name := ui.Field{Name: "name", Label: b.T("group.name"), Hint: b.T("group.name_hint"), Value: r.Value("name"), Length: group.MaxName, Autocomplete: "off"}
	shown.Make = &Form{Action: r.FirmPath("groups"), Submit: ui.Button{Label: b.T("group.make"), Look: ui.Primary, Icon: "plus"}}
	shown.Make.Summary = ui.Refuse(r.Printer, refused).Mark(&name)
	shown.Make.Field = name
	if refused != nil {
		return web.Again(listPage, shown, refused), nil
	}
	return web.Show(listPage, shown), nil
}

// where says in how many spaces a group is, of the reader's and, to who administers the
// firm, in all.
func where(b ui.Base, v group.View, g group.Group) string {
	own := b.N("group.own", g.Own)
	if g.Own == 0 {
		own = b.T("group.none_own")
	}
	switch {
	case v.Staff == nil:
		return own
	case g.Spaces == 0:
		return b.T("group.nowhere")
	}
	return own + " · " + b.N("group.spaces", g.Spaces)
}

// reach says what a gesture changes in the spaces of a group, or that it is in none.
func reach(b ui.Base, g group.Group, changes, nowhere string) string {
	if g.Spaces == 0 {
		return b.T(nowhere)
	}
	return b.N(changes, g.Spaces)
}

// DoMake makes a group.
func (p *Pages) DoMake(r *web.Request) (web.Answer, error) {
	g, err := p.Groups.Make(r.Context(), r.Actor, r.Value("name"))
	if refuses(err) {
		return p.list(r, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("groups", string(g.ID)), "group_made"), nil
}

func refuses(err error) bool { return fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) }

// Show is one group.
func (p *Pages) Show(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Group](r, "group")
	if err != nil {
		return nil, err
	}
	return p.show(r, of, nil)
}

func (p *Pages) show(r *web.Request, of id.Group, refused error) (web.Answer, error) {
	v, err := p.Groups.List(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	g, found := v.Find(of)
	if !found {
		return nil, web.Absent()
	}
	b := r.Base(ui.Desk, g.Name)
	b.Section, b.Path = "people", r.FirmPath("groups", string(of))
	b.Crumbs = []ui.Link{{Href: r.FirmPath("people"), Label: b.T("web.nav.people")}, {Href: r.FirmPath("groups"), Label: b.T("group.title")}}
	shown := One{Base: b, Where: where(b, v, g)}
	keeps := may(r, authz.GroupKeep)
	for _, one := range g.People {
		line := Person{Name: one.Name, Avatar: ui.Avatar{Name: one.Name, Firm: true}, Since: b.T("group.since", b.Date(one.Since))}
		if keeps {
			line.Remove = &ui.Dialog{
				ID: "remove-" + string(one.Person), Title: b.T("group.remove_title", one.Name, g.Name), Consequence: reach(b, g, "group.remove_text", "group.remove_nowhere"),
				Opener: ui.Button{Label: b.T("group.remove"), Small: true, Look: ui.Quiet, Icon: "user-minus"},
				Action: r.FirmPath("groups", string(of), "people", string(one.Person), "remove"), Confirm: ui.Button{Label: b.T("group.remove"), Look: ui.Danger},
			}
		}
		shown.Rows = append(shown.Rows, line)
	}
	if keeps {
		shown.tend(r, v, g, refused)
	}
	if refused != nil {
		return web.Again(onePage, shown, refused), nil
	}
	return web.Show(onePage, shown), nil
}

// tend offers what who administers the firm may do to a group.
func (o *One) tend(r *web.Request, v group.View, g group.Group, refused error) {
	b := o.Base
	who := ui.Field{Kind: ui.Select, Name: "person", Label: b.T("group.who"), Options: []ui.Option{{Label: b.T("group.choose")}}}
	for _, c := range v.Staff {
		if !in(g, c.Person) {
			who.Options = append(who.Options, ui.Option{Value: string(c.Person), Label: c.Name, Chosen: r.Value("person") == string(c.Person)})
		}
	}
	name := ui.Field{Name: "name", Label: b.T("group.name"), Value: g.Name, Length: group.MaxName, Autocomplete: "off"}
	if refused != nil && r.URL.Path == b.Path {
		name.Value = r.Value("name")
	}
	o.Summary = ui.Refuse(r.Printer, refused).Mark(&who, &name)
	if len(who.Options) > 1 {
		o.Admit = &Form{
			Action: r.FirmPath("groups", string(g.ID), "people"), Consequence: reach(b, g, "group.admit_text", "group.admit_nowhere"), Field: who,
			Submit: ui.Button{Label: b.T("group.admit"), Look: ui.Primary, Icon: "user-plus"},
		}
	}
	o.Rename = &Form{Action: b.Path, Field: name, Consequence: b.T("group.rename_text"), Submit: ui.Button{Label: b.T("group.rename")}}
	o.Dissolve = &ui.Dialog{
		ID: "dissolve", Title: b.T("group.dissolve_title", g.Name), Consequence: reach(b, g, "group.dissolve_text", "group.dissolve_nowhere"),
		Opener: ui.Button{Label: b.T("group.dissolve"), Small: true}, Action: r.FirmPath("groups", string(g.ID), "dissolve"),
		Confirm: ui.Button{Label: b.T("group.dissolve"), Look: ui.Danger},
	}
}

func in(g group.Group, person id.Person) bool {
	for _, p := range g.People {
		if p.Person == person {
			return true
		}
	}
	return false
}

// DoRename gives a group another name.
func (p *Pages) DoRename(r *web.Request) (web.Answer, error) {
	return p.change(r, "group_renamed", func(of id.Group) error { return p.Groups.Rename(r.Context(), r.Actor, of, r.Value("name")) })
}

// DoAdmit lets somebody in.
func (p *Pages) DoAdmit(r *web.Request) (web.Answer, error) {
	return p.change(r, "group_entered", func(of id.Group) error {
		return p.Groups.Admit(r.Context(), r.Actor, of, id.Person(r.Value("person")))
	})
}

// DoDismiss takes somebody out.
func (p *Pages) DoDismiss(r *web.Request) (web.Answer, error) {
	return p.change(r, "group_left", func(of id.Group) error {
		person, err := web.PathID[id.Person](r, "colleague")
		if err != nil {
			return err
		}
		return p.Groups.Dismiss(r.Context(), r.Actor, of, person)
	})
}

func (p *Pages) change(r *web.Request, done string, do func(id.Group) error) (web.Answer, error) {
	of, err := web.PathID[id.Group](r, "group")
	if err != nil {
		return nil, err
	}
	if err := do(of); refuses(err) {
		return p.show(r, of, err)
	} else if err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("groups", string(of)), done), nil
}

// DoDissolve ends a group.
func (p *Pages) DoDissolve(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Group](r, "group")
	if err != nil {
		return nil, err
	}
	if err := p.Groups.Dissolve(r.Context(), r.Actor, of); err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("groups"), "group_dissolved"), nil
}

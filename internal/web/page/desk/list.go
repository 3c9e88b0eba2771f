package desk

import (
	"cmp"
	"slices"

	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// List is the spaces of somebody from outside the firm.
type List struct {
	ui.Base
	Search Search
	Spaces []Own
	Agenda string // the dates of all of them
	Shut   *ui.Notice
	Cut    bool // she has more than ownRows
}

// Own is one of her spaces. When it last changed is the firm's to know: that
// something moved which she does not see must not show.
type Own struct {
	Href   string
	Name   string
	Model  string
	Opened string
}

// ownRows is the most spaces listed. There is no next page, because its address
// would tell when a space last changed.
const ownRows = 500

var listPage = ui.Parse[List](files, "list.tmpl", "part.tmpl")

// list leads to her only space, or lets her choose.
func (p *Pages) list(r *web.Request) (web.Answer, error) {
	if r.Actor.Scope != "" {
		return web.See(r.SpacePath(r.Actor.Scope)), nil
	}
	found, err := p.Spaces.List(r.Context(), r.Actor, space.Page{Limit: ownRows + 1})
	if err != nil {
		return nil, err
	}
	shut, err := p.Spaces.Shut(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	switch {
	case len(found) == 1 && len(shut) == 0:
		return web.See(r.SpacePath(found[0].ID)), nil
	case len(found) == 0 && len(shut) == 1:
		return web.See(r.SpacePath(shut[0])), nil // which leads to what it demands
	}
	page := newList(r.Base(ui.Client, r.Printer.T("desk.your_spaces")), r, found)
	page.Shut = shutNotice(r, shut)
	return web.Show(listPage, page), nil
}

// shutNotice says that spaces of hers demand more of her, and leads to the first of them;
// nil when none does.
func shutNotice(r *web.Request, shut []id.Space) *ui.Notice {
	if len(shut) == 0 {
		return nil
	}
	return &ui.Notice{
		Look: ui.Signal, Text: r.Printer.N("desk.shut", len(shut)), Link: &ui.Link{Href: r.SpacePath(shut[0]), Label: r.Printer.T("desk.shut_open")},
	}
}

// newList orders spaces by name, since the order of changes would tell of them.
func newList(b ui.Base, to paths, found []space.Space) List {
	l := List{Base: b, Search: Search{Action: to.FirmPath("search")}, Agenda: to.FirmPath("agenda"), Cut: len(found) > ownRows}
	found = slices.Clone(found[:min(len(found), ownRows)])
	slices.SortFunc(found, func(x, y space.Space) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID)) })
	for _, s := range found {
		l.Spaces = append(l.Spaces, Own{
			Href: to.SpacePath(s.ID), Name: s.Name, Model: b.T("space.model." + string(s.Model)), Opened: b.T("desk.opened", b.Date(s.Created)),
		})
	}
	return l
}

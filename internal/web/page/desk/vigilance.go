package desk

import (
	"cenacle/internal/authz"
	"cenacle/internal/vigilance"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Vigilance is the dossiers de vigilance that a lawyer is to look at again.
type Vigilance struct {
	ui.Base
	Rows   []Vigil
	Empty  ui.Empty
	Frozen ui.Link // to the list of frozen assets
}

// Vigil is one of them.
type Vigil struct {
	Href, Space string
	Since       string
	Wants       []string
}

var vigilancePage = ui.Parse[Vigilance](files, "vigilance.tmpl")

// Vigilance lists them, the longest waiting first.
func (p *Pages) Vigilance(r *web.Request) (web.Answer, error) {
	found, err := p.Dossiers.Due(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	page := Vigilance{Base: frame(r, r.Printer.T("desk.vigilance.title"))}
	page.Crumbs = []ui.Link{{Href: r.FirmPath(), Label: page.T("web.nav.desk")}}
	page.Empty = ui.Empty{Icon: "shield-check", Title: page.T("desk.vigilance.none"), Text: page.T("desk.vigilance.none_text")}
	page.Frozen = ui.Link{Href: r.FirmPath("sanctions"), Label: page.T("sanction.open")}
	for _, d := range found {
		page.Rows = append(page.Rows, Vigil{Href: r.SpacePath(d.Space, "vigilance"), Space: d.Name, Since: page.T("desk.vigilance.since", page.Day(d.Since)), Wants: vigilance.Words(page.Printer, d.Wanted)})
	}
	return web.Show(vigilancePage, page), nil
}

// vigils tells a lawyer, on her first page, how many are to be looked at again; nil for
// none.
func (p *Pages) vigils(r *web.Request) (*ui.Notice, error) {
	if r.Actor.Role != authz.Admin && r.Actor.Role != authz.Lawyer {
		return nil, nil
	}
	found, err := p.Dossiers.Due(r.Context(), r.Actor)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &ui.Notice{
		Look: ui.Signal, Text: r.Printer.N("desk.vigilance.due", len(found)),
		Link: &ui.Link{Href: r.FirmPath("vigilance"), Label: r.Printer.T("desk.vigilance.see")},
	}, nil
}

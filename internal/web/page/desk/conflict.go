package desk

import (
	"strings"

	"cenacle/internal/conflict"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Conflicts is the search for conflicts of interests, and what it found.
type Conflicts struct {
	ui.Base
	Action  string
	Summary ui.Summary
	Names   ui.Field
	Submit  ui.Button
	Report  *ConflictReport
}

// ConflictReport is what a search found, as it is printed.
type ConflictReport struct {
	Said  string // when, by whom, compared with how many names
	Entry string // of the journal
	Asked []AskedName
	Open  ui.Button // goes on to open the space
}

// AskedName is one of the names asked, with what is like it.
type AskedName struct {
	Name  string
	Lines []ConflictLine
}

// ConflictLine is one name of the firm in words.
type ConflictLine struct {
	Level  string
	Strong bool // more than the same family
	Name   string
	As     string
	Lawyer string // to speak to
}

var conflictPage = ui.Parse[Conflicts](files, "conflict.tmpl")

// Conflicts is the empty form.
func (p *Pages) Conflicts(r *web.Request) (web.Answer, error) {
	return web.Show(conflictPage, p.conflicts(r)), nil
}

// DoConflicts searches, and shows what was found below what was asked. Nothing
// of it stands in an address.
func (p *Pages) DoConflicts(r *web.Request) (web.Answer, error) {
	page := p.conflicts(r)
	page.Names.Value = r.Value("names")
	found, err := p.Conflict.Search(r.Context(), r.Actor, strings.Split(strings.ReplaceAll(page.Names.Value, "\r", ""), "\n"))
	if refused(err) {
		page.Summary = ui.Refuse(page.Printer, err).Mark(&page.Names)
		return web.Again(conflictPage, page, err), nil
	}
	if err != nil {
		return nil, err
	}
	page.Names.Focus = false
	page.Report = report(page.Base, found, r.Card.Name)
	page.Report.Open = ui.Button{Label: page.T("desk.open"), Icon: "plus", Href: r.FirmPath("spaces", "new")}
	return web.Show(conflictPage, page), nil
}

func (p *Pages) conflicts(r *web.Request) Conflicts {
	page := Conflicts{Base: frame(r, r.Printer.T("desk.conflict.title")), Action: r.FirmPath("conflicts")}
	page.Crumbs = []ui.Link{{Href: r.FirmPath(), Label: page.T("web.nav.desk")}}
	page.Names = ui.Field{
		Kind: ui.Area, Name: "names", Label: page.T("desk.conflict.names"), Hint: page.T("desk.conflict.names_hint"),
		Length: 5000, Autocomplete: "off", Focus: true,
	}
	page.Submit = ui.Button{Label: page.T("desk.conflict.submit"), Look: ui.Primary, Icon: "search"}
	return page
}

func report(b ui.Base, found conflict.Report, by string) *ConflictReport {
	out := &ConflictReport{Said: b.T("desk.conflict.said", b.DateTime(found.At), by, found.Names), Entry: string(found.Entry)}
	for _, name := range found.Asked {
		one := AskedName{Name: name}
		for _, f := range found.Findings {
			if f.Asked != name {
				continue
			}
			line := ConflictLine{Strong: true, Level: b.T("desk.conflict.reserved"), As: b.T("desk.conflict.reserved_text")}
			if !f.Reserved {
				word := f.Level.String()
				line = ConflictLine{Level: b.T("conflict.level." + word), Strong: word != "family", Name: f.Name, As: b.T("conflict.as." + string(f.As)), Lawyer: f.Lead}
			}
			one.Lines = append(one.Lines, line)
		}
		out.Asked = append(out.Asked, one)
	}
	return out
}

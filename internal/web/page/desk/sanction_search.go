package desk

import (
	"cenacle/internal/fault"
	"cenacle/internal/sanction"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// SanctionSearch is the search of a name in the list of frozen assets, and what it found.
type SanctionSearch struct {
	ui.Base
	Action  string
	Summary ui.Summary
	Absent  *ui.Notice // there is no list, or an old one
	Name    ui.Field
	Birth   ui.Field
	Kind    ui.Field
	Submit  ui.Button
	Report  *SanctionReport
}

// SanctionReport is what a search found, as it is printed.
type SanctionReport struct {
	Name  string
	Said  string // when, by whom, in which list
	Entry string // of the journal
	More  string
	Lines []SanctionLine
}

// SanctionLine is one entry of the list that is like whom was looked for.
type SanctionLine struct {
	Name  string
	Level ui.Badge
	Like  string
	Facts []sanction.Fact
}

var sanctionSearchPage = ui.Parse[SanctionSearch](files, "sanction_search.tmpl")

// SanctionSearch is the empty form.
func (p *Pages) SanctionSearch(r *web.Request) (web.Answer, error) {
	page, err := p.sanctionSearch(r)
	if err != nil {
		return nil, err
	}
	return web.Show(sanctionSearchPage, page), nil
}

func (p *Pages) sanctionSearch(r *web.Request) (SanctionSearch, error) {
	page := SanctionSearch{Base: frame(r, r.Printer.T("sanction.search")), Action: r.FirmPath("sanctions", "search")}
	page.Crumbs = []ui.Link{{Href: r.FirmPath(), Label: page.T("web.nav.desk")}, {Href: r.FirmPath("sanctions"), Label: page.T("sanction.title")}}
	page.Name = ui.Field{Name: "name", Label: page.T("sanction.search_name"), Hint: page.T("sanction.search_hint"), Value: r.Value("name"), Length: 200, Autocomplete: "off", Focus: true}
	page.Birth = ui.Field{Kind: ui.Date, Name: "birth", Label: page.T("sanction.search_birth"), Hint: page.T("sanction.search_birth_hint"), Value: r.Value("birth"), Optional: true}
	page.Kind = ui.Field{Kind: ui.Select, Name: "kind", Label: page.T("sanction.search_kind"), Optional: true, Options: []ui.Option{{Label: page.T("sanction.search_any")}}}
	for _, k := range []sanction.Nature{sanction.Human, sanction.Company, sanction.Ship} {
		page.Kind.Options = append(page.Kind.Options, ui.Option{Value: string(k), Label: page.T("sanction.nature." + string(k)), Chosen: r.Value("kind") == string(k)})
	}
	page.Submit = ui.Button{Label: page.T("sanction.search_submit"), Look: ui.Primary, Icon: "search"}
	st, err := p.Sanctions.Standing(r.Context(), r.Actor)
	to := &ui.Link{Href: r.FirmPath("sanctions"), Label: page.T("sanction.open")}
	switch {
	case err != nil:
	case st.Number == 0:
		page.Absent = &ui.Notice{Look: ui.Signal, Text: page.T("sanction.none_text"), Link: to}
	case st.Stale:
		page.Absent = &ui.Notice{Look: ui.Signal, Text: page.T("sanction.stale", page.Date(st.Checked)), Link: to}
	}
	return page, err
}

// DoSanctionSearch searches, and shows what was found above what was asked. Nothing of it
// stands in an address.
func (p *Pages) DoSanctionSearch(r *web.Request) (web.Answer, error) {
	page, err := p.sanctionSearch(r)
	if err != nil {
		return nil, err
	}
	found, err := p.Sanctions.Search(r.Context(), r.Actor, sanction.Party{Name: r.Value("name"), Birth: r.Value("birth"), Kind: sanction.Nature(r.Value("kind"))})
	if refused(err) || fault.Is(err, fault.Conflict) {
		page.Summary = ui.Refuse(page.Printer, err).Mark(&page.Name, &page.Birth, &page.Kind)
		return web.Again(sanctionSearchPage, page, err), nil
	}
	if err != nil {
		return nil, err
	}
	page.Name.Focus = false
	page.Report = sanctionReport(page.Base, found, r.Card.Name)
	return web.Show(sanctionSearchPage, page), nil
}

func sanctionReport(b ui.Base, found sanction.Report, by string) *SanctionReport {
	out := &SanctionReport{
		Name: found.Asked.Name, Entry: string(found.Entry),
		Said: b.T("sanction.search_said", b.DateTime(found.At), by, b.Day(found.List.Published), b.N("sanction.entries", found.List.Entries)),
	}
	if found.Asked.Birth != "" {
		out.Name = b.T("sanction.search_born", out.Name, b.Day(found.Asked.Birth))
	}
	if found.More {
		out.More = b.T("sanction.search_more")
	}
	for _, h := range found.Hits {
		out.Lines = append(out.Lines, sanctionLine(b, found.Asked, h))
	}
	return out
}

func sanctionLine(b ui.Base, asked sanction.Party, h sanction.Hit) SanctionLine {
	return SanctionLine{
		Name: h.Entry.Called(b.Printer), Level: ui.Badge{Text: b.T("conflict.level." + h.Level.String()), Look: ui.Signal},
		Like: h.Words(b.Printer, asked.Name), Facts: h.Entry.Facts(b.Printer),
	}
}

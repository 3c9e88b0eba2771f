package charter

import (
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Edit is where another version is published, and who answered the one that stands.
type Edit struct {
	ui.Base
	Stands  string
	Action  string
	Summary ui.Summary
	Text    ui.Field
	Whom    ui.Field
	Button  ui.Button
	Answers []Answer
	None    string
}

// Answer is what one person said.
type Answer struct{ Name, Said, At string }

var editPage = ui.Parse[Edit](files, "edit.tmpl")

// Edit shows it.
func (p *Pages) Edit(r *web.Request) (web.Answer, error) { return p.edit(r, nil) }

func (p *Pages) edit(r *web.Request, refused error) (web.Answer, error) {
	c, answers, err := p.Firms.CharterAnswers(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	b := frame(r, r.Printer.T("charter.edit.title"))
	b.Crumbs = []ui.Link{{Href: r.FirmPath("charter"), Label: b.T("charter.title")}}
	page := Edit{
		Base: b, Stands: b.T("charter.edit.never"), Action: r.FirmPath("charter", "edit"), None: b.T("charter.edit.nobody_yet"),
		Text:   ui.Field{Kind: ui.Area, Name: "text", Label: b.T("charter.edit.text"), Hint: b.T("charter.edit.text_hint"), Value: c.Text, Length: firm.MaxCharter},
		Button: ui.Button{Label: b.T("charter.edit.publish"), Look: ui.Primary},
	}
	chosen := c.Audience
	if c.Version > 0 {
		page.Stands = b.T("charter.edit.now."+word(c.Audience), c.Version, b.Date(c.At))
	} else {
		chosen = firm.Everyone
	}
	if refused != nil {
		page.Text.Value, chosen = r.Value("text"), firm.Audience(r.Value("audience"))
	}
	page.Whom = ui.Field{Kind: ui.Radios, Name: "audience", Label: b.T("charter.edit.whom")}
	for _, one := range []firm.Audience{firm.Everyone, firm.Team, firm.Outside, firm.Nobody} {
		page.Whom.Options = append(page.Whom.Options, ui.Option{
			Value: string(one), Label: b.T("charter.whom." + word(one)), Note: b.T("charter.whom_note." + word(one)), Chosen: one == chosen,
		})
	}
	for _, one := range answers {
		page.Answers = append(page.Answers, Answer{one.Name, b.T("charter.answered." + string(one.Answer)), b.DateTime(one.At)})
	}
	if refused == nil {
		return web.Show(editPage, page), nil
	}
	page.Summary = ui.Refuse(r.Printer, refused).Mark(&page.Text, &page.Whom)
	return web.Again(editPage, page, refused), nil
}

// word is an audience in a key of the catalog.
func word(of firm.Audience) string {
	if of == firm.Nobody {
		return "nobody"
	}
	return string(of)
}

// DoPublish publishes another version.
func (p *Pages) DoPublish(r *web.Request) (web.Answer, error) {
	err := p.Firms.Publish(r.Context(), r.Actor, r.Value("text"), firm.Audience(r.Value("audience")))
	if fault.Is(err, fault.Invalid) {
		return p.edit(r, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("charter", "edit"), "charter_published"), nil
}

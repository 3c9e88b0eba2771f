// Package notice is « Mes avis »: where a person chooses at which hours she is mailed
// that something is new, and mutes the mails of a space.
//
// It decides nothing: package notice of the nouns does, which refuses whoever came by
// a mailed link. It says what can never be muted, and who sees that a space is. Start
// at [Pages.Show].
package notice

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strconv"

	"cenacle/internal/account"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/notice"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

//go:embed *.tmpl
var files embed.FS

// Pages answers for the notices of a person in a firm.
type Pages struct {
	Accounts *account.Service
	Notices  *notice.Service
	Spaces   *space.Service
}

// Hours is the page.
type Hours struct {
	ui.Base
	Lead   string // who writes to her, and where
	Form   Form
	Spaces []Space
	Cut    bool // she has more than mostSpaces
	None   ui.Empty
}

// Form asks at which hours.
type Form struct {
	Action          string
	Summary         ui.Summary
	Rhythm          ui.Field
	Daily, From, To ui.Field
	Submit          ui.Button
}

// Space is one of hers, and the button that mutes it or does not any more.
type Space struct {
	Href, Name string
	Says       string // what its mails say beyond that something waits, or empty
	Muted      string // since when; empty when it is not
	Action     string
	Value      string // what the button says of it
	Button     ui.Button
}

// mostSpaces is the most spaces listed. A lawyer who has more mutes the others on
// their pages of people.
const mostSpaces = 500

const (
	atOnce  = "at_once"
	daily   = "daily"
	evening = 18 // the hour offered for the one mail of the day
	morning = 8  // and that at which the quiet hours end
)

var hoursPage = ui.Parse[Hours](files, "notice.tmpl")

// Show is what she has decided, with the form that changes it.
func (p *Pages) Show(r *web.Request) (web.Answer, error) {
	page, err := p.page(r)
	if err != nil {
		return nil, err
	}
	return web.Show(hoursPage, page), nil
}

// DoChoose takes the form.
func (p *Pages) DoChoose(r *web.Request) (web.Answer, error) {
	c, err := asked(r)
	if err == nil {
		err = p.Notices.Choose(r.Context(), r.Actor, c)
	}
	switch {
	case err == nil:
		return web.Done(r.FirmPath("notices"), "notices_chosen"), nil
	case !fault.Is(err, fault.Invalid):
		return nil, err
	}
	page, unread := p.page(r)
	if unread != nil {
		return nil, unread
	}
	page.Form.refuse(r, err)
	return web.Again(hoursPage, page, err), nil
}

// DoMute mutes a space, or wants its mails again, and goes back to the page the
// button stood on.
func (p *Pages) DoMute(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	back := r.FirmPath("notices")
	if r.Value("here") != "" {
		back = r.SpacePath(of, "people")
	}
	if r.Value("muted") == "" {
		return done(back, "space_unmuted", p.Notices.Unmute(r.Context(), r.Actor, of))
	}
	return done(back, "space_muted", p.Notices.Mute(r.Context(), r.Actor, of))
}

func done(back, word string, err error) (web.Answer, error) {
	if err != nil {
		return nil, err
	}
	return web.Done(back, word), nil
}

// asked reads the form. An hour that is none is refused beside its field; those that
// do not count are the usual ones.
func asked(r *web.Request) (notice.Choice, error) {
	c := notice.Choice{Daily: notice.AtOnce}
	var wrong fault.Fields
	read := func(name string) int {
		h, err := strconv.Atoi(r.Value(name))
		if err != nil {
			wrong.Add(name, "notice.hour")
		}
		return h
	}
	switch rhythm := r.Value("rhythm"); {
	case rhythm == daily:
		c.Daily = read("daily")
	case rhythm != atOnce:
		wrong.Add("rhythm", "notice.rhythm")
	case r.Value("from") != "":
		c.From, c.To = read("from"), read("to")
		if c.From == c.To && len(wrong) == 0 {
			wrong.Add("to", "notice.same")
		}
	}
	return c, wrong.Err()
}

func (p *Pages) page(r *web.Request) (Hours, error) {
	s, err := p.Notices.Show(r.Context(), r.Actor)
	if err != nil {
		return Hours{}, err
	}
	person, err := p.Accounts.Person(r.Context(), r.Actor.Person)
	if err != nil {
		return Hours{}, err
	}
	found, err := p.Spaces.List(r.Context(), r.Actor, space.Page{Limit: mostSpaces + 1})
	if err != nil {
		return Hours{}, err
	}
	layout := ui.Client
	if r.Actor.Role.Inside() {
		layout = ui.Desk
	}
	b := r.Base(layout, r.Printer.T("notice.title"))
	b.Crumbs = []ui.Link{{Href: "/account", Label: b.T("web.account")}}
	page := Hours{Base: b, Lead: b.T("notice.lead", r.Firm.Name, person.Email), Form: newForm(r, b, s.Choice), Cut: len(found) > mostSpaces}
	page.None = ui.Empty{Icon: "folder-open", Title: b.T("notice.none"), Text: b.T("notice.none_text")}
	found = found[:min(len(found), mostSpaces)]
	// By name: the order of changes would tell a client that something moved.
	slices.SortFunc(found, func(x, y space.Space) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID)) })
	for _, of := range found {
		one := Space{
			Href: r.SpacePath(of.ID), Name: of.Name, Action: r.SpacePath(of.ID, "mute"), Value: "1",
			Button: ui.Button{Label: b.T("notice.mute"), Small: true, Icon: "bell-off"},
		}
		if !r.Actor.Role.Inside() {
			switch of.Level() {
			case circle.Titles:
				one.Says = b.T("notice.titles")
			case circle.Enclosed:
				one.Says = b.T("notice.enclosed")
			}
		}
		if at, muted := s.Muted[of.ID]; muted {
			one.Muted, one.Value = b.T("notice.muted", b.Date(at)), ""
			one.Button = ui.Button{Label: b.T("notice.unmute"), Small: true, Icon: "bell"}
		}
		page.Spaces = append(page.Spaces, one)
	}
	return page, nil
}

func newForm(r *web.Request, b ui.Base, c notice.Choice) Form {
	at := c.Daily
	if at == notice.AtOnce {
		at = evening
	}
	from, to := -1, morning
	if c.From != c.To {
		from, to = c.From, c.To
	}
	f := Form{
		Action: r.FirmPath("notices"), Submit: ui.Button{Label: b.T("notice.submit"), Look: ui.Primary},
		Rhythm: ui.Field{Kind: ui.Radios, Name: "rhythm", Label: b.T("notice.rhythm_label"), Options: []ui.Option{
			{Value: atOnce, Label: b.T("notice.at_once"), Note: b.T("notice.at_once_note"), Chosen: c.Daily == notice.AtOnce},
			{Value: daily, Label: b.T("notice.daily"), Note: b.T("notice.daily_note"), Chosen: c.Daily != notice.AtOnce},
		}},
		Daily: hours(b, "daily", "", at), From: hours(b, "from", b.T("notice.no_quiet"), from), To: hours(b, "to", "", to),
	}
	return f
}

// hours asks for an hour; none, unless empty, is the answer that there is none.
func hours(b ui.Base, name, none string, chosen int) ui.Field {
	f := ui.Field{Kind: ui.Select, Name: name, Label: b.T("notice.ask." + name), Short: true}
	if none != "" {
		f.Options = append(f.Options, ui.Option{Label: none, Chosen: chosen < 0})
	}
	for h := range 24 {
		f.Options = append(f.Options, ui.Option{Value: strconv.Itoa(h), Label: b.T("notice.o_clock", fmt.Sprintf("%02d", h)), Chosen: h == chosen})
	}
	return f
}

// refuse gives the form back as it was sent, with what is wrong.
func (f *Form) refuse(r *web.Request, err error) {
	all := []*ui.Field{&f.Rhythm, &f.Daily, &f.From, &f.To}
	for _, one := range all {
		for i := range one.Options {
			one.Options[i].Chosen = r.Value(one.Name) == one.Options[i].Value
		}
	}
	f.Summary = ui.Refuse(r.Printer, err).Mark(all...)
}

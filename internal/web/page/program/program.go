// Package program is « Accès des logiciels »: where a person gives programs
// access in her own name, sees when each was last used, and takes it back; and
// where those who may change who the firm's people are see and revoke theirs.
//
// It decides nothing: package token does. It refuses to show the text of an
// access a second time, and to make one for somebody who sits down at a browser
// that was left open. Start at [Pages.Show].
package program

import (
	"cmp"
	"embed"
	"errors"
	"slices"
	"strconv"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/token"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

//go:embed *.tmpl
var files embed.FS

// Pages answers for the programs of a person in a firm.
type Pages struct {
	Accounts *account.Service
	Firms    *firm.Service
	Tokens   *token.Service
	Spaces   *space.Service
}

// Programs is the page.
type Programs struct {
	ui.Base
	Lead string
	Made *Made // what was just made; nil otherwise
	Own  []Line
	None ui.Empty
	Form Form
	Team *Team // nil for those who may not see it
}

// Made is the text of a new access, on the one page that shows it.
type Made struct {
	Title string
	Lines []ui.Hash
	How   []Way // to connect what it is for
}

// Way is how something is connected with an access.
type Way struct{ With, How string }

// Team is the accesses of the firm's other people.
type Team struct {
	Lines []Line
}

var programsPage = ui.Parse[Programs](files, "program.tmpl")

// Show lists the accesses and offers to make one.
func (p *Pages) Show(r *web.Request) (web.Answer, error) {
	page, err := p.page(r)
	if err != nil {
		return nil, err
	}
	return web.Show(programsPage, page), nil
}

// DoMake makes an access and answers with its text: there is no page to lead to
// that could show it.
func (p *Pages) DoMake(r *web.Request) (web.Answer, error) {
	asked := asked(r)
	text, made, err := p.make(r, asked)
	if err != nil && !mended(err) {
		return nil, err
	}
	page, unread := p.page(r)
	if unread != nil {
		return nil, unread
	}
	if err != nil {
		page.Form.refuse(r, asked, err)
		return web.Again(programsPage, page, err), nil
	}
	if page.Made, err = p.show(r, text, made); err != nil {
		return nil, err
	}
	return web.Show(programsPage, page), nil
}

// mended reports whether a fault is one that she puts right in the form.
func mended(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.Busy:
		return true
	}
	return false
}

// make makes an access. A form that was sent already makes nothing more: its
// access was shown once.
func (p *Pages) make(r *web.Request, n token.New) (string, token.Token, error) {
	by := r.Actor
	if once := r.Value("once"); once != "" {
		by.Once = authz.Once{Key: "programs:" + once}
	}
	text, made, err := p.Tokens.Issue(r.Context(), by, n)
	if one, ok := errors.AsType[*fault.Error](err); ok && one.Key == "act.once" {
		err = fault.New(fault.Conflict, "program.made_already").Because(err)
	}
	return text, made, err
}

// lives are the durations on offer, in days.
var lives = [...]int{30, 90, 365}

const usualLife = 90

// asked reads the form. Whatever it does not say plainly is the narrower of two
// answers, or refused.
func asked(r *web.Request) token.New {
	n := token.New{Use: token.Use(r.Value("use")), Name: r.Value("name"), Life: -1}
	n.Pass.ReadOnly = r.Value("access") != "all"
	if r.Value("reach") != "all" {
		n.Pass.Spaces = []id.Space{}
		for _, one := range r.Values("spaces") {
			n.Pass.Spaces = append(n.Pass.Spaces, id.Space(one))
		}
	}
	if days, err := strconv.Atoi(r.Value("life")); err == nil && slices.Contains(lives[:], days) {
		n.Life = time.Duration(days) * 24 * time.Hour
	}
	return n
}

// DoRevoke takes an access back: one's own, or one of the firm's people's.
func (p *Pages) DoRevoke(r *web.Request) (web.Answer, error) {
	which, err := web.PathID[id.Token](r, "program")
	if err != nil {
		return nil, err
	}
	if err := p.Tokens.Revoke(r.Context(), r.Actor, which); err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("programs"), "program_revoked"), nil
}

func (p *Pages) page(r *web.Request) (Programs, error) {
	own, err := p.Tokens.List(r.Context(), r.Actor)
	if err != nil {
		return Programs{}, err
	}
	spaces, err := p.Spaces.List(r.Context(), r.Actor, space.Page{Limit: token.MaxSpaces})
	if err != nil {
		return Programs{}, err
	}
	// By name: the order of changes would tell a client that something moved.
	slices.SortFunc(spaces, func(x, y space.Space) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID)) })
	layout := ui.Client
	if r.Actor.Role.Inside() {
		layout = ui.Desk
	}
	b := r.Base(layout, r.Printer.T("program.title"))
	b.Crumbs = []ui.Link{{Href: "/account", Label: b.T("web.account")}}
	page := Programs{Base: b, Lead: b.T("program.lead", r.Firm.Name), Form: newForm(r, b, spaces)}
	page.None = ui.Empty{Icon: "plug", Title: b.T("program.none"), Text: b.T("program.none_text")}
	names := make(map[id.Space]string, len(spaces))
	for _, s := range spaces {
		names[s.ID] = s.Name
	}
	for _, t := range own {
		if t.Ended.IsZero() {
			page.Own = append(page.Own, newLine(r, b, t, names))
		}
	}
	page.Team, err = p.team(r, b)
	return page, err
}

// team lists the accesses of the firm's other people to those who may revoke
// them, without the names of spaces that may not be theirs.
func (p *Pages) team(r *web.Request, b ui.Base) (*Team, error) {
	ofFirm := authz.Resource{Kind: authz.OfFirm, Firm: r.Actor.Firm}
	if !authz.Decide(r.Actor, authz.FirmPeopleEdit, ofFirm, authz.Facts{}).Allowed {
		return nil, nil
	}
	found, err := p.Tokens.ListOf(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	people, err := p.Firms.People(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	var team Team
	for _, t := range found {
		if t.Person == r.Actor.Person {
			continue
		}
		l := newLine(r, b, t, nil)
		if i := slices.IndexFunc(people, func(c firm.Card) bool { return c.Person == t.Person }); i >= 0 {
			l.Who = people[i].Name
		}
		team.Lines = append(team.Lines, l)
	}
	return &team, nil
}

// show is what a new access is and how to use it.
func (p *Pages) show(r *web.Request, text string, t token.Token) (*Made, error) {
	say := r.Printer.T
	made := &Made{Title: say("program.made", t.Name)}
	if t.Use == token.API {
		made.Lines = []ui.Hash{
			{Label: say("program.text"), Value: text},
			{Label: say("program.try"), Value: `curl -H "Authorization: Bearer ` + text + `" ` + r.Absolute("/api/v1/me")},
		}
		return made, nil
	}
	person, err := p.Accounts.Person(r.Context(), r.Actor.Person)
	if err != nil {
		return nil, err
	}
	user, password := ui.Hash{Label: say("program.user"), Value: person.Email}, ui.Hash{Label: say("program.password"), Value: text}
	if t.Use == token.Drive {
		made.Lines = []ui.Hash{{Label: say("program.address"), Value: r.Absolute("/dav/")}, user, password}
		return made, nil
	}
	made.Lines = []ui.Hash{
		{Label: say("program.server"), Value: r.Absolute("/caldav/")}, user, password,
		{Label: say("program.feed"), Value: r.Absolute("/caldav/agenda.ics")},
	}
	for _, with := range []string{"iphone", "mac", "android", "thunderbird", "none"} {
		made.How = append(made.How, Way{say("program.with." + with), say("program.how." + with)})
	}
	return made, nil
}

package desk

import (
	"slices"

	"cenacle/internal/authz"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// People is the firm's own people.
type People struct {
	ui.Base
	Cards    []Card
	Add      *Add   // nil for those who may not
	Where    string // where one sees who is in which space
	Groups   string // where the groups of the firm's people are
	Charter  string // where the firm's charter of use is
	Reviews  string // where she looks again at who is in her spaces from outside
	Programs string // where she sees those of the team, or empty
	Sizes    string // where she says how much the firm's messages hold, or empty
	Entrance string // where she chooses who vouches for them, or empty
	Support  string // where she lets the host look, or empty
	Rule     *Rule  // nil for those who may not decide it
	Factors  *Factors
	Plan     *Plan // nil for those who do not administer the firm, and where nothing is limited
}

// Rule is whether all spaces demand approval, and how to turn it.
type Rule struct {
	Action, Value, Now string
	Button             ui.Button
}

// Card is one of the firm's people.
type Card struct {
	Avatar ui.Avatar
	Name   string
	Role   string
	Email  string
	Mine   bool
	Closed bool
	Bare   bool   // has no second factor
	Href   string // her own page, for who administers the firm
}

// Add is the form for a colleague.
type Add struct {
	Action  string
	Full    *ui.Notice // the plan has no room for one
	Summary ui.Summary
	Name    ui.Field
	Email   ui.Field
	Role    ui.Field
	Submit  ui.Button
}

var peoplePage = ui.Parse[People](files, "people.tmpl")

// People lists the firm's own people.
func (p *Pages) People(r *web.Request) (web.Answer, error) { return p.people(r, nil) }

// DoAddColleague adds one and mails her a link to choose her password.
func (p *Pages) DoAddColleague(r *web.Request) (web.Answer, error) {
	_, err := p.Firms.AddColleague(r.Context(), r.Actor, firm.Colleague{
		Name: r.Value("name"), Email: r.Value("email"), Role: authz.FirmRole(r.Value("role")), Language: r.Printer.Language(),
	})
	if refused(err) {
		return p.people(r, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("people"), "colleague_added"), nil
}

func (p *Pages) people(r *web.Request, err error) (web.Answer, error) {
	staff, unread := p.Firms.People(r.Context(), r.Actor)
	if unread != nil {
		return nil, unread
	}
	b := frame(r, r.Printer.T("desk.people.title"))
	b.Section = "people"
	page := newPeople(b, staff, r.Actor)
	page.Where, page.Groups, page.Reviews, page.Charter = r.FirmPath("where"), r.FirmPath("groups"), r.FirmPath("reviews"), r.FirmPath("charter")
	if mayAdd(r.Actor) {
		for i, c := range staff {
			page.Cards[i].Href = r.FirmPath("people", string(c.Person))
		}
		page.Programs, page.Sizes, page.Entrance, page.Support = r.FirmPath("programs")+"#team", r.FirmPath("message-sizes"), r.FirmPath("entrance"), r.FirmPath("support")
		page.Add = newAdd(b, r.FirmPath("people"), answers{r.Value, r.Values})
	}
	if page.Rule, unread = p.rule(r, b); unread != nil {
		return nil, unread
	}
	if page.Add != nil {
		if page.Plan, unread = p.plan(r, b); unread != nil {
			return nil, unread
		}
	}
	var without []id.Person
	if page.Factors, without, unread = p.factors(r, b); unread != nil {
		return nil, unread
	}
	for i, c := range staff {
		page.Cards[i].Bare = slices.Contains(without, c.Person)
	}
	if err == nil {
		return web.Show(peoplePage, page), nil
	}
	if f := page.Factors; f != nil && f.Grace != nil && r.URL.Path == f.Action {
		f.Grace.Error, f.Grace.Focus = r.Printer.Fault(err), true
		return web.Again(peoplePage, page, err), nil
	}
	if a := page.Add; a != nil {
		if a.Full = refusedBy(b, err); a.Full == nil {
			a.Summary = ui.Refuse(r.Printer, err).Mark(&a.Name, &a.Email, &a.Role)
		}
	}
	return web.Again(peoplePage, page, err), nil
}

// mayAdd asks the rule whether the form is of any use to her; the use case
// decides again.
func mayAdd(by authz.Actor) bool {
	return authz.May(by, authz.FirmPeopleAdd, authz.Resource{Kind: authz.OfFirm, Firm: by.Firm}, authz.Facts{})
}

func newPeople(b ui.Base, staff []firm.Card, by authz.Actor) People {
	page := People{Base: b}
	for _, c := range staff {
		page.Cards = append(page.Cards, Card{
			Avatar: ui.Avatar{Name: c.Name, Firm: true}, Name: c.Name, Role: b.T("desk.role." + string(c.Role)), Email: c.Email,
			Mine: c.Person == by.Person, Closed: c.State != firm.Active,
		})
	}
	return page
}

func newAdd(b ui.Base, action string, typed answers) *Add {
	a := &Add{
		Action: action, Submit: ui.Button{Label: b.T("desk.people.submit"), Look: ui.Primary, Icon: "user-plus"},
		Name:  ui.Field{Name: "name", Label: b.T("desk.people.name"), Hint: b.T("desk.people.name_hint"), Value: typed.one("name"), Length: 80, Autocomplete: "off"},
		Email: ui.Field{Kind: ui.Email, Name: "email", Label: b.T("desk.people.email"), Value: typed.one("email"), Length: 254, Autocomplete: "off"},
		Role:  ui.Field{Kind: ui.Radios, Name: "role", Label: b.T("desk.people.role")},
	}
	for _, one := range []authz.FirmRole{authz.Lawyer, authz.FirmColleague, authz.FirmAssistant, authz.Admin} {
		a.Role.Options = append(a.Role.Options, ui.Option{
			Value: string(one), Label: b.T("desk.role." + string(one)), Note: b.T("desk.role_note." + string(one)), Chosen: typed.one("role") == string(one),
		})
	}
	return a
}

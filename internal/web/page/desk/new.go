package desk

import (
	"slices"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// NewSpace is the one form that opens a space.
type NewSpace struct {
	ui.Base
	Action   string
	Full     *ui.Notice // the plan has no room for a space
	Summary  ui.Summary
	Name     ui.Field
	Email    ui.Field
	Mobile   ui.Field
	Model    ui.Field
	Profile  ui.Field
	Lead     ui.Field
	Ask      bool // who answers for the space must be said, it is not she who opens it
	Settings Settings
	Usual    string // « model:profile » pairs, for the script that chooses the usual profile
	Open     ui.Button
	Check    ui.Link // the search for conflicts of interests
	Cancel   ui.Button
}

// Settings are the answers that have a default.
type Settings struct {
	Unfolded   bool
	Space      ui.Field
	Checklist  ui.Field
	Colleagues *ui.Field // nil when she is alone
}

var newPage = ui.Parse[NewSpace](files, "new.tmpl")

// NewSpace is the empty form.
func (p *Pages) NewSpace(r *web.Request) (web.Answer, error) { return p.newSpace(r, nil) }

// DoNewSpace opens the space and leads into it.
func (p *Pages) DoNewSpace(r *web.Request) (web.Answer, error) {
	in := lifecycle.NewSpace{
		ClientName: r.Value("name"), ClientEmail: r.Value("email"), Mobile: r.Value("mobile"), Profile: space.Profile(r.Value("profile")),
		Name: strings.TrimSpace(r.Value("space")), Lead: id.Person(r.Value("lead")), Language: r.Printer.Language(),
		Checklist: r.Value("checklist") != "",
	}
	for _, m := range p.Spaces.Models() {
		if m.Key == space.ModelKey(r.Value("model")) {
			in.Model = m // an unknown one stays empty, which the use case refuses with the rest
		}
	}
	if in.Profile == "" {
		in.Profile = in.Model.Profile
	}
	for _, c := range r.Values("colleague") {
		in.Colleagues = append(in.Colleagues, id.Person(c))
	}
	opened, err := p.Lifecycle.OpenSpace(r.Context(), r.Actor, in)
	if refused(err) {
		return p.newSpace(r, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(r.SpacePath(opened.ID), "space_opened"), nil
}

func (p *Pages) newSpace(r *web.Request, err error) (web.Answer, error) {
	staff, unread := p.Firms.People(r.Context(), r.Actor)
	if unread != nil {
		return nil, unread
	}
	page := NewSpace{
		Base: frame(r, r.Printer.T("desk.open")), Action: r.FirmPath("spaces", "new"),
		Open:   ui.Button{Label: r.Printer.T("desk.new.submit"), Look: ui.Primary, Icon: "door-enter"},
		Cancel: ui.Button{Label: r.Printer.T("ui.cancel"), Look: ui.Quiet, Href: r.FirmPath()},
	}
	page.Check = ui.Link{Href: r.FirmPath("conflicts"), Label: page.T("desk.conflict.check")}
	page.Crumbs = []ui.Link{{Href: r.FirmPath(), Label: page.T("web.nav.desk")}}
	typed := answers{r.Value, r.Values}
	page.ask(typed)
	page.choose(p.Spaces.Models(), typed)
	page.settle(staff, r.Actor, typed)
	page.Settings.Checklist = ui.Field{
		Kind: ui.Checks, Name: "checklist", Label: page.T("desk.new.checklist"), Hint: page.T("desk.new.checklist_hint"), Value: "1", Optional: true,
		Chosen: err == nil || typed.one("checklist") != "",
	}
	if err == nil {
		page.Full, unread = p.full(r, page.Base)
		return web.Show(newPage, page), unread
	}
	if page.Full = refusedBy(page.Base, err); page.Full == nil {
		page.mark(err)
	}
	return web.Again(newPage, page, err), nil
}

// answers are what was typed into a form, empty at first.
type answers struct {
	one  func(name string) string
	many func(name string) []string
}

func (page *NewSpace) ask(typed answers) {
	page.Name = ui.Field{Name: "name", Label: page.T("desk.new.name"), Hint: page.T("desk.new.name_hint"), Value: typed.one("name"), Length: 80, Autocomplete: "off", Focus: true}
	page.Email = ui.Field{Kind: ui.Email, Name: "email", Label: page.T("desk.new.email"), Hint: page.T("desk.new.email_hint"), Value: typed.one("email"), Length: 254, Autocomplete: "off"}
	page.Mobile = ui.Field{Kind: ui.Tel, Name: "mobile", Label: page.T("room.mobile.label"), Hint: page.T("room.mobile.hint"), Value: typed.one("mobile"), Length: 40, Optional: true, Autocomplete: "off"}
}

// choose offers the models, each with what it opens with, and the profiles.
func (page *NewSpace) choose(models []space.Model, typed answers) {
	page.Model = ui.Field{Kind: ui.Radios, Name: "model", Label: page.T("desk.new.model"), Hint: page.T("desk.new.model_hint"), Columns: 2}
	var usual []string
	for _, m := range models {
		page.Model.Options = append(page.Model.Options, ui.Option{
			Value: string(m.Key), Label: page.T("space.model." + string(m.Key)), Note: page.opensWith(m), Chosen: typed.one("model") == string(m.Key),
		})
		usual = append(usual, string(m.Key)+":"+string(m.Profile))
	}
	page.Usual = strings.Join(usual, " ")
	page.Profile = ui.Field{Kind: ui.Radios, Name: "profile", Label: page.T("desk.new.profile"), Hint: page.T("desk.new.profile_hint"), Columns: 3}
	for _, one := range space.Profiles() {
		page.Profile.Options = append(page.Profile.Options, ui.Option{
			Value: string(one), Label: page.T("space.profile." + string(one)), Note: page.T("desk.profile." + string(one)), Chosen: typed.one("profile") == string(one),
		})
	}
}

// opensWith says in one line which folders a model brings.
func (page *NewSpace) opensWith(m space.Model) string {
	var firm, client []string
	for _, f := range m.Folders {
		name := f.Name[page.Language()]
		if f.Tray == space.ClientTray {
			client = append(client, name)
		} else {
			firm = append(firm, name)
		}
	}
	return page.T("desk.new.opens_with", strings.Join(firm, ", "), strings.Join(client, ", "))
}

// settle fills what has a default: the name of the space, who answers for it,
// who else is in it.
func (page *NewSpace) settle(staff []firm.Card, by authz.Actor, typed answers) {
	page.Settings.Space = ui.Field{Name: "space", Label: page.T("desk.new.space"), Hint: page.T("desk.new.space_hint"), Value: typed.one("space"), Length: 66, Optional: true, Autocomplete: "off"}
	page.Lead = ui.Field{Kind: ui.Select, Name: "lead", Label: page.T("desk.new.lead"), Hint: page.T("desk.new.lead_hint")}
	chosen := typed.one("lead")
	if page.Ask = !answersFor(by.Role); page.Ask {
		page.Lead.Options = append(page.Lead.Options, ui.Option{Label: page.T("desk.new.choose")})
	} else if chosen == "" {
		chosen = string(by.Person)
	}
	colleagues := ui.Field{Kind: ui.Checks, Name: "colleague", Label: page.T("desk.new.colleagues"), Hint: page.T("desk.new.colleagues_hint"), Columns: 2, Optional: true}
	for _, c := range staff {
		if c.State != firm.Active {
			continue
		}
		value := string(c.Person)
		if answersFor(c.Role) {
			page.Lead.Options = append(page.Lead.Options, ui.Option{Value: value, Label: c.Name, Chosen: chosen == value})
		}
		if c.Person != by.Person {
			colleagues.Options = append(colleagues.Options, ui.Option{
				Value: value, Label: c.Name, Note: page.T("desk.role." + string(c.Role)), Chosen: slices.Contains(typed.many("colleague"), value),
			})
		}
	}
	if len(colleagues.Options) > 0 {
		page.Settings.Colleagues = &colleagues
	}
}

// answersFor reports whether someone can be offered as the one who answers for
// a space; the use case decides.
func answersFor(r authz.FirmRole) bool { return r == authz.Admin || r == authz.Lawyer }

// mark writes beside each answer what is wrong with it.
func (page *NewSpace) mark(err error) {
	fields := []*ui.Field{&page.Name, &page.Email, &page.Mobile, &page.Model, &page.Profile, &page.Lead, &page.Settings.Space}
	if page.Settings.Colleagues != nil {
		fields = append(fields, page.Settings.Colleagues)
	}
	page.Summary = ui.Refuse(page.Printer, err).Mark(fields...)
	for _, f := range fields[5:] {
		page.Settings.Unfolded = page.Settings.Unfolded || f.Error != ""
	}
}

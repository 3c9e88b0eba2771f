package desk

import (
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Colleague is one of the firm's own people, to who administers it.
type Colleague struct {
	ui.Base
	Line    string
	Closed  string // what is left of one who has left, or empty
	Absence string // where one announces that she is away, or empty
	Rank    *Rule  // nil for who is no lawyer, has left, or alone administers the firm
	Leave   *Leave // nil when nothing is left to do
	Summary ui.Summary
}

// Leave is what a departure changes, and the form that decides it.
type Leave struct {
	Action   string
	Lead     string
	Changes  []string
	Barred   string // why it cannot be done, or empty
	Sees     string // what a successor sees; empty when there is nothing to take over
	Heir     *ui.Field
	Each     []ui.Field
	EachOpen bool
	Unknown  bool // some spaces are not the reader's own
	Rest     string
	Button   ui.Button
}

var colleaguePage = ui.Parse[Colleague](files, "colleague.tmpl")

// Colleague shows one of the firm's own people, and what her departure changes.
func (p *Pages) Colleague(r *web.Request) (web.Answer, error) { return p.colleague(r, nil) }

func (p *Pages) colleague(r *web.Request, refused error) (web.Answer, error) {
	found, err := p.Lifecycle.Leaving(r.Context(), r.Actor, staffOf(r))
	if err != nil {
		return nil, err
	}
	b := frame(r, found.Card.Name)
	b.Section, b.Path = "people", r.FirmPath("people", string(found.Card.Person))
	b.Crumbs = []ui.Link{{Href: r.FirmPath("people"), Label: b.T("web.nav.people")}}
	page := Colleague{
		Base: b,
		Line: b.T("desk.role."+string(found.Card.Role)) + " · " + found.Card.Email,
	}
	active := found.Card.State == firm.Active
	if active && found.Card.Person != r.Actor.Person {
		page.Absence = r.FirmPath("people", string(found.Card.Person), "absence")
	}
	if !active {
		page.Closed = b.T("desk.leave.closed")
		if found.LedCount > 0 {
			page.Closed = b.N("desk.leave.left", found.LedCount)
		}
	} else if lawyer := found.Card.Role == authz.Lawyer || found.Card.Role == authz.Admin; lawyer && !found.Only {
		page.Rank = rankOf(r, b, found)
	}
	if active || found.LedCount > 0 {
		page.Leave = leaveOf(r, b, found)
	}
	if refused == nil {
		return web.Show(colleaguePage, page), nil
	}
	var fields []*ui.Field
	if l := page.Leave; l != nil && l.Heir != nil {
		fields = append(fields, l.Heir)
		for i := range l.Each {
			fields = append(fields, &l.Each[i])
		}
	}
	page.Summary = ui.Refuse(r.Printer, refused).Mark(fields...)
	return web.Again(colleaguePage, page, refused), nil
}

func staffOf(r *web.Request) id.Person { return id.Person(r.PathValue("colleague")) }

func rankOf(r *web.Request, b ui.Base, found lifecycle.Leaving) *Rule {
	word, value := "off", "1"
	if found.Card.Role == authz.Admin {
		word, value = "on", ""
	}
	return &Rule{
		Action: r.FirmPath("people", string(found.Card.Person), "rank"), Value: value, Now: b.T("desk.rank.now." + word),
		Button: ui.Button{Label: b.T("desk.rank.turn." + word), Small: true},
	}
}

func leaveOf(r *web.Request, b ui.Base, found lifecycle.Leaving) *Leave {
	name := found.Card.Name
	l := &Leave{
		Action: r.FirmPath("people", string(found.Card.Person), "leave"), Lead: b.T("desk.leave.lead", name),
		Button: ui.Button{Label: b.T("desk.leave.do", name), Look: ui.Danger},
	}
	if found.Card.State != firm.Active {
		l.Lead, l.Button = b.T("desk.leave.rest_lead"), ui.Button{Label: b.T("desk.leave.rest_do"), Look: ui.Primary}
	} else {
		l.Changes = changesOf(b, found)
	}
	switch {
	case found.Only && found.Card.State == firm.Active:
		l.Barred = b.T("desk.leave.only_admin")
	case found.LedCount > 0 && len(found.Heirs) == 0:
		l.Barred = b.T("desk.leave.no_lawyer")
	case found.LedCount > 0:
		l.succession(r, b, found)
	}
	return l
}

// changesOf is what becomes of what she has, a line for each.
func changesOf(b ui.Base, found lifecycle.Leaving) (out []string) {
	for _, one := range []struct {
		key   string
		count int
	}{
		{"desk.leave.led", found.LedCount}, {"desk.leave.others", found.Others},
		{"desk.leave.programs", found.Programs}, {"desk.leave.drafts", found.Drafts},
	} {
		if one.count > 0 {
			out = append(out, b.N(one.key, one.count))
		}
	}
	return append(out, b.T("desk.leave.stays"))
}

// succession asks who takes over: one for all, and another for a space where that is
// chosen.
func (l *Leave) succession(r *web.Request, b ui.Base, found lifecycle.Leaving) {
	heirs := func(first, name string) ui.Field {
		f := ui.Field{Kind: ui.Select, Name: name, Options: []ui.Option{{Label: first}}}
		for _, c := range found.Heirs {
			f.Options = append(f.Options, ui.Option{Value: string(c.Person), Label: c.Name, Chosen: r.Value(name) == string(c.Person)})
		}
		return f
	}
	l.Sees = b.T("desk.leave.sees", found.Card.Name)
	all := heirs(b.T("desk.leave.choose"), "successor")
	all.Label = b.T("desk.leave.successor")
	l.Heir = &all
	if found.LedCount == 1 {
		l.Unknown = found.Led[0].Name == ""
		all.Label = b.T("desk.leave.successor_one", ledName(b, found.Led[0]))
		return
	}
	for _, s := range found.Led {
		one := heirs(b.T("desk.leave.same"), lifecycle.HeirField(s.ID))
		one.Label, one.Hint, one.Optional = ledName(b, s), staffHint(b, s, found.Heirs), true
		l.EachOpen = l.EachOpen || r.Value(one.Name) != ""
		l.Unknown = l.Unknown || s.Name == ""
		l.Each = append(l.Each, one)
	}
	if more := found.LedCount - len(found.Led); more > 0 {
		l.Rest = b.N("desk.leave.rest", more)
	}
}

// ledName is what a space is called to who may know, and otherwise when it was opened.
func ledName(b ui.Base, s lifecycle.LedSpace) string {
	if s.Name != "" {
		return s.Name
	}
	return b.T("desk.leave.unnamed", b.Date(s.Opened))
}

func staffHint(b ui.Base, s lifecycle.LedSpace, heirs []firm.Card) string {
	var names []string
	for _, c := range heirs {
		for _, p := range s.Staff {
			if p == c.Person {
				names = append(names, c.Name)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return b.T("desk.leave.works", strings.Join(names, ", "))
}

// DoRank has a lawyer administer the firm, or no longer.
func (p *Pages) DoRank(r *web.Request) (web.Answer, error) {
	err := p.Firms.Administer(r.Context(), r.Actor, staffOf(r), r.Value("admin") != "")
	if refused(err) {
		return p.colleague(r, err)
	}
	if err != nil {
		return nil, err
	}
	if staffOf(r) == r.Actor.Person {
		return web.Done(r.FirmPath("people"), "rank_changed"), nil // this page is hers no longer
	}
	return web.Done(r.FirmPath("people", string(staffOf(r))), "rank_changed"), nil
}

// DoLeave closes the access of one of the firm's own people.
func (p *Pages) DoLeave(r *web.Request) (web.Answer, error) {
	d := lifecycle.Departure{Person: staffOf(r), Successor: id.Person(r.Value("successor")), Spaces: map[id.Space]id.Person{}}
	if err := r.ParseForm(); err != nil {
		return nil, fault.New(fault.Invalid, "fault.invalid").Because(err)
	}
	for name := range r.PostForm {
		if of, own := strings.CutPrefix(name, lifecycle.HeirField("")); own && r.Value(name) != "" {
			d.Spaces[id.Space(of)] = id.Person(r.Value(name))
		}
	}
	err := p.Lifecycle.Depart(r.Context(), r.Actor, d)
	if refused(err) {
		return p.colleague(r, err)
	}
	if err != nil {
		return nil, err
	}
	if d.Person == r.Actor.Person {
		return web.See("/enter"), nil
	}
	return web.Done(r.FirmPath("people", string(d.Person)), "colleague_left"), nil
}

package room

import (
	"slices"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Ring is one circle in the list of a space.
type Ring struct {
	Name, Href string // Href: of a named one
	Inner      bool
	Party      bool // of a forum
	People     string
}

// Circle is one named circle: who is in it, since when and why.
type Circle struct {
	ui.Base
	Name     string
	About    string
	Rows     []Stay
	Entering string // what becomes of who is let in
	Admit    *Form  // nil for who may not tend it, or when nobody is left
	Rename   *Form
	Paper    *Paper // of a party
	Summary  ui.Summary
}

// Stay is how somebody is in a circle.
type Stay struct {
	Name   string
	Avatar ui.Avatar
	Role   string
	Why    string
	Remove *ui.Dialog
}

var circlePage = ui.Parse[Circle](files, "circle.tmpl", "part.tmpl")

// rings are the circles of the space, those of the house first.
func (h here) rings(b ui.Base) (out []Ring) {
	for _, c := range h.room.Circles {
		names := make([]string, len(c.People))
		for i, p := range c.People {
			names[i] = p.Name
		}
		ring := Ring{Name: h.circleName(c.Circle), Inner: c.Kind.Within(), Party: c.Kind == circle.Party, People: b.List(names)}
		if !c.Kind.House() {
			ring.Href = h.path("circles", string(c.ID))
		}
		out = append(out, ring)
	}
	return out
}

// newCircle names a circle.
func (h here) newCircle(refused error) Form {
	r, t := h.r, h.r.Printer
	name := ui.Field{Name: "name", ID: "f-circle", Label: t.T("room.circle.name"), Hint: t.T("room.circle.name_hint"), Length: circle.MaxName, Autocomplete: "off"}
	kind := ui.Field{Kind: ui.Radios, Name: "kind", ID: "f-circle-kind", Label: t.T("room.circle.kind")}
	people := ui.Field{Kind: ui.Checks, Name: "person", ID: "f-circle-people", Label: t.T("room.circle.people"), Hint: t.T("room.circle.people_hint"), Optional: true}
	chosen := circle.Named
	if refused != nil {
		chosen = kindOf(r.Value("kind"))
	}
	for _, k := range []circle.Kind{circle.Named, circle.Inner, circle.Party} {
		kind.Options = append(kind.Options, ui.Option{
			Value: string(k), Label: t.T("room.circle.kind." + string(k)), Note: t.T("room.circle.note." + string(k)), Chosen: k == chosen,
		})
	}
	for _, p := range h.room.People {
		if p.Active(r.Now) && p.Role != authz.Lead && p.Person != r.Actor.Person {
			people.Options = append(people.Options, ui.Option{
				Value: string(p.Person), Label: p.Name, Note: h.role(p.Role), Chosen: refused != nil && slices.Contains(r.Values("person"), string(p.Person)),
			})
		}
	}
	if refused != nil {
		name.Value = r.Value("name")
	}
	rule := h.rules(circle.Patterns()[0].String(), refused)
	rule.Label, rule.Hint = t.T("forum.pattern.first"), t.T("forum.pattern.first_hint")
	f := Form{Action: h.path("circles"), Button: ui.Button{Label: t.T("room.circle.make"), Icon: "plus"}}
	f.Summary = ui.Refuse(t, refused).Mark(&name, &kind, &people, &rule)
	f.Fields = []ui.Field{name, kind}
	if len(people.Options) > 0 {
		f.Fields = append(f.Fields, people)
	}
	if h.begins() {
		f.Fields = append(f.Fields, rule)
	}
	return f
}

// begins reports whether a party that she makes would be the first, and how the forum goes
// hers to say.
func (h here) begins() bool { return !h.room.Forum && h.says() }

// kindOf reads the kind of a new circle; what is not known stays in the firm.
func kindOf(value string) circle.Kind {
	if k := circle.Kind(value); k == circle.Named || k == circle.Party {
		return k
	}
	return circle.Inner
}

// DoMakeCircle names a circle and lets its first people in.
func (p *Pages) DoMakeCircle(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	n := circle.New{Space: h.room.ID, Name: r.Value("name"), Kind: kindOf(r.Value("kind"))}
	for _, person := range r.Values("person") {
		n.People = append(n.People, id.Person(person))
	}
	if n.Kind == circle.Party && h.begins() {
		n.Pattern = circle.Patterns()[0]
		if said := r.Value("pattern"); said != "" {
			contributions, questions, _ := strings.Cut(said, " ")
			n.Pattern = circle.Pattern{Contributions: circle.Seen(contributions), Questions: circle.Seen(questions)}
		}
	}
	made, err := p.Circles.Make(r.Context(), r.Actor, n)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.people(h, err)
	}
	if err != nil {
		return nil, err
	}
	done := "circle_made"
	if made.Kind == circle.Party {
		done = "party_made"
	}
	return web.Done(h.path("circles", string(made.ID)), done), nil
}

// Circle shows who is in a named circle.
func (p *Pages) Circle(r *web.Request) (web.Answer, error) {
	h, view, err := p.ring(r)
	if err != nil {
		return nil, err
	}
	return p.circle(h, view, nil)
}

// ring is the named circle of the path.
func (p *Pages) ring(r *web.Request) (here, space.CircleView, error) {
	h, err := p.census(r)
	if err != nil {
		return h, space.CircleView{}, err
	}
	of, err := web.PathID[id.Circle](r, "named")
	if err != nil {
		return h, space.CircleView{}, err
	}
	for _, c := range h.room.Circles {
		if c.ID == of && !c.Kind.House() {
			return h, c, nil
		}
	}
	return h, space.CircleView{}, web.Absent()
}

func (p *Pages) circle(h here, view space.CircleView, refused error) (_ web.Answer, err error) {
	page := Circle{Base: h.base(view.Name), Name: view.Name}
	page.About, page.Entering = page.T("room.circle.about."+string(view.Kind)), page.T("room.circle.admit_consequence")
	if view.Kind == circle.Party {
		page.Entering = page.T("room.forum.admit_consequence")
	}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.room.Name}, ui.Link{Href: h.path("people"), Label: page.T("room.tab.people")})
	mine := h.hers(view.ID) || view.Kind == circle.Party
	present, err := p.Groups.Here(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	for i, person := range view.People {
		line := h.stay(page.Base, view, person, view.Stays[i], mine)
		if by := present.Through(person.Person, view.ID, view.Stays[i].Span); len(by) > 0 {
			line.Why = page.N("room.group.in_circle", len(by), page.List(by), page.Date(view.Stays[i].Span.Since))
		}
		page.Rows = append(page.Rows, line)
	}
	if page.Paper, err = p.paper(h, view, refused); err != nil {
		return nil, err
	}
	if mine {
		h.tending(&page, view, refused)
	}
	if refused != nil {
		return web.Again(circlePage, page, refused), nil
	}
	return web.Show(circlePage, page), nil
}

func (h here) stay(b ui.Base, view space.CircleView, person space.Person, in circle.Presence, mine bool) Stay {
	s := Stay{
		Name: person.Name, Avatar: ui.Avatar{Name: person.Name, Firm: person.Role.Inside()}, Role: h.role(person.Role),
		Why: b.T("room.circle.why", h.name(in.By), b.Date(in.Span.Since)),
	}
	if mine && person.Role != authz.Lead {
		s.Remove = &ui.Dialog{
			ID: "remove-" + string(person.Person), Title: b.T("room.circle.remove", person.Name, view.Name), Consequence: b.T("room.circle.remove_consequence"),
			Opener: ui.Button{Label: b.T("room.remove.opener"), Small: true, Look: ui.Quiet, Icon: "user-minus"},
			Action: h.path("circles", string(view.ID), "people", string(person.Person), "remove"), Confirm: ui.Button{Label: b.T("room.remove.confirm"), Look: ui.Danger},
		}
	}
	return s
}

// tending offers what who is in a circle may do to it.
func (h here) tending(page *Circle, view space.CircleView, refused error) {
	r, t := h.r, h.r.Printer
	who := ui.Field{Kind: ui.Select, Name: "person", Label: t.T("room.circle.who"), Options: []ui.Option{{Label: t.T("room.colleague.choose")}}}
	for _, p := range h.room.People {
		there := slices.ContainsFunc(view.People, func(in space.Person) bool { return in.Person == p.Person })
		if p.Active(r.Now) && !there && h.admissible(view.Kind, p) {
			who.Options = append(who.Options, ui.Option{Value: string(p.Person), Label: p.Name + " · " + h.role(p.Role), Chosen: r.Value("person") == string(p.Person)})
		}
	}
	name := ui.Field{Name: "name", Label: t.T("room.circle.name"), Value: view.Name, Length: circle.MaxName, Autocomplete: "off"}
	if h.back(refused, "circles", string(view.ID)) != nil {
		name.Value = r.Value("name")
	}
	if h.back(refused, "circles", string(view.ID), "paper") == nil && h.back(refused, "circles", string(view.ID), "services") == nil { // else it stands in the form
		page.Summary = ui.Refuse(t, refused).Mark(&who, &name)
	}
	if len(who.Options) > 1 {
		page.Admit = &Form{Action: h.path("circles", string(view.ID), "people"), Fields: []ui.Field{who}, Button: ui.Button{Label: t.T("room.circle.admit"), Look: ui.Primary, Icon: "user-plus"}}
	}
	page.Rename = &Form{Action: h.path("circles", string(view.ID)), Fields: []ui.Field{name}, Button: ui.Button{Label: t.T("room.circle.rename")}}
}

// admissible reports whether somebody is offered for a circle of a kind.
func (h here) admissible(k circle.Kind, p space.Person) bool {
	switch k {
	case circle.Inner:
		return p.Role.Inside()
	case circle.Party:
		taken := slices.ContainsFunc(h.room.Circles, func(c space.CircleView) bool {
			return c.Kind == circle.Party && slices.ContainsFunc(c.People, func(in space.Person) bool { return in.Person == p.Person })
		})
		return !taken && (p.Role == authz.Guest || p.Role == authz.Reader)
	}
	return true
}

// DoRenameCircle gives a circle another name.
func (p *Pages) DoRenameCircle(r *web.Request) (web.Answer, error) {
	return p.tend(r, "circle_renamed", func(h here, c id.Circle) error {
		return p.Circles.Rename(r.Context(), r.Actor, h.room.ID, c, r.Value("name"))
	})
}

// DoAdmit lets a member of the space into a circle.
func (p *Pages) DoAdmit(r *web.Request) (web.Answer, error) {
	return p.tend(r, "circle_entered", func(h here, c id.Circle) error {
		return p.Circles.Admit(r.Context(), r.Actor, h.room.ID, c, id.Person(r.Value("person")))
	})
}

// DoDismiss takes somebody out of a circle at once.
func (p *Pages) DoDismiss(r *web.Request) (web.Answer, error) {
	person, err := web.PathID[id.Person](r, "person")
	if err != nil {
		return nil, err
	}
	return p.tend(r, "circle_left", func(h here, c id.Circle) error {
		return p.Circles.Dismiss(r.Context(), r.Actor, h.room.ID, c, person)
	})
}

func (p *Pages) tend(r *web.Request, done string, do func(here, id.Circle) error) (web.Answer, error) {
	h, view, err := p.ring(r)
	if err != nil {
		return nil, err
	}
	err = do(h, view.ID)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.circle(h, view, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("circles", string(view.ID)), done), nil
}

// Late is people who came into a circle after a document was sent to it, and the
// gesture that shows it to them too.
type Late struct {
	Text    string
	Action  string
	Hidden  []ui.Hidden
	Summary ui.Summary
	Button  ui.Button
}

// late finds them.
func (h here) late(d document.Detail, refused error) (out []Late) {
	t := h.r.Printer
	refused = h.back(refused, "documents", string(d.ID), "address")
	for _, c := range h.room.Circles {
		i := slices.IndexFunc(d.Audience, func(to authz.Address) bool { return to.Circle == c.ID && !to.Extended })
		if i < 0 {
			continue
		}
		var names []string
		for _, p := range c.People {
			if !h.had(d.Audience, p.Person) {
				names = append(names, p.Name)
			}
		}
		if len(names) == 0 {
			continue
		}
		l := Late{
			Text: t.N("room.circle.late", len(names), t.List(names), h.circleName(c.Circle)), Action: h.path("documents", string(d.ID), "address"),
			Hidden: []ui.Hidden{{Name: "circle", Value: string(c.ID)}, {Name: "extended", Value: "1"}}, Button: ui.Button{Label: t.N("room.circle.show_too", len(names)), Icon: "eye", Small: true},
		}
		if refused != nil && slices.Contains(h.r.Values("circle"), string(c.ID)) {
			l.Summary = ui.Refuse(t, refused).Mark()
			l.Hidden = append(l.Hidden, h.anyway(refused, &l.Button)...)
		}
		out = append(out, l)
	}
	return out
}

// had reports whether something came to somebody by one of her circles.
func (h here) had(audience []authz.Address, person id.Person) bool {
	for _, c := range h.room.Circles {
		for i, p := range c.People {
			if p.Person == person && slices.ContainsFunc(audience, func(to authz.Address) bool {
				return to.Circle == c.ID && (to.Extended || !to.Sent.Before(c.Stays[i].Span.Since))
			}) {
				return true
			}
		}
	}
	return false
}

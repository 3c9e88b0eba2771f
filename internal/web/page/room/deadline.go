package room

import (
	"strconv"

	"cenacle/internal/agenda"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/law"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Deadline asks for a rule and a fact, shows the day that is reckoned with each of its
// steps, and only then offers to put it into the agenda.
type Deadline struct {
	ui.Base
	Ask   Question
	Found *Reckoned
	Keep  *EventForm
	Back  string
}

// Question is what a reckoning asks for.
type Question struct {
	Title, Action           string
	Hidden                  []ui.Hidden
	Summary                 ui.Summary
	Origin                  *Differing // the event whose day is the fact, in words: the fact, its title, its day
	Rule, Fact, Place, Home ui.Field
	Far                     bool // place or home was asked for
	Submit                  ui.Button
}

// Reckoned is a day that was reckoned, in words.
type Reckoned struct {
	Rule, Due              string
	Steps                  []string
	Fact                   Differing // what it is, and its day
	Origin                 *ui.Link
	Articles, Source, When string
	Place                  string     // where public holidays were looked at, when that is not the rule
	Kept                   string     // why another day is kept
	Notice                 *ui.Notice // what is to be checked today
}

var deadlinePage = ui.Parse[Deadline](files, "deadline.tmpl", "part.tmpl")

// posed is what a reckoning was asked for, by an address or by a form.
func (h here) posed() agenda.Ground {
	r := h.r
	return agenda.Ground{
		Case: law.Case{
			Rule: r.Value("rule"), Fact: r.Value("fact"),
			Circumstance: law.Circumstance{Place: law.Place(r.Value("place")), Home: law.Home(r.Value("home"))},
		},
		Origin: id.Item(r.Value("origin")), Why: r.Value("why"),
	}
}

// Deadline shows what a period comes to. It changes nothing.
func (p *Pages) Deadline(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	return p.deadline(h, h.posed(), written{}, nil)
}

func (p *Pages) deadline(h here, g agenda.Ground, back written, refused error) (web.Answer, error) {
	t := h.r.Printer
	page := Deadline{Base: h.base(t.T("agenda.law.page")), Back: h.path("agenda")}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.room.Name}, ui.Link{Href: page.Back, Label: t.T("agenda.title")})
	found, origin, wrong := p.Agendas.Reckon(h.r.Context(), h.r.Actor, h.room.ID, g)
	if wrong != nil && !fault.Is(wrong, fault.Invalid) && !fault.Is(wrong, fault.Conflict) {
		return nil, wrong
	}
	if origin != nil {
		g.Fact = origin.Day
	}
	asked := g.Rule != "" || fault.Is(wrong, fault.Conflict)
	if wrong == nil {
		page.Found = h.reckoned(found, origin)
		if found.Due < p.Agendas.Today(h.r.Now) {
			page.Found.Notice = &ui.Notice{Look: ui.Signal, Text: t.T("agenda.law.past")}
		}
		if h.room.State == "open" {
			page.Keep = h.keeping(found, g, back, refused)
		}
	} else if asked {
		refused = wrong
	}
	page.Ask = p.question(h, g, origin)
	if page.Found != nil {
		page.Ask.Title = t.T("agenda.law.ask_again")
	}
	if asked && wrong != nil {
		page.Ask.Summary = ui.Refuse(t, wrong).Mark(&page.Ask.Rule, &page.Ask.Fact, &page.Ask.Place, &page.Ask.Home)
	}
	if refused != nil {
		return web.Again(deadlinePage, page, refused), nil
	}
	return web.Show(deadlinePage, page), nil
}

// question asks again for what was asked.
func (p *Pages) question(h here, g agenda.Ground, origin *agenda.Event) Question {
	t := h.r.Printer
	q := Question{
		Title: t.T("agenda.law.ask"), Action: h.path("agenda", "deadline"), Far: g.Place != law.Mainland || g.Home != law.Near,
		Rule:   ui.Field{Kind: ui.Select, Name: "rule", Label: t.T("agenda.law.rule")},
		Fact:   ui.Field{Kind: ui.Date, Name: "fact", Label: t.T("agenda.law.fact"), Hint: t.T("agenda.law.fact_hint"), Value: g.Fact},
		Place:  ui.Field{Kind: ui.Select, Name: "place", Label: t.T("agenda.law.place"), Optional: true},
		Home:   ui.Field{Kind: ui.Select, Name: "home", Label: t.T("agenda.law.home"), Optional: true},
		Submit: ui.Button{Label: t.T("agenda.law.look"), Look: ui.Primary, Icon: "scale"},
	}
	if origin != nil {
		q.Origin = &Differing{t.T("agenda.law.from"), origin.Title, t.Day(origin.Day)}
		q.Hidden = []ui.Hidden{{Name: "origin", Value: string(origin.ID)}}
	}
	rules := p.Agendas.Rules(g.Fact)
	if len(rules) == 0 {
		rules = p.Agendas.Rules(p.Agendas.Today(h.r.Now))
	}
	h.offer(&q, g, rules)
	return q
}

// offer fills the choices of a question.
func (h here) offer(q *Question, g agenda.Ground, rules []law.Rule) {
	t := h.r.Printer
	q.Rule.Options = []ui.Option{{Label: t.T("agenda.law.choose")}}
	for _, r := range rules {
		if n := len(q.Rule.Groups); n == 0 || q.Rule.Groups[n-1].Label != r.Heading(t) {
			q.Rule.Groups = append(q.Rule.Groups, ui.Heading{Label: r.Heading(t)})
		}
		group := &q.Rule.Groups[len(q.Rule.Groups)-1]
		group.Options = append(group.Options, ui.Option{Value: r.ID, Label: t.T("agenda.law.option", r.Name(t), r.Term.Words(t)), Chosen: r.ID == g.Rule})
	}
	for _, place := range law.Places() {
		q.Place.Options = append(q.Place.Options, ui.Option{Value: string(place), Label: place.Words(t), Chosen: place == g.Place})
	}
	for _, home := range law.Homes() {
		q.Home.Options = append(q.Home.Options, ui.Option{Value: string(home), Label: home.Words(t), Chosen: home == g.Home})
	}
}

// reckoned puts a reckoning into words.
func (h here) reckoned(r law.Reckoning, origin *agenda.Event) *Reckoned {
	t := h.r.Printer
	out := &Reckoned{
		Rule: r.Rule.Name(t), Due: h.r.When(agenda.When{Day: r.Due, Start: r.Hour}), Steps: r.Words(t),
		Fact:     Differing{What: r.Rule.Fact(t), Is: t.Day(r.Case.Fact)},
		Articles: r.Articles(t), Source: r.Rule.Source, When: r.Rule.When(t),
	}
	if r.Case.Place != law.Mainland {
		out.Place = r.Case.Place.Words(t)
	}
	if origin != nil {
		out.Origin = &ui.Link{Href: h.path("agenda", string(origin.ID)), Label: origin.Title}
	}
	return out
}

// keeping is the form that puts a day which was reckoned into the agenda.
func (h here) keeping(r law.Reckoning, g agenda.Ground, back written, refused error) *EventForm {
	t := h.r.Printer
	if back.Title == "" && refused == nil {
		back.Title = r.Rule.Name(t)
	}
	if back.Day == "" {
		back.Day = r.Due
	}
	f := h.eventForm(back, h.choice(t.T("agenda.circle"), back.circles), refused)
	f.Action, f.Told = h.path("agenda", "deadline"), t.T("agenda.told")
	f.Title.Hint = ""
	f.Day.Label, f.Day.Hint = t.T("agenda.law.day"), t.T("agenda.law.day_hint", t.Day(r.Due))
	f.Submit.Label = t.T("agenda.law.keep")
	f.Hidden = []ui.Hidden{
		{Name: "rule", Value: g.Rule}, {Name: "fact", Value: g.Fact}, {Name: "place", Value: string(g.Place)}, {Name: "home", Value: string(g.Home)},
		{Name: "origin", Value: string(g.Origin)},
	}
	f.Hidden = append(f.Hidden, h.anyway(refused, &f.Submit)...)
	return f
}

// DoAddDeadline puts a deadline that was reckoned into the agenda.
func (p *Pages) DoAddDeadline(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	g, w := h.posed(), h.wrote()
	w.Kind, w.Place = agenda.Deadline, "" // the form asks for neither
	if g.Origin != "" {
		g.Fact = ""
	}
	e, err := p.Agendas.Add(r.Context(), r.Actor, agenda.Adding{Space: h.room.ID, Entry: w.Entry, Ground: &g, Circles: w.circles, Confirm: r.Values("confirm")})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.deadline(h, g, w, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("agenda", string(e.ID)), "event_added"), nil
}

// rests shows what a deadline rests on, and what is to be checked of it today.
func (h here) rests(d agenda.Detail) *Reckoned {
	t, b, on := h.r.Printer, d.Basis, d.Resting
	if b == nil {
		return nil
	}
	if on.Reckoning == nil {
		return &Reckoned{
			Rule: t.T("agenda.law.gone"), Fact: Differing{What: t.T("agenda.law.fact"), Is: t.Day(b.Fact)}, Kept: b.Why,
			Notice: &ui.Notice{Look: ui.Signal, Text: t.T("agenda.law.gone_text", i18n.Day(b.Due))},
		}
	}
	out := h.reckoned(*on.Reckoning, on.Origin)
	out.Kept = b.Why
	switch {
	case on.Stale && on.Origin.Cancelled:
		out.Notice = &ui.Notice{Look: ui.Signal, Text: t.T("agenda.law.origin_off")}
	case on.Stale:
		out.Notice = &ui.Notice{Look: ui.Signal, Text: t.T("agenda.law.stale", i18n.Day(on.Origin.Day))}
	case on.Reckoning.Due != b.Due:
		out.Notice = &ui.Notice{Look: ui.Signal, Text: t.T("agenda.law.corrected", i18n.Day(on.Reckoning.Due))}
	}
	return out
}

// catching reckons a deadline again that has not followed what it rests on.
func (h here) catching(d agenda.Detail) *Form {
	if !d.Change || !d.Resting.Stale || d.Resting.Origin.Cancelled {
		return nil
	}
	f := &Form{Action: h.path("agenda", string(d.ID)), Button: ui.Button{Label: h.r.Printer.T("agenda.law.catch"), Icon: "refresh"}}
	for _, kept := range [][2]string{
		{"revision", strconv.Itoa(d.Revision)}, {"kind", string(d.Kind)}, {"title", d.Title}, {"day", d.Day}, {"start", d.Start}, {"end", d.End},
		{"last_day", d.LastDay}, {"place", d.Place}, {"note", d.Note}, {"why", d.Basis.Why}, {"fact", d.Resting.Origin.Day},
	} {
		f.Hidden = append(f.Hidden, ui.Hidden{Name: kept[0], Value: kept[1]})
	}
	return f
}

// followed is what becomes of a deadline that follows, in words.
type followed struct {
	Title   string
	Differs []Differing
	Kept    string // said where another day is kept, which stays
	Told    string
}

// follow says what would follow a change, and who will be told.
func (h here) follow(next agenda.Foreseen) []followed {
	out := h.followed(next.Follows)
	for i, s := range next.Follows {
		out[i].Told = h.r.Printer.T("agenda.law.told", h.audience(s.Was.Circles))
	}
	return out
}

// followed says what becomes of deadlines that follow a change.
func (h here) followed(of []agenda.Shift) (out []followed) {
	t := h.r.Printer
	for _, s := range of {
		one := followed{Title: t.T("agenda.law.followed", s.Was.Title), Differs: h.differs(s.Was.Entry, s.Is.Entry)}
		if s.Was.When == s.Is.When {
			one.Differs = h.rested(s.Was.Basis, s.Is.Basis)
			one.Kept = t.T("agenda.law.kept", i18n.Day(s.Is.Day), i18n.Day(s.Is.Basis.Due))
		}
		out = append(out, one)
	}
	return out
}

// rested puts the differences of what a deadline rests on into words.
func (h here) rested(was, is *agenda.Basis) (out []Differing) {
	t := h.r.Printer
	for _, what := range agenda.BasisDifferences(was, is) {
		if what == "fact" {
			out = append(out, Differing{t.T("agenda.differs.fact"), t.Day(was.Fact), t.Day(is.Fact)})
		} else {
			out = append(out, Differing{t.T("agenda.differs.why"), was.Why, is.Why})
		}
	}
	return out
}

package api

import (
	"cenacle/internal/agenda"
	"cenacle/internal/id"
	"cenacle/internal/law"
)

// Period is one period of procedure that deadlines can be reckoned by.
type Period struct {
	Rule     string `json:"rule"`
	Name     string `json:"name"`
	Matter   string `json:"matter"`
	Fact     string `json:"fact" doc:"what it runs from"`
	When     string `json:"when,omitempty" doc:"under which condition it is the right one"`
	Term     string `json:"term"`
	Article  string `json:"article"`
	Counting string `json:"counting" doc:"the articles that say how its days are counted"`
	Source   string `json:"source"`
	From     string `json:"from" doc:"civil date: facts since this day"`
	To       string `json:"to,omitempty" doc:"civil date: facts until this day; none: until a new text"`
	Distance bool   `json:"distance,omitempty" doc:"it is longer for who lives far away"`
}

// Periods is the table of the law for the facts of one day.
type Periods struct {
	Periods []Period `json:"periods"`
}

// PeriodsOf asks for the periods that the law knows for facts of a day.
type PeriodsOf struct {
	Day string `query:"day" doc:"civil date of the fact; none: today, Europe/Paris"`
}

func (n *Nouns) periods(r *Request, in PeriodsOf) (Periods, error) {
	if in.Day == "" {
		in.Day = n.Agendas.Today(r.Now)
	}
	out := Periods{Periods: []Period{}}
	for _, one := range n.Agendas.Rules(in.Day) {
		out.Periods = append(out.Periods, r.period(one))
	}
	return out, nil
}

func (r *Request) period(one law.Rule) Period {
	t := r.Printer
	return Period{
		one.ID, one.Name(t), one.Heading(t), one.Fact(t), one.When(t), one.Term.Words(t), one.Article, one.Counting, one.Source, one.From, one.To,
		one.Distance != "",
	}
}

// Reckoning is a day that was reckoned, and how. It binds nobody.
type Reckoning struct {
	Period Period    `json:"period"`
	Fact   string    `json:"fact" doc:"civil date that it runs from"`
	Where  law.Place `json:"where,omitempty" doc:"where the court sits, besides mainland France"`
	Home   law.Home  `json:"home,omitempty" doc:"where lives whom it binds, if not in mainland France"`
	Due    string    `json:"due" doc:"civil date: the last day, or the first free one"`
	Hour   string    `json:"hour,omitempty" doc:"until when on it; none: midnight"`
	Steps  []string  `json:"steps" doc:"each step in words"`
}

func (r *Request) reckoning(found law.Reckoning) Reckoning {
	return Reckoning{r.period(found.Rule), found.Case.Fact, found.Case.Place, found.Case.Home, found.Due, found.Hour, found.Words(r.Printer)}
}

// Reckon asks when a period ends.
type Reckon struct {
	InSpace
	Rule   string    `query:"rule" doc:"of listPeriods"`
	Fact   string    `query:"fact" doc:"civil date of the fact; with an origin, its day"`
	Place  law.Place `query:"place" enum:"alsace-moselle guadeloupe guyane martinique mayotte la-reunion saint-barthelemy" doc:"where the court sits; none: mainland France"`
	Home   law.Home  `query:"home" enum:"overseas abroad" doc:"where lives whom it binds; none: mainland France or, before a court overseas, in its territory; overseas: also, before such a court, elsewhere in France"`
	Origin id.Item   `query:"origin" doc:"an event of the space whose day is the fact"`
}

func (n *Nouns) reckon(r *Request, in Reckon) (Reckoning, error) {
	found, _, err := n.Agendas.Reckon(r.Context(), r.Actor, in.Space, agenda.Ground{
		Case:   law.Case{Rule: in.Rule, Fact: in.Fact, Circumstance: law.Circumstance{Place: in.Place, Home: in.Home}},
		Origin: in.Origin,
	})
	if err != nil {
		return Reckoning{}, err
	}
	return r.reckoning(found), nil
}

// NewDeadline is a deadline about to stand in an agenda, on the day that a rule gives.
type NewDeadline struct {
	InSpace
	Rule    string      `json:"rule" doc:"of listPeriods"`
	Fact    string      `json:"fact,omitempty" doc:"civil date of the fact; with an origin, its day"`
	Where   law.Place   `json:"where,omitempty" enum:"alsace-moselle guadeloupe guyane martinique mayotte la-reunion saint-barthelemy" fault:"place" doc:"where the court sits; none: mainland France"`
	Home    law.Home    `json:"home,omitempty" enum:"overseas abroad" doc:"where lives whom it binds; none: mainland France"`
	Origin  id.Item     `json:"origin,omitempty" doc:"an event of the space whose day is the fact: when it moves, the deadline follows"`
	Day     string      `json:"day,omitempty" doc:"civil date: another day than the one reckoned"`
	Why     string      `json:"why,omitempty" doc:"why that other day is kept"`
	Title   string      `json:"title"`
	Note    string      `json:"note,omitempty"`
	Circles []id.Circle `json:"circles" fault:"circle" doc:"to whom it is sent"`
	Confirm []string    `json:"confirm,omitempty" fault:"confirm" doc:"what the guard has found and one has checked (addressDocument)"`
}

func (n *Nouns) addDeadline(r *Request, in NewDeadline) (Appointment, error) {
	e, err := n.Agendas.Add(r.Context(), r.Actor, agenda.Adding{
		Space: in.Space, Entry: agenda.Entry{Title: in.Title, Note: in.Note, When: agenda.When{Day: in.Day}},
		Ground: &agenda.Ground{
			Case:   law.Case{Rule: in.Rule, Fact: in.Fact, Circumstance: law.Circumstance{Place: in.Where, Home: in.Home}},
			Origin: in.Origin, Why: in.Why,
		},
		Circles: in.Circles, Confirm: in.Confirm,
	})
	if err != nil {
		return Appointment{}, err
	}
	return n.addedDeadline(r, in, string(e.ID))
}

func (n *Nouns) addedDeadline(r *Request, in NewDeadline, of string) (Appointment, error) {
	return n.addedEvent(r, NewEvent{InSpace: in.InSpace}, of)
}

// Basis is what a deadline rests on.
type Basis struct {
	Rule   string    `json:"rule"`
	Fact   string    `json:"fact" doc:"civil date"`
	Where  law.Place `json:"where,omitempty"`
	Home   law.Home  `json:"home,omitempty"`
	Origin id.Item   `json:"origin,omitempty" doc:"the event whose day is the fact"`
	Due    string    `json:"due" doc:"civil date that was reckoned"`
	Why    string    `json:"why,omitempty" doc:"why another day is kept"`
}

func basisOf(b *agenda.Basis) *Basis {
	if b == nil {
		return nil
	}
	return &Basis{b.Rule, b.Fact, b.Place, b.Home, b.Origin, b.Due, b.Why}
}

// Foresee asks what moving an event would change.
type Foresee struct {
	InEvent
	Day  string `query:"day" doc:"civil date that it would be moved to; none: it stays"`
	Fact string `query:"fact" doc:"of a deadline: another day of its fact"`
	Why  string `query:"why" doc:"why another day is kept than the one reckoned"`
}

// Foreseen is what an event and those that follow it would become.
type Foreseen struct {
	Day     string    `json:"day"`
	Follows []Follows `json:"follows" doc:"the deadlines reckoned from it that would be reckoned again"`
}

// Follows is what becomes of a deadline when what it is reckoned from moves.
type Follows struct {
	Event id.Item `json:"event"`
	Title string  `json:"title"`
	Was   string  `json:"was" doc:"civil date"`
	Day   string  `json:"day" doc:"civil date"`
	Due   string  `json:"due" doc:"civil date reckoned; another than day when that one is kept for a reason"`
}

func (n *Nouns) foresee(r *Request, in Foresee) (Foreseen, error) {
	d, err := n.Agendas.Show(r.Context(), r.Actor, in.Space, in.Event)
	if err != nil {
		return Foreseen{}, err
	}
	c := agenda.Changing{Space: in.Space, Event: in.Event, Revision: d.Revision, Entry: d.Entry, Fact: in.Fact, Why: in.Why}
	if in.Day != "" {
		c.Day = in.Day
	}
	next, err := n.Agendas.Foresee(r.Context(), r.Actor, c)
	if err != nil {
		return Foreseen{}, err
	}
	out := Foreseen{next.Is.Day, []Follows{}}
	for _, f := range next.Follows {
		out.Follows = append(out.Follows, Follows{f.Was.ID, f.Was.Title, f.Was.Day, f.Is.Day, f.Is.Basis.Due})
	}
	return out, nil
}

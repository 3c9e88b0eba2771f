package agenda

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/law"
)

// Basis is what a deadline rests on. It is sealed with the words of its event.
type Basis struct {
	law.Case
	Origin id.Item `json:"origin,omitempty"` // the event whose day is the fact; none: a day that was written
	Since  string  `json:"since"`            // of the row of the table that was used: law.Rule.From
	Due    string  `json:"due"`              // the day reckoned
	Hour   string  `json:"hour,omitempty"`   // until when on it
	Why    string  `json:"why,omitempty"`    // why another day is kept; none: Due is
}

// Ground is what a new deadline is to rest on. With an Origin, the fact is its day.
type Ground struct {
	law.Case
	Origin id.Item
	Why    string // why another day is kept than the one reckoned
}

// when is the place in time that was reckoned.
func (b Basis) when() When { return When{Day: b.Due, Start: b.Hour} }

// keep holds an entry to what was reckoned: another day needs a reason.
func (b *Basis) keep(e *Entry, why string, wrong *fault.Fields) {
	b.Why = strings.TrimSpace(why)
	switch {
	case e.Day == b.Due:
		b.Why = ""
	case b.Why == "":
		wrong.Add("why", "agenda.why_missing", i18n.Day(b.Due))
	case !utf8.ValidString(b.Why) || utf8.RuneCountInString(b.Why) > MaxReason:
		wrong.Add("why", "agenda.reason_long", MaxReason)
	}
}

// origin is the event that one is reckoned from, or none.
func (e Event) origin() id.Item {
	if e.Basis == nil {
		return ""
	}
	return e.Basis.Origin
}

// BasisDifferences compares what a deadline rested on with what it rests on.
func BasisDifferences(was, is *Basis) (out []Difference) {
	if was == nil || is == nil {
		return nil
	}
	if was.Fact != is.Fact {
		out = append(out, "fact")
	}
	if was.Why != is.Why {
		out = append(out, "why")
	}
	return out
}

// Resting is how a deadline that was reckoned stands today.
type Resting struct {
	Origin    *Event         // what it is reckoned from, when the actor sees it
	Stale     bool           // that has moved without it, or does not take place
	Reckoning *law.Reckoning // worked again; nil when the table no longer knows
}

// Today is the civil day of an instant.
func (s *Service) Today(now time.Time) string { return now.In(s.zone).Format(time.DateOnly) }

// Rules returns the periods that the table knows for facts of a civil day.
func (s *Service) Rules(day string) []law.Rule { return s.law.Rules(day) }

// Reckon works a deadline out for who may add one to a space, and keeps nothing. It
// returns the event that the fact is the day of, if one was named.
func (s *Service) Reckon(ctx context.Context, by authz.Actor, in id.Space, g Ground) (r law.Reckoning, origin *Event, err error) {
	defer fault.Op(&err, "agenda.Reckon(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.AgendaAdd); err != nil {
			return err
		}
		if origin, err = from(a, by, in, &g); err != nil {
			return err
		}
		r, err = s.law.Reckon(g.Case)
		return err
	})
	return r, origin, err
}

// from puts the day of the origin of a ground into its fact.
func from(a *act.Act, by authz.Actor, in id.Space, g *Ground) (*Event, error) {
	if g.Origin == "" {
		return nil, nil
	}
	e, _, err := load(a, by, in, g.Origin, authz.AgendaSee)
	if err == nil && e.Cancelled {
		err = fault.New(fault.Conflict, "agenda.origin_cancelled").In("origin")
	}
	if err == nil && e.Repeats() {
		err = fault.New(fault.Conflict, "agenda.origin_repeats").In("origin")
	}
	g.Fact = e.Day
	return &e, err
}

// found reckons what a new deadline rests on.
func (s *Service) found(a *act.Act, by authz.Actor, in id.Space, g Ground) (Basis, error) {
	if _, err := from(a, by, in, &g); err != nil {
		return Basis{}, err
	}
	return s.basis(Basis{Case: g.Case, Origin: g.Origin})
}

// basis reckons a case anew.
func (s *Service) basis(b Basis) (Basis, error) {
	r, err := s.law.Reckon(b.Case)
	b.Since, b.Due, b.Hour = r.Rule.From, r.Due, r.Hour
	return b, err
}

// rest settles what a changed deadline rests on. Another fact moves it, unless its
// writer has written another day too.
func (s *Service) rest(a *act.Act, by authz.Actor, was Event, is *Event, c Changing, wrong *fault.Fields) error {
	if was.Basis == nil {
		if c.Fact != "" {
			wrong.Add("fact", "agenda.not_reckoned")
		}
		return nil
	}
	if is.Kind != Deadline {
		wrong.Add("kind", "agenda.kind_reckoned")
	}
	b := *was.Basis
	if c.Fact != "" && c.Fact != b.Fact {
		if b.Origin != "" {
			g := Ground{Origin: b.Origin}
			if _, err := from(a, by, c.Space, &g); err != nil {
				return err
			}
			if g.Fact != c.Fact {
				wrong.Add("fact", "agenda.fact_of_origin", i18n.Day(g.Fact))
				return nil
			}
		}
		b.Fact = c.Fact
		var err error
		if b, err = s.basis(b); err != nil {
			return err
		}
		if c.Day == was.Day {
			is.When = b.when()
		}
	}
	b.keep(&is.Entry, c.Why, wrong)
	is.Basis = &b
	return nil
}

// follow reckons again the deadlines that rest on an event which is moved, and those
// that rest on them. What the actor does not see or may not change does not follow: its
// readers are shown that it has not.
func (s *Service) follow(a *act.Act, by authz.Actor, was, is Event) (out []Shift, err error) {
	if was.Day == is.Day {
		return nil, nil
	}
	all, err := following(a, by, was, authz.AgendaChange)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		if e.Cancelled || e.Basis.Fact == is.Day {
			continue
		}
		moved, err := s.moved(e, is.Day)
		if err != nil {
			return nil, err
		}
		further, err := s.follow(a, by, e, moved)
		if err != nil {
			return nil, err
		}
		out = append(append(out, Shift{e, moved}), further...)
	}
	return out, nil
}

// moved is a deadline whose fact is on another day.
func (s *Service) moved(e Event, fact string) (Event, error) {
	b := *e.Basis
	b.Fact = fact
	b, err := s.basis(b)
	if err != nil {
		return e, fault.New(fault.Invalid, "agenda.cannot_follow", e.Title).In("day")
	}
	if b.Why == "" {
		e.When = b.when()
	} else if b.Due == e.Day {
		b.Why = ""
	}
	e.Basis = &b
	e.From, e.To, err = e.Span(s.zone)
	return e, err
}

// following are the deadlines reckoned from an event that the actor may do something
// with.
func following(a *act.Act, by authz.Actor, of Event, do authz.Action) (out []Event, err error) {
	var ids []id.Item
	err = a.Each(selectFollowing, []any{of.ID}, func(scan func(...any) error) error {
		var one id.Item
		err := scan(&one)
		ids = append(ids, one)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, one := range ids {
		e, _, err := load(a, by, of.Space, one, do)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if e.origin() == of.ID { // the column finds, what is sealed says
			out = append(out, e)
		}
	}
	return out, nil
}

// trail adds to each change of an event what it made of the deadlines reckoned from it,
// and of those reckoned from these: they were written at the same instant.
func (d *Detail) trail(a *act.Act, by authz.Actor, follows []Event) error {
	if len(d.Past) == 0 {
		return nil
	}
	for _, e := range follows {
		before, err := past(a, e)
		if err != nil {
			return err
		}
		for _, was := range before {
			i := slices.IndexFunc(d.Past, func(p Past) bool { return p.Until.Equal(was.Until) })
			old := e
			old.Entry, old.Basis = was.Entry, was.Basis
			if i >= 0 {
				d.Past[i].Follows = append(d.Past[i].Follows, Shift{old, e})
			}
			e = old
		}
		further, err := following(a, by, e, authz.AgendaSee)
		if err != nil {
			return err
		}
		if err := d.trail(a, by, further); err != nil {
			return err
		}
	}
	return nil
}

// resting works a deadline again, and looks at what it is reckoned from.
func (s *Service) resting(a *act.Act, by authz.Actor, e Event) (out Resting, err error) {
	if e.Basis == nil {
		return out, nil
	}
	if r, err := s.law.Reckon(e.Basis.Case); err == nil {
		out.Reckoning = &r
	}
	if e.Basis.Origin == "" {
		return out, nil
	}
	o, _, err := load(a, by, e.Space, e.Basis.Origin, authz.AgendaSee)
	if fault.Is(err, fault.NotFound) {
		return out, nil
	}
	out.Origin, out.Stale = &o, err == nil && (o.Cancelled || o.Day != e.Basis.Fact)
	return out, err
}

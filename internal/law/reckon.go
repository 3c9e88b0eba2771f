package law

import (
	"slices"
	"time"

	"cenacle/internal/fault"
)

// Case is what is asked: which rule, and the day of the fact it runs from.
type Case struct {
	Rule string `json:"rule"`
	Fact string `json:"fact"` // a civil date
	Circumstance
}

// Reckoning is when a period ends, and how that was found.
type Reckoning struct {
	Rule Rule
	Case Case
	Due  string // the last day or, of a rule that opens, the first free one
	Hour string // until when on it; none: midnight
	Step []Step
	book *Book
}

// Step is one stage of a reckoning, said in words by the catalog entry law.step.KIND.
type Step struct {
	Kind  StepKind
	To    string   // the day that it comes to
	Off   string   // the day it had come to before
	Feast []string // the public holidays passed over, as ends of their keys
}

// StepKind is what a step does.
type StepKind string

const (
	Runs    StepKind = "runs"    // from the fact to where the term ends
	Back    StepKind = "back"    // the same, before the fact
	Cleared StepKind = "clear"   // one day more, as neither first nor last counts
	Spared  StepKind = "spared"  // one day less, for prudence
	Moved   StepKind = "moved"   // to the next day on which people work
	Pulled  StepKind = "pulled"  // to the one before
	Free    StepKind = "free"    // the day after, when what had to be waited for is over
	Farther StepKind = "farther" // it was lengthened by distance: says nothing of a day
)

// Reckon works a case. Faults in the fields rule, fact, place and home.
func (b *Book) Reckon(c Case) (Reckoning, error) {
	fact, err := time.Parse(time.DateOnly, c.Fact)
	if err != nil || fact.Year() < 1900 || fact.Year() > 2200 {
		return Reckoning{}, fault.New(fault.Invalid, "law.fact_unreadable").In("fact")
	}
	r, err := b.find(c)
	if err != nil {
		return Reckoning{}, err
	}
	out := Reckoning{Rule: r, Case: c, Hour: r.Hour, book: b}
	day := b.from(r.Term, fact, r.Before, c.Circumstance)
	if c.Home != Near {
		out.Step = append(out.Step, Step{Kind: Farther})
	}
	if r.Before {
		out.backwards(day)
	} else {
		out.forwards(day)
	}
	return out, nil
}

// find is the row for a case, where there is one.
func (b *Book) find(c Case) (Rule, error) {
	var wrong fault.Fields
	if !slices.Contains(Places(), c.Place) {
		wrong.Add("place", "law.place_unknown")
	}
	at := slices.IndexFunc(b.rules, func(r Rule) bool { return r.ID == c.Rule && r.From <= c.Fact && c.Fact <= r.until() })
	switch {
	case at >= 0 && !slices.Contains(Homes(), c.Home):
		wrong.Add("home", "law.home_unknown")
	case at >= 0 && c.Home != Near && b.rules[at].Distance == "":
		wrong.Add("home", "law.home_without")
	case at < 0 && slices.ContainsFunc(b.rules, func(r Rule) bool { return r.ID == c.Rule }):
		wrong.Add("fact", "law.not_known_then")
	case at < 0:
		wrong.Add("rule", "law.rule_unknown")
	}
	if err := wrong.Err(); err != nil {
		return Rule{}, err
	}
	return b.rules[at], nil
}

func months(h Home) int { return slices.Index(Homes(), h) }

// from counts a term from a day, which does not count itself: months and years to the
// same number of a day, or the last day of a month that is shorter; then days.
func (b *Book) from(t Term, day time.Time, before bool, c Circumstance) time.Time {
	sign := 1
	if before {
		sign = -1
	}
	day = sameDay(day, sign*(12*t.Years+t.Months+months(c.Home))).AddDate(0, 0, sign*t.Days)
	for left := t.Workdays; left > 0; {
		if day = day.AddDate(0, 0, 1); !b.sabbath(day, c.Place) {
			left--
		}
	}
	return day
}

// sameDay is the day of the same number so many months away.
func sameDay(day time.Time, months int) time.Time {
	first := civil(day.Year(), day.Month()+time.Month(months), 1)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day.Day(), last)-1)
}

func (r *Reckoning) forwards(day time.Time) {
	r.to(Runs, day, nil)
	if r.Rule.Clear {
		day = day.AddDate(0, 0, 1)
		r.to(Cleared, day, nil)
	}
	if r.Rule.Rest == Next && r.book.idle(day, r.Case.Place) {
		to, over := r.work(day, 1)
		day = to
		r.to(Moved, day, over)
	}
	if r.Rule.Opens {
		r.to(Free, day.AddDate(0, 0, 1), nil)
	}
}

func (r *Reckoning) backwards(day time.Time) {
	r.to(Back, day, nil)
	if r.Rule.Clear {
		day = day.AddDate(0, 0, -1)
		r.to(Spared, day, nil)
	}
	if r.Rule.Rest == Earlier && r.book.idle(day, r.Case.Place) {
		to, over := r.work(day, -1)
		r.to(Pulled, to, over)
	}
}

// work is the first day on which people work, from one on which they do not, and the
// holidays that were passed over.
func (r *Reckoning) work(day time.Time, sign int) (to time.Time, over []string) {
	for to = day; r.book.idle(to, r.Case.Place); to = to.AddDate(0, 0, sign) {
		if name := r.book.feast(to, r.Case.Place); name != "" {
			over = append(over, name)
		}
	}
	return to, over
}

func (r *Reckoning) to(kind StepKind, day time.Time, over []string) {
	s := Step{Kind: kind, To: day.Format(time.DateOnly), Off: r.Due, Feast: over}
	r.Step, r.Due = append(r.Step, s), s.To
}

package law

import (
	"strings"

	"cenacle/internal/i18n"
)

// Name says what a rule is, and Fact what it runs from.
func (r Rule) Name(p *i18n.Printer) string { return p.T("law.rule." + r.ID) }
func (r Rule) Fact(p *i18n.Printer) string { return p.T("law.fact." + r.ID) }

// Heading says under what the rule is offered.
func (r Rule) Heading(p *i18n.Printer) string { return p.T("law.matter." + r.Matter) }

// Words says where public holidays are looked at.
func (in Place) Words(p *i18n.Printer) string {
	if in == Mainland {
		return p.T("law.place.mainland")
	}
	return p.T("law.place." + string(in))
}

// Words says where somebody lives.
func (h Home) Words(p *i18n.Printer) string {
	if h == Near {
		return p.T("law.home.near")
	}
	return p.T("law.home." + string(h))
}

// When says under which condition the rule is the right one, or "".
func (r Rule) When(p *i18n.Printer) string {
	if key := "law.when." + r.ID; p.Has(key) {
		return p.T(key)
	}
	return ""
}

// Words says how long a term is: « un mois », « quinze jours » in figures.
func (t Term) Words(p *i18n.Printer) string {
	var out []string
	for _, part := range []struct {
		key string
		n   int
	}{{"law.term.years", t.Years}, {"law.term.months", t.Months}, {"law.term.days", t.Days}, {"law.term.workdays", t.Workdays}} {
		if part.n > 0 {
			out = append(out, p.N(part.key, part.n))
		}
	}
	return p.List(out)
}

// Words explains a reckoning, sentence by sentence, each step in its order.
func (r Reckoning) Words(p *i18n.Printer) (out []string) {
	for _, s := range r.Step {
		out = append(out, r.sentence(p, s))
	}
	if r.Hour != "" {
		hour, minute, _ := strings.Cut(r.Hour, ":")
		out = append(out, p.T("law.step.hour", p.T("date.time", strings.TrimPrefix(hour, "0"), minute)))
	}
	return out
}

func (r Reckoning) sentence(p *i18n.Printer, s Step) string {
	to, off := i18n.Day(s.To), i18n.Day(s.Off)
	switch s.Kind {
	case Farther:
		article, far := r.Rule.Distance, string(r.Case.Home)
		if r.Case.Place.Across() && r.Rule.Across != "" {
			article = r.Rule.Across
			if r.Case.Home == Overseas {
				far = "elsewhere"
			}
		}
		return p.T("law.step.farther."+far, article)
	case Runs:
		return p.T("law.step.runs", r.term().Words(p), i18n.Day(r.Case.Fact), to)
	case Back:
		return p.T("law.step.back", r.Rule.Term.Words(p), i18n.Day(r.Case.Fact), to)
	case Moved, Pulled:
		key := "law.step." + string(s.Kind)
		if len(s.Feast) == 0 {
			return p.T(key, off, to)
		}
		names := make([]string, len(s.Feast))
		for i, name := range s.Feast {
			names[i] = p.T("law.feast." + name)
		}
		return p.T(key+"_feast", off, to, names)
	}
	return p.T("law.step."+string(s.Kind), to)
}

// term is that of the rule with what distance adds.
func (r Reckoning) term() Term {
	t := r.Rule.Term
	t.Months += months(r.Case.Home)
	return t
}

// Articles are those that a reckoning rests on: the rule's, and how its days are
// counted.
func (r Reckoning) Articles(p *i18n.Printer) string {
	if r.Rule.Counting == r.Rule.Article {
		return r.Rule.Article
	}
	return p.List([]string{r.Rule.Article, r.Rule.Counting})
}

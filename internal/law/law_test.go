package law

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/i18n"
)

func book(t *testing.T) *Book {
	t.Helper()
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func printer(t *testing.T, l i18n.Language) *i18n.Printer {
	t.Helper()
	c := i18n.Load()
	return c.Printer(l, time.UTC)
}

// TestExamples works the example of every rule again, and wants its words in both
// languages.
func TestExamples(t *testing.T) {
	b := book(t)
	if len(b.rules) < 30 {
		t.Errorf("only %d rules", len(b.rules))
	}
	for _, r := range b.rules {
		got, err := b.Reckon(Case{r.ID, r.Example.Fact, r.Example.Circumstance})
		if err != nil || got.Due != r.Example.Due {
			t.Errorf("%s: from %s it ends on %s, %v; the example says %s", r.ID, r.Example.Fact, got.Due, err, r.Example.Due)
		}
		for _, l := range i18n.All() {
			p := printer(t, l)
			all := append(got.Words(p), r.Name(p), r.Fact(p), r.When(p), r.Heading(p), got.Articles(p), r.Example.Place.Words(p), r.Example.Home.Words(p))
			if text := strings.Join(all, " "); strings.Contains(text, "[law.") {
				t.Errorf("%s in %s: %s", r.ID, l, text)
			}
		}
	}
}

// TestReckon: the arithmetic of days, stage by stage.
func TestReckon(t *testing.T) {
	b := book(t)
	for _, c := range []struct {
		name, rule, fact string
		Circumstance
		due   string
		steps []StepKind
	}{
		{"a month, to the same number", "appeal", "2026-03-10", Circumstance{}, "2026-04-10", []StepKind{Runs}},
		{"over Easter", "appeal", "2021-03-03", Circumstance{}, "2021-04-06", []StepKind{Runs, Moved}},
		{"a shorter month, of a leap year", "appeal", "2028-01-31", Circumstance{}, "2028-02-29", []StepKind{Runs}},
		{"from Good Friday where it is one", "appeal", "2026-03-03", Circumstance{Place: Alsace}, "2026-04-07", []StepKind{Runs, Moved}},
		{"and where it is not", "appeal", "2026-03-03", Circumstance{}, "2026-04-03", []StepKind{Runs}},
		{"two holidays and a Sunday in Alsace", "appeal", "2026-11-25", Circumstance{Place: Alsace}, "2026-12-28", []StepKind{Runs, Moved}},
		{"overseas, over a year's end", "appeal", "2026-11-30", Circumstance{Home: Overseas}, "2027-02-01", []StepKind{Farther, Runs, Moved}},
		{"abroad: months before days", "appeal_summary", "2026-12-31", Circumstance{Home: Abroad}, "2027-03-15", []StepKind{Farther, Runs}},
		{"overseas, over its own holiday", "appeal", "2026-04-22", Circumstance{Place: Martinique}, "2026-05-26", []StepKind{Runs, Moved}},
		{"and not over another's", "appeal", "2026-04-22", Circumstance{Place: Guyane}, "2026-05-22", []StepKind{Runs}},
		{"in Guadeloupe", "appeal", "2026-04-27", Circumstance{Place: Guadeloupe}, "2026-05-28", []StepKind{Runs, Moved}},
		{"in Guyane", "appeal", "2026-05-10", Circumstance{Place: Guyane}, "2026-06-11", []StepKind{Runs, Moved}},
		{"in Mayotte", "appeal", "2026-03-27", Circumstance{Place: Mayotte}, "2026-04-28", []StepKind{Runs, Moved}},
		{"in La Réunion", "appeal", "2027-11-20", Circumstance{Place: Reunion}, "2027-12-21", []StepKind{Runs, Moved}},
		{"in Saint-Barthélemy", "appeal", "2026-09-09", Circumstance{Place: SaintBarthelemy}, "2026-10-12", []StepKind{Runs, Moved}},
		{"from elsewhere, before a court overseas", "appeal", "2026-03-22", Circumstance{Place: Martinique, Home: Overseas}, "2026-05-26", []StepKind{Farther, Runs, Moved}},
		{"pleadings of an appellant from overseas", "appellant_pleadings", "2026-03-16", Circumstance{Home: Overseas}, "2026-07-16", []StepKind{Farther, Runs}},
		{"pleadings of an appellant from abroad", "appellant_pleadings", "2026-03-16", Circumstance{Home: Abroad}, "2026-08-17", []StepKind{Farther, Runs, Moved}},
		{"the memorial of a claimant from abroad", "cassation_memorial", "2026-03-16", Circumstance{Home: Abroad}, "2026-09-16", []StepKind{Farther, Runs}},
		{"clear, on a Sunday", "annulment", "2026-10-05", Circumstance{}, "2026-12-07", []StepKind{Runs, Cleared, Moved}},
		{"limitation rests on a Sunday", "limitation", "2021-11-28", Circumstance{}, "2026-11-28", []StepKind{Runs}},
		{"working days pass over a holiday", "dismissal_meeting", "2026-11-09", Circumstance{}, "2026-11-17", []StepKind{Runs, Free}},
		{"before a hearing, pulled to Friday", "filing", "2026-12-08", Circumstance{}, "2026-11-20", []StepKind{Back, Spared, Pulled}},
		{"both changes of the clocks are days", "divorce_reflection", "2026-10-20", Circumstance{}, "2026-11-05", []StepKind{Runs, Free}},
	} {
		got, err := b.Reckon(Case{c.rule, c.fact, c.Circumstance})
		var steps []StepKind
		for _, s := range got.Step {
			steps = append(steps, s.Kind)
		}
		if err != nil || got.Due != c.due || !slices.Equal(steps, c.steps) {
			t.Errorf("%s: %s by %v, %v; want %s by %v", c.name, got.Due, steps, err, c.due, c.steps)
		}
	}
}

// TestWords reads one reckoning as people do.
func TestWords(t *testing.T) {
	got, err := book(t).Reckon(Case{Rule: "appeal", Fact: "2021-03-03"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Le délai de 1 mois court du mercredi 3 mars 2021, jour qui ne compte pas\u00a0; il expire le samedi 3 avril 2021.",
		"Le samedi 3 avril 2021 étant chômé, le terme est reporté au premier jour ouvrable suivant, le mardi 6 avril 2021 (lundi de Pâques).",
	}
	p := printer(t, i18n.French)
	if words := got.Words(p); !slices.Equal(words, want) {
		t.Errorf("it says %q", words)
	}
	if articles := got.Articles(p); articles != "CPC, art.\u00a0538 et CPC, art.\u00a0640 à 642" {
		t.Errorf("it rests on %s", articles)
	}
}

// TestDistance: which article lengthens a period depends on where the court sits.
func TestDistance(t *testing.T) {
	for _, c := range []struct {
		rule string
		Circumstance
		want string
	}{
		{"appeal", Circumstance{Home: Overseas}, "qui demeure outre-mer (CPC, art.\u00a0643)."},
		{"appeal", Circumstance{Place: Guyane, Home: Overseas}, "où siège la juridiction (CPC, art.\u00a0644)."},
		{"appeal", Circumstance{Place: Guyane, Home: Abroad}, "à l’étranger (CPC, art.\u00a0644)."},
		{"appellant_pleadings", Circumstance{Place: Guyane, Home: Overseas}, "où siège la juridiction (CPC, art.\u00a0915-4)."},
		{"cassation", Circumstance{Place: Guyane, Home: Overseas}, "qui demeure outre-mer (CPC, art.\u00a0643)."}, // it is in Paris
	} {
		got, err := book(t).Reckon(Case{c.rule, "2026-03-16", c.Circumstance})
		if words := got.Words(printer(t, i18n.French)); err != nil || !strings.HasSuffix(words[0], c.want) {
			t.Errorf("%s, %+v: %q, %v, want %q", c.rule, c.Circumstance, words, err, c.want)
		}
	}
}

// TestFeastRows: a holiday that lacks something is none, and each has its words.
func TestFeastRows(t *testing.T) {
	for name, row := range map[string]string{
		"no article":       `{"id": "a", "date": "05-27", "source": "x", "example": "2026-05-27"}`,
		"two ways":         `{"id": "a", "date": "05-27", "easter": 1, "article": "x", "source": "x", "example": "2026-05-27"}`,
		"no day":           `{"id": "a", "date": "13-27", "article": "x", "source": "x", "example": "2026-05-27"}`,
		"elsewhere":        `{"id": "a", "date": "05-27", "places": ["lune"], "article": "x", "source": "x", "example": "2026-05-27"}`,
		"a wrong example":  `{"id": "a", "date": "05-27", "article": "x", "source": "x", "example": "2026-05-28"}`,
		"before it was":    `{"id": "a", "date": "05-27", "from": "2027-01-01", "article": "x", "source": "x", "example": "2026-05-27"}`,
		"after it was":     `{"id": "a", "date": "05-27", "to": "2025-01-01", "article": "x", "source": "x", "example": "2026-05-27"}`,
		"an unknown field": `{"id": "a", "date": "05-27", "article": "x", "source": "x", "example": "2026-05-27", "lieu": "x"}`,
	} {
		if _, err := readFeasts([]byte("[" + row + "]")); err == nil {
			t.Errorf("%s: it is read", name)
		}
	}
	p := printer(t, i18n.French)
	for _, f := range book(t).feasts {
		if !p.Has("law.feast." + f.ID) {
			t.Errorf("%s has no name", f.ID)
		}
	}
}

// TestRefused: the table does not guess.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name  string
		asked Case
		field string
	}{
		{"no day", Case{Rule: "appeal", Fact: "demain"}, "fact"},
		{"a day of another age", Case{Rule: "appeal", Fact: "0021-03-03"}, "fact"},
		{"before the table begins", Case{Rule: "appeal", Fact: "2020-06-30"}, "fact"},
		{"before the decree", Case{Rule: "short_service", Fact: "2024-08-31"}, "fact"},
		{"an unknown rule", Case{Rule: "revenge", Fact: "2026-03-03"}, "rule"},
		{"an unknown place", Case{Rule: "appeal", Fact: "2026-03-03", Circumstance: Circumstance{Place: "lune"}}, "place"},
		{"an unknown home", Case{Rule: "appeal", Fact: "2026-03-03", Circumstance: Circumstance{Home: "lune"}}, "home"},
		{"a distance that the rule does not know", Case{Rule: "divorce_notary", Fact: "2026-03-03", Circumstance: Circumstance{Home: Abroad}}, "home"},
	} {
		_, err := book(t).Reckon(c.asked)
		if refused := faults(err); len(refused) != 1 || refused[0].Field != c.field || !fault.Is(err, fault.Invalid) || !printer(t, i18n.French).Has(refused[0].Key) {
			t.Errorf("%s: %v, want a fault in %s", c.name, err, c.field)
		}
	}
}

func faults(err error) fault.Fields {
	switch e := err.(type) {
	case fault.Fields:
		return e
	case *fault.Error:
		return fault.Fields{e}
	}
	return nil
}

// TestBooks: a row that lacks something is no table, and no day has two rows.
func TestBooks(t *testing.T) {
	row := func(change func(r *Rule)) []byte {
		old, now := book(t).rules[0], book(t).rules[0]
		old.To, now.From = "2023-12-31", "2024-01-01"
		change(&now)
		raw, err := json.Marshal([]Rule{old, now})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	two, err := read(row(func(*Rule) {}))
	if err != nil {
		t.Fatal(err)
	}
	if then := two.Rules("2023-12-31"); len(then) != 1 || then[0].To == "" || len(two.Rules("2024-01-01")) != 1 || len(two.Rules("2019-01-01")) != 0 {
		t.Error("each day has the row of its time")
	}
	for name, change := range map[string]func(r *Rule){
		"two for one day": func(r *Rule) { r.From = "2023-12-31" }, "no id": func(r *Rule) { r.ID = "Appel" }, "no matter": func(r *Rule) { r.Matter = "" },
		"no beginning": func(r *Rule) { r.From = "" }, "an end before": func(r *Rule) { r.To = "2023-01-01" },
		"no article": func(r *Rule) { r.Article = "" }, "no source": func(r *Rule) { r.Source = "" }, "no counting": func(r *Rule) { r.Counting = "" },
		"no term": func(r *Rule) { r.Term = Term{} }, "two sorts of days": func(r *Rule) { r.Term = Term{Days: 1, Workdays: 1} },
		"no example": func(r *Rule) { r.Example.Due = "" }, "an unknown rest": func(r *Rule) { r.Rest = "demain" },
		"no hour": func(r *Rule) { r.Hour = "midi" }, "before, and far": func(r *Rule) { r.Before, r.Rest = true, Stays },
	} {
		if _, err := read(row(change)); err == nil {
			t.Errorf("%s: it is read", name)
		}
	}
	if _, err := read([]byte(`[{"id": "a", "articel": "b"}]`)); err == nil {
		t.Error("an unknown column is read")
	}
}

// TestFeasts against Easters that anybody can look up, the earliest and the latest
// included; and every year has its eleven holidays, thirteen in Alsace.
func TestFeasts(t *testing.T) {
	for _, day := range []string{"1961-04-02", "2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25", "2049-04-18", "2076-04-19", "2160-03-23"} {
		want, err := time.Parse(time.DateOnly, day)
		if got := easter(want.Year()); err != nil || !got.Equal(want) {
			t.Errorf("Easter of %d is %s, want %s", want.Year(), got.Format(time.DateOnly), day)
		}
	}
	for year := 2009; year < 2150; year++ {
		b := book(t)
		near, alsace, across := map[string]bool{}, map[string]bool{}, map[string]bool{}
		for day := civil(year, 1, 1); day.Year() == year; day = day.AddDate(0, 0, 1) {
			near[b.feast(day, Mainland)], alsace[b.feast(day, Alsace)], across[b.feast(day, Mayotte)] = true, true, true
		}
		delete(near, "")
		delete(alsace, "")
		delete(across, "")
		// 1 and 8 May can be Ascension Day: one day, two reasons.
		if want := 11 - clashes(year); len(near) != want || len(alsace) != want+2 || year > 2016 && len(across) != want+1 {
			t.Errorf("%d has %d holidays, and %d in Alsace, want %d", year, len(near), len(alsace), want)
		}
	}
}

func clashes(year int) int {
	n := 0
	for _, after := range []int{39, 50} {
		if day := easter(year).AddDate(0, 0, after).Format("01-02"); day == "05-01" || day == "05-08" {
			n++
		}
	}
	return n
}

// TestLaterIsNotEarlier: over six years of facts, a later fact never ends earlier,
// what is moved ends on a day on which people work, and what is spared not after.
func TestLaterIsNotEarlier(t *testing.T) {
	b := book(t)
	for _, r := range b.rules {
		for _, in := range []Place{Mainland, Alsace, Reunion} {
			last := ""
			for day := civil(2024, 9, 1); day.Year() < 2031; day = day.AddDate(0, 0, 1) {
				got, err := b.Reckon(Case{r.ID, day.Format(time.DateOnly), Circumstance{Place: in}})
				if err != nil || got.Due < last {
					t.Fatalf("%s of %s ends on %s, %v; the fact of the day before on %s", r.ID, day.Format(time.DateOnly), got.Due, err, last)
				}
				last = got.Due
				ends, err := time.Parse(time.DateOnly, got.Due)
				if err != nil || r.Rest != Stays && !r.Opens && b.idle(ends, in) || r.Before == ends.After(day) {
					t.Fatalf("%s of %s ends on %s", r.ID, day.Format(time.DateOnly), got.Due)
				}
			}
		}
	}
}

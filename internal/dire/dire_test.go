package dire_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/dire"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/forum"
	"cenacle/internal/forum/forumtest"
	"cenacle/internal/id"
	"cenacle/internal/law"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// table is the expertise of package forumtest, with its dires.
type table struct {
	*forumtest.Expertise
	ctx        context.Context
	dires      *dire.Service
	roux, noir authz.Actor
}

func each(t *testing.T, run func(t *testing.T, x table)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		book, err := law.Load()
		h.Must(err)
		x := forumtest.Open(h)
		run(t, table{x, t.Context(), dire.New(h.Office, book, x.Zone), x.People[0], x.People[1]})
	})
}

func (x table) file(by authz.Actor, text string) dire.Dire {
	d, err := x.dires.File(x.ctx, by, dire.Filing{Space: x.In, Draft: dire.Draft{Text: text}})
	x.Must(err)
	return d
}

func (x table) desk(by authz.Actor) dire.Desk {
	out, err := x.dires.List(x.ctx, by, x.In)
	x.Must(err)
	return out
}

// lines says where the lines that somebody sees stand: « Maître d’ouvrage 1.2 open ».
func (x table) lines(by authz.Actor) (out []string) {
	for _, d := range x.desk(by).Dires {
		for _, l := range d.Lines {
			out = append(out, fmt.Sprint(d.Number, " ", d.Name, " ", d.Label(l), " ", l.State, " ", l.Verdict))
		}
	}
	return out
}

const three = "Monsieur l’Expert,\n1. Le mur est fissuré.\n2. Le toit fuit.\n3. Le chauffage."

// TestLineByLine: a dire is before all at once under its numbers; it is answered in two
// sittings, whose drafts those who answer share; each line once.
func TestLineByLine(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		d := x.file(x.roux, three)
		x.file(x.noir, "Je conteste tout.")
		second := x.file(x.roux, "1. Une pièce manque.")
		if d.Number != 1 || second.Number != 3 || second.Rank != 2 || d.Lead != "Monsieur l’Expert," || !d.Own || d.Name != "Maître d’ouvrage" || d.ByName != "Me Roux" {
			t.Errorf("filed: %+v, %+v", d, second)
		}
		want := []string{"1 Maître d’ouvrage 1.1 open ", "1 Maître d’ouvrage 1.2 open ", "1 Maître d’ouvrage 1.3 open ", "2 Entreprise Durtain 1.1 open ", "3 Maître d’ouvrage 2.1 open "}
		for who, by := range map[string]authz.Actor{"firm": x.Lead, "client": x.Client, "owner": x.roux, "builder": x.noir, "expert": x.Expert} {
			if got := x.lines(by); !slices.Equal(got, want) {
				t.Errorf("%s reads %q", who, got)
			}
		}
		colleague := x.Member(x.Lead, x.In, authz.Colleague, "Me Collègue")
		half := []dire.Settling{{Line: 1, Answer: dire.Answer{Words: "Le mur sera"}}, {Line: 2, Answer: dire.Answer{Verdict: dire.Refused, Words: "Hors d’eau."}}}
		x.Must(x.dires.SaveAnswers(x.ctx, x.Lead, x.In, d.ID, half))
		for who, by := range map[string]authz.Actor{"colleague": colleague, "owner": x.roux, "expert": x.Expert} {
			got, err := x.dires.Show(x.ctx, by, x.In, d.ID)
			x.Must(err)
			if kept := got.Lines[0].Draft; who == "colleague" && (kept == nil || kept.Words != "Le mur sera") || who != "colleague" && (kept != nil || got.Lines[0].Answer != "") {
				t.Errorf("%s reads the draft %+v", who, kept)
			}
		}
		if err := x.dires.Publish(x.ctx, colleague, x.In, d.ID, half); !fault.Is(err, fault.Invalid) {
			t.Errorf("published without a verdict: %v", err)
		}
		x.Must(x.dires.Publish(x.ctx, colleague, x.In, d.ID, half[1:]))
		x.Must(x.dires.SaveAnswers(x.ctx, x.Lead, x.In, d.ID, []dire.Settling{{Line: 3}}))
		got, err := x.dires.Show(x.ctx, x.noir, x.In, d.ID)
		x.Must(err)
		if l := got.Lines[1]; l.State != dire.Answered || l.Verdict != dire.Refused || l.Answer != "Hors d’eau." || l.ByName != "Me Collègue" || got.Opens() != 2 {
			t.Errorf("answered: %+v, %d open", l, got.Opens())
		}
		for what, err := range map[string]error{
			"twice":           x.dires.Publish(x.ctx, x.Lead, x.In, d.ID, half[1:]),
			"kept once over":  x.dires.SaveAnswers(x.ctx, x.Lead, x.In, d.ID, half[1:]),
			"one of no party": x.dires.SetDay(x.ctx, x.Lead, x.Space(x.Lead, "Sans partie"), ""),
		} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for what, answers := range map[string][]dire.Settling{
			"nothing": nil, "no words": {{Line: 1, Answer: dire.Answer{Verdict: dire.Noted}}}, "another verdict": {{Line: 1, Answer: dire.Answer{Verdict: "x", Words: "x"}}},
			"too much": {{Line: 1, Answer: dire.Answer{Verdict: dire.Noted, Words: strings.Repeat("x", dire.MaxAnswer+1)}}},
			"twice":    {{Line: 1, Answer: dire.Answer{Verdict: dire.Accepted}}, {Line: 1, Answer: dire.Answer{Verdict: dire.Accepted}}},
		} {
			if err := x.dires.Publish(x.ctx, x.Lead, x.In, d.ID, answers); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := x.dires.Publish(x.ctx, x.Lead, x.In, d.ID, []dire.Settling{{Line: 4, Answer: dire.Answer{Verdict: dire.Accepted}}}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a line that is none: %v", err)
		}
		x.Must(x.dires.Publish(x.ctx, x.Lead, x.In, d.ID, []dire.Settling{{Line: 1, Answer: dire.Answer{Verdict: dire.Accepted}}, {Line: 3, Answer: dire.Answer{Verdict: dire.Outside, Words: "Ma mission porte sur le gros œuvre."}}}))
		if all := x.desk(x.Lead).Dires; all[0].Opens() != 0 || all[0].Lines[0].Draft != nil {
			t.Errorf("all answered, and %d are open", all[0].Opens())
		}
		kinds := x.Kinds(x.Lead)
		for kind, n := range map[string]int{"dire.filed": 3, "dire.answered": 2, "dire.opened": 2} {
			if kinds[kind] != n {
				t.Errorf("%s is %d times in the journal", kind, kinds[kind])
			}
		}
		if n := len(x.Jobs(dire.NoticeJob)); n < 3*4 {
			t.Errorf("%d people are told", n)
		}
	})
}

// TestRecap: what a last dire does not recall is given up, of its own party alone, and
// for good; what was answered keeps its answer.
func TestRecap(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		first, other := x.file(x.roux, three), x.file(x.noir, "1. Autre.")
		x.Must(x.dires.Publish(x.ctx, x.Lead, x.In, first.ID, []dire.Settling{{Line: 1, Answer: dire.Answer{Verdict: dire.Noted, Words: "Vu."}}}))
		recap := dire.Draft{Text: "1. Je maintiens le toit.", Recap: true, Recalls: []dire.Ref{{Dire: first.ID, Line: 2}}}
		for what, r := range map[string]dire.Ref{"another party's": {Dire: other.ID, Line: 1}, "no line": {Dire: first.ID, Line: 9}} {
			bad := recap
			bad.Recalls = []dire.Ref{r}
			if _, err := x.dires.File(x.ctx, x.roux, dire.Filing{Space: x.In, Draft: bad}); !fault.Is(err, fault.Invalid) {
				t.Errorf("recalls %s: %v", what, err)
			}
		}
		last, err := x.dires.File(x.ctx, x.roux, dire.Filing{Space: x.In, Draft: recap})
		x.Must(err)
		want := []string{"1 Maître d’ouvrage 1.1 abandoned answered", "1 Maître d’ouvrage 1.2 open ", "1 Maître d’ouvrage 1.3 abandoned ", "2 Entreprise Durtain 1.1 open ", "3 Maître d’ouvrage 2.1 open "}
		if got := x.lines(x.noir); !slices.Equal(got, want) {
			t.Errorf("after a last dire: %q", got)
		}
		if l := x.desk(x.Lead).Dires[0].Lines[0]; l.Answer != "Vu." || l.Entry != last.Entry {
			t.Errorf("the answer to what is given up: %+v", l)
		}
		if err := x.dires.Publish(x.ctx, x.Lead, x.In, first.ID, []dire.Settling{{Line: 3, Answer: dire.Answer{Verdict: dire.Accepted}}}); !fault.Is(err, fault.Conflict) {
			t.Errorf("an answer to what is given up: %v", err)
		}
		recap.Recalls = []dire.Ref{{Dire: first.ID, Line: 3}}
		if _, err := x.dires.File(x.ctx, x.roux, dire.Filing{Space: x.In, Draft: recap}); !fault.Is(err, fault.Invalid) {
			t.Errorf("recalls what is given up: %v", err)
		}
		desk := x.desk(x.roux)
		if mine := desk.Mine(); len(mine) != 2 || len(mine[0].Lines) != 1 {
			t.Errorf("she can recall %+v", mine)
		}
	})
}

// TestLastDay: what comes after the last day is taken and says so; the day counts
// itself, in Paris.
func TestLastDay(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		today := x.Clock.Now().In(x.Zone)
		for _, bad := range []string{"hier", today.AddDate(0, 0, -1).Format(time.DateOnly), today.AddDate(4, 0, 0).Format(time.DateOnly)} {
			if err := x.dires.SetDay(x.ctx, x.Lead, x.In, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", bad, err)
			}
		}
		last := today.Format(time.DateOnly)
		x.Must(x.dires.SetDay(x.ctx, x.Lead, x.In, last))
		if d := x.file(x.roux, "À temps."); d.Missed != "" {
			t.Errorf("filed on the day itself: late for %s", d.Missed)
		}
		x.Clock.Advance(24 * time.Hour)
		if desk := x.desk(x.roux); !desk.Past() || desk.Day.Last != last {
			t.Errorf("the day after: %+v", desk.Day)
		}
		if d := x.file(x.roux, "Tard."); d.Missed != last || d.Opens() != 1 {
			t.Errorf("filed the day after: %+v", d)
		}
		x.Must(x.dires.SetDay(x.ctx, x.Lead, x.In, ""))
		if d := x.file(x.roux, "Sans terme."); d.Missed != "" {
			t.Errorf("filed where there is no day: late for %s", d.Missed)
		}
		if all := x.desk(x.noir).Dires; all[1].Missed != last {
			t.Error("a dire that came late is not any more")
		}
		if n := x.Kinds(x.Lead)["dire.day_set"]; n != 2 {
			t.Errorf("%d days in the journal", n)
		}
	})
}

// TestDraft: what is being written is its writer's alone, and is filed as she has read
// it again, or not at all; what is filed is no draft any more.
func TestDraft(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		x.Bring(x.noir, "Devis.pdf", []byte("devis"), "")
		secret, err := x.Documents.Show(x.ctx, x.noir, x.Upload(x.noir, document.BeginUpload{Space: x.In, Tray: space.PartyTray, Name: "Secret"}, []byte("secret")).Document)
		x.Must(err)
		lists, err := x.Forums.Lists(x.ctx, x.roux, x.In)
		x.Must(err)
		shown := lists[0].Pieces[0].Version
		x.Must(x.dires.SaveDraft(x.ctx, x.roux, x.In, dire.Draft{Text: "1. Voir la pièce.", Exhibits: []id.Version{shown, shown}}))
		kept := x.desk(x.roux).Draft
		if len(kept.Exhibits) != 1 || kept.Saved.IsZero() || !x.desk(x.noir).Draft.Saved.IsZero() {
			t.Errorf("kept: %+v", kept)
		}
		for of, want := range map[id.Person]int{x.roux.Person: 1, x.noir.Person: 0} {
			n := 0
			x.Must(x.Office.See(x.ctx, x.roux.Firm, func(a *act.Act) (err error) { n, err = dire.Drafts(a, of); return err }))
			if n != want {
				t.Errorf("%d drafts are counted, want %d", n, want)
			}
		}
		x.Clock.Advance(time.Minute)
		x.Must(x.dires.SaveDraft(x.ctx, x.roux, x.In, dire.Draft{Text: "1. Voir la pièce 1.", Exhibits: kept.Exhibits}))
		if _, err := x.dires.File(x.ctx, x.roux, dire.Filing{Space: x.In, Reviewed: kept.Saved}); !fault.Is(err, fault.Conflict) {
			t.Errorf("filed as it was before it was changed: %v", err)
		}
		d, err := x.dires.File(x.ctx, x.roux, dire.Filing{Space: x.In, Reviewed: x.desk(x.roux).Draft.Saved})
		x.Must(err)
		if d.Lines[0].Words != "Voir la pièce 1." || !slices.Equal(d.Exhibits, []id.Version{shown}) || !x.desk(x.roux).Draft.Saved.IsZero() {
			t.Errorf("filed: %+v", d)
		}
		for what, draft := range map[string]dire.Draft{
			"nothing": {Text: " \n "}, "a number alone": {Text: "1."}, "too many lines": {Text: strings.Repeat("x\n\n", dire.MaxLines+1)},
			"too long": {Text: strings.Repeat("x", dire.MaxText+1)}, "no exhibit": {Text: "x", Exhibits: []id.Version{secret.Current.ID}}, "no text": {Text: "\xff"},
		} {
			if _, err := x.dires.File(x.ctx, x.roux, dire.Filing{Space: x.In, Draft: draft}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		x.Must(x.dires.SaveDraft(x.ctx, x.roux, x.In, dire.Draft{Text: "x"}), x.dires.SaveDraft(x.ctx, x.roux, x.In, dire.Draft{}))
		if !x.desk(x.roux).Draft.Saved.IsZero() {
			t.Error("a draft of nothing is kept")
		}
	})
}

// TestISO01_Dires: who stands for no party files nothing; who only reads writes nothing;
// nobody answers her own; who is not there, and another firm, find nothing; and a
// party that nobody reads for stops all of it.
func TestISO01_Dires(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		d := x.file(x.roux, three)
		own := x.file(x.Lead, "Pour mon client.")
		reads := x.Member(x.Lead, x.In, authz.Reader, "M. Garnier")
		x.Must(circle.NewService(x.Office).Admit(x.ctx, x.Lead, x.In, x.Sides[1].ID, reads.Person))
		answer := []dire.Settling{{Line: 1, Answer: dire.Answer{Verdict: dire.Accepted}}}
		stranger, elsewhere := x.Member(x.Lead, x.Space(x.Lead, "M. Martin"), authz.Client, "M. Martin"), x.Found("Cabinet Voisin", "Me Voisin")
		for who, tt := range map[string]struct {
			by            authz.Actor
			see, file, do *fault.Kind
		}{
			"client":    {x.Client, nil, new(fault.Forbidden), new(fault.Forbidden)},
			"expert":    {x.Expert, nil, new(fault.Forbidden), new(fault.Forbidden)},
			"reader":    {reads, nil, new(fault.Forbidden), new(fault.Forbidden)},
			"builder":   {x.noir, nil, nil, new(fault.Forbidden)},
			"stranger":  {stranger, new(fault.NotFound), new(fault.NotFound), new(fault.NotFound)},
			"elsewhere": {elsewhere, new(fault.NotFound), new(fault.NotFound), new(fault.NotFound)},
		} {
			_, list := x.dires.List(x.ctx, tt.by, x.In)
			_, show := x.dires.Show(x.ctx, tt.by, x.In, d.ID)
			_, file := x.dires.File(x.ctx, tt.by, dire.Filing{Space: x.In, Draft: dire.Draft{Text: "x"}})
			for what, one := range map[string]struct {
				err  error
				want *fault.Kind
			}{
				"lists": {list, tt.see}, "reads": {show, tt.see}, "files": {file, tt.file}, "answers": {x.dires.Publish(x.ctx, tt.by, x.In, d.ID, answer), tt.do},
				"begins": {x.dires.SaveDraft(x.ctx, tt.by, x.In, dire.Draft{Text: "x"}), tt.file}, "begins an answer": {x.dires.SaveAnswers(x.ctx, tt.by, x.In, d.ID, answer), tt.do},
				"sets a day": {x.dires.SetDay(x.ctx, tt.by, x.In, ""), tt.do},
			} {
				if one.want == nil && one.err != nil || one.want != nil && !fault.Is(one.err, *one.want) {
					t.Errorf("%s %s: %v", who, what, one.err)
				}
			}
		}
		if err := x.dires.Publish(x.ctx, x.Lead, x.In, own.ID, answer); !fault.Is(err, fault.Conflict) {
			t.Errorf("its own: %v", err)
		}
		if _, err := x.dires.Show(x.ctx, x.Lead, x.Space(x.Lead, "Autre"), d.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("in another space: %v", err)
		}
		late := x.Member(x.Lead, x.In, authz.Guest, "Me Tard")
		if n := len(x.desk(late).Dires); n < 2 {
			t.Errorf("who comes later reads %d", n)
		}
		x.Must(x.Forums.Unbranch(x.ctx, x.Lead, x.In, x.Sides[2].ID))
		if _, err := x.dires.File(x.ctx, x.roux, dire.Filing{Space: x.In, Draft: dire.Draft{Text: "x"}}); !fault.Is(err, fault.Conflict) {
			t.Errorf("filed while nobody reads for the insurer: %v", err)
		}
	})
}

// TestDiresByProgram: a program that is left dires reads them, one that is left documents
// or memos none, nor what the register says of them; and who reads for a party, or only
// reads at all, is offered no pen.
func TestDiresByProgram(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		d := x.file(x.roux, three)
		with := func(by authz.Actor, p authz.Pass) authz.Actor {
			by.Via, by.Pass = authz.ViaToken, &p
			return by
		}
		for _, kind := range []string{"dire", "document", "memo"} {
			by := with(x.noir, authz.Pass{Kinds: []string{kind}})
			_, err := x.dires.Show(x.ctx, by, x.In, d.ID)
			if n := len(x.desk(by).Dires); (n == 1) != (kind == "dire") || (err == nil) != (kind == "dire") || err != nil && !fault.Is(err, fault.NotFound) {
				t.Errorf("a program for %s lists %d and reads one: %v", kind, n, err)
			}
			if _, err := x.dires.Register(x.ctx, by, x.In); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a program for %s reads the register: %v", kind, err)
			}
			x.Must(x.Office.See(x.ctx, by.Firm, func(a *act.Act) error {
				if _, err := dire.WholeIn(a, by, x.In, forum.Register{}); !fault.Is(err, fault.Forbidden) {
					t.Errorf("a program for %s reads it whole: %v", kind, err)
				}
				return nil
			}))
		}
		reads := x.Member(x.Lead, x.In, authz.Reader, "M. Garnier")
		x.Must(circle.NewService(x.Office).Admit(x.ctx, x.Lead, x.In, x.Sides[1].ID, reads.Person))
		for who, tt := range map[string]struct {
			by                     authz.Actor
			files, answersToOthers bool
		}{
			"a party": {x.noir, true, false}, "its reader": {reads, false, false}, "its program": {with(x.noir, authz.Pass{ReadOnly: true}), false, false},
			"the firm": {x.Lead, true, true}, "its program that reads": {with(x.Lead, authz.Pass{ReadOnly: true}), false, false},
		} {
			if desk := x.desk(tt.by); desk.Files != tt.files || desk.Answers != tt.answersToOthers {
				t.Errorf("%s files: %v, answers: %v", who, desk.Files, desk.Answers)
			}
		}
	})
}

// TestRegister: each party is told of as it is of exhibits, to who may read that.
func TestRegister(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		d := x.file(x.roux, three)
		x.Clock.Advance(time.Hour)
		x.Must(x.Office.Keep(x.ctx, x.Lead.Firm, func(a *act.Act) error {
			return dire.Notify(a, x.noir, dire.Notice{Space: x.In, Person: x.noir.Person, Dire: d.ID})
		}))
		x.Clock.Advance(time.Hour)
		for _, by := range []authz.Actor{x.noir, x.noir, x.roux, x.Expert} { // once for the builder; never for its own, nor for who stands for none
			_, err := x.dires.Show(x.ctx, by, x.In, d.ID)
			x.Must(err)
		}
		for who, tt := range map[string]struct {
			by   authz.Actor
			want string
		}{
			"firm": {x.Lead, "- own 1h0m0s 2h0m0s -"}, "builder": {x.noir, "1h0m0s 2h0m0s"}, "client": {x.Client, "-"}, "owner": {x.roux, ""},
		} {
			r, err := x.dires.Register(x.ctx, tt.by, x.In)
			x.Must(err)
			var got []string
			for _, e := range r.Lines {
				for _, c := range e.Cells {
					switch delay, opened := e.Delay(c); {
					case c.Own:
						got = append(got, "own")
					case opened:
						got = append(got, c.Notified.Sub(e.Filed).Round(time.Minute).String(), delay.Round(time.Minute).String())
					default:
						got = append(got, "-")
					}
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%s reads %q", who, got)
			}
		}
		if _, err := x.dires.Register(x.ctx, x.Expert, x.In); !fault.Is(err, fault.Forbidden) {
			t.Errorf("who stands for no party: %v", err)
		}
	})
}

// TestWaits: what is open waits for the firm's side, and is told to the parties; what
// is the firm's own waits for nobody here.
func TestWaits(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		d := x.file(x.roux, three)
		x.file(x.Lead, "Pour mon client.")
		x.Clock.Advance(time.Hour)
		x.file(x.noir, "Une.")
		x.Must(x.dires.Publish(x.ctx, x.Lead, x.In, d.ID, []dire.Settling{{Line: 1, Answer: dire.Answer{Verdict: dire.Accepted}}}))
		stranger := x.Member(x.Lead, x.Space(x.Lead, "M. Martin"), authz.Client, "M. Martin")
		oldest := x.desk(x.Lead).Dires[0].Filed
		for who, by := range map[string]authz.Actor{"firm": x.Lead, "owner": x.roux, "client": x.Client, "stranger": stranger} {
			x.Must(x.Office.See(x.ctx, x.Lead.Firm, func(a *act.Act) error {
				got, err := dire.WaitsIn(a, by, "", "8")
				if want := who != "stranger"; err != nil || want && (len(got) != 1 || got[0].Count != 3 || got[0].Ours != (who == "firm") || !got[0].Since.Equal(oldest)) || !want && len(got) != 0 {
					t.Errorf("%s: %+v, %v", who, got, err)
				}
				return nil
			}))
		}
	})
}

// TestExpert: where an expert conducts an assessment she alone answers and says until when,
// goes on with what others had begun, and it waits for her; once she is gone it is the
// firm's again.
func TestExpert(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		d := x.file(x.roux, three)
		half := []dire.Settling{{Line: 1, Answer: dire.Answer{Words: "Le mur sera"}}}
		x.Must(x.dires.SaveAnswers(x.ctx, x.Lead, x.In, d.ID, half))
		expert := x.Member(x.Lead, x.In, authz.Expert, "Mme Lambda")
		whole := []dire.Settling{{Line: 1, Answer: dire.Answer{Verdict: dire.Noted, Words: "Le mur sera sondé."}}}
		stands := func(when string, answers, not authz.Actor, want fault.Kind) {
			t.Helper()
			for what, err := range map[string]error{
				"begins": x.dires.SaveAnswers(x.ctx, not, x.In, d.ID, half), "answers": x.dires.Publish(x.ctx, not, x.In, d.ID, whole), "sets a day": x.dires.SetDay(x.ctx, not, x.In, ""),
			} {
				if !fault.Is(err, want) {
					t.Errorf("%s, who may not %s: %v", when, what, err)
				}
			}
			if desk := x.desk(answers); !desk.Answers || !desk.Dires[0].Answers || desk.Dires[0].Lines[0].Draft == nil {
				t.Errorf("%s, who answers finds %+v", when, desk.Dires[0])
			}
			x.Must(x.dires.SetDay(x.ctx, answers, x.In, ""))
		}
		waits := func(when string, want map[string]bool) {
			t.Helper()
			for who, by := range map[string]authz.Actor{"firm": x.Lead, "expert": expert} {
				x.Must(x.Office.See(x.ctx, x.Lead.Firm, func(a *act.Act) error {
					got, err := dire.WaitsIn(a, by, "", "8")
					ours, sees := want[who]
					if err != nil || sees != (len(got) == 1) || sees && got[0].Ours != ours {
						t.Errorf("%s, what waits for the %s: %+v, %v", when, who, got, err)
					}
					return nil
				}))
			}
		}
		stands("where there is an expert", expert, x.Lead, fault.Forbidden)
		waits("where there is an expert", map[string]bool{"firm": false, "expert": true})
		got, err := x.dires.Show(x.ctx, x.Lead, x.In, d.ID)
		x.Must(err)
		if desk := x.desk(x.Lead); desk.Answers || got.Answers || got.Lines[0].Draft != nil {
			t.Errorf("the firm is offered to answer: %+v", got)
		}
		x.Leave(expert, x.In)
		stands("once she is gone", x.Lead, expert, fault.NotFound)
		waits("once she is gone", map[string]bool{"firm": true})
		x.Must(x.dires.Publish(x.ctx, x.Lead, x.In, d.ID, whole))
	})
}

// TestCRY03_AlteredDires: a row that somebody has changed is found, and so is a line
// that was taken away.
func TestCRY03_AlteredDires(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		d := x.file(x.roux, three)
		x.Must(x.dires.Publish(x.ctx, x.Lead, x.In, d.ID, []dire.Settling{{Line: 1, Answer: dire.Answer{Verdict: dire.Refused, Words: "Non."}}}))
		x.Must(x.dires.SetDay(x.ctx, x.Lead, x.In, x.Clock.Now().AddDate(0, 0, 3).Format(time.DateOnly)))
		x.Must(x.Office.Keep(x.ctx, x.Lead.Firm, func(a *act.Act) error {
			return dire.Notify(a, x.noir, dire.Notice{Space: x.In, Person: x.noir.Person, Dire: d.ID})
		}))
		for what, stmt := range map[string]store.FirmStmt{
			"its party":   store.ForFirm(`update dire set party_id = filed_by where firm_id = $1`),
			"its day":     store.ForFirm(`update dire set filed_at = filed_at - 1 where firm_id = $1`),
			"its words":   store.ForFirm(`update dire set content = mac where firm_id = $1`),
			"its digest":  store.ForFirm(`update dire set digest = id where firm_id = $1`),
			"a verdict":   store.ForFirm(`update dire_line set verdict = 'accepted' where firm_id = $1`),
			"a state":     store.ForFirm(`update dire_line set state = 'abandoned' where firm_id = $1`),
			"an answer":   store.ForFirm(`update dire_line set answer = mac where firm_id = $1 and line = 1`),
			"no line":     store.ForFirm(`delete from dire_line where firm_id = $1 and line = 2`),
			"another day": store.ForFirm(`update dire_day set last_day = '2030-01-01' where firm_id = $1`),
			"a reader":    store.ForFirm(`update dire_service set what = 'opened' where firm_id = $1`),
		} {
			undo := errors.New("undo")
			err := x.Office.Keep(x.ctx, x.Lead.Firm, func(a *act.Act) error {
				if err := a.Write(stmt); err != nil {
					return err
				}
				_, list := x.dires.ListIn(a, x.Lead, x.In)
				_, register := dire.RegisterOf(a, x.Lead, x.In)
				if !errors.Is(list, vault.ErrTampered) && !errors.Is(register, vault.ErrTampered) {
					t.Errorf("%s was changed: %v, %v", what, list, register)
				}
				return undo
			})
			if !errors.Is(err, undo) {
				t.Fatal(err)
			}
		}
	})
}

package question_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/forum/forumtest"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/question"
	"cenacle/internal/seedtest"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

type table struct {
	*forumtest.Expertise
	asks          *question.Service
	expert, clerk authz.Actor
}

func each(t *testing.T, run func(t *testing.T, x table)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x := table{forumtest.Open(h), question.New(h.Office, h.Documents), authz.Actor{}, authz.Actor{}}
		x.expert, x.clerk = h.Member(h.Lead, x.In, authz.Expert, "M. Sapiteur"), h.Member(h.Lead, x.In, authz.Clerk, "Mme Greffe")
		run(t, x)
	})
}

// rule is what the forum says of what comes next.
func (x table) rule(contributions, questions circle.Seen) {
	x.T.Helper()
	x.Must(x.Forums.SetPattern(x.T.Context(), x.Lead, x.In, circle.Pattern{Contributions: contributions, Questions: questions}))
}

func (x table) ask(by authz.Actor, text string) question.Question {
	x.T.Helper()
	q, err := x.asks.Ask(x.T.Context(), by, x.In, text)
	x.Must(err)
	return q
}

func (x table) told() (out []id.Person) {
	for _, j := range x.Jobs(question.NoticeJob) {
		out = append(out, person(j))
	}
	return out
}

func person(j outbox.Job) id.Person {
	_, rest, _ := strings.Cut(string(j.Payload), `"Person":"`)
	of, _, _ := strings.Cut(rest, `"`)
	return id.Person(of)
}

// TestQuestion carries a question of two lines from a party to its answers: for whom the
// forum said when it was asked, whatever it says later.
func TestQuestion(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		ctx := t.Context()
		roux, noir := x.People[0], x.People[1]
		piece := x.Bring(roux, "Devis", []byte("Devis"), "")
		before := x.ask(roux, "À quelle date ?\n\n  Pour quel prix ?  ")
		x.rule(circle.ByAll, circle.ToFirm)
		apart := x.ask(roux, "Qui a signé ?")
		if before.Number != 1 || apart.Number != 2 {
			t.Errorf("numbers %d and %d", before.Number, apart.Number)
		}
		if got := x.told(); !slices.Contains(got, x.expert.Person) || slices.Contains(got, noir.Person) {
			t.Errorf("of a question are told %v", got)
		}
		reply := func(by authz.Actor, of id.Question, all ...question.Reply) error {
			return x.asks.Answer(ctx, by, x.In, of, all)
		}
		x.Must(reply(x.expert, before.ID, question.Reply{Line: 1, Text: "Dix mille euros.", Exhibit: piece}))
		q, err := x.asks.Show(ctx, noir, x.In, before.ID)
		x.Must(err)
		if !q.Open() || q.Party != "" || q.PartyName != "" || q.By != "" || q.ByName != "" || q.Answers || q.Takes || q.Lines[1].Answers[0].ExhibitAs != "Devis" {
			t.Errorf("another party reads %+v", q)
		}
		x.Must(reply(x.Lead, before.ID, question.Reply{Line: 0, Text: "Le 3."}))
		x.Must(reply(x.Lead, before.ID, question.Reply{Line: 0, Text: "Le 4."}))
		if q, err = x.asks.Show(ctx, roux, x.In, before.ID); err != nil || q.Open() || q.PartyName != "Maître d’ouvrage" || len(q.Lines[0].Answers) != 2 || q.Lines[0].Answers[0].Text != "Le 4." || q.Answered().IsZero() {
			t.Errorf("who asked reads %+v, %v", q, err)
		}
		for who, by := range map[string]authz.Actor{"another party": noir, "the client": x.Client, "the clerk": x.clerk, "a guest of no party": x.Expert} {
			if _, err := x.asks.Show(ctx, by, x.In, apart.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s reads what was asked of the firm alone: %v", who, err)
			}
		}
		kept := x.Upload(x.Lead, document.BeginUpload{Space: x.In, Tray: space.FirmTray, Name: "Note", Circles: []id.Circle{x.Circles(x.Lead, x.In).Firm}}, []byte("Note")).Document
		for what, tt := range map[string]struct {
			err  error
			kind fault.Kind
		}{
			"a party answers":              {reply(noir, before.ID, question.Reply{Text: "Non"}), fault.Forbidden},
			"a clerk answers":              {reply(x.clerk, before.ID, question.Reply{Text: "Non"}), fault.Forbidden},
			"nothing is answered":          {reply(x.Lead, apart.ID, question.Reply{Text: " "}), fault.Invalid},
			"a line that is not there":     {reply(x.Lead, apart.ID, question.Reply{Line: 1, Text: "Non"}), fault.Invalid},
			"what the firm has for itself": {reply(x.Lead, apart.ID, question.Reply{Text: "Voyez", Exhibit: kept}), fault.Invalid},
			"the firm asks":                {gone(x.asks.Ask(ctx, x.Lead, x.In, "Qui ?")), fault.NotFound},
			"an expert asks":               {gone(x.asks.Ask(ctx, x.expert, x.In, "Qui ?")), fault.NotFound},
			"nothing is asked":             {gone(x.asks.Ask(ctx, roux, x.In, " \n ")), fault.Invalid},
			"too much is asked":            {gone(x.asks.Ask(ctx, roux, x.In, strings.Repeat("x\n", question.MaxLines+1))), fault.Invalid},
			"taken back by another":        {x.asks.Withdraw(ctx, noir, x.In, before.ID), fault.Forbidden},
			"taken back once answered":     {x.asks.Withdraw(ctx, roux, x.In, before.ID), fault.Conflict},
		} {
			if !fault.Is(tt.err, tt.kind) {
				t.Errorf("%s: %v", what, tt.err)
			}
		}
		x.Must(x.asks.Withdraw(ctx, roux, x.In, apart.ID))
		if err := reply(x.Lead, apart.ID, question.Reply{Text: "Moi"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("answered once it was taken back: %v", err)
		}
		if k := x.Kinds(x.Lead); k["question.asked"] != 2 || k["question.answered"] != 3 || k["question.withdrawn"] != 1 || k["forum.pattern"] != 1 {
			t.Errorf("the journal counts %v", k)
		}
	})
}

func gone[T any](_ T, err error) error { return err }

// TestQuestionsByProgram: a program of who asked that only reads takes nothing back, nor is
// that offered to it; one that is left documents sees no question.
func TestQuestionsByProgram(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		roux := x.People[0]
		q := x.ask(roux, "À quelle date ?")
		reading, documents := roux, roux
		reading.Via, reading.Pass = authz.ViaToken, &authz.Pass{ReadOnly: true}
		documents.Via, documents.Pass = authz.ViaToken, &authz.Pass{Kinds: []string{"document"}}
		for who, by := range map[string]authz.Actor{"who asked": roux, "her program": reading} {
			got, err := x.asks.Show(t.Context(), by, x.In, q.ID)
			x.Must(err)
			if got.Takes != (who == "who asked") {
				t.Errorf("%s may take it back: %v", who, got.Takes)
			}
		}
		if err := x.asks.Withdraw(t.Context(), reading, x.In, q.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a program that only reads takes it back: %v", err)
		}
		if _, err := x.asks.Show(t.Context(), documents, x.In, q.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a program for documents reads it: %v", err)
		}
		all, err := x.asks.List(t.Context(), documents, x.In)
		x.Must(err)
		if len(all) != 0 {
			t.Errorf("a program for documents lists %d", len(all))
		}
	})
}

// TestContributions: what a party hands over where the firm alone sees it is before the firm
// and itself, without a number; what came before, and what comes once all see again, is
// before all.
func TestContributions(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		ctx := t.Context()
		roux, noir := x.People[0], x.People[1]
		first := x.Bring(roux, "Avant", []byte("Avant"), "")
		x.rule(circle.ToFirm, circle.ByAll)
		apart := x.Bring(roux, "Apart", []byte("Apart"), "")
		x.rule(circle.ByAll, circle.ByAll)
		last := x.Bring(roux, "Après", []byte("Après"), "")
		for who, tt := range map[string]struct {
			by   authz.Actor
			sees bool
		}{"itself": {roux, true}, "the firm": {x.Lead, true}, "another party": {noir, false}, "the client": {x.Client, false}, "the clerk": {x.clerk, false}, "the expert": {x.expert, false}} {
			for _, of := range []id.Item{first, last} {
				if _, err := x.Documents.Show(ctx, tt.by, of); err != nil {
					t.Errorf("%s does not see what all see: %v", who, err)
				}
			}
			d, err := x.Documents.Show(ctx, tt.by, apart)
			if (err == nil) != tt.sees || err == nil && d.Exhibit != nil {
				t.Errorf("%s sees what was handed over to the firm: %+v, %v", who, d.Exhibit, err)
			}
		}
		if err := x.Documents.Release(ctx, roux, document.Releasing{Document: apart}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("brought again by the party: %v", err)
		}
		for what, err := range map[string]error{
			"by a party": x.Forums.SetPattern(ctx, roux, x.In, circle.Pattern{Contributions: circle.ByAll, Questions: circle.ByAll}),
			"by a clerk": x.Forums.SetPattern(ctx, x.clerk, x.In, circle.Pattern{Contributions: circle.ByAll, Questions: circle.ByAll}),
		} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("the rule is changed %s: %v", what, err)
			}
		}
		if err := x.Forums.SetPattern(ctx, x.expert, x.In, circle.Pattern{Contributions: "none"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a rule that is none of the four: %v", err)
		}
	})
}

// TestISO01_Questions lives random lives of forums: people come, change sides and leave,
// the rule changes, parties ask and are answered. At every step everybody reads exactly
// the questions that a rule written here, apart from the house's, lets her read, and the
// count of what waits agrees with them.
func TestISO01_Questions(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		l := newLife(t, x)
		for step := range 160 {
			x.Clock.Advance(time.Minute)
			l.live()
			if step%4 == 3 {
				l.compare()
			}
		}
		if len(l.asked) < 8 {
			t.Errorf("%d questions were asked only", len(l.asked))
		}
	})
}

// known is what this test remembers of a question.
type known struct {
	id    id.Question
	party int
	firm  bool // for the firm alone
	open  bool
}

type life struct {
	table
	t      *testing.T
	pick   func(n int) int
	firm   bool // what is asked now is for the firm alone
	asked  []*known
	people []authz.Actor
	role   map[id.Person]authz.Role // of who is in the space now
	side   map[id.Person]int        // of a party, from 0
}

func newLife(t *testing.T, x table) *life {
	l := &life{table: x, t: t, pick: rand.New(rand.NewPCG(seedtest.Of(t), 1)).IntN, role: map[id.Person]authz.Role{}, side: map[id.Person]int{}}
	add := func(a authz.Actor, r authz.Role, side int) {
		l.people = append(l.people, a)
		l.role[a.Person] = r
		if side >= 0 {
			l.side[a.Person] = side
		}
	}
	add(x.Lead, authz.Lead, -1)
	add(x.Member(x.Lead, x.In, authz.Assistant, "Mme Aide"), authz.Assistant, -1)
	add(x.Client, authz.Client, -1)
	add(x.Expert, authz.Guest, -1)
	add(x.expert, authz.Expert, -1)
	add(x.clerk, authz.Clerk, -1)
	add(x.People[0], authz.Guest, 0)
	add(x.People[1], authz.Guest, 1)
	reader := x.Member(x.Lead, x.In, authz.Reader, "M. Associé")
	add(reader, authz.Reader, -1)
	return l
}

// sees is the rule of this test.
func (l *life) sees(p id.Person, q *known) bool {
	role, in := l.role[p]
	side, stands := l.side[p]
	switch {
	case !in:
		return false
	case !q.firm:
		return true
	}
	return role == authz.Lead || role == authz.Colleague || role == authz.Assistant || role == authz.Expert || stands && side == q.party
}

// someone is who acts for a party now, with its side; nobody, when nobody does.
func (l *life) someone() (authz.Actor, int) {
	for range 20 {
		who := l.people[l.pick(len(l.people))]
		if side, stands := l.side[who.Person]; stands && l.role[who.Person] == authz.Guest {
			return who, side
		}
	}
	return authz.Actor{}, 0
}

func (l *life) live() {
	ctx, circles := l.t.Context(), circle.NewService(l.Office)
	who := l.people[1+l.pick(len(l.people)-1)] // the lead stays
	role, in := l.role[who.Person]
	side, stands := l.side[who.Person]
	switch what := l.pick(10); {
	case what < 4:
		asker, of := l.someone()
		if asker.Person == "" {
			return
		}
		side = of
		q := l.ask(asker, fmt.Sprintf("Question %d ?\nEt encore ?", len(l.asked)))
		l.asked = append(l.asked, &known{q.ID, side, l.firm, true})
	case what < 6 && len(l.asked) > 0:
		q := l.asked[l.pick(len(l.asked))]
		l.Must(l.asks.Answer(ctx, l.Lead, l.In, q.id, []question.Reply{{Line: 0, Text: "Oui."}, {Line: 1, Text: "Non."}}))
		q.open = false
	case what == 6:
		l.firm = !l.firm
		seen := circle.ByAll
		if l.firm {
			seen = circle.ToFirm
		}
		l.rule(circle.ByAll, seen)
	case what == 7 && stands && in:
		l.Must(circles.Dismiss(ctx, l.Lead, l.In, l.Sides[side].ID, who.Person))
		delete(l.side, who.Person)
	case what >= 7 && !stands && in && (role == authz.Guest || role == authz.Reader):
		to := l.pick(2)
		l.Must(circles.Admit(ctx, l.Lead, l.In, l.Sides[to].ID, who.Person))
		l.side[who.Person] = to
	case what == 8 && in && who.Person != l.people[1].Person:
		l.Leave(who, l.In)
		delete(l.role, who.Person)
		delete(l.side, who.Person)
	case what == 9 && !in:
		back := []authz.Role{authz.Guest, authz.Reader, authz.Expert, authz.Clerk, authz.Client}[l.pick(5)]
		l.Join(who, l.In, back)
		l.role[who.Person] = back
	}
}

func (l *life) compare() {
	for _, who := range l.people {
		var want []id.Question
		waits := 0
		role := l.role[who.Person]
		side, stands := l.side[who.Person]
		for _, q := range slices.Backward(l.asked) {
			if l.sees(who.Person, q) {
				want = append(want, q.id)
			}
			if q.open && (role == authz.Lead || role == authz.Colleague || role == authz.Expert || stands && side == q.party) {
				waits++
			}
		}
		found, err := l.asks.List(l.t.Context(), who, l.In)
		if _, in := l.role[who.Person]; !in {
			if !fault.Is(err, fault.NotFound) {
				l.t.Errorf("somebody who left lists %d questions, %v", len(found), err)
			}
			continue
		}
		l.Must(err)
		var got []id.Question
		for _, q := range found {
			got = append(got, q.ID)
			own := stands && l.Sides[side].ID == q.Party
			if told := q.By != ""; told != (own || who.Role.Inside() || role == authz.Expert || role == authz.Clerk) {
				l.t.Errorf("%s is told who asked: %v", role, told)
			}
		}
		if !slices.Equal(got, want) {
			l.t.Errorf("%s of side %d (%v) reads %d questions, want %d", role, side, stands, len(got), len(want))
		}
		for _, q := range l.asked {
			if _, err := l.asks.Show(l.t.Context(), who, l.In, q.id); (err == nil) != l.sees(who.Person, q) || err != nil && !fault.Is(err, fault.NotFound) {
				l.t.Errorf("%s of side %d (%v) opens a question: %v", role, side, stands, err)
			}
		}
		var sum int
		l.Must(l.Office.See(l.t.Context(), who.Firm, func(a *act.Act) error {
			all, err := question.WaitsIn(a, who, l.In, l.In)
			for _, w := range all {
				sum += w.Count
			}
			return err
		}))
		if sum != waits {
			l.t.Errorf("of %s of side %d (%v) wait %d, want %d", role, side, stands, sum, waits)
		}
	}
}

// TestCRY03_QuestionTampered: rows that somebody has changed end the act.
func TestCRY03_QuestionTampered(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		x.rule(circle.ByAll, circle.ToFirm)
		q := x.ask(x.People[0], "Qui a signé ?")
		x.Must(x.asks.Answer(t.Context(), x.Lead, x.In, q.ID, []question.Reply{{Text: "Moi"}}))
		undo := errors.New("as it was")
		for what, stmt := range map[string]store.FirmStmt{
			"nothing":    store.ForFirm(`update question set open = 1 - open where firm_id = $1`),
			"a scope":    store.ForFirm(`update question set scope = 'all' where firm_id = $1`),
			"a party":    store.ForFirm(`update question set party_id = 'x' where firm_id = $1`),
			"a number":   store.ForFirm(`update question set number = number + 1 where firm_id = $1`),
			"an hour":    store.ForFirm(`update question set asked_at = asked_at - 1 where firm_id = $1`),
			"who said":   store.ForFirm(`update question_answer set answered_by = 'x' where firm_id = $1`),
			"when":       store.ForFirm(`update question_answer set answered_at = answered_at - 1 where firm_id = $1`),
			"a rule":     store.ForFirm(`update forum_term set value = 'all all' where firm_id = $1`),
			"its author": store.ForFirm(`update forum_term set set_by = 'x' where firm_id = $1`),
		} {
			err := x.Office.Keep(t.Context(), x.Lead.Firm, func(a *act.Act) error {
				if err := a.Write(stmt); err != nil {
					return err
				}
				one := question.Waits(a, x.Lead, question.Notice{Space: x.In, Question: q.ID, Answered: true})
				_, two := circle.PatternOf(a, x.In)
				if found := errors.Is(errors.Join(one, two), vault.ErrTampered); found == (what == "nothing") {
					t.Errorf("%s was changed: %v, %v", what, one, two)
				}
				return undo
			})
			if !errors.Is(err, undo) {
				t.Error(err)
			}
		}
	})
}

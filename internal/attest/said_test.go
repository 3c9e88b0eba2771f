package attest_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/attest"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/dire"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/forum/forumtest"
	"cenacle/internal/journal"
	"cenacle/internal/law"
	"cenacle/internal/question"
)

// speech is an exchange in which the parties spoke: two dires of the owner, of which the
// second is its last and gives up two points of the first; a question for all that was
// answered twice, one for the firm alone, and one that was taken back.
type speech struct {
	*exchange
	expert, clerk         authz.Actor
	first, last           dire.Dire
	open, apart, withdrew question.Question
}

func spoken(t *testing.T, h *documenttest.House) *speech {
	x := &speech{exchange: open(t, h)}
	x.expert, x.clerk = h.Member(h.Lead, x.In, authz.Expert, "M. Sapiteur"), h.Member(h.Lead, x.In, authz.Clerk, "Mme Greffe")
	roux, noir := x.People[0], x.People[1]
	book, err := law.Load()
	h.Must(err)
	dires, asks := dire.New(h.Office, book, x.Zone), question.New(h.Office, h.Documents)
	file := func(d dire.Draft) dire.Dire {
		h.Clock.Advance(time.Hour)
		out, err := dires.File(t.Context(), roux, dire.Filing{Space: x.In, Draft: d})
		h.Must(err)
		return out
	}
	ask := func(by authz.Actor, text string) question.Question {
		h.Clock.Advance(time.Minute)
		out, err := asks.Ask(t.Context(), by, x.In, text)
		h.Must(err)
		return out
	}
	answer := func(by authz.Actor, of question.Question, line int, text string) {
		h.Clock.Advance(time.Minute)
		h.Must(asks.Answer(t.Context(), by, x.In, of.ID, []question.Reply{{Line: line, Text: text}}))
	}
	h.Must(dires.SetDay(t.Context(), x.expert, x.In, h.Clock.Now().In(x.Zone).Format(time.DateOnly)))
	x.first = file(dire.Draft{Text: "1. Le mur.\n2. Le toit.\n3. La cave."})
	h.Clock.Advance(time.Hour)
	_, err = dires.Show(t.Context(), noir, x.In, x.first.ID)
	h.Must(err)
	h.Must(dires.Publish(t.Context(), x.expert, x.In, x.first.ID, []dire.Settling{
		{Line: 1, Answer: dire.Answer{Verdict: dire.Refused, Words: "Hors d’eau."}}, {Line: 2, Answer: dire.Answer{Verdict: dire.Accepted}},
	}))
	x.open = ask(roux, "À quelle date ?\nPour quel prix ?")
	answer(x.expert, x.open, 0, "Le 3.")
	answer(h.Lead, x.open, 0, "Le 4.")
	x.withdrew = ask(noir, "Qui vient ?")
	h.Must(asks.Withdraw(t.Context(), noir, x.In, x.withdrew.ID))
	h.Must(x.Forums.SetPattern(t.Context(), h.Lead, x.In, circle.Pattern{Contributions: circle.ByAll, Questions: circle.ToFirm}))
	x.apart = ask(noir, "Qui a signé ?")
	answer(h.Lead, x.apart, 0, "Personne.")
	h.Clock.Advance(24 * time.Hour)
	x.last = file(dire.Draft{Text: "Je maintiens le toit.", Recap: true, Recalls: []dire.Ref{{Dire: x.first.ID, Line: 2}}})
	return x
}

// TestSaid: dires and questions stand in an attestation, each as far as its reader is told
// of it: of a question that another party asked not which one, in no line of the journal
// either; of what was asked of the firm alone nothing, where others than those read.
func TestSaid(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x := spoken(t, h)
		all, builder, owner := x.file(h.Lead), x.file(x.People[1]), x.file(x.People[0])
		for name, raw := range map[string][]byte{"said.txt": all, "said-builder.txt": builder, "said-owner.txt": owner} {
			r, err := attest.Verify(raw, "")
			h.Must(err)
			forumtest.Golden(t, name, []byte(words(t, r.Statement)))
		}
		if of, err := x.attests.Of(t.Context(), x.clerk, x.In); err != nil || len(of) != 1 {
			t.Errorf("the clerk reads %d, %v", len(of), err)
		}
		for who, tt := range map[string]struct {
			raw         []byte
			asked       int
			owner, firm bool // who asked; what was asked of the firm alone
		}{
			"all":    {all, 2, true, false}, // no clerk may read what is for the firm alone
			"expert": {x.file(x.expert), 2, true, false},
			"client": {x.file(x.Client), 0, false, false},
			"owner":  {owner, 1, true, false}, "builder": {builder, 2, false, true},
		} {
			r, err := attest.Verify(tt.raw, "")
			h.Must(err)
			if n := strings.Count(string(tt.raw), `\"kind\":\"question.asked\"`); n != tt.asked {
				t.Errorf("%s: %d entries of who asked", who, n)
			}
			i := slices.IndexFunc(r.Statement.Questions, func(q attest.Question) bool { return q.ID == x.open.ID })
			if i < 0 || (r.Statement.Questions[i].Party != "") != tt.owner || (r.Statement.Questions[i].By != "") != tt.owner {
				t.Errorf("%s reads %+v", who, r.Statement.Questions)
			}
			if bytes.Contains(tt.raw, []byte(x.apart.ID)) != tt.firm {
				t.Errorf("%s, of what is for the firm alone: %v", who, !tt.firm)
			}
			if n := len(r.Statement.Dires); n != 2 {
				t.Errorf("%s has %d dires", who, n)
			}
		}
	})
}

// TestForgedSaid: what is changed of dires and questions fails visibly; one that was drawn
// up long ago holds.
func TestForgedSaid(t *testing.T) {
	path := filepath.Join("testdata", "said.json")
	raw, err := os.ReadFile(path)
	if forumtest.Updating() {
		documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) { raw = spoken(t, h).file(h.Lead) })
		err = os.WriteFile(path, raw, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := attest.Verify(raw, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := attest.Verify(bytes.Replace(raw, []byte(attest.Whole), []byte(attest.Format), 1), ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("as of the first version: %v", err)
	}
	var d journal.Dossier
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(s *attest.Statement){
		"another dire":   func(s *attest.Statement) { s.Dires[0].ID = s.Dires[1].ID },
		"another party":  func(s *attest.Statement) { s.Dires[0].Party = s.Parties[0].ID },
		"another number": func(s *attest.Statement) { s.Dires[0].Number++ },
		"one more point": func(s *attest.Statement) { s.Dires[0].Lines++ },
		"another text":   func(s *attest.Statement) { s.Dires[0].SHA256 = s.Dires[1].SHA256 },
		"in time":        func(s *attest.Statement) { s.Dires[1].Missed = "" },
		"not the last":   func(s *attest.Statement) { s.Dires[1].Recap = false },
		"an hour":        func(s *attest.Statement) { s.Dires[0].Filed = s.Dires[1].Filed },
		"nothing given up": func(s *attest.Statement) {
			s.Dires[1].Abandons, s.Dires[0].GivenUp = s.Dires[1].Abandons[:0], s.Dires[0].GivenUp[:0]
		},
		"not given up":           func(s *attest.Statement) { s.Dires[0].GivenUp = s.Dires[0].GivenUp[1:] },
		"given up without a say": func(s *attest.Statement) { s.Dires[1].GivenUp = append(s.Dires[1].GivenUp, attest.Answered{Line: 1}) },
		"another verdict":        func(s *attest.Statement) { s.Dires[0].Answers[0].Points[0].Verdict = dire.Refused },
		"another point":          func(s *attest.Statement) { s.Dires[0].Answers[0].Points[0].Line = 3 },
		"an answer twice":        func(s *attest.Statement) { p := &s.Dires[0].Answers[0].Points; *p = append(*p, (*p)[0]) },
		"words where none are":   func(s *attest.Statement) { s.Dires[0].Answers[0].Points[0].SHA256 = s.Dires[0].SHA256 },
		"an answer's hour":       func(s *attest.Statement) { s.Dires[0].Answers[0].At = s.Dires[0].Filed },
		"an opening":             func(s *attest.Statement) { s.Dires[0].Receptions[1].Opened.At = s.Dires[0].Filed },
		"who opened":             func(s *attest.Statement) { s.Dires[0].Receptions[1].Party = s.Parties[0].ID },
		"one dire less":          func(s *attest.Statement) { s.Dires = s.Dires[:1] },
		"for all":                func(s *attest.Statement) { s.Questions[0].Scope = question.Firm },
		"another question":       func(s *attest.Statement) { s.Questions[0].ID = s.Questions[1].ID },
		"who asked":              func(s *attest.Statement) { s.Questions[0].Party = s.Parties[0].ID },
		"asked by nobody":        func(s *attest.Statement) { s.Questions[0].Entry = "" },
		"asked earlier":          func(s *attest.Statement) { s.Questions[0].Asked = s.Dires[0].Filed },
		"one more line":          func(s *attest.Statement) { s.Questions[0].Lines++ },
		"another line answered":  func(s *attest.Statement) { s.Questions[0].Answers[0].Lines[0] = 1 },
		"a line that is none":    func(s *attest.Statement) { s.Questions[0].Answers[0].Lines[0] = 2 },
		"answered by an answer":  func(s *attest.Statement) { a := s.Questions[0].Answers; a[0], a[1] = a[1], a[0] },
	} {
		var s attest.Statement
		if err := json.Unmarshal([]byte(d.Statement), &s); err != nil {
			t.Fatal(err)
		}
		change(&s)
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		forged := d
		forged.Statement = string(text)
		fails(t, what, forged, attest.CheckFacts)
	}
	if len(r.Statement.Dires) != 2 || len(r.Statement.Questions) != 2 || r.Statement.Questions[1].Withdrawn == "" {
		t.Errorf("%+v", r.Statement)
	}
}

// TestWordsOfForged: what does not hold is still put into words, as much as there is.
func TestWordsOfForged(t *testing.T) {
	s := attest.Statement{
		Dires:     []attest.Dire{{Lines: 1 << 60, GivenUp: []attest.Answered{{Line: 1}}}, {Lines: -1}},
		Questions: []attest.Question{{Lines: 1 << 60}, {Lines: -1}},
	}
	if got := words(t, s); !strings.Contains(got, "Point 0.1 : Réputé abandonné") || strings.Count(got, "\n") > 2*dire.MaxLines {
		t.Errorf("%.200s", got)
	}
}

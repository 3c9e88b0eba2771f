package memo_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/memo"
	"cenacle/internal/seedtest"
)

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// copies are the lines of the journal about words that were copied out, by the memo
// that took them.
func (r room) copies(t *testing.T) map[id.Item]string {
	t.Helper()
	out := map[id.Item]string{}
	for _, e := range r.Journal(r.lead) {
		if e.Kind == "memo.copied_out" {
			out[id.Item(e.Object)] = string(e.Details)
		}
	}
	return out
}

// TestCopyOut: the words of an internal memo go out by a new memo alone, which says
// whence; the internal one stays where it is.
func TestCopyOut(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		within := r.write(t, r.aide, memo.New{Subject: "calcul", Body: "la prestation est trop haute", Internal: true})
		beside := r.write(t, r.lead, memo.New{Subject: "s", Body: "déjà dehors", Circles: []id.Circle{r.circles.Client}})
		o, err := r.memos.Original(t.Context(), r.lead, r.space, within)
		if err != nil || o.Subject != "calcul" || o.Body != "la prestation est trop haute" || o.Author != r.aide.Person || o.Created.IsZero() {
			t.Fatalf("opened %+v, %v", o, err)
		}
		for name, err := range map[string]error{
			"to the client":           second(r.memos.Original(t.Context(), r.client, r.space, within)),
			"one that is out already": second(r.memos.Original(t.Context(), r.lead, r.space, beside)),
			"nothing":                 second(r.memos.Original(t.Context(), r.lead, r.space, "nothing")),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s is opened: %v", name, err)
			}
		}
		for name, tt := range map[string]struct {
			by authz.Actor
			n  memo.New
		}{
			"by the client":           {r.client, memo.New{CopyOf: within}},
			"one that is out already": {r.lead, memo.New{CopyOf: beside, Circles: []id.Circle{r.circles.Client}}},
			"among colleagues again":  {r.lead, memo.New{CopyOf: within, Internal: true}},
		} {
			tt.n.Space, tt.n.Subject, tt.n.Body = r.space, "s", "b"
			if _, err := r.memos.Write(t.Context(), tt.by, tt.n); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "(copy_of)") {
				t.Errorf("%s is copied: %v", name, err)
			}
		}
		r.Must(r.memos.SaveDraft(t.Context(), r.lead, memo.Draft{Space: r.space, Body: "commencé"}))
		went := r.write(t, r.lead, memo.New{Subject: "Notre calcul", Body: "La prestation se discute.", CopyOf: within, Circles: []id.Circle{r.circles.Client}})
		if d, err := r.memos.DraftOf(t.Context(), r.lead, r.space, ""); err != nil || d.Body != "commencé" {
			t.Errorf("what she had begun beside it became %q, %v", d.Body, err)
		}
		want := fmt.Sprintf(`{"of":%q,"source_sha256":%q,"body_sha256":%q}`, within, sum(o.Body), sum("La prestation se discute."))
		if got := r.copies(t); len(got) != 1 || got[went] != want {
			t.Errorf("the journal says %v, want %s", got, want)
		}
		if bodies, _ := r.sees(t, r.client); slices.Contains(bodies, o.Body) || !slices.Contains(bodies, "La prestation se discute.") {
			t.Errorf("the client reads %q", bodies)
		}
	})
}

// TestInternalStaysInside lives random lives in which the firm's side does all it can
// with internal memos: answers them, sends them to circles of every kind, extends
// them, lets people in and back. Nobody outside ever reads a word of one that was not
// copied out, and of each copy the journal says whence.
func TestInternalStaysInside(t *testing.T) {
	seed := seedtest.Of(t)
	each(t, func(t *testing.T, r room) {
		l := life{room: r, rng: rand.New(rand.NewPCG(seed, 7)), people: []authz.Actor{r.client, r.guest}, words: map[string]bool{}, whence: map[id.Item]string{}}
		made, err := circle.NewService(r.Office).Make(t.Context(), r.lead, circle.New{Space: r.space, Name: "À deux", People: []id.Person{r.client.Person}})
		r.Must(err)
		l.to = []id.Circle{r.circles.Client, r.circles.All, r.circles.Firm, made.ID}
		for range 80 {
			l.step(t)
		}
		for _, by := range l.people {
			l.reads(t, by)
		}
		got := r.copies(t)
		if len(got) != len(l.whence) || len(l.whence) == 0 {
			t.Errorf("the journal has %d copies, there were %d", len(got), len(l.whence))
		}
		for m, source := range l.whence {
			var said struct {
				Source string `json:"source_sha256"`
			}
			if err := json.Unmarshal([]byte(got[m]), &said); err != nil || said.Source != sum(source) {
				t.Errorf("a copy of %q is recorded as %s, %v", source, got[m], err)
			}
		}
	})
}

// inner is an internal memo of a life.
type inner struct {
	memo   id.Item
	thread id.Thread
	body   string
}

type life struct {
	room
	rng    *rand.Rand
	people []authz.Actor // outside the firm
	to     []id.Circle
	memos  []inner
	words  map[string]bool // of an internal memo: whether they went out
	whence map[id.Item]string
}

func (l *life) step(t *testing.T) {
	t.Helper()
	one := func() inner { return l.memos[l.rng.IntN(len(l.memos))] }
	some := []id.Circle{l.to[l.rng.IntN(len(l.to))], l.to[l.rng.IntN(len(l.to))]}
	keep := func(fn func(a *act.Act) error) {
		err := l.Office.Keep(t.Context(), l.lead.Firm, fn)
		if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
			t.Fatal(err)
		}
	}
	what := l.rng.IntN(9)
	if len(l.memos) == 0 {
		what = 0
	}
	switch what {
	case 0, 1: // one more, in a thread of its own or in one that is there, whatever its circles
		n := memo.New{Subject: "s", Body: fmt.Sprintf("mot%d", len(l.words)), Internal: true, Circles: some}
		if len(l.memos) > 0 && l.rng.IntN(2) == 0 {
			n.Subject, n.Thread = "", one().thread
		}
		m := l.write(t, l.lead, n)
		l.words[n.Body] = false
		l.memos = append(l.memos, inner{m, l.threadOf(t, l.lead, m), n.Body})
	case 2: // answered to others
		_, err := l.room.memos.Write(t.Context(), l.lead, memo.New{Space: l.space, Thread: one().thread, Body: "réponse", Circles: some})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("an internal thread is answered to %v: %v", some, err)
		}
	case 3: // its address changed, or extended
		m := one()
		if err := l.Documents.Address(t.Context(), l.lead, document.Send{Item: m.memo, Circles: some, Extended: true}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a memo is addressed as a document: %v", err)
		}
		keep(func(a *act.Act) error {
			return item.Address(a, l.lead, item.Header{ID: m.memo, Space: l.space}, some, l.rng.IntN(2) == 0)
		})
	case 4: // somebody more
		role := []authz.Role{authz.Client, authz.Guest, authz.Reader}[l.rng.IntN(3)]
		l.people = append(l.people, l.Member(l.lead, l.space, role, "N"))
	case 5: // somebody leaves and is let in again
		p := l.people[l.rng.IntN(len(l.people))]
		keep(func(a *act.Act) error { return circle.Leave(a, l.space, p.Person) })
		keep(func(a *act.Act) error { return circle.Join(a, l.space, p.Person, authz.Client) })
	case 6: // cited by what goes out, as a document
		if _, err := l.room.memos.Write(t.Context(), l.lead, memo.New{Space: l.space, Subject: "s", Body: "b", Circles: some, References: []id.Item{one().memo}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an internal memo is cited: %v", err)
		}
	default: // copied out, as it stands
		m := one()
		if what == 7 && l.rng.IntN(2) == 0 {
			return
		}
		l.words[m.body] = true
		l.whence[l.write(t, l.lead, memo.New{Subject: "s", Body: m.body, CopyOf: m.memo, Circles: some, Confirm: []string{"wide"}})] = m.body
	}
}

// reads demands that what somebody outside reads is no word that stayed inside.
func (l *life) reads(t *testing.T, by authz.Actor) {
	t.Helper()
	threads, _, err := l.room.memos.Conversation(t.Context(), by, memo.Query{Space: l.space, Limit: 500})
	l.Must(err)
	for _, th := range threads {
		for _, m := range th.Memos {
			if out, internal := l.words[m.Body]; m.Internal || internal && !out {
				t.Errorf("%s reads %q of an internal memo", by.Role, m.Body)
			}
		}
	}
	for _, m := range l.memos {
		err := l.room.memos.Acknowledge(t.Context(), by, memo.Acknowledging{Space: l.space, Memo: m.memo, Answer: memo.WasRead, Wording: "x"})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s reaches an internal memo: %v", by.Role, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

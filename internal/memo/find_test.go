package memo_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/memo"
	"cenacle/internal/search"
	"cenacle/internal/seedtest"
	"cenacle/internal/store"
)

// learn has every memo learnt that waits for it.
func learn(t *testing.T, h *documenttest.House, memos *memo.Service) {
	t.Helper()
	for _, j := range h.Jobs(memo.WordsJob) {
		h.Must(memos.Words(t.Context(), h.Lead.Firm, j))
	}
}

// found are all hits of a query, page by page.
func found(t *testing.T, h *documenttest.House, memos *memo.Service, by authz.Actor, q memo.Find) (out []memo.Hit) {
	t.Helper()
	for {
		hits, more, err := memos.Search(t.Context(), by, q)
		h.Must(err)
		if len(hits) > q.Limit && q.Limit > 0 {
			t.Fatalf("a page of %d", len(hits))
		}
		if out = append(out, hits...); more == "" {
			return out
		}
		q.Before = more
	}
}

func hitsOf(all []memo.Hit) (out []id.Item) {
	for _, h := range all {
		out = append(out, h.ID)
	}
	return out
}

// TestSearch follows a few memos: found by subject and text within rights, once they
// have been learnt, between two days, and in one space.
func TestSearch(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		began := r.Clock.Now()
		out := r.write(t, r.lead, memo.New{Subject: "Prestation compensatoire", Body: "Les **époux** en conviennent.", Circles: []id.Circle{r.circles.Client}})
		within := r.write(t, r.lead, memo.New{Subject: "Stratégie", Body: "La prestation est trop haute.", Internal: true})
		want := func(by authz.Actor, q memo.Find, items ...id.Item) {
			t.Helper()
			if got := hitsOf(found(t, r.House, r.memos, by, q)); !slices.Equal(got, items) {
				t.Errorf("%s: %q finds %v, want %v", by.Role, q.Text, got, items)
			}
		}
		want(r.lead, memo.Find{Text: "prestation"})
		learn(t, r.House, r.memos)
		want(r.lead, memo.Find{Text: "PRESTATIONS"})
		want(r.lead, memo.Find{Text: "prestation"}, within, out)
		want(r.client, memo.Find{Text: "prest"}, out) // the beginning of a word of the subject
		want(r.client, memo.Find{Text: "prestation haute"})
		want(r.client, memo.Find{Text: "compensatoire époux"}, out)
		want(r.client, memo.Find{Text: "epo"})
		want(r.guest, memo.Find{Text: "prestation"})
		want(r.client, memo.Find{Text: "… !"})
		r.Clock.Advance(48 * time.Hour)
		thread := r.threadOf(t, r.client, out)
		answer := r.write(t, r.client, memo.New{Thread: thread, Body: "D’accord."})
		learn(t, r.House, r.memos)
		want(r.client, memo.Find{Text: "prestation"}, answer, out) // its subject is the thread's
		want(r.client, memo.Find{Text: "prestation", From: began.Add(24 * time.Hour)}, answer)
		want(r.client, memo.Find{Text: "prestation", To: began.Add(24 * time.Hour)}, out)
		hit := found(t, r.House, r.memos, r.client, memo.Find{Text: "accord", Space: r.space})[0]
		if hit.Subject != "Prestation compensatoire" || hit.Body != "D’accord." || hit.Name != "Mme Petit" || hit.Thread != thread || hit.SpaceName != "Mme Petit" || hit.Internal {
			t.Errorf("it is found as %+v", hit)
		}
		beside := r.Space(r.lead, "M. Martin")
		want(r.lead, memo.Find{Text: "prestation", Space: beside})
		if _, _, err := r.memos.Search(t.Context(), r.client, memo.Find{Text: "prestation", Space: beside}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a client looks into another space: %v", err)
		}
		r.Leave(r.client, r.space)
		want(r.client, memo.Find{Text: "prestation"})
	})
}

var forgetJobs = store.ForFirm(`delete from job where firm_id = $1 and kind = 'memo.words'`)

// TestEarlierMemosAreLearnt: what an earlier program wrote is learnt by the sweep.
func TestEarlierMemosAreLearnt(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		m := r.write(t, r.lead, memo.New{Subject: "Ancien", Body: "b", Internal: true})
		r.Must(r.Office.Keep(t.Context(), r.lead.Firm, func(a *act.Act) error { return a.Write(forgetJobs) }))
		learn(t, r.House, r.memos)
		if got := found(t, r.House, r.memos, r.lead, memo.Find{Text: "ancien"}); len(got) != 0 {
			t.Fatalf("it is learnt already: %+v", got)
		}
		r.Must(r.memos.Sweep(t.Context(), r.lead.Firm))
		learn(t, r.House, r.memos)
		if got := hitsOf(found(t, r.House, r.memos, r.lead, memo.Find{Text: "ancien"})); !slices.Equal(got, []id.Item{m}) {
			t.Errorf("found %v", got)
		}
		r.Must(r.Office.Keep(t.Context(), r.lead.Firm, func(a *act.Act) error { return a.Write(forgetJobs) }), r.memos.Sweep(t.Context(), r.lead.Firm))
		if left := r.Jobs(memo.WordsJob); len(left) != 0 {
			t.Errorf("%d spaces are learnt again", len(left))
		}
	})
}

// spoken words of ISO-05: as they are asked plainly, and as they are written.
var spoken = [][2]string{
	{"bail", "Bail"}, {"baux", "BAUX"}, {"pieces", "pièces"}, {"piece", "Pièce"}, {"oeuvre", "Œuvre"}, {"epoux", "l’époux"},
	{"2024", "2024"}, {"contrat", "contrat"}, {"contrats", "Contrats"}, {"juge", "**juge**"}, {"jugement", "jugement"}, {"ete", "été"},
}

// note is what the oracle knows of a memo.
type note struct {
	id            id.Item
	space         id.Space
	subject, body []int // of words
}

func some(r *rand.Rand, n int) (out []int) {
	for range n {
		out = append(out, r.IntN(len(spoken)))
	}
	return out
}

func said(of []int) string {
	var out []string
	for _, i := range of {
		out = append(out, spoken[i][1])
	}
	return strings.Join(out, " ")
}

// has is the oracle: it compares the plain words one by one.
func (n note) has(asked []string) bool {
	for i, q := range asked {
		if slices.ContainsFunc(asked, func(o string) bool { return o != q && strings.HasPrefix(o, q) }) || slices.Contains(asked[:i], q) {
			continue // another word asks it already
		}
		begins := slices.ContainsFunc(n.subject, func(i int) bool { return strings.HasPrefix(spoken[i][0], q) })
		stands := slices.ContainsFunc(n.body, func(i int) bool {
			w := spoken[i][0]
			return w == q || len(w) >= 4 && (w == q+"s" || w == q+"x" && (strings.HasSuffix(q, "au") || strings.HasSuffix(q, "ou") || strings.HasSuffix(q, "eu")))
		})
		if !begins && !stands {
			return false
		}
	}
	return len(asked) > 0
}

// TestISO05_Memos compares every page of every search in memos with an oracle that
// decides over each memo and compares plain words: exact equality and order. Ten
// thousand queries with CENACLE_TEST_LONG=1, fewer every day.
func TestISO05_Memos(t *testing.T) {
	queries := 250
	if os.Getenv("CENACLE_TEST_LONG") == "1" {
		queries = 10_000
	}
	seed := seedtest.Of(t)
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		rng, memos := rand.New(rand.NewPCG(seed, 5)), memo.NewService(h.Office).Listing(3) // most words are everywhere
		people, notes := []authz.Actor{h.Lead}, []note(nil)
		write := func(by authz.Actor, of id.Space, internal bool, to ...id.Circle) {
			n := note{space: of, subject: some(rng, 1+rng.IntN(2)), body: some(rng, 1+rng.IntN(4))}
			var err error
			n.id, err = memos.Write(t.Context(), by, memo.New{Space: of, Subject: said(n.subject), Body: said(n.body), Internal: internal, Circles: to, Confirm: []string{"wide"}})
			h.Must(err)
			notes = append(notes, n)
		}
		for range 63 { // of so many the register is asked
			of := h.Space(h.Lead, "Vide")
			if rng.IntN(4) == 0 {
				write(h.Lead, of, true)
			}
		}
		for n := range 3 {
			of := h.Space(h.Lead, fmt.Sprint("Client ", n))
			is, client := h.Circles(h.Lead, of), h.Member(h.Lead, of, authz.Client, "Cliente")
			guest, aide := h.Member(h.Lead, of, authz.Guest, "Invité"), h.Member(h.Lead, of, authz.Colleague, "Collègue")
			people = append(people, client, guest, aide)
			for i := range 14 {
				by := []authz.Actor{h.Lead, h.Lead, client, guest, aide}[rng.IntN(5)]
				write(by, of, by.Role.Inside() && rng.IntN(3) == 0, []id.Circle{is.Firm, is.Client, is.All}[rng.IntN(3)])
				if i == 6 {
					h.Leave(guest, of)
					h.Join(guest, of, authz.Guest) // she sees what comes from now on
					h.Clock.Advance(time.Second)
				}
			}
		}
		h.Join(people[1], notes[len(notes)-1].space, authz.Client)
		learn(t, h, memos)
		hits := 0
		for range queries {
			by, q := people[rng.IntN(len(people))], memo.Find{Limit: 1 + rng.IntN(6)}
			var plain []string
			for range 1 + rng.IntN(2) {
				one := spoken[rng.IntN(len(spoken))]
				w, typed := one[0], one[1]
				if rng.IntN(3) == 0 {
					w = w[:2+rng.IntN(len(w)-1)]
					typed = w
				}
				plain, q.Text = append(plain, w), q.Text+" "+typed
			}
			want := expected(t, h, by, notes, plain)
			hits += len(want)
			if got := hitsOf(found(t, h, memos, by, q)); !slices.Equal(got, want) {
				t.Fatalf("%s: %q in pages of %d finds %v, want %v", by.Role, q.Text, q.Limit, got, want)
			}
			if q.Limit = memo.MostFound; rng.IntN(4) == 0 { // without the register, along the newest
				all, err := memos.SearchEverywhere(t.Context(), by, q)
				h.Must(err)
				if got := hitsOf(all); !slices.Equal(got, want) {
					t.Fatalf("%s: %q finds %v everywhere, want %v", by.Role, q.Text, got, want)
				}
			}
		}
		h.Must(h.Office.See(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			if begun, err := search.Begun(a.Tx); err != nil || !begun {
				t.Errorf("no word has parts: %v", err)
			}
			return nil
		}))
		if hits < queries {
			t.Errorf("only %d hits in %d queries", hits, queries)
		}
	})
}

// expected decides over each memo, the newest first.
func expected(t *testing.T, h *documenttest.House, by authz.Actor, notes []note, plain []string) (out []id.Item) {
	t.Helper()
	h.Must(h.Office.See(t.Context(), by.Firm, func(a *act.Act) error {
		for _, n := range notes {
			if !n.has(plain) {
				continue
			}
			_, _, err := item.Open(a, by, n.space, item.Memo, n.id, authz.MemoRead)
			if err == nil {
				out = append(out, n.id)
			} else if !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		return nil
	}))
	slices.SortFunc(out, func(x, y id.Item) int { return cmp.Compare(y, x) })
	return out
}

package diffusion_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/diffusion"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/freeze"
	"cenacle/internal/guard"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/notice"
	"cenacle/internal/outbox"
	"cenacle/internal/seedtest"
)

// house is a firm whose lawyer writes to the clients of several spaces.
type house struct {
	*documenttest.House
	t         *testing.T
	diffusion *diffusion.Service
	memos     *memo.Service
	spaces    []id.Space
	clients   []authz.Actor // of each space
}

func each(t *testing.T, run func(h *house)) {
	documenttest.Each(t, document.Config{Limit: 1 << 30, Quota: 1 << 30}, func(t *testing.T, base *documenttest.House) {
		zone, err := time.LoadLocation(i18n.Zone)
		base.Must(err)
		h := &house{House: base, t: t, diffusion: diffusion.NewService(base.Office, zone), memos: memo.NewService(base.Office)}
		for i, name := range []string{"Corail", "Ambre", "Jade"} {
			s := h.Space(h.Lead, name)
			h.spaces = append(h.spaces, s)
			h.clients = append(h.clients, h.Member(h.Lead, s, authz.Client, fmt.Sprintf("Mme Numéro %d", i)))
		}
		run(h)
	})
}

func letter(spaces ...id.Space) diffusion.New {
	return diffusion.New{
		Words:  diffusion.Words{Subject: "Fermeture d’été", Body: "Le cabinet sera **fermé** du 1er au 15 août.", Asks: memo.WasRead},
		Spaces: spaces, To: circle.Client,
	}
}

// prepared is a draft with what its page says.
func (h *house) prepared(n diffusion.New) diffusion.View {
	h.t.Helper()
	of, err := h.diffusion.Prepare(h.t.Context(), h.Lead, n)
	h.Must(err)
	return h.shown(of)
}

func (h *house) shown(of id.Diffusion) diffusion.View {
	h.t.Helper()
	v, err := h.diffusion.Show(h.t.Context(), h.Lead, of)
	h.Must(err)
	return v
}

// confirmed has a draft leave, whatever the guard has found.
func (h *house) confirmed(v diffusion.View, at time.Time) error {
	var all []string
	for _, p := range v.Spaces {
		for _, f := range p.Found {
			all = append(all, p.Finding(f))
		}
	}
	return h.diffusion.Send(h.t.Context(), h.Lead, diffusion.Sending{Diffusion: v.ID, Seen: v.Seen, Confirm: all, At: at})
}

// sent has it leave now, and says what became of it.
func (h *house) sent(n diffusion.New) diffusion.View {
	h.t.Helper()
	v := h.prepared(n)
	h.Must(h.confirmed(v, time.Time{}), h.runs(h.t.Context()))
	return h.shown(v.ID)
}

// runs runs the jobs that are due.
func (h *house) runs(ctx context.Context) error {
	for _, j := range h.Jobs(diffusion.RunJob) {
		if j.RunAt.After(h.Clock.Now()) {
			continue
		}
		if err := h.diffusion.Run(ctx, h.Lead.Firm, j); err != nil {
			return err
		}
	}
	return nil
}

// sees is the bodies of the memos that somebody reads in a space, once each.
func (h *house) sees(by authz.Actor, in id.Space) (out []string) {
	h.t.Helper()
	threads, _, err := h.memos.Conversation(h.t.Context(), by, memo.Query{Space: in, Limit: 100})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	h.Must(err)
	for _, th := range threads {
		for _, m := range th.Memos {
			out = append(out, m.Body)
		}
	}
	return out
}

// keeps runs what tests do behind the services.
func (h *house) keeps(fn func(*act.Act) error) {
	h.t.Helper()
	h.Must(h.Office.Keep(h.t.Context(), h.Lead.Firm, fn))
}

func (h *house) wall(p id.Person, in id.Space) {
	h.t.Helper()
	h.keeps(func(a *act.Act) error {
		return circle.Raise(a, in, circle.Wall{Person: p, By: h.Lead.Person, At: a.Now, Reason: "conflit"})
	})
}

func names(all []diffusion.Recipient) string {
	var out []string
	for _, to := range all {
		out = append(out, to.Name)
	}
	return strings.Join(out, ", ")
}

// TestJourney: one text goes to the client of each of three spaces, as a memo of each;
// what became of it is said person by person, proven offline, and taken back.
func TestJourney(t *testing.T) {
	each(t, func(h *house) {
		v := h.prepared(letter(h.spaces...))
		if v.State != diffusion.Draft || len(v.Spaces) != 3 || v.Seen == "" {
			t.Fatalf("its draft is %+v", v)
		}
		for i, p := range v.Spaces {
			if got := names(p.Chosen()); got != fmt.Sprintf("Mme Numéro %d", i) || p.Reason != "" || p.Will[0].Told != diffusion.AtOnce {
				t.Errorf("%s: %q would receive it (%v)", p.Name, got, p.Reason)
			}
			if len(h.sees(h.clients[i], p.Space)) != 0 {
				t.Error("a draft reaches somebody")
			}
		}
		h.Must(h.confirmed(v, time.Time{}), h.runs(t.Context()))
		v = h.shown(v.ID)
		if v.State != diffusion.Done || v.Gone != 3 || v.Subject != "Fermeture d’été" || v.Body != "" {
			t.Errorf("afterwards it is %+v", v.Diffusion)
		}
		for i, p := range v.Spaces {
			if got := h.sees(h.clients[i], p.Space); len(got) != 1 || !strings.Contains(got[0], "**fermé**") {
				t.Errorf("the client of %s reads %v", p.Name, got)
			}
		}
		first := v.Spaces[0]
		h.keeps(func(a *act.Act) error {
			sent, err := diffusion.Origins(a, h.Lead, []id.Item{first.Memo})
			h.Must(err)
			others, err := diffusion.Origins(a, h.clients[0], []id.Item{first.Memo})
			h.Must(err)
			if len(sent) != 1 || sent[first.Memo] != v.ID || len(others) != 0 {
				t.Errorf("from its memo its author is led to %v, somebody else to %v", sent, others)
			}
			return nil
		})
		h.Clock.Advance(time.Hour)
		h.Must(h.memos.Read(t.Context(), h.clients[0], first.Space, []id.Item{first.Memo}))
		h.Clock.Advance(time.Hour)
		h.Must(h.memos.Acknowledge(t.Context(), h.clients[0], memo.Acknowledging{Space: first.Space, Memo: first.Memo, Answer: memo.WasRead, Wording: "J’ai lu."}))
		first = h.shown(v.ID).Spaces[0]
		if to := first.Chosen()[0]; to.Read.IsZero() || to.Answer.Answer != memo.WasRead || !to.Read.Before(to.Answer.At) {
			t.Errorf("of who has read and answered it is said %+v", to)
		}
		h.Clock.Advance(time.Hour)
		h.Must(h.diffusion.Recall(t.Context(), h.Lead, v.ID))
		for i, p := range h.shown(v.ID).Spaces {
			if p.Recalled.IsZero() || len(h.sees(h.clients[i], p.Space)) != 0 || len(h.sees(h.Lead, p.Space)) != 1 {
				t.Errorf("%s: taken back at %v", p.Name, p.Recalled)
			}
		}
		if err := h.diffusion.Recall(t.Context(), h.Lead, v.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("taken back twice: %v", err)
		}
		kinds := h.Kinds(h.Lead)
		for kind, n := range map[string]int{"diffusion.set": 1, "diffusion.delivered": 3, "diffusion.sent": 1, "memo.written": 3, "memo.recalled": 3, "diffusion.recalled": 1} {
			if kinds[kind] != n {
				t.Errorf("the journal has %d %s, want %d", kinds[kind], kind, n)
			}
		}
	})
}

// TestProof: what is handed out for one recipient says when she had it, read it, answered,
// and that it was taken back; it names nobody else; any byte of it that changes is found.
func TestProof(t *testing.T) {
	each(t, func(h *house) {
		other := h.Member(h.Lead, h.spaces[0], authz.Client, "M. Autre")
		client := h.clients[0]
		v := h.sent(letter(h.spaces[0]))
		p := v.Spaces[0]
		proof := func() diffusion.Report {
			raw, err := h.diffusion.Proof(t.Context(), h.Lead, v.ID, p.Space, client.Person)
			h.Must(err)
			if strings.Contains(string(raw), string(other.Person)) || strings.Contains(string(raw), "M. Autre") {
				t.Error("her proof names somebody else")
			}
			r, err := diffusion.Verify(raw, "")
			h.Must(err)
			h.forged(raw)
			return r
		}
		if r := proof(); r.Statement.Recipient != "Mme Numéro 0" || r.Statement.Subject != "Fermeture d’été" || !r.Read.IsZero() || !r.Answered.IsZero() || !r.Recalled.IsZero() {
			t.Errorf("before she reads it: %+v", r)
		}
		h.Clock.Advance(time.Minute)
		h.Must(h.memos.Read(t.Context(), other, p.Space, []id.Item{p.Memo}))
		if r := proof(); !r.Read.IsZero() {
			t.Error("somebody else’s reading is hers")
		}
		unread := h.sent(letter(h.spaces[0]))
		h.Must(h.diffusion.Recall(t.Context(), h.Lead, unread.ID))
		raw, err := h.diffusion.Proof(t.Context(), h.Lead, unread.ID, p.Space, client.Person)
		h.Must(err)
		if r, err := diffusion.Verify(raw, ""); err != nil || !r.Unread || r.Recalled.IsZero() {
			t.Errorf("taken back before anybody read it: %+v, %v", r, err)
		}
		h.Must(h.memos.Read(t.Context(), client, p.Space, []id.Item{p.Memo}))
		h.Clock.Advance(time.Minute)
		h.Must(h.memos.Acknowledge(t.Context(), client, memo.Acknowledging{Space: p.Space, Memo: p.Memo, Answer: memo.Contested, Wording: "Je conteste.", Note: "Non."}))
		h.Clock.Advance(time.Minute)
		h.Must(h.diffusion.Recall(t.Context(), h.Lead, v.ID))
		r := proof()
		if r.Read.IsZero() || r.Unread || r.Answer != memo.Contested || !r.Read.Before(r.Answered) || !r.Answered.Before(r.Recalled) {
			t.Errorf("in the end: read %v, %s %v, recalled %v", r.Read, r.Answer, r.Answered, r.Recalled)
		}
		for _, of := range []id.Person{h.Lead.Person, "0000000000000000000000000a"} {
			if _, err := h.diffusion.Proof(t.Context(), h.Lead, v.ID, p.Space, of); !fault.Is(err, fault.NotFound) {
				t.Errorf("a proof for who got nothing: %v", err)
			}
		}
	})
}

// forged changes what a proof says, in each of its parts.
func (h *house) forged(raw []byte) {
	h.t.Helper()
	for _, change := range [][2]string{
		{"Fermeture", "Ouverture"}, {"Mme Numéro 0", "Mme Numéro 1"}, {`\"at\":\"2026`, `\"at\":\"2025`}, {"diffusion.delivered", "diffusion.delivereD"}, {"memo.read", "memo.reaD"},
	} {
		other := strings.Replace(string(raw), change[0], change[1], 1)
		if other == string(raw) {
			continue
		}
		if _, err := diffusion.Verify([]byte(other), ""); !fault.Is(err, fault.Invalid) {
			h.t.Errorf("with %q for %q: %v", change[1], change[0], err)
		}
	}
	var d map[string]any
	h.Must(json.Unmarshal(raw, &d))
	if facts := d["facts"].([]any); len(facts) > 0 { // an entry of the same journal twice
		d["facts"] = append(facts, facts[0])
		again, err := json.Marshal(d)
		h.Must(err)
		if _, err := diffusion.Verify(again, ""); !fault.Is(err, fault.Invalid) {
			h.t.Errorf("with an entry twice: %v", err)
		}
	}
}

// TestPreview: over random lives of spaces and people, who is said to receive it does, and
// nobody else; a space that is said to get nothing gets nothing.
func TestPreview(t *testing.T) {
	seed := seedtest.Of(t)
	each(t, func(h *house) {
		r := rand.New(rand.NewPCG(seed, 0))
		roles := []authz.Role{authz.Client, authz.Guest, authz.Reader, authz.Colleague}
		people := map[id.Space][]authz.Actor{}
		for i, s := range h.spaces {
			people[s] = []authz.Actor{h.clients[i]}
			for n := range 6 {
				people[s] = append(people[s], h.Member(h.Lead, s, roles[r.IntN(len(roles))], fmt.Sprintf("P%d%d", i, n)))
			}
		}
		for round := range 4 {
			for _, s := range h.spaces {
				h.upset(r.IntN, s, people[s])
			}
			n := letter(h.spaces...)
			n.Body = fmt.Sprintf("Tour %d.", round)
			n.To = []circle.Kind{circle.Client, circle.All, circle.Firm}[r.IntN(3)]
			v := h.prepared(n)
			err := h.confirmed(v, time.Time{})
			if fault.Is(err, fault.Invalid) {
				continue // nobody at all would receive it
			}
			h.Must(err, h.runs(t.Context()))
			for _, p := range v.Spaces {
				will := map[id.Person]bool{h.Lead.Person: p.Reason == ""}
				for _, to := range p.Will {
					will[to.Person] = p.Reason == ""
				}
				for _, one := range append(slices.Clone(people[p.Space]), h.Lead) {
					got := slices.Contains(h.sees(one, p.Space), n.Body)
					if got != will[one.Person] {
						t.Errorf("round %d, %s to %s: it was said that it reaches %s: %v (%s); it does: %v", round, p.Name, n.To, one.Person, will[one.Person], p.Reason, got)
					}
				}
			}
			after := h.shown(v.ID)
			for i, p := range after.Spaces {
				if before := v.Spaces[i]; before.Reason != p.Reason || before.Reason == "" && names(before.Will) != names(p.Will) || len(p.Wont) > 0 {
					t.Errorf("round %d: %s: foreseen %q %q, done %q %q, missed %q", round, p.Name, before.Reason, names(before.Will), p.Reason, names(p.Will), names(p.Wont))
				}
			}
		}
	})
}

// upset changes something in the life of a space.
func (h *house) upset(any func(int) int, in id.Space, people []authz.Actor) {
	h.t.Helper()
	one := people[any(len(people))]
	h.keeps(func(a *act.Act) error {
		var err error
		switch any(4) {
		case 0:
			err = circle.Leave(a, in, one.Person)
		case 1:
			err = circle.Raise(a, in, circle.Wall{Person: one.Person, By: h.Lead.Person, At: a.Now, Reason: "conflit"})
		case 2:
			role := authz.Guest
			if one.Role.Inside() {
				role = authz.Colleague
			}
			err = circle.Join(a, in, one.Person, role)
		case 3:
			var card firm.Card
			if card, err = firm.CardOf(a, one.Person); err == nil && card.State == firm.Active && one.Role.Inside() {
				err = firm.Dismiss(a, h.Lead, card)
			}
		}
		if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
			err = nil
		}
		return err
	})
}

// errPower is that the process has died.
var errPower = errors.New("the power is gone")

// TestOnce: a job that dies after any of its transactions goes on where it was, and no
// space gets anything twice; two jobs at once do no more.
func TestOnce(t *testing.T) {
	each(t, func(h *house) {
		v := h.prepared(letter(h.spaces...))
		h.Must(h.confirmed(v, time.Time{}))
		job := h.Jobs(diffusion.RunJob)[0]
		woken := h.Office.Woken
		for deaths := 0; h.shown(v.ID).State != diffusion.Done; deaths++ {
			if deaths > 10 {
				t.Fatal("it does not go on")
			}
			ctx, die := context.WithCancelCause(t.Context())
			commits := 0
			h.Office.Woken = func(f id.Firm) {
				if commits++; commits == 2 {
					die(errPower)
				}
				woken(f)
			}
			if err := h.diffusion.Run(ctx, h.Lead.Firm, job); err != nil && ctx.Err() == nil {
				t.Fatal(err)
			}
		}
		h.Office.Woken = woken
		h.Must(h.diffusion.Run(t.Context(), h.Lead.Firm, job))
		for i, s := range h.spaces {
			if got := h.sees(h.clients[i], s); len(got) != 1 {
				t.Errorf("space %d got it %d times", i, len(got))
			}
		}
		if k := h.Kinds(h.Lead); k["diffusion.sent"] != 1 || k["diffusion.delivered"] != 3 {
			t.Errorf("the journal has %v", k)
		}

		v = h.prepared(letter(h.spaces...))
		h.Must(h.confirmed(v, time.Time{}))
		jobs := h.Jobs(diffusion.RunJob)
		beside := diffusion.NewService(h.Beside().Office, time.UTC)
		done := make(chan error, 2)
		for _, s := range []*diffusion.Service{h.diffusion, beside} {
			go func() { done <- s.Run(t.Context(), h.Lead.Firm, jobs[len(jobs)-1]) }()
		}
		h.Must(<-done, <-done)
		for i, s := range h.spaces {
			if got := h.sees(h.clients[i], s); len(got) != 2 {
				t.Errorf("after two jobs at once, space %d has %d", i, len(got))
			}
		}
	})
}

// TestFallOut: rights are those of the moment it leaves. Who was walled, whose space was
// frozen, erased from the author or closed since the preview gets nothing, and is named;
// who came in since is named too.
func TestFallOut(t *testing.T) {
	each(t, func(h *house) {
		more := h.Member(h.Lead, h.spaces[0], authz.Client, "M. Reste")
		v := h.prepared(letter(h.spaces...))
		at := h.Clock.Now().Add(48 * time.Hour)
		h.Must(h.confirmed(v, at), h.runs(t.Context()))
		if len(h.sees(h.clients[0], h.spaces[0])) != 0 {
			t.Fatal("it left before its time")
		}
		h.wall(h.clients[0].Person, h.spaces[0])
		late := h.Member(h.Lead, h.spaces[0], authz.Client, "Mme Tard")
		h.Must(freeze.NewService(h.Office).Freeze(t.Context(), h.clients[1], h.spaces[1]))
		if got := h.shown(v.ID).Spaces[1]; got.Reason != diffusion.Nobody || len(got.Wont) != 1 || got.Wont[0].Reason != diffusion.Frozen {
			t.Errorf("a frozen space is foreseen as %q, %+v", got.Reason, got.Wont)
		}
		h.Leave(h.Lead, h.spaces[2])
		h.Clock.Advance(49 * time.Hour)
		h.Must(h.runs(t.Context()))
		if got := h.sees(h.clients[0], h.spaces[0]); got != nil {
			t.Errorf("who is behind a wall reads %v", got)
		}
		if len(h.sees(more, h.spaces[0])) != 1 || len(h.sees(late, h.spaces[0])) != 1 || len(h.sees(h.clients[2], h.spaces[2])) != 0 {
			t.Error("it did not reach those it was for, or others")
		}
		v = h.shown(v.ID)
		if v.State != diffusion.Done || len(v.Spaces) != 2 {
			t.Fatalf("it is %s, in %d spaces", v.State, len(v.Spaces))
		}
		zero, one := v.Spaces[0], v.Spaces[1]
		if names(zero.Wont) != "Mme Numéro 0" || zero.Wont[0].Reason != "wall" || names(zero.Chosen()) != "M. Reste, Mme Tard" || !zero.Chosen()[1].Added || zero.Chosen()[0].Added {
			t.Errorf("of the first: %+v, missed %+v", zero.Will, zero.Wont)
		}
		if one.State != diffusion.LeftOut || one.Reason != diffusion.Nobody || one.Wont[0].Reason != diffusion.Frozen {
			t.Errorf("of the second: %+v", one)
		}
	})
}

// TestLeftOut: each reason for which a space gets nothing is the one that a memo to it
// would meet.
func TestLeftOut(t *testing.T) {
	each(t, func(h *house) {
		colleague := h.Member(h.Lead, h.spaces[2], authz.Colleague, "Me Petit")
		empty := h.Space(h.Lead, "Vide")
		v := h.prepared(letter(empty, h.spaces[0]))
		if got := v.Spaces[slices.IndexFunc(v.Spaces, func(p diffusion.Part) bool { return p.Space == empty })]; got.Reason != diffusion.Nobody {
			t.Errorf("a circle with nobody in it: %q", got.Reason)
		}
		h.Must(h.confirmed(v, time.Time{}), h.runs(t.Context()))
		if len(h.sees(h.Lead, empty)) != 0 {
			t.Error("a memo was written to nobody")
		}
		of, err := h.diffusion.Prepare(t.Context(), colleague, letter(h.spaces[2]))
		h.Must(err)
		said, err := h.diffusion.Show(t.Context(), colleague, of)
		h.Must(err)
		h.Must(h.diffusion.Send(t.Context(), colleague, diffusion.Sending{Diffusion: of, Seen: said.Seen, At: h.Clock.Now().Add(time.Hour)}))
		h.keeps(func(a *act.Act) error {
			card, err := firm.CardOf(a, colleague.Person)
			if err != nil {
				return err
			}
			return firm.Dismiss(a, h.Lead, card)
		})
		h.Clock.Advance(2 * time.Hour)
		h.Must(h.runs(t.Context()))
		if got := h.sees(h.clients[2], h.spaces[2]); len(got) != 0 {
			t.Errorf("who has left the firm writes %v", got)
		}
		late := letter(h.spaces[0])
		late.ReplyBy = "2026-11-25"
		v = h.prepared(late)
		h.Must(h.confirmed(v, h.Clock.Now().Add(20*24*time.Hour)))
		h.Clock.Advance(21 * 24 * time.Hour)
		h.Must(h.runs(t.Context()))
		if got := h.shown(v.ID).Spaces[0]; got.Reason != diffusion.Worded || len(got.Wont) != 1 {
			t.Errorf("with a date to answer that has passed: %+v", got)
		}
	})
}

// TestGuard: what the guard finds is confirmed space by space; what it finds only when it
// leaves stops that space.
func TestGuard(t *testing.T) {
	each(t, func(h *house) {
		g := guard.NewService(h.Office)
		_, err := g.Add(t.Context(), h.Lead, h.spaces[0], "Mme Numéro 0")
		h.Must(err)
		v := h.prepared(letter(h.spaces...))
		if len(v.Spaces[0].Found) != 1 || v.Spaces[0].Found[0].Reason != guard.Adverse || len(v.Spaces[1].Found) != 0 {
			t.Fatalf("the guard finds %+v", v.Spaces[0].Found)
		}
		if err := h.diffusion.Send(t.Context(), h.Lead, diffusion.Sending{Diffusion: v.ID, Seen: v.Seen}); !fault.Is(err, fault.Invalid) {
			t.Errorf("nothing was confirmed: %v", err)
		}
		h.Must(h.confirmed(v, h.Clock.Now().Add(time.Hour)))
		_, err = g.Add(t.Context(), h.Lead, h.spaces[1], "Mme Numéro 1")
		h.Must(err)
		h.Clock.Advance(2 * time.Hour)
		h.Must(h.runs(t.Context()))
		v = h.shown(v.ID)
		if v.Spaces[0].State != diffusion.Sent || v.Spaces[1].Reason != diffusion.Guarded || v.Spaces[2].State != diffusion.Sent || len(h.sees(h.clients[1], h.spaces[1])) != 0 {
			t.Errorf("it became %+v", v.Spaces)
		}
		if h.Kinds(h.Lead)["guard.overridden"] != 1 {
			t.Error("what was confirmed is not in the journal")
		}
	})
}

// TestChanged: what is confirmed is what was seen. Cancelled, it is a draft again, and its
// job finds nothing to do; a draft is changed and thrown away; what has left is not.
func TestChanged(t *testing.T) {
	each(t, func(h *house) {
		v := h.prepared(letter(h.spaces[0]))
		h.Member(h.Lead, h.spaces[0], authz.Client, "M. Nouveau")
		if err := h.confirmed(v, time.Time{}); !fault.Is(err, fault.Conflict) {
			t.Errorf("who came in meanwhile was not seen: %v", err)
		}
		v = h.shown(v.ID)
		at := h.Clock.Now().Add(time.Hour)
		for _, wrong := range []time.Time{at.Add(-2 * time.Hour), at.AddDate(2, 0, 0)} {
			if err := h.confirmed(v, wrong); !fault.Is(err, fault.Invalid) {
				t.Errorf("at %v: %v", wrong, err)
			}
		}
		h.Must(h.confirmed(v, at))
		if err := h.diffusion.Change(t.Context(), h.Lead, v.ID, letter(h.spaces[1])); !fault.Is(err, fault.Conflict) {
			t.Errorf("changed while it waits: %v", err)
		}
		h.Must(h.diffusion.Cancel(t.Context(), h.Lead, v.ID))
		h.Must(h.diffusion.Change(t.Context(), h.Lead, v.ID, letter(h.spaces[1])))
		n, err := h.diffusion.Plan(t.Context(), h.Lead, v.ID)
		h.Must(err)
		if !slices.Equal(n.Spaces, h.spaces[1:2]) || n.To != circle.Client || n.Circles != nil || n.Body != letter().Body {
			t.Errorf("its plan is %+v", n)
		}
		h.Clock.Advance(2 * time.Hour)
		h.Must(h.runs(t.Context()))
		if len(h.sees(h.clients[0], h.spaces[0])) != 0 || h.shown(v.ID).State != diffusion.Draft {
			t.Error("what was cancelled left")
		}
		h.Must(h.diffusion.Discard(t.Context(), h.Lead, v.ID))
		if _, err := h.diffusion.Show(t.Context(), h.Lead, v.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("thrown away: %v", err)
		}
		done := h.sent(letter(h.spaces[1]))
		for what, err := range map[string]error{
			"cancel": h.diffusion.Cancel(t.Context(), h.Lead, done.ID), "discard": h.diffusion.Discard(t.Context(), h.Lead, done.ID), "send": h.confirmed(done, time.Time{}),
		} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s after it left: %v", what, err)
			}
		}
	})
}

// TestDocuments: a document goes with the memo of its own space alone, and gives nobody a
// right to it; who would not see it is named.
func TestDocuments(t *testing.T) {
	each(t, func(h *house) {
		shown := h.File(h.Lead, h.spaces[0], "note.txt", []byte("note"), h.Circles(h.Lead, h.spaces[0]).Client).Document
		kept := h.File(h.Lead, h.spaces[0], "interne.txt", []byte("interne")).Document
		n := letter(h.spaces[1])
		n.Documents = []id.Item{shown}
		if _, err := h.diffusion.Prepare(t.Context(), h.Lead, n); !fault.Is(err, fault.Invalid) {
			t.Errorf("a document would leave its space: %v", err)
		}
		n = letter(h.spaces[0], h.spaces[1])
		n.Documents = []id.Item{shown, kept}
		v := h.prepared(n)
		if p := v.Spaces[0]; len(p.Documents) != 2 || len(p.Chosen()[0].Lacks) != 1 || p.Chosen()[0].Lacks[0].ID != kept || len(v.Spaces[1].Documents) != 0 {
			t.Errorf("with documents: %+v", p)
		}
		h.Must(h.confirmed(v, time.Time{}), h.runs(t.Context()))
		threads, _, err := h.memos.Conversation(t.Context(), h.clients[0], memo.Query{Space: h.spaces[0], Limit: 10})
		h.Must(err)
		if got := threads[0].Memos[0].References; !slices.Equal(got, []id.Item{shown}) {
			t.Errorf("the client is pointed to %v", got)
		}
		raw, err := h.diffusion.Proof(t.Context(), h.Lead, v.ID, h.spaces[0], h.clients[0].Person)
		h.Must(err)
		r, err := diffusion.Verify(raw, "")
		h.Must(err)
		if len(r.Statement.Documents) != 1 || r.Statement.Documents[0].Title != "note" && r.Statement.Documents[0].Title != "note.txt" {
			t.Errorf("her proof says %+v", r.Statement.Documents)
		}
	})
}

// TestTold: the preview says how each person is told: at her hour, not at all, by nobody.
func TestTold(t *testing.T) {
	each(t, func(h *house) {
		notices := notice.NewService(h.Office)
		h.Must(notices.Choose(t.Context(), h.clients[0], notice.Choice{Daily: 18}))
		h.Must(notices.Mute(t.Context(), h.clients[1], h.spaces[1]))
		h.keeps(func(a *act.Act) error { return notice.Refused(a, h.clients[2], "person@example.org", 550) })
		n := letter(h.spaces...)
		n.Asks = ""
		want := []diffusion.Told{diffusion.Later, diffusion.Muted, diffusion.Bounced}
		for i, p := range h.prepared(n).Spaces {
			if got := p.Chosen()[0]; got.Told != want[i] || i == 0 && got.When.Hour() != 18 {
				t.Errorf("%s is told %q at %v, want %q", got.Name, got.Told, got.When, want[i])
			}
		}
		n.Asks = memo.WasRead
		if got := h.prepared(n).Spaces[1].Chosen()[0].Told; got != diffusion.AtOnce {
			t.Errorf("who must answer is told %q", got)
		}
	})
}

// TestOnlyAuthor: nobody but its author knows of a diffusion, not even an administrator of
// the firm or a colleague of the same spaces; a client has no such thing.
func TestOnlyAuthor(t *testing.T) {
	each(t, func(h *house) {
		colleague := h.Member(h.Lead, h.spaces[0], authz.Colleague, "Me Petit")
		v := h.sent(letter(h.spaces[0]))
		for name, by := range map[string]authz.Actor{"a colleague": colleague, "a client": h.clients[0], "another firm": h.Found("Cabinet Autre", "Me Autre")} {
			if _, err := h.diffusion.Show(t.Context(), by, v.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s sees it: %v", name, err)
			}
			if err := h.diffusion.Recall(t.Context(), by, v.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s takes it back: %v", name, err)
			}
			if _, err := h.diffusion.Proof(t.Context(), by, v.ID, h.spaces[0], h.clients[0].Person); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s has its proof: %v", name, err)
			}
		}
		if all, _, err := h.diffusion.List(t.Context(), colleague, "", 10); err != nil || len(all) != 0 {
			t.Errorf("a colleague lists %v, %v", all, err)
		}
		if _, err := h.diffusion.Prepare(t.Context(), h.clients[0], letter(h.spaces[0])); !fault.Is(err, fault.NotFound) {
			t.Errorf("a client prepares one: %v", err)
		}
		if _, err := h.diffusion.Prepare(t.Context(), colleague, letter(h.spaces[1])); !fault.Is(err, fault.Invalid) {
			t.Errorf("to a space that is not hers: %v", err)
		}
		confined := h.Lead
		confined.Via, confined.Pass = authz.ViaToken, &authz.Pass{Kinds: []string{"diffusion"}}
		of, err := h.diffusion.Prepare(t.Context(), confined, letter(h.spaces[0]))
		h.Must(err)
		said, err := h.diffusion.Show(t.Context(), confined, of)
		h.Must(err)
		if err := h.diffusion.Send(t.Context(), confined, diffusion.Sending{Diffusion: of, Seen: said.Seen}); !fault.Is(err, fault.Invalid) || said.Spaces[0].Reason != diffusion.Right {
			t.Errorf("a program that may not write memos sends one: %v, %q", err, said.Spaces[0].Reason)
		}
		h.Leave(h.Lead, h.spaces[0])
		if got := h.shown(v.ID); len(got.Spaces) != 0 || got.Subject != "" {
			t.Errorf("of a space that is not hers any more she still sees %+v", got)
		}
	})
}

// TestByProgram: a program of hers that only reads changes nothing of her diffusions, and
// one that is left other things does not see them.
func TestByProgram(t *testing.T) {
	each(t, func(h *house) {
		ctx, reading, memos := h.t.Context(), h.Lead, h.Lead
		reading.Via, reading.Pass = authz.ViaToken, &authz.Pass{ReadOnly: true}
		memos.Via, memos.Pass = authz.ViaToken, &authz.Pass{Kinds: []string{"memo"}}
		sent, draft, set := h.sent(letter(h.spaces[0])), h.prepared(letter(h.spaces[1])), h.prepared(letter(h.spaces[2]))
		h.Must(h.confirmed(set, h.Clock.Now().Add(48*time.Hour)))
		for what, do := range map[string]func(by authz.Actor) error{
			"prepares": func(by authz.Actor) error { _, err := h.diffusion.Prepare(ctx, by, letter(h.spaces[1])); return err },
			"changes":  func(by authz.Actor) error { return h.diffusion.Change(ctx, by, draft.ID, letter(h.spaces[2])) },
			"discards": func(by authz.Actor) error { return h.diffusion.Discard(ctx, by, draft.ID) },
			"cancels":  func(by authz.Actor) error { return h.diffusion.Cancel(ctx, by, set.ID) },
			"recalls":  func(by authz.Actor) error { return h.diffusion.Recall(ctx, by, sent.ID) },
		} {
			if err := do(reading); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a program that only reads %s: %v", what, err)
			}
		}
		for what, read := range map[string]func(by authz.Actor) error{
			"lists":   func(by authz.Actor) error { _, _, err := h.diffusion.List(ctx, by, "", 10); return err },
			"shows":   func(by authz.Actor) error { _, err := h.diffusion.Show(ctx, by, sent.ID); return err },
			"listens": func(by authz.Actor) error { _, err := h.diffusion.Heard(ctx, by, sent.ID); return err },
			"proves": func(by authz.Actor) error {
				_, err := h.diffusion.Proof(ctx, by, sent.ID, h.spaces[0], h.clients[0].Person)
				return err
			},
		} {
			h.Must(read(reading))
			if err := read(memos); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a program for memos %s: %v", what, err)
			}
		}
	})
}

// TestWrong: what is wrong with the form is said at once, each beside its field.
func TestWrong(t *testing.T) {
	each(t, func(h *house) {
		_, err := h.diffusion.Prepare(t.Context(), h.Lead, diffusion.New{Words: diffusion.Words{ReplyBy: "demain", Asks: "peut-être"}, To: "x"})
		var all fault.Fields
		if !errors.As(err, &all) {
			t.Fatal(err)
		}
		said := map[string]bool{}
		for _, e := range all {
			said[e.Field] = true
		}
		if got := slices.Sorted(maps.Keys(said)); !slices.Equal(got, []string{"asks", "body", "circle", "reply_by", "space", "subject"}) {
			t.Errorf("wrong are %v", got)
		}
		for field, n := range map[string]diffusion.New{
			"circle": {Words: letter().Words, Spaces: h.spaces[:1], Circles: []id.Circle{h.Circles(h.Lead, h.spaces[1]).Client}},
			"space":  {Words: letter().Words, Spaces: []id.Space{"0000000000000000000000000a"}, To: circle.Client},
		} {
			_, err := h.diffusion.Prepare(t.Context(), h.Lead, n)
			if one, ok := errors.AsType[*fault.Error](err); !ok || one.Field != field {
				t.Errorf("in %s: %v", field, err)
			}
		}
		h.Must(h.diffusion.Run(t.Context(), h.Lead.Firm, outbox.Job{Payload: []byte(`{"diffusion":"0000000000000000000000000a","at":"1"}`)}))
		if err := h.diffusion.Run(t.Context(), h.Lead.Firm, outbox.Job{Payload: []byte(`{`)}); err == nil {
			t.Error("a job that says nothing is done")
		}
	})
}

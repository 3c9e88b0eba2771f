package slot_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/law"
	"cenacle/internal/lifecycle"
	"cenacle/internal/overview"
	"cenacle/internal/slot"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

type room struct {
	*documenttest.House
	t       *testing.T
	space   id.Space
	circles circle.House
	agendas *agenda.Service
	slots   *slot.Service
	client  authz.Actor
	guest   authz.Actor
}

func each(t *testing.T, run func(r room)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		zone, err := time.LoadLocation(i18n.Zone)
		h.Must(err)
		periods, err := law.Load()
		h.Must(err)
		s, agendas := h.Space(h.Lead, "Mme Petit"), agenda.New(h.Office, zone, periods)
		run(room{
			House: h, t: t, space: s, circles: h.Circles(h.Lead, s), agendas: agendas, slots: slot.New(h.Office, agendas, zone),
			client: h.Member(h.Lead, s, authz.Client, "Mme Petit"), guest: h.Member(h.Lead, s, authz.Guest, "Me Roux"),
		})
	})
}

// on is an afternoon so many days from the clock of the house.
func (r room) on(days int) agenda.When {
	return agenda.When{Day: r.Clock.Now().AddDate(0, 0, days).Format(time.DateOnly), Start: "14:00", End: "15:00"}
}

func (r room) asking() slot.Proposing {
	return slot.Proposing{
		Space: r.space, Person: r.client.Person, Words: slot.Words{Title: " Préparer l’audience ", Place: "Au cabinet"},
		Times: []agenda.When{r.on(3), r.on(2), r.on(4)}, Circles: []id.Circle{r.circles.Client},
	}
}

func (r room) propose() slot.Proposal {
	r.t.Helper()
	p, err := r.slots.Propose(r.t.Context(), r.Lead, r.asking())
	r.Must(err)
	return p
}

func (r room) choose(by authz.Actor, p slot.Proposal, choice int) (id.Item, error) {
	return r.slots.Choose(r.t.Context(), by, slot.Choosing{Space: r.space, Proposal: p.ID, Choice: choice})
}

// shown is a proposal as somebody reads it.
func (r room) shown(by authz.Actor, p slot.Proposal) slot.Proposal {
	r.t.Helper()
	out, err := r.slots.Show(r.t.Context(), by, r.space, p.ID)
	r.Must(err)
	return out
}

// mailed is how many mails of a kind are planned.
func (r room) mailed(job string) (n int) {
	r.t.Helper()
	r.Must(r.Office.See(r.t.Context(), r.Lead.Firm, func(a *act.Act) error {
		return a.Row(countJobs, []any{job}, &n)
	}))
	return n
}

// TestChosen: one of the times becomes a meeting in the agenda of those it was meant
// for, in the name of who proposed it, and no other does.
func TestChosen(t *testing.T) {
	each(t, func(r room) {
		p := r.propose()
		if got := r.shown(r.client, p); got.Circles != nil || got.Title != "Préparer l’audience" || got.State != slot.Waiting || len(got.Times) != 3 || got.ByName == "" {
			t.Errorf("she reads %+v", got)
		}
		event, err := r.choose(r.client, p, 2)
		r.Must(err)
		found, _, err := r.agendas.List(t.Context(), r.client, agenda.Query{Space: r.space, Limit: 10})
		r.Must(err)
		if len(found) != 1 || found[0].ID != event || found[0].When != r.on(4) || found[0].Title != "Préparer l’audience" || found[0].Author != r.Lead.Person || found[0].Kind != agenda.Meeting {
			t.Errorf("the agenda has %+v", found)
		}
		again, err := r.choose(r.client, p, 2)
		if err != nil || again != event {
			t.Errorf("the same answer again: %s, %v", again, err)
		}
		if _, err := r.choose(r.client, p, 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("another answer: %v", err)
		}
		for what, err := range map[string]error{
			"declined after": r.slots.Decline(t.Context(), r.client, r.space, p.ID), "withdrawn after": r.slots.Withdraw(t.Context(), r.Lead, r.space, p.ID),
		} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if got := r.shown(r.Lead, p); got.State != slot.Chosen || got.Choice != 2 || got.Event != event || len(got.Circles) == 0 {
			t.Errorf("the lead reads %+v", got)
		}
		if r.mailed(slot.NoticeJob) != 1 || r.mailed(slot.AnswerJob) != 1 {
			t.Errorf("%d and %d mails", r.mailed(slot.NoticeJob), r.mailed(slot.AnswerJob))
		}
		if got, _, err := r.agendas.List(t.Context(), r.guest, agenda.Query{Space: r.space, Limit: 10}); err != nil || len(got) != 0 {
			t.Errorf("LEAK: a guest has %d of it, %v", len(got), err)
		}
	})
}

// TestEnds: declined, withdrawn or expired, a proposal takes no answer; twice is once.
func TestEnds(t *testing.T) {
	each(t, func(r room) {
		ctx := t.Context()
		declined, withdrawn, late := r.propose(), r.propose(), r.propose()
		for range 2 {
			r.Must(r.slots.Decline(ctx, r.client, r.space, declined.ID))
			r.Must(r.slots.Withdraw(ctx, r.Lead, r.space, withdrawn.ID))
		}
		r.Clock.Advance(3 * 24 * time.Hour) // two of its times have passed
		if _, err := r.choose(r.client, late, 1); !fault.Is(err, fault.Invalid) {
			t.Errorf("a time that has passed: %v", err)
		}
		r.Clock.Advance(24 * time.Hour)
		r.Clock.Advance(24 * time.Hour)
		for want, p := range map[slot.State]slot.Proposal{slot.Declined: declined, slot.Withdrawn: withdrawn, slot.Expired: late} {
			if got := r.shown(r.client, p).State; got != want {
				t.Errorf("it is %s, want %s", got, want)
			}
			if _, err := r.choose(r.client, p, 2); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s, then chosen: %v", want, err)
			}
		}
		if r.mailed(slot.AnswerJob) != 1 {
			t.Errorf("%d mails of answers", r.mailed(slot.AnswerJob))
		}
	})
}

// TestWho: a proposal is between the firm and one person.
func TestWho(t *testing.T) {
	each(t, func(r room) {
		ctx, p := t.Context(), r.propose()
		rival := r.Found("Cabinet Rival", "Me Rival")
		stranger := r.Space(r.Lead, "M. Martin")
		for what, by := range map[string]authz.Actor{"a guest": r.guest, "another firm": rival} {
			_, shown := r.slots.Show(ctx, by, r.space, p.ID)
			_, chosen := r.choose(by, p, 0)
			for verb, err := range map[string]error{
				"shows": shown, "chooses": chosen, "declines": r.slots.Decline(ctx, by, r.space, p.ID), "withdraws": r.slots.Withdraw(ctx, by, r.space, p.ID),
			} {
				if !fault.Is(err, fault.NotFound) {
					t.Errorf("%s %s it: %v", what, verb, err)
				}
			}
		}
		if _, err := r.choose(r.Lead, p, 0); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the lead chooses for her: %v", err)
		}
		if _, err := r.slots.Show(ctx, r.Lead, stranger, p.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("in another space: %v", err)
		}
		if got, err := r.slots.List(ctx, r.guest, r.space); err != nil || len(got) != 0 {
			t.Errorf("LEAK: a guest lists %d, %v", len(got), err)
		}
		if _, err := r.slots.Propose(ctx, r.client, r.asking()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a client proposes: %v", err)
		}
		left := r.Member(r.Lead, r.space, authz.Colleague, "Me Ancel")
		hers, err := r.slots.Propose(ctx, left, r.asking())
		r.Must(err)
		r.Must(lifecycle.New(r.Office, nil, nil).RemoveMember(ctx, r.Lead, r.space, left.Person))
		if _, err := r.choose(r.client, hers, 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("who proposed it has left: %v", err)
		}
		if got, _, err := r.agendas.List(ctx, r.Lead, agenda.Query{Space: r.space, Limit: 10}); err != nil || len(got) != 0 {
			t.Errorf("the agenda has %d, %v", len(got), err)
		}
	})
}

// TestRefused: each fault in its field, and nothing kept.
func TestRefused(t *testing.T) {
	each(t, func(r room) {
		for _, c := range []struct {
			field  string
			change func(*slot.Proposing)
		}{
			{"title", func(n *slot.Proposing) { n.Title = " " }},
			{"time1", func(n *slot.Proposing) { n.Times = nil }},
			{"time2", func(n *slot.Proposing) { n.Times[1] = n.Times[0] }},
			{"time2", func(n *slot.Proposing) { n.Times[1].Start = "" }}, // an end without a beginning
			{"time3", func(n *slot.Proposing) { n.Times[2] = r.on(-1) }},
			{"person", func(n *slot.Proposing) { n.Person = r.Lead.Person }},
			{"circle", func(n *slot.Proposing) { n.Circles = []id.Circle{r.circles.Firm} }},
		} {
			n := r.asking()
			c.change(&n)
			_, err := r.slots.Propose(t.Context(), r.Lead, n)
			one, ok := errors.AsType[*fault.Error](err)
			if of, many := errors.AsType[fault.Fields](err); many {
				one, ok = of[0], true
			}
			if !ok || one.Kind != fault.Invalid || one.Field != c.field {
				t.Errorf("%s: %v", c.field, err)
			}
		}
		if got, err := r.slots.List(t.Context(), r.Lead, r.space); err != nil || len(got) != 0 {
			t.Errorf("kept: %d, %v", len(got), err)
		}
	})
}

var (
	countJobs = store.ForFirm(`select count(*) from job where firm_id = $1 and kind = $2`)

	forgeries = map[string]store.FirmStmt{
		"of another person": store.ForFirm(`update proposal set person_id = made_by where firm_id = $1 and id = $2`),
		"by another":        store.ForFirm(`update proposal set made_by = person_id where firm_id = $1 and id = $2`),
		"for longer":        store.ForFirm(`update proposal set until_at = until_at + 86400000000 where firm_id = $1 and id = $2`),
		"answered":          store.ForFirm(`update proposal set outcome = 'declined' where firm_id = $1 and id = $2`),
		"another choice":    store.ForFirm(`update proposal set choice = 1 where firm_id = $1 and id = $2`),
	}
)

// TestCRY03_ForgedProposals: a proposal whose row was touched opens nothing.
func TestCRY03_ForgedProposals(t *testing.T) {
	each(t, func(r room) {
		for name, stmt := range forgeries {
			p := r.propose()
			r.Must(r.Office.Keep(t.Context(), r.Lead.Firm, func(a *act.Act) error {
				n, err := a.Exec(stmt, p.ID)
				if n != 1 {
					t.Errorf("%s: %d rows were forged", name, n)
				}
				return err
			}))
			if _, err := r.slots.Show(t.Context(), r.Lead, r.space, p.ID); !errors.Is(err, vault.ErrTampered) {
				t.Errorf("%s: a forged row is shown: %v", name, err)
			}
			if _, err := r.choose(r.client, p, 0); !errors.Is(err, vault.ErrTampered) {
				t.Errorf("%s: a forged row is answered: %v", name, err)
			}
		}
	})
}

// TestWaits: what waits for somebody's answer is told to the firm's side and to her, in
// the space and over all, until she has answered or the last of the times has begun.
func TestWaits(t *testing.T) {
	each(t, func(r room) {
		all := overview.New(r.Office)
		waits := func(by authz.Actor) (out []overview.Wait) {
			found, err := all.Space(r.t.Context(), by, r.space)
			r.Must(err)
			for _, w := range found {
				if w.Kind == overview.ToChoose {
					out = append(out, w)
				}
			}
			return out
		}
		p := r.propose()
		for who, by := range map[string]authz.Actor{"the lawyer": r.Lead, "the client": r.client} {
			got := waits(by)
			if len(got) != 1 || got[0].Who != r.client.Person || got[0].Mine != (by.Person == r.client.Person) || got[0].By != r.on(4).Day || got[0].Count != 1 {
				r.t.Errorf("%s reads %+v", who, got)
			}
		}
		if got := waits(r.guest); len(got) != 0 {
			r.t.Errorf("the guest reads %+v", got)
		}
		d, err := all.Desk(r.t.Context(), r.Lead, space.Page{Limit: 5})
		r.Must(err)
		if !slices.ContainsFunc(d.Waits, func(w overview.Wait) bool { return w.Kind == overview.ToChoose && w.Space == r.space }) {
			r.t.Errorf("the desk shows %+v", d.Waits)
		}
		if _, err := r.choose(r.client, p, 0); err != nil {
			r.t.Fatal(err)
		}
		if got := waits(r.Lead); len(got) != 0 {
			r.t.Errorf("answered, and it waits: %+v", got)
		}
		r.propose()
		r.Clock.Advance(6 * 24 * time.Hour)
		if got := waits(r.Lead); len(got) != 0 {
			r.t.Errorf("over, and it waits: %+v", got)
		}
	})
}

package forum_test

import (
	"slices"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/attest"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/forum"
	"cenacle/internal/id"
	"cenacle/internal/offer"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// neutral lets an expert and the clerk of the judge into an expertise.
func (x *expertise) neutral() (expert, clerk authz.Actor) {
	return x.Member(x.Lead, x.In, authz.Expert, "M. Sapiteur"), x.Member(x.Lead, x.In, authz.Clerk, "Mme Greffe")
}

// TestNeutral: an expert and a clerk read what all have before them and the register of
// all parties, and nothing of a private tray; neither is ever of a party, and a clerk
// leaves nothing.
func TestNeutral(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x, ctx := openExpertise(h), t.Context()
		expert, clerk := x.neutral()
		roux, noir := x.People[0], x.People[1]
		kept := h.Upload(roux, document.BeginUpload{Space: x.In, Tray: space.PartyTray, Name: "Projet"}, []byte("Projet")).Document
		x.Read(noir, x.bring(roux, "Devis", ""), "")
		rounds := offer.New(h.Office)
		whole, err := x.Forums.Register(ctx, h.Lead, x.In)
		h.Must(err)
		for who, by := range map[string]authz.Actor{"the expert": expert, "the clerk": clerk} {
			r, err := x.Forums.Register(ctx, by, x.In)
			h.Must(err)
			if len(r.Parties) != 4 || r.Side != "" || len(r.Lines) != len(whole.Lines) || r.Lines[0].Cells[2].OpenedEntry != whole.Lines[0].Cells[2].OpenedEntry || r.Parties[3].Paper == nil {
				t.Errorf("%s reads %+v", who, r)
			}
			if got := x.labels(by); len(got) != 1 {
				t.Errorf("%s reads the exhibits %q", who, got)
			}
			if _, err := h.Documents.Show(ctx, by, kept); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s reads a private tray: %v", who, err)
			}
			room, err := space.NewService(h.Office, nil).Show(ctx, by, x.In)
			h.Must(err)
			if !slices.ContainsFunc(room.People, func(p space.Person) bool { return p.Person == noir.Person }) {
				t.Errorf("%s does not know who stands for a party", who)
			}
			if err := circle.NewService(h.Office).Admit(ctx, h.Lead, x.In, x.Sides[2].ID, by.Person); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s is let into a party: %v", who, err)
			}
		}
		room, err := space.NewService(h.Office, nil).Show(ctx, roux, x.In)
		h.Must(err)
		for who, want := range map[id.Person]bool{expert.Person: true, clerk.Person: true, noir.Person: false, x.Client.Person: false} {
			if slices.ContainsFunc(room.People, func(p space.Person) bool { return p.Person == who }) != want {
				t.Errorf("of a party one knows of %s: %v", who, !want)
			}
		}
		_, err = attest.New(h.Office).Draw(ctx, expert, x.In)
		h.Must(err)
		for what, err := range map[string]error{
			"attests":        second(attest.New(h.Office).Draw(ctx, clerk, x.In)),
			"sets":           x.Forums.SetInstant(ctx, clerk, x.In, h.Clock.Now().Add(time.Hour)),
			"begins a round": second(rounds.Ask(ctx, clerk, offer.Asking{Space: x.In, Subject: "Prix", Until: h.Clock.Now().Add(time.Hour), Parties: []id.Circle{x.Sides[0].ID, x.Sides[1].ID}})),
			"brings":         second(h.Documents.Begin(ctx, clerk, document.BeginUpload{Space: x.In, Tray: space.ClientTray, Name: "Note", Size: 1})),
		} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("a clerk %s: %v", what, err)
			}
		}
		if all, err := attest.New(h.Office).Of(ctx, clerk, x.In); err != nil || len(all) != 1 {
			t.Errorf("a clerk sees the attestations %v, %v", all, err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// TestExpertBrings: what an expert hands in is before all from the first byte to the last,
// official, without a number; and waits as long as a party would not have it.
func TestExpertBrings(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x, ctx := openExpertise(h), t.Context()
		expert, clerk := x.neutral()
		note := h.Deposit(expert, x.In, "Note aux parties", []byte("Note")).Document
		for who, by := range map[string]authz.Actor{"a party": x.People[0], "another": x.People[1], "the client": x.Client, "the firm": h.Lead, "the clerk": clerk, "the expert": expert} {
			d, err := h.Documents.Show(ctx, by, note)
			if err != nil || d.Nature != authz.NatureOfficial || d.Exhibit != nil {
				t.Errorf("%s reads %v %+v: %v", who, d.Nature, d.Exhibit, err)
			}
		}
		h.Must(x.Forums.Unbranch(ctx, h.Lead, x.In, x.Sides[2].ID))
		if _, err := h.Documents.Begin(ctx, expert, document.BeginUpload{Space: x.In, Tray: space.ClientTray, Name: "Pré-rapport", Size: 1}); !fault.Is(err, fault.Conflict) {
			t.Errorf("handed in while a party has no reader: %v", err)
		}
	})
}

// TestExpertBegins: a round that an expert began is before her, and before another expert,
// in no circle of it; one that the firm began is not.
func TestExpertBegins(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x, ctx := openExpertise(h), t.Context()
		expert, clerk := x.neutral()
		rounds := offer.New(h.Office)
		n := offer.Asking{Space: x.In, Subject: "Prise en charge", Until: h.Clock.Now().Add(time.Hour), Parties: []id.Circle{x.Sides[0].ID, x.Sides[1].ID}}
		hers, err := rounds.Ask(ctx, expert, n)
		h.Must(err)
		theirs, err := rounds.Ask(ctx, h.Lead, n)
		h.Must(err)
		for _, of := range []id.Round{hers.ID, theirs.ID} {
			_, err := rounds.Show(ctx, x.People[0], x.In, of)
			h.Must(err)
		}
		second := h.Member(h.Lead, x.In, authz.Expert, "Mme Seconde")
		for who, by := range map[string]authz.Actor{"she": expert, "another expert": second} {
			if _, err := rounds.Show(ctx, by, x.In, hers.ID); err != nil {
				t.Errorf("%s sees the round of an expert: %v", who, err)
			}
			if all, err := rounds.List(ctx, by, x.In); err != nil || len(all) != 1 {
				t.Errorf("%s lists %d rounds, %v", who, len(all), err)
			}
		}
		for who, by := range map[string]authz.Actor{"an expert sees the firm's": expert, "a clerk sees it": clerk} {
			if _, err := rounds.Show(ctx, by, x.In, theirs.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", who, err)
			}
		}
		if _, err := rounds.Put(ctx, expert, offer.Putting{Space: x.In, Round: hers.ID}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an expert puts an offer in: %v", err)
		}
	})
}

// TestInstant: what parties have set for the instant of their forum follows it to another
// one; taken back, nothing of it comes. What was set for another instant stays.
func TestInstant(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x, ctx := openExpertise(h), t.Context()
		expert, _ := x.neutral()
		roux, noir := x.People[0], x.People[1]
		keep := func(by authz.Actor, name string) id.Item {
			return h.Upload(by, document.BeginUpload{Space: x.In, Tray: space.PartyTray, Name: name}, []byte(name)).Document
		}
		run := func() {
			t.Helper()
			for _, j := range h.Jobs(document.ReleaseJob) {
				if j.RunAt.After(h.Clock.Now()) {
					continue
				}
				h.Must(h.Documents.Due(ctx, h.Lead.Firm, j))
			}
		}
		now := h.Clock.Now()
		nine, ten := now.Add(time.Hour), now.Add(2*time.Hour)
		for what, at := range map[string]time.Time{"the past": now, "two years": now.AddDate(2, 0, 0)} {
			if err := x.Forums.SetInstant(ctx, expert, x.In, at); !fault.Is(err, fault.Invalid) {
				t.Errorf("set for %s: %v", what, err)
			}
		}
		for who, by := range map[string]authz.Actor{"a party": roux, "the client": x.Client} {
			if err := x.Forums.SetInstant(ctx, by, x.In, nine); !fault.Is(err, fault.Forbidden) {
				t.Errorf("set by %s: %v", who, err)
			}
		}
		if err := x.Forums.SetInstant(ctx, expert, x.In, time.Time{}); !fault.Is(err, fault.Conflict) {
			t.Errorf("taken back before it was set: %v", err)
		}
		if err := x.Forums.SetInstant(ctx, h.Lead, h.Space(h.Lead, "Sans parties"), nine); !fault.Is(err, fault.Conflict) {
			t.Errorf("set where there is no forum: %v", err)
		}
		h.Must(x.Forums.SetInstant(ctx, expert, x.In, nine))
		if jobs := h.Jobs(forum.NoticeJob); len(jobs) != 2 {
			t.Errorf("%d people are told", len(jobs))
		}
		h.Must(
			h.Documents.ReleaseAt(ctx, roux, document.Releasing{Document: keep(roux, "Un")}, nine),
			h.Documents.ReleaseAt(ctx, noir, document.Releasing{Document: keep(noir, "Deux")}, nine),
			h.Documents.ReleaseAt(ctx, noir, document.Releasing{Document: keep(noir, "Trois")}, nine.Add(time.Minute)),
			x.Forums.SetInstant(ctx, h.Lead, x.In, ten),
		)
		now2 := forum.Notice{Space: x.In, Person: roux.Person, At: store.Micros(nine)}
		waits := func(n forum.Notice) (err error) {
			h.Must(h.Office.See(ctx, roux.Firm, func(a *act.Act) error { err = forum.Waits(a, roux, n); return nil }))
			return err
		}
		if err := waits(now2); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody is told of an instant that is another one: %v", err)
		}
		now2.At = store.Micros(ten)
		h.Must(waits(now2))
		h.Clock.Advance(time.Hour + time.Minute)
		run()
		if got := x.labels(expert); len(got) != 1 {
			t.Errorf("at the former instant all read %q", got)
		}
		h.Clock.Advance(time.Hour)
		run()
		if got := x.labels(expert); len(got) != 3 {
			t.Errorf("at the instant all read %q", got)
		}
		last := h.Clock.Now().Add(time.Hour)
		h.Must(
			x.Forums.SetInstant(ctx, expert, x.In, last),
			h.Documents.ReleaseAt(ctx, roux, document.Releasing{Document: keep(roux, "Quatre")}, last),
			x.Forums.SetInstant(ctx, expert, x.In, time.Time{}),
		)
		h.Clock.Advance(2 * time.Hour)
		run()
		if got := x.labels(expert); len(got) != 3 {
			t.Errorf("after it was taken back all read %q", got)
		}
		if now, err := x.Forums.Instant(ctx, noir, x.In); err != nil || !now.At.IsZero() {
			t.Errorf("the instant is %+v, %v", now, err)
		}
		if k := h.Kinds(h.Lead); k["forum.instant"] != 4 || k["release.set"] != 6 || k["release.cancelled"] != 1 || k["document.released"] != 3 {
			t.Errorf("the journal counts %v", k)
		}
	})
}

package proof

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/deposit"
	"cenacle/internal/depositlink"
	"cenacle/internal/dire"
	"cenacle/internal/document"
	"cenacle/internal/firm"
	"cenacle/internal/forum"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	hours "cenacle/internal/notice"
	"cenacle/internal/offer"
	"cenacle/internal/outbox"
	asking "cenacle/internal/question"
	"cenacle/internal/request"
	"cenacle/internal/store/storetest"

	"cenacle/internal/slot"
	"cenacle/internal/store"
	"cenacle/internal/vigilance"
)

// ISO-02 and ISO-07: each job that mails looks again at the right of whom it
// mails. Two people are to be told of the same; before anything leaves, one of
// them loses her right.
func TestISO02Jobs(t *testing.T) {
	t.Parallel()
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		t.Parallel()
		w := quiet(t, c, fmt.Sprint("CENACLE_LIMIT_DOCUMENTS=", many-1))
		rows := append(spaceJobs(w), firmJobs(w)...) // in this order: the first forget invitations
		// Those of webhooks mail nobody: TestISO07_RightsAreThoseOfTheMoment takes
		// their owner's rights away.
		covered := map[string]bool{"webhook.walk": true, "webhook.send": true, "deposit.lapse": true, "request.ladder": true, "agenda.remind": true, "vigilance.watch": true, "vigilance.erase": true, "vigilance.screen": true, "sanction.examine": true, "space.pass": true, "absence.begin": true, "absence.cover": true, "absence.end": true, "group.enter": true, "group.leave": true, "diffusion.run": true, "drive.empty": true, "document.release": true, // the last in package drive
			"document.erase": true, "document.shred": true, "document.words": true, "memo.words": true, "document.screen": true, "preview.render": true} // nobody's right
		for _, r := range rows {
			covered[r.kind] = true
		}
		for kind := range jobs {
			if !covered[kind] {
				t.Errorf("nobody loses a right before a job %s", kind)
			}
		}
		w.serve()
		w.pass(5 * time.Minute)
		mails, err := w.server.Mailbox.List(t.Context(), 500)
		w.must(err)
		count := map[string]int{}
		for _, m := range mails {
			count[m.To]++
		}
		for _, r := range rows {
			if count[r.kept] != 1 || count[r.lost] != 0 {
				t.Errorf("%s, %s: %d mails to %s, who kept her right, %d to %s, who lost it", r.kind, r.why, count[r.kept], r.kept, count[r.lost], r.lost)
			}
		}
	})
}

// notice is a job for two people, of whom one has lost her right.
type notice struct{ kind, why, kept, lost string }

func (w *world) disable(c *cabinet, of id.Person) {
	w.t.Helper()
	w.must(w.server.Office.Keep(w.t.Context(), c.id, func(a *act.Act) error {
		card, err := firm.CardOf(a, of)
		if err != nil {
			return err
		}
		card.State = firm.Disabled
		return firm.PutCard(a, c.admin.actor, card)
	}))
}

func firmJobs(w *world) []notice {
	kept, lost := w.found("Cabinet Un", "Me Un", "un@un.example"), w.found("Cabinet Deux", "Me Deux", "deux@deux.example")
	w.disable(lost, lost.admin.id)
	third := w.found("Cabinet Trois", "Me Trois", "trois@trois.example")
	guards, loses := third.colleague("Me Garde", "garde@trois.example", authz.Lawyer), third.colleague("Me Perd", "perd@trois.example", authz.Lawyer)
	w.behind().exec(`delete from job where kind = 'notice.colleague'`)
	for _, p := range []*person{guards, loses} {
		w.must(w.server.Lifecycle.FactorsChanged(w.t.Context(), p.id, authz.ViaPassword, lifecycle.FactorAdded))
	}
	signs, leaves := third.colleague("Me Signe", "signe@trois.example", authz.Lawyer), third.colleague("Me Laisse", "laisse@trois.example", authz.Lawyer)
	w.behind().exec(`delete from job where kind = 'notice.colleague'`)
	for _, p := range []*person{signs, leaves} {
		w.must(w.server.Lifecycle.DeviceMet(w.t.Context(), account.Session{Person: p.id, Via: authz.ViaPassword}))
	}
	asks, quits := third.colleague("Me Demande", "demande@trois.example", authz.Lawyer), third.colleague("Me Quitte", "quitte@trois.example", authz.Lawyer)
	w.behind().exec(`delete from job where kind = 'notice.colleague'`)
	for _, p := range []*person{asks, quits} {
		in, err := w.server.Accounts.Resume(w.t.Context(), p.token)
		w.must(err)
		w.must(w.server.Lifecycle.AskMove(w.t.Context(), in, "autre."+p.email))
	}
	w.disable(third, quits.id)
	w.disable(third, leaves.id)
	third.colleague("Me Reste", "reste@trois.example", authz.Lawyer)
	gone := third.colleague("Me Part", "part@trois.example", authz.Lawyer)
	w.disable(third, gone.id)
	w.disable(third, loses.id)
	return []notice{
		{"notice.welcome", "card disabled", kept.admin.email, lost.admin.email},
		{"notice.factor", "card disabled", "garde@trois.example", "perd@trois.example"},
		{"notice.device", "card disabled", "signe@trois.example", "laisse@trois.example"},
		{"notice.mailbox", "card disabled", "demande@trois.example", "quitte@trois.example"},
		{"notice.mailbox", "card disabled, the other one", "autre.demande@trois.example", "autre.quitte@trois.example"},
		{"notice.colleague", "card disabled", "reste@trois.example", "part@trois.example"},
	}
}

// ending has two clients ask for another identity of theirs to take the place of the one
// that they signed in with; one of them is shut out before her mailbox is asked.
func ending(w *world, c *cabinet) notice {
	_, stays, _ := c.pair()
	_, asks, parts := c.pair()
	for _, p := range []*person{asks, parts} {
		kept, err := w.server.Accounts.Resume(w.t.Context(), stays.token)
		w.must(err)
		challenge, err := w.server.Accounts.BeginMerge(w.t.Context(), kept)
		w.must(err)
		in, err := w.server.Accounts.Resume(w.t.Context(), p.token)
		w.must(err)
		_, err = w.server.Lifecycle.AskMerge(w.t.Context(), in, challenge)
		w.must(err)
	}
	w.disable(c, parts.id)
	return notice{"notice.merger", "card disabled", asks.email, parts.email}
}

// spaceJobs makes a space for each reason. What a person is told of her
// invitation alone counts once, so those who stay are told once of one thing.
func spaceJobs(w *world) []notice {
	ctx := w.t.Context()
	c := w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")
	out := append(hasty(w, c), gathered(w, c), ending(w, c))
	for _, one := range []struct {
		why   string
		tell  func(r room, kept, lost *person) id.Item
		takes func(r room, lost *person, it id.Item)
	}{
		{"member removed", c.sends, func(r room, lost *person, _ id.Item) {
			w.must(w.server.Lifecycle.RemoveMember(ctx, c.admin.actor, r.id, lost.id))
		}},
		{"walled off", c.sends, func(r room, lost *person, _ id.Item) { w.wall(c.id, r.id, lost.id) }},
		{"read meanwhile", c.sends, func(_ room, lost *person, it id.Item) {
			content, err := w.server.Documents.Content(ctx, lost.actor, document.Want{Item: it, Purpose: document.Preview})
			w.must(err)
			w.must(content.Reader.Close())
		}},
		{"member removed, of a memo", c.writes, func(r room, lost *person, _ id.Item) {
			w.must(w.server.Lifecycle.RemoveMember(ctx, c.admin.actor, r.id, lost.id))
		}},
	} {
		r, kept, lost := c.pair()
		it := one.tell(r, kept, lost)
		one.takes(r, lost, it)
		out = append(out, notice{"notice.item", one.why, kept.email, lost.email})
	}
	out = append(append(out, deposited(w, c)...), append(frozen(w, c), reviewed(w, c))...)
	out = append(append(out, dated(w, c)), append(proposed(w, c), offered(w, c), fixed(w, c), observed(w, c), questioned(w, c))...)
	out = append(out, identified(w, c))
	return append(append(out, requested(w, c)...), opened(w, c)...)
}

// dated reminds two clients of an event that both have read.
func dated(w *world, c *cabinet) notice {
	ctx := w.t.Context()
	r, kept, lost := c.pair()
	e, err := w.server.Agendas.Add(ctx, c.admin.actor, agenda.Adding{
		Space: r.id, Circles: []id.Circle{r.house.Client},
		Entry: agenda.Entry{Kind: agenda.Hearing, Title: "Audience", When: agenda.When{Day: w.server.Office.Clock().AddDate(0, 0, 5).Format(time.DateOnly)}},
	})
	w.must(err)
	w.must(w.server.Agendas.Read(ctx, kept.actor, r.id, []id.Item{e.ID}), w.server.Agendas.Read(ctx, lost.actor, r.id, []id.Item{e.ID}))
	w.must(w.server.Office.Keep(ctx, c.id, func(a *act.Act) error {
		for _, p := range []*person{kept, lost} {
			n := agenda.Notice{Reminder: agenda.Reminder{Space: r.id, Event: e.ID, From: store.Micros(e.From)}, Person: p.id}
			if err := a.Follow(agenda.NoticeJob, string(p.id), a.Now, n); err != nil {
				return err
			}
		}
		return nil
	}))
	w.must(w.server.Lifecycle.RemoveMember(ctx, c.admin.actor, r.id, lost.id))
	return notice{agenda.NoticeJob, "member removed", kept.email, lost.email}
}

// offered asks two people of two parties for sealed offers, of whom one leaves.
func offered(w *world, c *cabinet) notice {
	ctx := w.t.Context()
	r, _ := c.open(c.admin, "Mme Petit", address("petit.example"))
	kept, lost := c.guest(c.admin, r, "Me Reste", address("reste.example"), authz.Guest), c.guest(c.admin, r, "Me Part", address("part.example"), authz.Guest)
	w.behind().exec(`delete from job where kind = 'notice.space-opened'`)
	n := offer.Asking{Space: r.id, Subject: "Prix", Until: time.Now().Add(time.Hour)}
	for _, p := range []*person{kept, lost} {
		made, err := w.server.Circles.Make(ctx, c.admin.actor, circle.New{Space: r.id, Name: p.name, Kind: circle.Party, People: []id.Person{p.id}})
		w.must(err)
		n.Parties = append(n.Parties, made.ID)
	}
	_, err := w.server.Offers.Ask(ctx, c.admin.actor, n)
	w.must(err, w.server.Lifecycle.RemoveMember(ctx, c.admin.actor, r.id, lost.id))
	return notice{offer.NoticeJob, "member removed", kept.email, lost.email}
}

// fixed sets the instant at which two people of two parties communicate, of whom one leaves.
func fixed(w *world, c *cabinet) notice {
	ctx := w.t.Context()
	r, _ := c.open(c.admin, "Mme Durand", address("durand.example"))
	kept, lost := c.guest(c.admin, r, "Me Garde", address("garde.example"), authz.Guest), c.guest(c.admin, r, "Me Quitte", address("quitte.example"), authz.Guest)
	w.behind().exec(`delete from job where kind = 'notice.space-opened'`)
	for _, p := range []*person{kept, lost} {
		_, err := w.server.Circles.Make(ctx, c.admin.actor, circle.New{Space: r.id, Name: p.name, Kind: circle.Party, People: []id.Person{p.id}})
		w.must(err)
	}
	w.must(w.server.Forums.SetInstant(ctx, c.admin.actor, r.id, time.Now().Add(time.Hour)), w.server.Lifecycle.RemoveMember(ctx, c.admin.actor, r.id, lost.id))
	return notice{forum.NoticeJob, "member removed", kept.email, lost.email}
}

// observed has a party file a dire, and two clients told of it, of whom one leaves.
func observed(w *world, c *cabinet) notice {
	ctx := w.t.Context()
	r, _ := c.open(c.admin, "Mme Petit", address("petit.example"))
	counsel, kept, lost := c.guest(c.admin, r, "Me Dit", address("dit.example"), authz.Guest), c.guest(c.admin, r, "Mme Garde", address("garde.example"), authz.Client), c.guest(c.admin, r, "M. Perd", address("perd.example"), authz.Client)
	w.behind().exec(`delete from job where kind = 'notice.space-opened'`)
	_, err := w.server.Circles.Make(ctx, c.admin.actor, circle.New{Space: r.id, Name: "Acquéreur", Kind: circle.Party, People: []id.Person{counsel.id}})
	w.must(err)
	_, err = w.server.Dires.File(ctx, counsel.actor, dire.Filing{Space: r.id, Draft: dire.Draft{Text: "1. Le mur."}})
	w.must(err, w.server.Lifecycle.RemoveMember(ctx, c.admin.actor, r.id, lost.id))
	return notice{dire.NoticeJob, "member removed", kept.email, lost.email}
}

// questioned has a question of a party answered for two people of it, of whom one leaves.
func questioned(w *world, c *cabinet) notice {
	ctx := w.t.Context()
	r, _ := c.open(c.admin, "M. Blanc", address("blanc.example"))
	kept, lost := c.guest(c.admin, r, "Me Tient", address("tient.example"), authz.Guest), c.guest(c.admin, r, "Me Cesse", address("cesse.example"), authz.Guest)
	_, err := w.server.Circles.Make(ctx, c.admin.actor, circle.New{Space: r.id, Name: "Partie", Kind: circle.Party, People: []id.Person{kept.id, lost.id}})
	w.must(err)
	q, err := w.server.Questions.Ask(ctx, kept.actor, r.id, "Qui ?")
	w.must(err)
	w.behind().exec(`delete from job where kind = 'notice.space-opened' or kind = 'notice.question'`)
	w.must(w.server.Questions.Answer(ctx, c.admin.actor, r.id, q.ID, []asking.Reply{{Text: "Moi"}}), w.server.Lifecycle.RemoveMember(ctx, c.admin.actor, r.id, lost.id))
	return notice{asking.NoticeJob, "member removed", kept.email, lost.email}
}

// proposed has times proposed to two clients of whom one leaves, and answered to two
// lawyers of whom one leaves.
func proposed(w *world, c *cabinet) []notice {
	ctx := w.t.Context()
	r, kept, lost := c.pair()
	to := func(by, person *person) id.Proposal {
		p, err := w.server.Slots.Propose(ctx, by.actor, slot.Proposing{
			Space: r.id, Person: person.id, Words: slot.Words{Title: "Point"}, Times: []agenda.When{{Day: "2027-06-14"}}, Circles: []id.Circle{r.house.Client},
		})
		w.must(err)
		return p.ID
	}
	to(c.admin, kept)
	to(c.admin, lost)
	stays, goes := c.colleague("Me Reste", address("reste.example"), authz.FirmColleague), c.colleague("Me Part", address("part.example"), authz.FirmColleague)
	for _, by := range []*person{stays, goes} {
		w.must(w.server.Lifecycle.AddColleague(ctx, c.admin.actor, r.id, by.id), w.server.Slots.Decline(ctx, kept.actor, r.id, to(by, kept)))
		w.behind().exec(`delete from job where kind = 'notice.colleague'`)
	}
	w.must(w.server.Lifecycle.RemoveMember(ctx, c.admin.actor, r.id, goes.id), w.server.Lifecycle.RemoveMember(ctx, c.admin.actor, r.id, lost.id))
	return []notice{{slot.NoticeJob, "member removed", kept.email, lost.email}, {slot.AnswerJob, "member removed", stays.email, goes.email}}
}

// identified has two lawyers told that the dossier of their client is to be looked at.
func identified(w *world, c *cabinet) notice {
	ctx := w.t.Context()
	kept, lost := c.colleague("Me Revoit", address("revoit.example"), authz.Lawyer), c.colleague("Me Cède", address("cede.example"), authz.Lawyer)
	for _, lead := range []*person{kept, lost} {
		r, _ := c.open(lead, "Mme Connue", address("connue.example"))
		n, err := w.server.Vigilance.Keep(ctx, lead.actor, vigilance.Keeping{Space: r.id, Dossier: vigilance.Dossier{Purpose: "Conseil"}})
		w.must(err)
		w.must(w.server.Office.Keep(ctx, c.id, func(a *act.Act) error {
			return a.Follow(vigilance.NoticeJob, string(r.id), a.Now, vigilance.Notice{Watch: vigilance.Watch{Space: r.id, Edition: n}, Person: lead.id})
		}))
	}
	w.behind().exec(`delete from job where kind in ('notice.colleague', 'notice.space-opened')`)
	w.disable(c, lost.id)
	return notice{vigilance.NoticeJob, "card disabled", kept.email, lost.email}
}

// frozen has the clients of two lawyers freeze their spaces.
func frozen(w *world, c *cabinet) []notice {
	kept, lost := c.colleague("Me Gèle", address("gele.example"), authz.Lawyer), c.colleague("Me Fond", address("fond.example"), authz.Lawyer)
	for _, lead := range []*person{kept, lost} {
		r, client := c.open(lead, "Mme Gelée", address("gelee.example"))
		w.must(w.server.Freezes.Freeze(w.t.Context(), client.actor, r.id))
	}
	w.behind().exec(`delete from job where kind in ('notice.colleague', 'notice.space-opened')`)
	w.disable(c, lost.id)
	return []notice{{"notice.frozen", "card disabled", kept.email, lost.email}}
}

// reviewed has an access become due in the spaces of two lawyers.
func reviewed(w *world, c *cabinet) notice {
	kept, lost := c.colleague("Me Revoit", address("revoit.example"), authz.Lawyer), c.colleague("Me Oublie", address("oublie.example"), authz.Lawyer)
	for _, lead := range []*person{kept, lost} {
		c.open(lead, "M. Reste", address("reste.example"))
	}
	w.must(w.server.Office.Keep(w.t.Context(), c.id, func(a *act.Act) error {
		for _, p := range []*person{kept, lost} {
			if err := a.Write(ripenReviews, p.id); err != nil {
				return err
			}
			if err := a.Follow(circle.ReviewJob, string(p.id), a.Now, circle.ReviewNotice{Person: p.id}); err != nil {
				return err
			}
		}
		return nil
	}))
	w.behind().exec(`delete from job where kind in ('notice.colleague', 'notice.space-opened')`)
	w.disable(c, lost.id)
	return notice{circle.ReviewJob, "card disabled", kept.email, lost.email}
}

var ripenReviews = store.ForFirm(`update membership set review_at = 1 where firm_id = $1 and review_by = $2`)

// gathered has news wait for the hour of two clients.
func gathered(w *world, c *cabinet) notice {
	r, kept, lost := c.pair()
	it := c.sends(r, kept, lost)
	w.behind().exec(`delete from job where kind = 'notice.item'`)
	w.must(w.server.Office.Keep(w.t.Context(), c.id, func(a *act.Act) error {
		for _, p := range []*person{kept, lost} {
			raw, err := json.Marshal(item.Notice{Space: r.id, Person: p.id, Item: it})
			if err != nil {
				return err
			}
			early := outbox.Job{ID: id.New[id.Job](a.Now), Kind: item.NoticeJob, Payload: raw}
			if err := hours.Hold(a, p.id, early, a.Now.Add(time.Minute)); err != nil {
				return err
			}
		}
		return nil
	}))
	w.must(w.server.Lifecycle.RemoveMember(w.t.Context(), c.admin.actor, r.id, lost.id))
	return notice{hours.GatherJob, "member removed", kept.email, lost.email}
}

// many documents are taken in haste.
const many = 3

// hasty has the clients of two lawyers take many documents at once.
func hasty(w *world, c *cabinet) (out []notice) {
	ctx := w.t.Context()
	var leads, clients []*person
	for range 2 {
		lead := c.colleague("Me Veille", address("veille.example"), authz.Lawyer)
		r, client := c.open(lead, "Mme Hâte", address("hate.example"))
		for n := range many {
			it, err := c.file(lead, document.BeginUpload{Space: r.id, Tray: "firm", Name: "Lettre.txt", Circles: []id.Circle{r.house.Client}}, fmt.Append(nil, r.id, n))
			w.must(err)
			content, err := w.server.Documents.Content(ctx, client.actor, document.Want{Item: it, Purpose: document.Preview})
			w.must(err)
			w.must(content.Reader.Close())
		}
		leads, clients = append(leads, lead), append(clients, client)
	}
	w.behind().exec(`delete from job where kind in ('notice.colleague', 'notice.space-opened', 'notice.item')`)
	for _, two := range [][]*person{leads, clients} {
		w.disable(c, two[1].id)
		out = append(out, notice{"notice.haste", "card disabled", two[0].email, two[1].email})
	}
	return out
}

// wall is an explicit denial beside a membership that stands, as no use case
// leaves one: it wins all the same.
func (w *world) wall(f id.Firm, from id.Space, p id.Person) {
	w.t.Helper()
	w.must(w.server.Office.Keep(w.t.Context(), f, func(a *act.Act) error {
		return a.Write(insertWall, from, p, store.Micros(a.Now), []byte("wall"))
	}))
}

var insertWall = store.ForFirm(`insert into wall (firm_id, space_id, person_id, created_at, mac) values ($1, $2, $3, $4, $5)`)

// address makes one that nobody had.
func address(at string) string { return id.New[string](time.Now()) + "@" + at }

// pair opens a space with two clients whose invitations have been forgotten:
// what they are mailed from then on is about something new.
func (c *cabinet) pair() (r room, kept, lost *person) {
	c.w.t.Helper()
	r, kept = c.open(c.admin, "Mme Reste", address("reste.example"))
	lost = c.guest(c.admin, r, "M. Part", address("part.example"), authz.Client)
	c.w.behind().exec(`delete from job where kind = 'notice.space-opened'`)
	return r, kept, lost
}

func (c *cabinet) sends(r room, _, _ *person) id.Item {
	it, err := c.file(c.admin, document.BeginUpload{Space: r.id, Tray: "firm", Name: "Lettre.txt", Circles: []id.Circle{r.house.Client}}, []byte("Lettre "+string(r.id))) // no other client's bytes
	c.w.must(err)
	return it
}

func (c *cabinet) writes(r room, _, _ *person) id.Item {
	it, err := c.w.server.Memos.Write(c.w.t.Context(), c.admin.actor, memo.New{Space: r.id, Subject: "Question", Body: "Une question.", Circles: []id.Circle{r.house.Client}})
	c.w.must(err)
	return it
}

func opened(w *world, c *cabinet) []notice {
	ctx := w.t.Context()
	asked, keeps, loses := c.pair()
	for _, p := range []*person{keeps, loses} {
		w.must(w.server.Invitations.Invite(ctx, c.admin.actor, asked.id, p.id))
	}
	w.must(w.server.Lifecycle.RemoveMember(ctx, c.admin.actor, asked.id, loses.id))
	boxed, keepsBox, losesBox := c.pair()
	for _, p := range []*person{keepsBox, losesBox} {
		_, err := w.server.Letterboxes.Make(ctx, c.admin.actor, depositlink.Making{Space: boxed.id, Person: p.id})
		w.must(err)
	}
	w.must(w.server.Lifecycle.RemoveMember(ctx, c.admin.actor, boxed.id, losesBox.id))
	r, kept := c.open(c.admin, "Mme Ouverte", address("ouverte.example"))
	lost := c.guest(c.admin, r, "M. Fermé", address("ferme.example"), authz.Client)
	w.must(w.server.Lifecycle.RemoveMember(ctx, c.admin.actor, r.id, lost.id))
	return []notice{
		{"notice.space-opened", "member removed", kept.email, lost.email},
		{"notice.link", "member removed", keeps.email, loses.email},
		{"notice.deposit-link", "member removed", keepsBox.email, losesBox.email},
	}
}

func deposited(w *world, c *cabinet) []notice {
	kept, lost := c.colleague("Me Garde", address("garde.example"), authz.FirmColleague), c.colleague("Me Quitte", address("quitte.example"), authz.FirmColleague)
	r, client := c.open(c.admin, "Mme Dépose", address("depose.example"), kept, lost)
	w.behind().exec(`delete from job where kind = 'notice.colleague'`)
	_, err := c.file(client, document.BeginUpload{Space: r.id, Tray: "client", Name: "Paie.txt"}, []byte("Paie"))
	w.must(err)
	_, err = w.server.Deposits.Close(w.t.Context(), client.actor, deposit.Finish{Space: r.id})
	w.must(err)
	w.must(w.server.Lifecycle.RemoveMember(w.t.Context(), c.admin.actor, r.id, lost.id))
	return []notice{{"notice.deposit", "member removed", kept.email, lost.email}}
}

// requested asks two clients for a paper, reminds two others, and tells two
// lawyers that somebody has not answered.
func requested(w *world, c *cabinet) (out []notice) {
	ctx := w.t.Context()
	for _, kind := range []string{request.ReminderJob, request.NoticeJob} {
		r, kept, lost := c.pair()
		for _, p := range []*person{kept, lost} {
			_, err := w.server.Requests.Ask(ctx, c.admin.actor, request.Asking{Space: r.id, Person: p.id, Papers: []request.Paper{{Name: "RIB"}}})
			w.must(err)
		}
		if kind == request.ReminderJob {
			w.behind().exec(`delete from job where kind = 'notice.request' and run_at > 0`)
			w.must(w.server.Requests.Remind(ctx, c.admin.actor, r.id, kept.id), w.server.Requests.Remind(ctx, c.admin.actor, r.id, lost.id))
		}
		w.must(w.server.Lifecycle.RemoveMember(ctx, c.admin.actor, r.id, lost.id))
		out = append(out, notice{kind, "member removed", kept.email, lost.email})
	}
	return append(out, unanswered(w, c))
}

func unanswered(w *world, c *cabinet) notice {
	kept, lost := c.colleague("Me Suit", address("suit.example"), authz.FirmColleague), c.colleague("Me Ignore", address("ignore.example"), authz.FirmColleague)
	r, client := c.open(c.admin, "Mme Attend", address("attend.example"), kept, lost)
	w.behind().exec(`delete from job where kind in ('notice.colleague', 'notice.space-opened')`)
	_, err := w.server.Requests.Ask(w.t.Context(), c.admin.actor, request.Asking{Space: r.id, Person: client.id, Papers: []request.Paper{{Name: "RIB"}}})
	w.must(err)
	w.must(w.server.Office.Keep(w.t.Context(), c.id, func(a *act.Act) error {
		for _, p := range []*person{kept, lost} {
			if err := a.Follow(request.OverdueJob, string(p.id), a.Now, request.Overdue{Space: r.id, Person: p.id, Of: client.id}); err != nil {
				return err
			}
		}
		return nil
	}))
	w.must(w.server.Lifecycle.RemoveMember(w.t.Context(), c.admin.actor, r.id, lost.id))
	return notice{request.OverdueJob, "member removed", kept.email, lost.email}
}

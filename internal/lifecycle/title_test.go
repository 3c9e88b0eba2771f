package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/lifecycle"
	"cenacle/internal/mail"
	"cenacle/internal/memo"
	"cenacle/internal/notice"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

const canary = "Canari Projet de convention"

// told is a space whose client signs in, and what memos do in it.
type told struct {
	*world
	space.Space
	spaces  *space.Service
	memos   *memo.Service
	claire  id.Person
	circles []id.Circle
}

func (w *world) told() *told {
	w.Helper()
	sp := w.opens("Claire Petit", client)
	w.one(client)
	_, _, err := w.invitations.Use(w.Context(), w.firm, w.token(w.one(client)), at("192.0.2.1"))
	w.must(err)
	r := &told{world: w, Space: sp, spaces: space.NewService(w.office, nil), memos: memo.NewService(w.office), claire: w.find(client).ID}
	w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error {
		h, err := circle.HouseOf(a, sp.ID)
		r.circles = []id.Circle{h.All}
		return err
	}))
	return r
}

func (r *told) level(l circle.Level) {
	r.Helper()
	r.clock.Advance(time.Millisecond)
	r.must(r.spaces.Tell(r.Context(), r.lawyer, r.ID, l))
	r.clock.Advance(time.Millisecond)
}

// says sends a memo with the canary for subject and returns the mail about it, which
// has left once the time for others to join it is over.
func (r *told) says(by authz.Actor, after func(id.Item)) mail.Message {
	r.Helper()
	before := len(r.mails(client))
	r.clock.Advance(time.Millisecond) // mails are listed by the age of their jobs
	it, err := r.memos.Write(r.Context(), by, memo.New{Space: r.ID, Subject: canary, Body: "Un secret.", Circles: r.circles})
	r.must(err)
	if after != nil {
		after(it)
	}
	r.later()
	all := r.mails(client)
	if len(all) != before+1 {
		r.Fatalf("%d mails, want one more than %d", len(all), before)
	}
	last := all[len(all)-1]
	// What is unread is told again with what comes next.
	r.markRead(authz.Actor{Person: r.claire}, it)
	_, _, err = r.invitations.Use(r.Context(), r.firm, r.token(r.path(last)), at("192.0.2.1"))
	r.must(err)
	return last
}

func (r *told) wants(what string, m mail.Message, title bool) {
	r.Helper()
	if got := strings.Contains(m.Text, "– "+canary+"\n") && strings.Contains(m.HTML, canary); got != title || strings.Contains(m.Subject+m.Text+m.HTML, "secret") ||
		!title && strings.Contains(m.Subject+m.Text+m.HTML, "Canari") {
		r.Errorf("%s: %q", what, m.Text)
	}
}

// TestOUT05_TitlesWhereChosen: a mail says a title only where the lawyer who answers for the
// space chose so, of what was sent since and while it stands, by the firm, of a nature
// that takes that way; and each such mail is in the journal.
func TestOUT05_TitlesWhereChosen(t *testing.T) {
	each(t, func(w *world) {
		r := w.told()
		r.wants("a space that opens", r.says(w.lawyer, nil), false)
		r.wants("raised after it was sent", r.says(w.lawyer, func(id.Item) { r.level(circle.Titles) }), false)
		r.wants("since it says titles", r.says(w.lawyer, nil), true)
		r.wants("of a nature that does not leave by mail", r.says(w.lawyer, func(it id.Item) { r.nature(it, authz.NatureDefense) }), false)
		r.wants("lowered before it left", r.says(w.lawyer, func(id.Item) { r.level(circle.Neutral) }), false)
		r.wants("raised again, which says nothing of what was sent meanwhile", r.says(w.lawyer, func(id.Item) { r.level(circle.Titles) }), false)
		if n := w.count(countEntries, "notice.titled"); n != 1 {
			w.Errorf("%d lines of mails with a title, want 1", n)
		}
		if n := w.count(countEntries, "space.level_chosen"); n != 3 {
			w.Errorf("%d lines of levels", n)
		}

		guest, err := w.life.AddGuest(w.Context(), w.lawyer, r.ID, lifecycle.Guest{Name: "Me Adverse", Email: "adverse@exemple.fr", Role: authz.Guest, Language: "fr"})
		w.must(err)
		r.wants("what somebody outside the firm calls so", r.says(authz.Actor{Person: guest, Firm: w.firm, Role: authz.Outsider, Via: authz.ViaPassword}, nil), false)

		_, mailed := w.signed(paulAt, r.Space)
		r.says(w.lawyer, nil)
		all := w.mails(paulAt)
		if mailed() != 1 || strings.Contains(all[len(all)-1].Text, "Canari") {
			w.Errorf("a colleague is told %q", all[len(all)-1].Text)
		}
	})
}

// nature gives an item one.
func (r *told) nature(it id.Item, n authz.Nature) {
	r.Helper()
	r.keep(func(a *act.Act) error {
		h, _, err := item.Open(a, r.lawyer, r.ID, item.Memo, it, authz.MemoRead)
		if err != nil {
			return err
		}
		return item.Reclassify(a, h, n)
	})
}

// TestGatheredSaysNoTitle: one mail for several spaces says of none.
func TestGatheredSaysNoTitle(t *testing.T) {
	each(t, func(w *world) {
		w.ourTime()
		r := w.told()
		r.level(circle.Titles)
		other := w.opens("Autre dossier", client)
		claire := authz.Actor{Person: r.claire, Firm: w.firm, Role: authz.Outsider, Via: authz.ViaPassword}
		w.must(notice.NewService(w.office).Choose(w.Context(), claire, notice.Choice{Daily: 18}))
		before := len(w.mails(client))
		_, err := r.memos.Write(w.Context(), w.lawyer, memo.New{Space: r.ID, Subject: canary, Body: "Un secret.", Circles: r.circles})
		w.must(err)
		w.publishes(other.ID, false)
		w.later()
		w.mails(client)
		w.until(0, 18, 0)
		all := w.mails(client)
		if len(all) != before+1 || strings.Contains(all[len(all)-1].Text, "Canari") || !strings.Contains(all[len(all)-1].Text, "2 espaces") {
			w.Errorf("%d mails, the last %q", len(all)-before, all[len(all)-1].Text)
		}
	})
}

// TestWhoChoosesTheLevel: who answers for the space raises it; anybody of the firm's
// side takes it back; nobody else knows of it.
func TestWhoChoosesTheLevel(t *testing.T) {
	each(t, func(w *world) {
		r := w.told()
		paul, _ := w.signed(paulAt, r.Space)
		claire := authz.Actor{Person: r.claire, Firm: w.firm, Role: authz.Outsider, Via: authz.ViaPassword}
		stale := w.lawyer
		stale.Stale = true
		wants := func(by authz.Actor, l circle.Level, kind fault.Kind) {
			w.Helper()
			if err := r.spaces.Tell(w.Context(), by, r.ID, l); !fault.Is(err, kind) {
				w.Errorf("%s to %s: %v", by.Role, l, err)
			}
		}
		wants(paul, circle.Titles, fault.Forbidden)
		wants(claire, circle.Titles, fault.Forbidden)
		wants(claire, circle.Neutral, fault.Forbidden)
		wants(stale, circle.Titles, fault.Forbidden)
		wants(stale, circle.Enclosed, fault.Forbidden)
		wants(paul, circle.Enclosed, fault.Forbidden)
		wants(w.lawyer, "piece", fault.Invalid)
		r.level(circle.Titles)
		w.must(r.spaces.Tell(w.Context(), paul, r.ID, circle.Neutral))
		r.level(circle.Titles)
		w.keep(func(a *act.Act) error { // written by hand
			return a.Write(forgeLevel, r.ID, "titre 1")
		})
		err := w.office.See(w.Context(), w.firm, func(a *act.Act) error {
			_, _, err := circle.LevelOf(a, r.ID)
			return err
		})
		if err == nil {
			w.Error("a level that nobody chose is believed")
		}
	})
}

var forgeLevel = store.ForFirm(`update space set notice = $3 where firm_id = $1 and id = $2`)

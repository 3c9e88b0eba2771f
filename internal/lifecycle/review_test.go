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
	"cenacle/internal/lifecycle"
	"cenacle/internal/store"
)

// reviews are those of who answers for a space.
func (w *world) reviews(by authz.Actor) []lifecycle.Review {
	w.Helper()
	found, err := w.life.Reviews(w.Context(), by)
	w.must(err)
	return found
}

// TestReviews: each person from outside has a date and a lawyer who answers for her
// access; when it is due she is told on a Monday, and again four weeks later, until she
// has said that the person stays or goes. Nothing ends by itself.
func TestReviews(t *testing.T) {
	each(t, func(w *world) {
		paul := w.colleague("Paul Leroy", "paul@delmas.example", authz.Lawyer)
		form := w.form("Claire Petit", "claire@petit.example")
		form.Colleagues = []id.Person{paul.Person}
		sp, err := w.life.OpenSpace(w.Context(), w.lawyer, form)
		w.must(err)
		opened := w.clock.Now()
		claire := w.find("claire@petit.example").ID
		client := authz.Actor{Person: claire, Firm: w.firm, Role: authz.Outsider, Via: authz.ViaLink, Scope: sp.ID}

		all := w.reviews(w.lawyer)
		if len(all) != 1 || all[0].Late || all[0].Name != "Claire Petit" || all[0].SpaceName != sp.Name || all[0].Role != authz.Client || !all[0].Due.Equal(opened.AddDate(1, 0, 0)) {
			t.Fatalf("%+v", all)
		}
		if other := w.reviews(paul); len(other) != 0 {
			t.Errorf("a colleague is asked: %+v", other)
		}
		if _, err := w.life.Reviews(w.Context(), client); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			t.Errorf("the client is: %v", err)
		}
		for who, by := range map[string]authz.Actor{"a colleague": paul, "the client": client} {
			due, err := w.life.ReviewsIn(w.Context(), by, sp.ID)
			if told := who == "a colleague"; told && (err != nil || len(due) != 1) || !told && (!fault.Is(err, fault.Forbidden) || len(due) > 0) {
				t.Errorf("%s is told who is looked at again: %v, %v", who, due, err)
			}
			if _, err := w.life.AddGuest(w.Context(), by, sp.ID, lifecycle.Guest{}); who == "the client" && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s is told what is wrong with whom she adds: %v", who, err)
			}
		}
		w.clock.Advance(all[0].Due.Sub(w.clock.Now()) + 6*24*time.Hour) // the Monday after
		if all = w.reviews(w.lawyer); len(all) != 1 || !all[0].Late {
			t.Fatalf("%+v", all)
		}
		w.reminded(1)
		w.clock.Advance(28 * 24 * time.Hour)
		w.reminded(2)
		w.refusesToKeep(sp.ID, paul, client)

		until := w.clock.Now().AddDate(0, 2, 0)
		w.must(w.life.KeepAccess(w.Context(), w.lawyer, sp.ID, claire, until.Format(time.DateOnly)))
		if all = w.reviews(w.lawyer); len(all) != 1 || all[0].Late || all[0].Due.Format(time.DateOnly) != until.Format(time.DateOnly) {
			t.Errorf("kept: %+v", all)
		}
		w.clock.Advance(35 * 24 * time.Hour)
		w.reminded(2)
		w.must(w.life.HandOver(w.Context(), w.lawyer, sp.ID, paul.Person))
		if mine, his := w.reviews(w.lawyer), w.reviews(paul); len(mine) != 0 || len(his) != 1 {
			t.Errorf("handed over: %+v and %+v", mine, his)
		}
		if err := w.life.KeepAccess(w.Context(), w.lawyer, sp.ID, claire, until.AddDate(0, 1, 0).Format(time.DateOnly)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("who answers for it no longer: %v", err)
		}
		before := len(w.mails("paul@delmas.example"))
		w.clock.Advance(35 * 24 * time.Hour)
		if got := len(w.mails("paul@delmas.example")); got != before+1 {
			t.Errorf("his successor has %d mails, want one more than %d", got, before)
		}
		w.must(w.life.RemoveMember(w.Context(), paul, sp.ID, claire))
		if his := w.reviews(paul); len(his) != 0 {
			t.Errorf("ended: %+v", his)
		}
		if n := w.count(countEntries, "member.kept"); n != 1 {
			t.Errorf("the journal has %d", n)
		}
	})
}

// reminded demands so many reminders to her who answers, none of which names anybody.
func (w *world) reminded(want int) {
	w.Helper()
	got := 0
	for _, m := range w.mails("anne@delmas.example") {
		if m.Subject == "Des accès sont à revoir" {
			got++
			if strings.Contains(m.Text, "Petit") {
				w.Errorf("%q", m.Text)
			}
		}
	}
	if got != want {
		w.Fatalf("%d reminders, want %d", got, want)
	}
}

func (w *world) refusesToKeep(in id.Space, paul, client authz.Actor) {
	w.Helper()
	keep := func(by authz.Actor, of id.Person, until time.Time) error {
		return w.life.KeepAccess(w.Context(), by, in, of, until.Format(time.DateOnly))
	}
	soon := w.clock.Now().AddDate(0, 1, 0)
	for name, tt := range map[string]struct {
		err  error
		kind fault.Kind
		key  string
	}{
		"a colleague":     {keep(paul, client.Person, soon), fault.Forbidden, ""},
		"herself":         {keep(client, client.Person, soon), fault.Forbidden, ""},
		"of the firm":     {keep(w.lawyer, paul.Person, soon), fault.NotFound, ""},
		"today":           {keep(w.lawyer, client.Person, w.clock.Now()), fault.Invalid, "lifecycle.review_past"},
		"too far":         {keep(w.lawyer, client.Person, w.clock.Now().AddDate(3, 0, 2)), fault.Invalid, "lifecycle.review_far"},
		"no day":          {w.life.KeepAccess(w.Context(), w.lawyer, in, client.Person, "demain"), fault.Invalid, "lifecycle.review_unreadable"},
		"nobody":          {keep(w.lawyer, id.New[id.Person](w.clock.Now()), soon), fault.NotFound, ""},
		"in another firm": {keep(authz.Actor{Person: w.lawyer.Person, Firm: w.firm, Role: authz.Admin, Via: authz.ViaPassword, Scope: id.New[id.Space](w.clock.Now())}, client.Person, soon), fault.NotFound, ""},
	} {
		if fault.KindOf(tt.err) != tt.kind || tt.key != "" && !strings.Contains(tt.err.Error(), tt.key) {
			w.Errorf("%s: %v", name, tt.err)
		}
	}
}

// TestReviewDates: the firm's rhythm holds for who joins from then on; a space that was
// frozen gives each her date back; who joined without one gets it from the sweep.
func TestReviewDates(t *testing.T) {
	each(t, func(w *world) {
		sp := w.opens("Claire Petit", "claire@petit.example")
		claire := w.find("claire@petit.example").ID
		opened := w.clock.Now()
		if err := w.firms.ChooseReview(w.Context(), w.lawyer, 5); !fault.Is(err, fault.Invalid) {
			t.Errorf("five months: %v", err)
		}
		lawyer := w.colleague("Paul Leroy", "paul@delmas.example", authz.Lawyer)
		if err := w.firms.ChooseReview(w.Context(), lawyer, 3); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a lawyer: %v", err)
		}
		w.must(w.firms.ChooseReview(w.Context(), w.lawyer, 3))
		guest, err := w.life.AddGuest(w.Context(), w.lawyer, sp.ID, lifecycle.Guest{Name: "Me Roux", Email: "anne@roux.example", Role: authz.Guest, Language: "fr"})
		w.must(err)
		due := func(of id.Person, want time.Time) {
			t.Helper()
			all, err := w.life.ReviewsIn(w.Context(), w.lawyer, sp.ID)
			w.must(err)
			if got := all[of]; !got.Equal(want) {
				t.Errorf("due on %s, want %s", got, want)
			}
		}
		due(claire, opened.AddDate(1, 0, 0))
		due(guest, opened.AddDate(0, 3, 0))
		due(w.lawyer.Person, time.Time{})

		var kept []circle.Kept
		w.keep(func(a *act.Act) (err error) {
			kept, err = circle.Suspend(a, sp.ID)
			return err
		})
		if all := w.reviews(w.lawyer); len(all) != 0 {
			t.Errorf("frozen: %+v", all)
		}
		frozen := w.clock.Now()
		w.clock.Advance(time.Hour)
		w.keep(func(a *act.Act) error { return circle.Restore(a, sp.ID, frozen, kept) })
		due(guest, opened.AddDate(0, 3, 0))

		w.keep(func(a *act.Act) error {
			return a.Write(forgetReviews)
		})
		due(claire, time.Time{})
		w.must(circle.NewService(w.office).Sweep(w.Context(), w.firm))
		due(claire, opened.AddDate(0, 3, 0))
		due(w.lawyer.Person, time.Time{})
	})
}

var forgetReviews = store.ForFirm(`update membership set review_at = 0, review_by = '' where firm_id = $1`)

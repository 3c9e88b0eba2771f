package lifecycle_test

import (
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/freeze"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/vigilance"
)

// away has a colleague stand in for the lawyer who answers for the space.
func (r *told) away() authz.Actor {
	r.Helper()
	paul, _ := r.signed(paulAt)
	r.keep(func(a *act.Act) error {
		stands, err := circle.Stand(a, circle.StandIn{
			Absence: id.New[id.Absence](a.Now), Space: r.ID, Person: paul.Person, Away: r.lawyer.Person, Until: a.Now.Add(72 * time.Hour),
		})
		if err == nil && !stands {
			r.Error("nobody stands in")
		}
		return err
	})
	return paul
}

// TestWhoIsAwayIsNotMailed: for the time of an absence the mails of a space go to who
// stands in, those to the lawyer in charge alone too; afterwards they go where they went.
func TestWhoIsAwayIsNotMailed(t *testing.T) {
	each(t, func(w *world) {
		r := w.told()
		paul := r.away()
		lawyer := "anne@delmas.example"
		asked := func(what string, do func(), toLawyer, toDeputy int) {
			w.Helper()
			l, d := len(w.mails(lawyer)), len(w.mails(paulAt))
			do()
			if l, d = len(w.mails(lawyer))-l, len(w.mails(paulAt))-d; l != toLawyer || d != toDeputy {
				w.Errorf("%s: %d mails to who is away and %d to who stands in, want %d and %d", what, l, d, toLawyer, toDeputy)
			}
		}
		writes := func() {
			w.clock.Advance(time.Millisecond)
			_, err := r.memos.Write(w.Context(), authz.Actor{Person: r.claire, Firm: w.firm, Role: authz.Outsider, Via: authz.ViaPassword},
				memo.New{Space: r.ID, Subject: "Question", Body: "Quand ?", Circles: r.circles})
			w.must(err)
			w.later()
		}
		frozen := func() { w.follow(freeze.NoticeJob, invitation.Notice{Person: w.lawyer.Person, Space: r.ID}) }
		law, err := vigilance.Load()
		w.must(err)
		n, err := vigilance.New(w.office, time.UTC, law).Keep(w.Context(), w.lawyer, vigilance.Keeping{Space: r.ID, Dossier: vigilance.Dossier{Purpose: "Conseil"}})
		w.must(err)
		due := func() {
			w.follow(vigilance.NoticeJob, vigilance.Notice{Watch: vigilance.Watch{Space: r.ID, Edition: n}, Person: w.lawyer.Person})
			w.later() // it joins what follows the memo
		}
		asked("a memo of the client", writes, 0, 1)
		asked("a dossier that is due", due, 0, 1)
		asked("to the lawyer in charge alone", frozen, 0, 1)
		w.clock.Advance(73 * time.Hour)
		asked("after her last day, before any job", writes, 1, 0)
		w.keep(func(a *act.Act) error {
			_, _, err := circle.StandDown(a, r.ID, paul.Person)
			return err
		})
		asked("afterwards", frozen, 1, 0)
	})
}

// TestWhoStandsInLeaves: what she answered for in the place of another needs no
// successor, and stays with the other.
func TestWhoStandsInLeaves(t *testing.T) {
	each(t, func(w *world) {
		r := w.told()
		paul := r.away()
		l, err := w.life.Leaving(w.Context(), w.lawyer, paul.Person)
		w.must(err)
		if l.LedCount != 0 {
			w.Errorf("%d spaces are said to be hers", l.LedCount)
		}
		w.must(w.life.Depart(w.Context(), w.lawyer, lifecycle.Departure{Person: paul.Person}))
		room, err := r.spaces.Census(w.Context(), w.lawyer, r.ID)
		w.must(err)
		if room.Lead != w.lawyer.Person || room.Mine != authz.Lead || len(room.StandIn) != 0 {
			w.Errorf("%s answers for it, %s, %v stand in", room.Lead, room.Mine, room.StandIn)
		}
	})
}

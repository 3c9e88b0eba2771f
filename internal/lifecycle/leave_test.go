package lifecycle_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/token"
)

// office is a firm with two lawyers besides its founder, and an associate.
type office struct {
	*world
	paul, nora, ines authz.Actor
}

func staffed(w *world) office {
	return office{w, w.colleague("Paul Leroy", "paul@delmas.example", authz.Lawyer),
		w.colleague("Nora Blanc", "nora@delmas.example", authz.Lawyer), w.colleague("Inès Roux", "ines@delmas.example", authz.FirmColleague)}
}

// led opens a space that somebody answers for, and the founder is not in.
func (o office) led(by authz.Actor, n int, with ...id.Person) id.Space {
	o.Helper()
	form := o.form(fmt.Sprintf("Client %d", n), fmt.Sprintf("client%d@exemple.fr", n))
	form.Colleagues = with
	sp, err := o.life.OpenSpace(o.Context(), by, form)
	o.must(err)
	return sp.ID
}

func (o office) departs(d lifecycle.Departure) error {
	return o.life.Depart(o.Context(), o.lawyer, d)
}

// TestDeparture: at once nothing opens any more, on any way; each space has somebody
// who answers for it and sees what the one who left saw, and her name stays.
func TestDeparture(t *testing.T) {
	each(t, func(w *world) {
		o := staffed(w)
		mine, theirs := o.led(o.paul, 1, o.ines.Person), o.led(o.nora, 2, o.paul.Person)
		memos := memo.NewService(w.office)
		house, err := houseOf(w, mine)
		w.must(err)
		w.clock.Advance(time.Hour)
		_, err = memos.Write(w.Context(), o.paul, memo.New{Space: mine, Subject: "Point", Body: "Entre nous.", Circles: []id.Circle{house.Firm}})
		w.must(err)
		w.must(memos.SaveDraft(w.Context(), o.paul, memo.Draft{Space: mine, Body: "Jamais envoyé"}))
		tokens := token.NewService(w.office, w.accounts)
		text, _, err := tokens.Issue(w.Context(), o.paul, token.New{Use: token.API, Name: "essai"})
		w.must(err)
		w.clock.Advance(time.Hour)

		seen, err := w.life.Leaving(w.Context(), w.lawyer, o.paul.Person)
		w.must(err)
		if seen.LedCount != 1 || seen.Others != 1 || seen.Programs != 1 || seen.Drafts != 1 || seen.Only || len(seen.Heirs) != 2 {
			w.Fatalf("%+v", seen)
		}
		if one := seen.Led[0]; one.ID != mine || one.Name != "" || one.Opened.IsZero() {
			w.Errorf("the administrator, who is not in it, reads of the space %+v", one)
		}
		w.must(o.departs(lifecycle.Departure{Person: o.paul.Person, Successor: o.nora.Person}))

		if roles := w.roles(mine); roles[o.nora.Person] != authz.Lead || roles[o.paul.Person] != "" || roles[o.ines.Person] != authz.Colleague {
			w.Errorf("%v", roles)
		}
		if roles := w.roles(theirs); roles[o.nora.Person] != authz.Lead || roles[o.paul.Person] != "" {
			w.Errorf("%v", roles)
		}
		if threads, _, err := memos.Conversation(w.Context(), o.nora, memo.Query{Space: mine, Limit: 5}); err != nil || len(threads) != 1 {
			w.Errorf("who takes over does not see what was said before: %v, %v", threads, err)
		}
		if _, err := tokens.Enter(w.Context(), text, token.API, at("127.0.0.1")); !fault.Is(err, fault.Unauthenticated) {
			w.Errorf("a program goes on: %v", err)
		}
		in := account.Session{Person: o.paul.Person, Via: authz.ViaPassword, Proven: true}
		if _, err := w.firms.Stand(w.Context(), in, w.firm); !fault.Is(err, fault.NotFound) {
			w.Errorf("the firm is open to her: %v", err)
		}
		if left, err := w.firms.Left(w.Context(), o.paul.Person); err != nil || len(left) != 1 || left[0].Name != "Cabinet Delmas" {
			w.Errorf("%v, %v", left, err)
		}
		w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error {
			names, err := firm.Names(a, []id.Person{o.paul.Person})
			if names[o.paul.Person] != "Paul Leroy" {
				w.Errorf("%v", names)
			}
			return err
		}))
		after, err := w.life.Leaving(w.Context(), w.lawyer, o.paul.Person)
		w.must(err)
		if after.LedCount+after.Others+after.Programs+after.Drafts != 0 || after.Card.State != firm.Disabled {
			w.Errorf("%+v", after)
		}
		w.wants(o.departs(lifecycle.Departure{Person: o.paul.Person}), fault.Conflict, "", "lifecycle.left_already")
		if n := w.count(countEntries, "firm.colleague_left"); n != 1 {
			w.Errorf("the journal has it %d times", n)
		}

		_, err = w.firms.AddColleague(w.Context(), w.lawyer, firm.Colleague{Name: "Paul Leroy", Email: "paul@delmas.example", Role: authz.Lawyer, Language: i18n.French})
		w.must(err)
		if _, err := w.firms.Stand(w.Context(), in, w.firm); err != nil {
			w.Errorf("who comes back: %v", err)
		}
		if _, err := tokens.Enter(w.Context(), text, token.API, at("127.0.0.1")); !fault.Is(err, fault.Unauthenticated) {
			w.Errorf("a program came back with her: %v", err)
		}
		if roles := w.roles(mine); roles[o.paul.Person] != "" {
			w.Error("a space came back with her")
		}
	})
}

// TestDepartureIsRefused: without somebody for each space, by who may not, of the only
// administrator; and then nothing has changed.
func TestDepartureIsRefused(t *testing.T) {
	each(t, func(w *world) {
		o := staffed(w)
		mine := o.led(o.paul, 1, o.nora.Person)
		d := lifecycle.Departure{Person: o.paul.Person, Successor: o.nora.Person}
		stale := w.lawyer
		stale.Stale = true
		w.wants(w.life.Depart(w.Context(), stale, d), fault.Forbidden, "", "fault.stale")
		w.wants(w.life.Depart(w.Context(), o.nora, d), fault.Forbidden, "", "fault.forbidden")
		if _, err := w.life.Leaving(w.Context(), o.nora, o.paul.Person); !fault.Is(err, fault.Forbidden) {
			w.Errorf("a lawyer looks: %v", err)
		}
		client := w.find("client1@exemple.fr").ID
		for _, nobody := range []id.Person{client, id.New[id.Person](w.clock.Now())} {
			w.wants(o.departs(lifecycle.Departure{Person: nobody}), fault.NotFound, "", "fault.absent")
		}
		to := func(p id.Person) lifecycle.Departure { return lifecycle.Departure{Person: o.paul.Person, Successor: p} }
		w.wants(o.departs(to("")), fault.Invalid, "successor", "lifecycle.successor_missing")
		for _, p := range []id.Person{o.paul.Person, o.ines.Person, client} {
			w.wants(o.departs(to(p)), fault.Invalid, "successor", "lifecycle.not_lawyer")
		}
		own := to(o.nora.Person)
		own.Spaces = map[id.Space]id.Person{mine: o.ines.Person}
		w.wants(o.departs(own), fault.Invalid, lifecycle.HeirField(mine), "lifecycle.not_lawyer")
		w.must(w.life.RaiseWall(w.Context(), o.paul, lifecycle.NewWall{Space: mine, Person: o.nora.Person, Reason: "Conflit"}))
		w.wants(o.departs(d), fault.Conflict, "successor", "lifecycle.no_heir")
		w.wants(o.departs(lifecycle.Departure{Person: w.lawyer.Person}), fault.Conflict, "", "firm.last_admin")
		if roles := w.roles(mine); roles[o.paul.Person] != authz.Lead {
			w.Errorf("%v", roles)
		}
		w.must(o.departs(to(w.lawyer.Person))) // who is no member
		if roles := w.roles(mine); roles[w.lawyer.Person] != authz.Lead || roles[o.paul.Person] != "" {
			w.Errorf("%v", roles)
		}
	})
}

// TestDepartureOfMany: what does not fit into one act is passed on by a job; a space
// whose successor cannot take it any more waits for another, and nothing else does.
func TestDepartureOfMany(t *testing.T) {
	each(t, func(w *world) {
		o := staffed(w)
		const many = 45 // more than one transaction takes
		spaces := make([]id.Space, many)
		for n := range spaces {
			spaces[n] = o.led(o.paul, n)
		}
		last := slices.Max(spaces) // that of the job
		w.passing.Lock()
		w.must(o.departs(lifecycle.Departure{Person: o.paul.Person, Successor: w.lawyer.Person, Spaces: map[id.Space]id.Person{last: o.nora.Person}}))
		gone := o.departs(lifecycle.Departure{Person: o.nora.Person})
		w.passing.Unlock()
		w.must(gone)
		w.idle()
		left, err := w.life.Leaving(w.Context(), w.lawyer, o.paul.Person)
		w.must(err)
		if left.LedCount != 1 || left.Led[0].ID != last {
			w.Fatalf("%d spaces wait, want the one whose successor left too", left.LedCount)
		}
		for _, of := range spaces {
			if of == last {
				continue
			}
			if roles := w.roles(of); roles[w.lawyer.Person] != authz.Lead {
				w.Fatalf("%s: %v", of, roles)
			}
		}
		w.must(o.departs(lifecycle.Departure{Person: o.paul.Person, Successor: w.lawyer.Person}))
		if roles := w.roles(last); roles[w.lawyer.Person] != authz.Lead {
			w.Errorf("%v", roles)
		}
	})
}

// TestAdminister: a lawyer is given the firm's administration and loses it, and
// somebody always has it.
func TestAdminister(t *testing.T) {
	each(t, func(w *world) {
		o := staffed(w)
		rank := func(by authz.Actor, of id.Person, yes bool) error {
			return w.firms.Administer(w.Context(), by, of, yes)
		}
		w.wants(rank(w.lawyer, w.lawyer.Person, false), fault.Conflict, "", "firm.last_admin")
		w.wants(rank(w.lawyer, o.ines.Person, true), fault.Conflict, "", "firm.not_lawyer")
		w.wants(rank(o.paul, o.paul.Person, true), fault.Forbidden, "", "fault.forbidden")
		w.must(rank(w.lawyer, o.paul.Person, true))
		w.must(rank(w.lawyer, w.lawyer.Person, false))
		in := account.Session{Person: w.lawyer.Person, Via: authz.ViaPassword, Proven: true}
		st, err := w.firms.Stand(w.Context(), in, w.firm)
		if w.must(err); st.Actor.Role != authz.Lawyer {
			w.Errorf("the founder stands as %s", st.Actor.Role)
		}
		w.wants(w.firms.Administer(w.Context(), st.Actor, w.lawyer.Person, true), fault.Forbidden, "", "fault.forbidden")
		if given, withdrawn := w.count(countEntries, "firm.admin_given"), w.count(countEntries, "firm.admin_withdrawn"); given != 1 || withdrawn != 1 {
			w.Errorf("%d given, %d withdrawn", given, withdrawn)
		}
	})
}

func houseOf(w *world, of id.Space) (h circle.House, err error) {
	return h, w.office.See(w.Context(), w.firm, func(a *act.Act) error {
		h, err = circle.HouseOf(a, of)
		return err
	})
}

// idle lets what is due run.
func (w *world) idle() {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), time.Minute)
	defer cancel()
	w.must(w.runner.Idle(ctx))
}

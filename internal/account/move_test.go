package account

import (
	"sync"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

const elsewhere = "claire.petit@ailleurs.fr"

// asks wishes for another mailbox and has both asked.
func (w *world) asks(in Session) (Move, map[Side]string) {
	w.Helper()
	m, err := w.AskMove(w.Context(), in, elsewhere)
	w.must(err)
	return m, map[Side]string{NewMailbox: w.mailed(m, NewMailbox), OldMailbox: w.mailed(m, OldMailbox)}
}

func (w *world) mailed(m Move, side Side) string {
	w.Helper()
	token, _, err := w.IssueMove(w.Context(), m.Person, m.ID, side)
	w.must(err)
	return token
}

// confirms takes the word of one mailbox and does what is then ready.
func (w *world) confirms(token string) (Move, error) {
	m, err := w.ConfirmMove(w.Context(), token)
	if err == nil && m.Ready(w.clock.Now()) {
		err = w.Relocate(w.Context(), m)
	}
	return m, err
}

func (w *world) reads(p id.Person, want string) {
	w.Helper()
	is, err := w.Person(w.Context(), p)
	if w.must(err); is.Email != want {
		w.Fatalf("her mailbox is %s, want %s", is.Email, want)
	}
}

// AUT-07: both mailboxes agree, in any order, each once; looking consumes nothing; then
// her sessions end, and she signs in with the new one alone.
func TestAUT07_Move(t *testing.T) {
	each(t, func(w *world) {
		p := w.person(claire)
		w.set(p, good)
		session, in := w.enters(claire, good, at("192.0.2.1"))
		_, tokens := w.asks(in)
		for range 10 {
			if m, side, err := w.PeekMove(w.Context(), tokens[OldMailbox]); err != nil || side != OldMailbox || m.To != elsewhere {
				t.Fatalf("%+v, %s, %v", m, side, err)
			}
		}
		m, err := w.confirms(tokens[NewMailbox])
		if w.must(err); !m.New || m.Old {
			t.Fatalf("%+v", m)
		}
		w.clock.Advance(MoveDelay + time.Hour) // which is nothing to who has shown one thing
		if due, err := w.DueMoves(w.Context()); err != nil || len(due) != 0 {
			t.Fatalf("the new mailbox alone is enough: %v, %v", due, err)
		}
		w.reads(p, claire)
		_, err = w.confirms(tokens[NewMailbox])
		w.wants(err, fault.NotFound, "fault.absent")

		var wg sync.WaitGroup
		won := make(chan struct{}, 20)
		for range cap(won) {
			wg.Go(func() {
				if _, err := w.confirms(tokens[OldMailbox]); err == nil {
					won <- struct{}{}
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Errorf("%d of %d uses succeeded", len(won), cap(won))
		}
		w.reads(p, elsewhere)
		w.alive(session, false)
		_, _, err = w.SignIn(w.Context(), claire, good, at("192.0.2.1"))
		w.wants(err, fault.Unauthenticated, "account.refused")
		w.enters(elsewhere, good, at("192.0.2.1"))
		if other := w.person(claire); other == p {
			t.Error("the former mailbox is still hers")
		}
	})
}

// AUT-07: a token of a wish that was refused, replaced, withdrawn, has expired or was
// altered, and one from before she signed out everywhere, opens nothing.
func TestAUT07_MoveEnds(t *testing.T) {
	for name, ends := range map[string]func(w *world, in Session, tokens map[Side]string){
		"refused from there": func(w *world, _ Session, tokens map[Side]string) {
			_, err := w.RefuseMove(w.Context(), tokens[NewMailbox])
			w.must(err)
		},
		"refused from here": func(w *world, _ Session, tokens map[Side]string) {
			_, err := w.RefuseMove(w.Context(), tokens[OldMailbox])
			w.must(err)
		},
		"asked again": func(w *world, in Session, _ map[Side]string) { w.asks(in) },
		"mailed again": func(w *world, in Session, _ map[Side]string) {
			m, err := w.Moving(w.Context(), in.Person)
			w.must(err)
			w.mailed(m, NewMailbox)
			w.mailed(m, OldMailbox)
		},
		"withdrawn":             func(w *world, in Session, _ map[Side]string) { w.must(w.CancelMove(w.Context(), in.Person)) },
		"signed out everywhere": func(w *world, in Session, _ map[Side]string) { w.must(w.SignOutEverywhere(w.Context(), in.Person)) },
		"too late":              func(w *world, _ Session, _ map[Side]string) { w.clock.Advance(MoveLife) },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				p := w.person(claire)
				w.set(p, good)
				_, in := w.enters(claire, good, at("192.0.2.1"))
				_, tokens := w.asks(in)
				ends(w, in, tokens)
				for side, token := range tokens {
					for _, spelt := range []string{token, token[:42], token + "A", ""} {
						_, err := w.ConfirmMove(w.Context(), spelt)
						w.wants(err, fault.NotFound, "fault.absent")
						if _, err := w.RefuseMove(w.Context(), spelt); !fault.Is(err, fault.NotFound) {
							t.Errorf("%s refuses: %v", side, err)
						}
					}
				}
				w.reads(p, claire)
			})
		})
	}
}

// TestMoveWithoutTheFormer: who has shown two things may do without the mailbox that she
// has lost, which has had its time to refuse.
func TestMoveWithoutTheFormer(t *testing.T) {
	each(t, func(w *world) {
		p, phone := w.guards(claire)
		m, tokens := w.asks(phone.session)
		if !m.Twofold {
			t.Fatalf("%+v", m)
		}
		_, err := w.confirms(tokens[NewMailbox])
		w.must(err)
		w.reads(p, claire)
		w.clock.Advance(MoveDelay - time.Second)
		if due, err := w.DueMoves(w.Context()); err != nil || len(due) != 0 {
			t.Fatalf("%v, %v", due, err)
		}
		w.wants(w.Relocate(w.Context(), m), fault.NotFound, "fault.absent")
		w.clock.Advance(time.Second)
		due, err := w.DueMoves(w.Context())
		if w.must(err); len(due) != 1 {
			t.Fatalf("%d are due", len(due))
		}
		w.must(w.Relocate(w.Context(), due[0]))
		w.reads(p, elsewhere)
	})
}

// TestMoveIsRefused: by who was not asked who she is lately, to her own mailbox, too
// often; a mailbox that is somebody's looks like any other, is mailed nothing, and is
// nobody else's in the end.
func TestMoveIsRefused(t *testing.T) {
	each(t, func(w *world) {
		p := w.person(claire)
		w.set(p, good)
		_, in := w.enters(claire, good, at("192.0.2.1"))
		ask := func(in Session, email string) error {
			_, err := w.AskMove(w.Context(), in, email)
			return err
		}
		w.wants(ask(in, "claire"), fault.Invalid, "email.invalid")
		w.wants(ask(in, "CLAIRE@exemple.fr"), fault.Invalid, "account.same_mailbox")
		unproven := in
		unproven.Proven = false
		w.wants(ask(unproven, elsewhere), fault.Forbidden, "account.mailbox_unproven")
		linked := in
		linked.Via = "link"
		w.wants(ask(linked, elsewhere), fault.Forbidden, "account.not_fresh")

		w.person("eve@exemple.fr")
		m, err := w.AskMove(w.Context(), in, "eve@exemple.fr")
		w.must(err)
		if seen, err := w.Moving(w.Context(), p); err != nil || seen.To != "eve@exemple.fr" {
			t.Errorf("%+v, %v", seen, err)
		}
		for _, side := range []Side{NewMailbox, OldMailbox} {
			_, _, err := w.IssueMove(w.Context(), p, m.ID, side)
			w.wants(err, fault.NotFound, "fault.absent")
		}
		_, tokens := w.asks(in)
		_, err = w.confirms(tokens[NewMailbox])
		w.must(err)
		w.person(elsewhere) // somebody is invited there meanwhile
		_, err = w.confirms(tokens[OldMailbox])
		w.wants(err, fault.Conflict, "account.unusable")
		w.reads(p, claire)

		w.clock.Advance(2 * time.Minute)
		for range 3 {
			w.must(ask(in, "a@exemple.fr"))
		}
		w.wants(ask(in, "b@exemple.fr"), fault.Busy, "fault.busy")
		w.clock.Advance(time.Hour)
		w.wants(ask(in, elsewhere), fault.Forbidden, "account.not_fresh")
	})
}

var spoilMove = store.ForDirectory(`update mailbox_move set old_at = 1 where person_id = $1`)

// TestMoveIsSealed: a row that was confirmed by hand moves nobody.
func TestMoveIsSealed(t *testing.T) {
	each(t, func(w *world) {
		p := w.person(claire)
		w.set(p, good)
		_, in := w.enters(claire, good, at("192.0.2.1"))
		_, tokens := w.asks(in)
		w.tamper(spoilMove, p)
		if _, err := w.confirms(tokens[NewMailbox]); err == nil {
			t.Error("a row without its MAC was believed")
		}
		w.reads(p, claire)
	})
}

package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/lifecycle"
	"cenacle/internal/mail"
)

// TestMailboxMoves: both are mailed, in words that name nothing; once both have agreed,
// what was mailed before opens nothing, her cards say where she is, and so do the next
// mails. At the operator's word the same.
func TestMailboxMoves(t *testing.T) {
	const former, latter = "paul@delmas.example", "paul.leroy@ailleurs.example"
	each(t, func(w *world) {
		paul := w.colleague("Paul Leroy", former, authz.Lawyer)
		token, _, err := w.invitations.UsePassword(w.Context(), w.firm, w.token(w.one(former)), secret, at("192.0.2.1"))
		w.must(err)
		in, err := w.accounts.Resume(w.Context(), token)
		w.must(err)
		w.clock.Advance(time.Second)
		w.must(w.invitations.RenewByEmail(w.Context(), former, at("192.0.2.1")))
		before := w.path(w.last(former, "/p/"))

		w.must(w.life.AskMove(w.Context(), in, latter))
		here, there := w.last(former, "/e/"), w.last(latter, "/e/")
		for _, m := range []string{here.Text, here.Subject, there.Text, there.Subject} {
			if strings.Contains(m, former) || strings.Contains(m, latter) || strings.Contains(m, "Leroy") {
				w.Errorf("a mail names somebody: %s", m)
			}
		}
		word := func(m mail.Message) string { return strings.TrimPrefix(w.path(m), lifecycle.MovePath("")) }
		done, _, err := w.life.ConfirmMove(w.Context(), word(there))
		if w.must(err); done || w.openLink(before) != invitation.Valid || w.cardOf(paul.Person).Email != former {
			w.Fatal("one mailbox was enough")
		}
		done, _, err = w.life.ConfirmMove(w.Context(), word(here))
		if w.must(err); !done {
			w.Fatal("both mailboxes are not enough")
		}
		if state := w.openLink(before); state == invitation.Valid {
			w.Error("a link in the former mailbox still opens")
		}
		if card := w.cardOf(paul.Person); card.Email != latter || w.find(latter).ID != paul.Person {
			w.Errorf("%+v", card)
		}
		sent := len(w.mails(former))
		w.must(w.invitations.RenewByEmail(w.Context(), latter, at("192.0.2.2")))
		if len(w.mails(latter)) != 2 || len(w.mails(former)) != sent {
			w.Errorf("%d mails to the new mailbox, %d to the former", len(w.mails(latter)), len(w.mails(former))-sent)
		}

		w.wants(w.life.MoveTo(w.Context(), paul.Person, "anne@delmas.example"), fault.Conflict, "email", "account.unusable")
		w.must(w.life.MoveTo(w.Context(), paul.Person, former))
		if card := w.cardOf(paul.Person); card.Email != former || w.find(former).ID != paul.Person {
			w.Errorf("%+v", card)
		}
		for kind, want := range map[string]int{"mailbox.asked": 1, "mailbox.moved": 2} {
			if n := w.count(countEntries, kind); n != want {
				w.Errorf("%s stands in the journal %d times, want %d", kind, n, want)
			}
		}
	})
}

// TestMailboxStays: refused from the former, nothing changes and the journal says so.
func TestMailboxStays(t *testing.T) {
	each(t, func(w *world) {
		w.colleague("Paul Leroy", "paul@delmas.example", authz.Lawyer)
		token, _, err := w.invitations.UsePassword(w.Context(), w.firm, w.token(w.one("paul@delmas.example")), secret, at("192.0.2.1"))
		w.must(err)
		in, err := w.accounts.Resume(w.Context(), token)
		w.must(err)
		w.must(w.life.AskMove(w.Context(), in, "eve@ailleurs.example"))
		word := strings.TrimPrefix(w.path(w.last("paul@delmas.example", "/e/")), lifecycle.MovePath(""))
		w.must(w.life.RefuseMove(w.Context(), word))
		if _, err := w.accounts.Moving(w.Context(), in.Person); !fault.Is(err, fault.NotFound) {
			w.Errorf("the wish stands: %v", err)
		}
		if n := w.count(countEntries, "mailbox.refused"); n != 1 {
			w.Errorf("the journal has it %d times", n)
		}
	})
}

// last is the newest mail to an address that leads to a page of a kind.
func (w *world) last(to, kind string) (out mail.Message) {
	w.Helper()
	for _, m := range w.mails(to) {
		if strings.HasPrefix(w.path(m), kind) {
			out = m
		}
	}
	if out.To == "" {
		w.Fatalf("no mail to %s leads to %s", to, kind)
	}
	return out
}

// openLink reports whether a link for a new password still opens something.
func (w *world) openLink(path string) invitation.State {
	w.Helper()
	v, err := w.invitations.Peek(w.Context(), w.firm, w.token(path))
	w.must(err)
	return v.State
}

func (w *world) cardOf(p id.Person) (card firm.Card) {
	w.Helper()
	w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) (err error) {
		card, err = firm.CardOf(a, p)
		return err
	}))
	return card
}

package lifecycle_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/item"
	"cenacle/internal/lifecycle"
	"cenacle/internal/mail"
	"cenacle/internal/notice"
	"cenacle/internal/outbox"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

const client = "claire.petit@exemple.fr"

// publishes sends a new item to everybody in a space, and plans its notices.
func (w *world) publishes(in id.Space, internal bool) (it id.Item) {
	w.Helper()
	w.clock.Advance(time.Millisecond) // identifiers sort by age
	w.keep(func(a *act.Act) (err error) {
		h, err := circle.HouseOf(a, in)
		if err != nil {
			return err
		}
		to := []id.Circle{h.All}
		it, err = item.Create(a, w.lawyer, item.New{Space: in, Kind: item.Document, Internal: internal}, to)
		if err != nil {
			return err
		}
		return item.Notify(a, w.lawyer, in, it, to)
	})
	return it
}

// later lets the delay of notices pass and wakes the post.
func (w *world) later() {
	w.clock.Advance(notice.Pause + time.Minute)
	w.runner.Wake(w.firm)
}

func TestNoticeOfItem(t *testing.T) {
	each(t, func(w *world) {
		sp := w.opens("Claire Petit", client)
		// The link of the first mail leads to what comes after it.
		first := w.token(w.one(client))
		w.publishes(sp.ID, false)
		w.later()
		w.one(client)
		_, _, err := w.invitations.Use(w.Context(), w.firm, first, at("192.0.2.1"))
		w.must(err)

		for range 3 {
			w.publishes(sp.ID, false)
		}
		w.later()
		all := w.mails(client)
		if len(all) != 2 {
			w.Fatalf("%d mails for a space and a burst of three", len(all))
		}
		if all[1].FromName != "Cabinet Delmas" || !strings.Contains(all[1].Text, "Ce lien ouvre une page avec un bouton") {
			w.Errorf("the notice: %+v", all[1])
		}
		_, s, err := w.invitations.Use(w.Context(), w.firm, w.token(w.path(all[1])), at("192.0.2.1"))
		w.must(err)

		// Once she can sign in, no more links leave.
		_, _, err = w.accounts.ChangePassword(w.Context(), s, account.Change{New: secret}, at("192.0.2.1"))
		w.must(err)
		w.publishes(sp.ID, false)
		w.later()
		all = w.mails(client)
		if path := w.path(all[2]); path != "/f/"+string(w.firm)+"/spaces/"+string(sp.ID) || !strings.Contains(all[2].Text, "vous vous connectez") {
			w.Errorf("she is sent to %s by %q", path, all[2].Text)
		}
		if n := w.count(countLinks, store.Micros(w.clock.Now())); n != 0 {
			w.Errorf("%d links are open", n)
		}
	})
}

// Whoever leaves a mail unopened for a day is written to again, and the link of
// the new mail is the one that opens.
func TestNoticeAfterADay(t *testing.T) {
	each(t, func(w *world) {
		sp := w.opens("Claire Petit", client)
		first := w.token(w.one(client))
		w.clock.Advance(24 * time.Hour)
		w.publishes(sp.ID, false)
		w.later()
		all := w.mails(client)
		if len(all) != 2 {
			w.Fatalf("%d mails", len(all))
		}
		_, _, err := w.invitations.Use(w.Context(), w.firm, first, at("192.0.2.1"))
		w.wants(err, fault.Gone, "", "invitation.expired")
		_, _, err = w.invitations.Use(w.Context(), w.firm, w.token(w.path(all[1])), at("192.0.2.1"))
		w.must(err)
	})
}

// ISO-07, OUT-05: no mail for what is no longer hers when it would leave.
func TestNoticeNoLongerDue(t *testing.T) {
	for name, revoke := range map[string]func(w *world, in id.Space, it id.Item, p id.Person) error{
		"removed": func(w *world, in id.Space, _ id.Item, p id.Person) error {
			return w.life.RemoveMember(w.Context(), w.lawyer, in, p)
		},
		"deleted": func(w *world, _ id.Space, it id.Item, _ id.Person) error {
			w.keep(func(a *act.Act) error { return item.Delete(a, w.lawyer.Person, it) })
			return nil
		},
		"read": func(w *world, _ id.Space, it id.Item, p id.Person) error {
			w.keep(func(a *act.Act) error {
				_, err := item.MarkRead(a, authz.Actor{Person: p}, it)
				return err
			})
			return nil
		},
		"disabled": func(w *world, _ id.Space, _ id.Item, p id.Person) error {
			w.keep(func(a *act.Act) error {
				return firm.PutCard(a, w.lawyer, firm.Card{Person: p, Role: authz.Outsider, State: firm.Disabled})
			})
			return nil
		},
		"erased": func(w *world, in id.Space, _ id.Item, _ id.Person) error {
			w.keep(func(a *act.Act) error { return a.Ring().DestroySpace(a.Tx, in) })
			return nil
		},
		"walled": func(w *world, in id.Space, _ id.Item, p id.Person) error {
			w.keep(func(a *act.Act) error {
				return a.Write(buildWall, in, p, []byte{})
			})
			return nil
		},
		"firm closed": func(w *world, _ id.Space, _ id.Item, _ id.Person) error {
			return w.office.Store.Directory().Update(w.Context(), func(tx *store.DirectoryTx) error {
				return tx.Write(closeFirm, w.firm)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				sp := w.opens("Claire Petit", client)
				w.one(client)
				it := w.publishes(sp.ID, false)
				w.must(revoke(w, sp.ID, it, w.find(client).ID))
				w.later()
				w.one(client) // still the only one
			})
		})
	}
	t.Run("never hers", func(t *testing.T) {
		each(t, func(w *world) {
			sp := w.opens("Claire Petit", client)
			w.one(client)
			w.publishes(sp.ID, true)
			w.later()
			w.one(client)
		})
	})
	t.Run("another one is", func(t *testing.T) {
		each(t, func(w *world) {
			sp := w.opens("Claire Petit", client)
			_, _, err := w.invitations.Use(w.Context(), w.firm, w.token(w.one(client)), at("192.0.2.1"))
			w.must(err)
			it := w.publishes(sp.ID, false)
			w.publishes(sp.ID, false)
			w.keep(func(a *act.Act) error { return item.Delete(a, w.lawyer.Person, it) })
			w.later()
			if all := w.mails(client); len(all) != 2 {
				w.Errorf("%d mails; the second document of the burst still waits", len(all))
			}
		})
	})
}

var (
	buildWall = store.ForFirm(`insert into wall (firm_id, space_id, person_id, created_at, mac) values ($1, $2, $3, 0, $4)`)
	closeFirm = store.ForDirectory(`update firm set state = 'closed' where id = $1`)
)

// CRA-06: the same job runs again after a crash between the mail and its mark.
func TestNoticeAgain(t *testing.T) {
	each(t, func(w *world) {
		sp := w.opens("Claire Petit", client)
		w.one(client)
		raw, err := json.Marshal(invitation.Notice{Space: sp.ID, Person: w.find(client).ID})
		w.must(err)
		j := outbox.Job{ID: id.New[id.Job](w.clock.Now()), Kind: "notice.link", Payload: raw}
		read := func() mail.Message {
			w.Helper()
			w.must(w.handlers[j.Kind](w.Context(), w.firm, j))
			m, err := w.mailbox.Read(w.Context(), j.ID)
			w.must(err)
			return m
		}
		first := read()
		w.clock.Advance(time.Minute)
		second := read()
		if n := w.count(countLinks, store.Micros(w.clock.Now())); n != 1 {
			w.Errorf("%d links are open", n)
		}
		if first.ID != second.ID || !strings.HasPrefix(first.ID, string(j.ID)+"@") {
			w.Errorf("two identities: %s and %s", first.ID, second.ID)
		}
		_, _, err = w.invitations.Use(w.Context(), w.firm, w.token(w.path(first)), at("192.0.2.1"))
		w.wants(err, fault.Gone, "", "invitation.expired")
		_, _, err = w.invitations.Use(w.Context(), w.firm, w.token(w.path(second)), at("192.0.2.1"))
		w.must(err)
	})
}

func TestNoticeToColleague(t *testing.T) {
	each(t, func(w *world) {
		paul := w.colleague("Paul Leroy", "paul@delmas.example", authz.Lawyer)
		path := w.one("paul@delmas.example")
		if !strings.HasPrefix(path, "/p/") {
			w.Fatalf("he is sent to %s", path)
		}
		_, s, err := w.invitations.UsePassword(w.Context(), w.firm, w.token(path), secret, at("192.0.2.1"))
		w.must(err)
		by, _, err := w.firms.Actor(w.Context(), s, w.firm)
		if err != nil || by.Role != authz.Lawyer || by.Person != paul.Person {
			w.Errorf("he became %+v, %v", by, err)
		}
	})
}

// TestClientsAreToldOfTheirAccess: what happens to her own access is told to a client
// like to anybody, as long as she has a card.
func TestClientsAreToldOfTheirAccess(t *testing.T) {
	each(t, func(w *world) {
		w.opens("Claire Petit", client)
		w.one(client)
		p := w.find(client)
		w.must(w.life.DeviceMet(w.Context(), account.Session{Person: p.ID, Via: authz.ViaLink}))
		w.keep(func(a *act.Act) error {
			return a.Follow(document.HasteJob, "", a.Now, document.HasteNotice{Person: p.ID})
		})
		w.runner.Wake(w.firm)
		all := w.mails(client)
		if len(all) != 3 {
			w.Fatalf("%d mails", len(all))
		}
		told := 0
		for _, m := range all {
			if w.path(m) == "/account" {
				told++
			}
		}
		if told != 2 {
			w.Errorf("she is told %d times", told)
		}
	})
}

func TestNoticeOfDeposit(t *testing.T) {
	each(t, func(w *world) {
		sp := w.opens("Claire Petit", client)
		w.keep(func(a *act.Act) error {
			return a.Follow(deposit.NoticeJob, "", a.Now, deposit.Notice{Space: sp.ID, Person: w.lawyer.Person})
		})
		w.runner.Wake(w.firm)
		all := w.mails("anne@delmas.example") // the welcome and this one
		if len(all) != 2 {
			w.Fatalf("%d mails", len(all))
		}
		to := []string{w.path(all[0]), w.path(all[1])}
		slices.Sort(to)
		if to[1] != "/f/"+string(w.firm)+"/spaces/"+string(sp.ID) {
			w.Errorf("she is sent to %v", to)
		}
	})
}

// AUT-06: a link that is asked for again goes to the person's own mailbox, not
// to what a firm wrote on her card.
func TestNoticeGoesToHerMailbox(t *testing.T) {
	each(t, func(w *world) {
		sp := w.opens("Claire Petit", client)
		w.one(client)
		p := w.find(client)
		w.keep(func(a *act.Act) error {
			return firm.PutCard(a, w.lawyer, firm.Card{Person: p.ID, Role: authz.Outsider, State: firm.Active, Name: "C", Email: "eve@exemple.fr"})
		})
		w.must(w.invitations.Invite(w.Context(), w.lawyer, sp.ID, p.ID))
		if all := w.mails("eve@exemple.fr"); len(all) != 0 {
			w.Errorf("%d mails to an address of the card", len(all))
		}
		if all := w.mails(client); len(all) != 2 {
			w.Errorf("%d mails to herself", len(all))
		}
	})
}

// OUT-05: canaries in every name there is, in no mail.
func TestOUT05_NoNameLeaves(t *testing.T) {
	each(t, func(w *world) {
		form := w.form("Zéphyrine Canari-Client", client)
		form.Name = "Canari-Espace contre Canari-Adversaire"
		sp, err := w.life.OpenSpace(w.Context(), w.lawyer, form)
		w.must(err)
		w.colleague("Paul Canari-Collègue", "paul@delmas.example", authz.Lawyer)
		_, err = w.life.AddGuest(w.Context(), w.lawyer, sp.ID, lifecycle.Guest{
			Name: "Canari-Invité", Email: "noir@exemple.fr", Role: authz.Guest, Language: i18n.English,
		})
		w.must(err)
		w.publishes(sp.ID, false)
		w.later()
		w.must(w.invitations.RenewByEmail(w.Context(), client, at("192.0.2.1")))
		w.must(w.invitations.RenewByEmail(w.Context(), "anne@delmas.example", at("192.0.2.1")))
		w.mails(client)
		all, err := w.mailbox.List(w.Context(), 500)
		w.must(err)
		if len(all) < 8 {
			w.Errorf("only %d mails were looked at", len(all))
		}
		for _, m := range all {
			text := strings.Join([]string{m.ID, m.FromName, m.Subject, m.Text, m.HTML}, "\n")
			for _, name := range []string{"anari", "Zéphyrine", "Anne", "Paul", w.model.Matter[i18n.French], "exemple.fr", "delmas.example"} {
				if strings.Contains(text, name) {
					w.Errorf("%q stands in a mail to %s: %q", name, m.To, m.Subject)
				}
			}
			if m.FromName != "Cabinet Delmas" || !strings.HasPrefix(w.path(m), "/") {
				w.Errorf("from %q, to %q", m.FromName, w.path(m))
			}
		}
	})
}

// A post that does not take a message, or a payload that is none, is a failure
// that the outbox sees.
func TestNoticeFails(t *testing.T) {
	each(t, func(w *world) {
		sp := w.opens("Claire Petit", client)
		w.one(client)
		for kind, h := range w.handlers {
			err := h(w.Context(), w.firm, outbox.Job{ID: id.New[id.Job](w.clock.Now()), Kind: kind, Payload: []byte("{")})
			if _, ok := errors.AsType[*json.SyntaxError](err); !ok {
				w.Errorf("%s: a broken payload gives %v", kind, err)
			}
		}
		raw, err := json.Marshal(invitation.Notice{Space: sp.ID, Person: w.find(client).ID})
		w.must(err)
		err = w.handlers["notice.link"](w.Context(), w.firm, outbox.Job{ID: "no identifier", Kind: "notice.link", Payload: raw})
		if !fault.Is(err, fault.Invalid) {
			w.Errorf("a message that cannot be sent: %v", err)
		}
	})
}

// The rule decides for lists and for mails alike: the space of a notice is one
// of hers.
func TestNoticeOfAnotherFirm(t *testing.T) {
	each(t, func(w *world) {
		sp := w.opens("Claire Petit", client)
		w.one(client)
		other := w.founds("Cabinet Noir", "noir@exemple.fr", "Maître Noir")
		raw, err := json.Marshal(invitation.Notice{Space: sp.ID, Person: w.find(client).ID})
		w.must(err)
		w.must(w.handlers["notice.link"](w.Context(), other.Firm, outbox.Job{ID: id.New[id.Job](w.clock.Now()), Kind: "notice.link", Payload: raw}))
		w.one(client)
		w.must(w.office.See(w.Context(), other.Firm, func(a *act.Act) error {
			if _, err := space.Load(a, sp.ID); !fault.Is(err, fault.NotFound) {
				w.Errorf("the other firm reads the space: %v", err)
			}
			return nil
		}))
	})
}

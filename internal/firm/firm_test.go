package firm_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/act/acttest"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/vault"
)

// world is a firm founded by Maître Delmas.
type world struct {
	*testing.T
	office   *act.Office
	accounts *account.Service
	clock    *acttest.Clock
	firms    *firm.Service
	firm     id.Firm
	by       authz.Actor // the founder
}

func each(t *testing.T, run func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		office, clock := acttest.New(t, s)
		accounts := account.New(office)
		accounts.Lighten()
		w := &world{T: t, office: office, accounts: accounts, clock: clock, firms: firm.New(office, accounts)}
		w.firm, w.by = w.found("Cabinet Delmas", "anne@delmas.example", "Anne Delmas")
		run(w)
	})
}

// found opens a firm as sign-up does.
func (w *world) found(name, email, lawyer string) (id.Firm, authz.Actor) {
	w.Helper()
	p := w.person(email)
	f := id.New[id.Firm](w.office.Clock())
	_, err := w.office.Store.CreateFirm(w.Context(), f)
	w.must(err)
	by := authz.Actor{Person: p, Firm: f, Role: authz.Admin, Via: authz.ViaPassword}
	w.must(w.office.Do(w.Context(), f, func(a *act.Act) error {
		return w.firms.Found(a, by, name, firm.Card{Person: p, Role: authz.Admin, State: firm.Active, Name: lawyer, Email: email})
	}))
	_, _, err = w.accounts.OpenFirm(w.Context(), account.Opening{Firm: f, Founder: p})
	w.must(err)
	return f, by
}

func (w *world) person(email string) id.Person {
	w.Helper()
	p, _, err := w.accounts.Ensure(w.Context(), email, i18n.French)
	w.must(err)
	return p
}

// card gives a person a card and a tie.
func (w *world) card(email, name string, role authz.FirmRole) id.Person {
	w.Helper()
	p := w.person(email)
	w.put(firm.Card{Person: p, Role: role, State: firm.Active, Name: name, Email: email})
	w.must(w.accounts.Affiliate(w.Context(), p, w.firm))
	return p
}

func (w *world) put(c firm.Card) {
	w.Helper()
	w.must(w.office.Keep(w.Context(), w.firm, func(a *act.Act) error { return firm.PutCard(a, w.by, c) }))
}

func (w *world) see(read func(*act.Act) error) {
	w.Helper()
	w.must(w.office.See(w.Context(), w.firm, read))
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) wants(err error, kind fault.Kind, key string) {
	w.Helper()
	var f *fault.Error
	if all, ok := errors.AsType[fault.Fields](err); ok && len(all) == 1 {
		err = all[0]
	}
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		w.Fatalf("got %v, want %s %q", err, kind, key)
	}
}

func signedIn(p id.Person) account.Session {
	return account.Session{Person: p, Via: authz.ViaPassword, Proven: true}
}

func TestFound(t *testing.T) {
	each(t, func(w *world) {
		w.see(func(a *act.Act) error {
			p, err := firm.ProfileOf(a)
			if p.Name != "Cabinet Delmas" || p.Founder != w.by.Person || p.ID != w.firm || !p.Created.Equal(w.office.Clock()) {
				w.Errorf("profile: %+v", p)
			}
			return err
		})
		entries := 0
		w.see(func(a *act.Act) error { return a.Row(countEntries, []any{"firm.founded"}, &entries) })
		if entries != 1 {
			w.Errorf("%d entries of the founding", entries)
		}
		f, err := w.office.Store.Firm(w.Context(), w.firm)
		w.must(err)
		if h, err := w.office.Journal.Sequence(w.Context(), f); err != nil || h.Size != 1 {
			w.Errorf("the new firm's journal: %+v, %v", h, err)
		}
	})
}

func TestNames(t *testing.T) {
	each(t, func(w *world) {
		claire := w.card("claire@exemple.fr", "Claire Petit", authz.Outsider)
		w.see(func(a *act.Act) error {
			names, err := firm.Names(a, []id.Person{claire, w.by.Person, claire, "", "stranger"})
			if len(names) != 2 || names[claire] != "Claire Petit" || names[w.by.Person] != "Anne Delmas" {
				w.Errorf("names: %v", names)
			}
			if err != nil {
				return err
			}
			before := a.Statements()
			many, err := firm.Names(a, slices.Repeat([]id.Person{claire, w.by.Person, "stranger"}, 50))
			if taken := a.Statements() - before; taken > 1 || len(many) != 2 {
				w.Errorf("%d names of 150 authors took %d statements", len(many), taken)
			}
			return err
		})
	})
}

func TestAddColleague(t *testing.T) {
	each(t, func(w *world) {
		add := func(by authz.Actor, c firm.Colleague) (firm.Card, error) {
			return w.firms.AddColleague(w.Context(), by, c)
		}
		w.clock.Advance(time.Second) // the list is in the order they came
		leroy := firm.Colleague{Name: "  Paul Leroy ", Email: "Paul@Delmas.example", Role: authz.Lawyer, Language: i18n.French}
		card, err := add(w.by, leroy)
		w.must(err)
		if card.Name != "Paul Leroy" || card.Email != "paul@delmas.example" || card.Role != authz.Lawyer || card.State != firm.Active {
			w.Errorf("card: %+v", card)
		}
		if tied, err := w.accounts.Affiliated(w.Context(), card.Person, w.firm); err != nil || !tied {
			w.Errorf("tied: %v, %v", tied, err)
		}
		_, err = add(w.by, leroy)
		w.wants(err, fault.Conflict, "firm.already_colleague")
		w.card("claire@exemple.fr", "Claire Petit", authz.Outsider)
		_, err = add(w.by, firm.Colleague{Name: "C", Email: "claire@exemple.fr", Role: authz.FirmAssistant})
		w.wants(err, fault.Conflict, "firm.is_client")

		_, err = add(w.by, firm.Colleague{Name: " \u200b", Email: "x@exemple.fr", Role: authz.Outsider})
		if wrong := (fault.Fields{}); !errors.As(err, &wrong) || len(wrong) != 2 || wrong[0].Field != "name" || wrong[1].Field != "role" {
			w.Errorf("a bad form: %v", err)
		}
		_, err = add(w.by, firm.Colleague{Name: strings.Repeat("x", 500), Email: "x@exemple.fr", Role: authz.Lawyer})
		w.wants(err, fault.Invalid, "firm.name_long")
		_, err = add(w.by, firm.Colleague{Name: "X", Email: "x", Role: authz.Lawyer})
		w.wants(err, fault.Invalid, "email.invalid")

		// Only an administrator adds people, and refusing writes nothing.
		paul := authz.Actor{Person: card.Person, Firm: w.firm, Role: authz.Lawyer, Via: authz.ViaPassword}
		_, err = add(paul, firm.Colleague{Name: "X", Email: "unseen@exemple.fr", Role: authz.Lawyer})
		w.wants(err, fault.Forbidden, "fault.forbidden")
		outside := authz.Actor{Person: card.Person, Firm: w.firm, Role: authz.Outsider, Via: authz.ViaPassword}
		_, err = add(outside, firm.Colleague{Name: "X", Email: "unseen@exemple.fr", Role: authz.Lawyer})
		w.wants(err, fault.NotFound, "fault.absent")
		_, err = w.accounts.Find(w.Context(), "unseen@exemple.fr")
		w.wants(err, fault.NotFound, "fault.absent")

		people, err := w.firms.People(w.Context(), paul)
		w.must(err)
		if got := fmt.Sprint(people[0].Name, ", ", people[1].Name); len(people) != 2 || got != "Anne Delmas, Paul Leroy" {
			w.Errorf("people: %+v", people)
		}
		_, err = w.firms.People(w.Context(), outside)
		w.wants(err, fault.NotFound, "fault.absent")
	})
}

func TestActor(t *testing.T) {
	each(t, func(w *world) {
		other, founder := w.found("Cabinet Noir", "noir@exemple.fr", "Maître Noir")
		paul := w.card("paul@delmas.example", "Paul Leroy", authz.Lawyer)
		claire := w.card("claire@exemple.fr", "Claire Petit", authz.Outsider)
		gone := w.card("gone@delmas.example", "Jean Parti", authz.Lawyer)
		w.put(firm.Card{Person: gone, Role: authz.Lawyer, State: firm.Disabled, Name: "Jean Parti"})
		untied := w.person("untied@delmas.example")
		w.put(firm.Card{Person: untied, Role: authz.Lawyer, State: firm.Active, Name: "U"})
		tied := w.person("tied@exemple.fr")
		w.must(w.accounts.Affiliate(w.Context(), tied, w.firm))
		link := func(p id.Person, f id.Firm, s id.Space) account.Session {
			return account.Session{Person: p, Via: authz.ViaLink, Firm: f, Space: s, Proven: true}
		}
		unproven := func(p id.Person) account.Session { return account.Session{Person: p, Via: authz.ViaPassword} }
		for _, tc := range []struct {
			what  string
			in    account.Session
			firm  id.Firm
			role  authz.FirmRole // "" for absent
			scope id.Space
		}{
			{"a lawyer", signedIn(paul), w.firm, authz.Lawyer, ""},
			{"a client", signedIn(claire), w.firm, authz.Outsider, ""},
			{"the founder", signedIn(w.by.Person), w.firm, authz.Admin, ""},
			{"a client by link", link(claire, w.firm, "space"), w.firm, authz.Outsider, "space"},
			{"a lawyer by link is an outsider", link(paul, w.firm, "space"), w.firm, authz.Outsider, "space"},
			{"another firm's link", link(claire, other, "space"), w.firm, "", ""},
			{"a link without a space", link(claire, w.firm, ""), w.firm, "", ""},
			{"an unproven founder", unproven(w.by.Person), w.firm, authz.Admin, ""},
			{"an unproven lawyer", unproven(paul), w.firm, "", ""},
			{"an unproven client", unproven(claire), w.firm, "", ""},
			{"another firm", signedIn(paul), other, "", ""},
			{"another firm's founder", signedIn(founder.Person), w.firm, "", ""},
			{"a disabled card", signedIn(gone), w.firm, "", ""},
			{"a card without a tie", signedIn(untied), w.firm, "", ""},
			{"a tie without a card", signedIn(tied), w.firm, "", ""},
			{"nobody", account.Session{}, w.firm, "", ""},
			{"no firm", signedIn(paul), "", "", ""},
			{"a firm that never was", signedIn(paul), id.New[id.Firm](w.office.Clock()), "", ""},
			{"an unknown way in", account.Session{Person: paul, Via: "magic", Proven: true}, w.firm, "", ""},
		} {
			by, card, err := w.firms.Actor(w.Context(), tc.in, tc.firm)
			if tc.role == "" {
				if !fault.Is(err, fault.NotFound) || by != (authz.Actor{}) || card != (firm.Card{}) {
					w.Errorf("%s: %+v, %v, want absent", tc.what, by, err)
				}
				continue
			}
			want := authz.Actor{Person: tc.in.Person, Firm: w.firm, Role: tc.role, Scope: tc.scope, Via: tc.in.Via, Stale: true}
			if err != nil || by != want || card.Person != tc.in.Person {
				w.Errorf("%s: %+v, %v, want %+v", tc.what, by, err, want)
			}
		}
		fresh := signedIn(paul)
		fresh.Created = w.office.Clock()
		if by, _, err := w.firms.Actor(w.Context(), fresh, w.firm); err != nil || by.Stale {
			w.Errorf("one who has just signed in: %+v, %v", by, err)
		}
		for who, want := range map[id.Person]int{paul: 1, tied: 0, gone: 0, founder.Person: 1} {
			if doors, err := w.firms.Doors(w.Context(), signedIn(who)); err != nil || len(doors) != want {
				w.Errorf("doors: %+v, %v, want %d", doors, err, want)
			}
		}
	})
}

// A card and a membership that disagree open nothing, whichever says more.
func TestSidesMustAgree(t *testing.T) {
	each(t, func(w *world) {
		outside := w.card("claire@exemple.fr", "Claire Petit", authz.Outsider)
		inside := w.card("paul@delmas.example", "Paul Leroy", authz.Lawyer)
		in := id.New[id.Space](w.office.Clock())
		w.must(w.office.Keep(w.Context(), w.firm, func(a *act.Act) error {
			box, err := a.Ring().CreateSpace(a.Tx, in, a.Now)
			if err != nil {
				return err
			}
			if err := a.Write(insertSpace, in, []byte{}, circle.Standing{State: "open"}.MAC(box, in)); err != nil {
				return err
			}
			if _, err := circle.CreateHouse(a, in); err != nil {
				return err
			}
			if err := circle.Join(a, in, outside, authz.Colleague); err != nil {
				return err
			}
			return circle.Join(a, in, inside, authz.Client)
		}))
		for _, p := range []id.Person{outside, inside} {
			by, _, err := w.firms.Actor(w.Context(), signedIn(p), w.firm)
			w.must(err)
			err = w.office.See(w.Context(), w.firm, func(a *act.Act) error {
				_, err := circle.Enter(a, by, in, authz.SpaceSee)
				return err
			})
			w.wants(err, fault.NotFound, "fault.absent")
		}
	})
}

var (
	countEntries = store.ForFirm(`select count(*) from journal_entry where firm_id = $1 and kind = $2`)
	insertSpace  = store.ForFirm(`
insert into space (firm_id, id, name, profile, model, state, notice, lead_id, created_at, changed_at, mac)
values ($1, $2, $3, '', '', 'open', '', '', 0, 0, $4)`)

	promote  = store.ForFirm(`update card set role = 'admin' where firm_id = $1 and person_id = $2`)
	enable   = store.ForFirm(`update card set state = 'active' where firm_id = $1 and person_id = $2`)
	swapCard = store.ForFirm(`
update card set role = (select role from card where firm_id = $1 and person_id = $3),
  mac = (select mac from card where firm_id = $1 and person_id = $3)
where firm_id = $1 and person_id = $2`)
	swapMail = store.ForFirm(`
update card set email = (select email from card where firm_id = $1 and person_id = $3)
where firm_id = $1 and person_id = $2`)
	usurp = store.ForFirm(`update firm_profile set founder_id = $2 where firm_id = $1`)
)

// CRY-03, the firm's part.
func TestCRY03_CardTampered(t *testing.T) {
	for name, stmt := range map[string]store.FirmStmt{
		"role": promote, "state": enable, "another's card": swapCard, "another's e-mail": swapMail, "founder": usurp,
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				claire := w.card("claire@exemple.fr", "Claire Petit", authz.Outsider)
				w.put(firm.Card{Person: claire, Role: authz.Outsider, State: firm.Disabled, Name: "Claire Petit"})
				args := []any{claire}
				if stmt == swapCard || stmt == swapMail {
					args = append(args, w.by.Person)
				}
				w.must(w.office.Keep(w.Context(), w.firm, func(a *act.Act) error {
					return a.Write(stmt, args...)
				}))
				if _, _, err := w.firms.Actor(w.Context(), signedIn(claire), w.firm); !errors.Is(err, vault.ErrTampered) {
					w.Errorf("got %v, want a tampered row", err)
				}
			})
		})
	}
}

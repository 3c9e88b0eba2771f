package invitation_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
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
	"cenacle/internal/invitation"
	"cenacle/internal/lifecycle"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/vault"
)

// world is a firm with one client in one space, whose link is token.
type world struct {
	*testing.T
	office *act.Office
	clock  *acttest.Clock

	accounts    *account.Service
	firms       *firm.Service
	invitations *invitation.Service
	life        *lifecycle.Service

	firm   id.Firm
	lawyer authz.Actor
	space  id.Space
	client id.Person
	token  string
}

const email = "claire.petit@exemple.fr"

func each(t *testing.T, run func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		office, clock := acttest.New(t, s)
		w := &world{T: t, office: office, clock: clock, accounts: account.New(office)}
		w.accounts.Lighten()
		w.firms = firm.New(office, w.accounts)
		w.invitations = invitation.New(office, w.accounts)
		w.life = lifecycle.New(office, w.accounts, w.invitations)
		w.lawyer = w.found("anne@delmas.example")
		w.firm = w.lawyer.Firm
		w.space = w.opens(w.lawyer, email)
		p, err := w.accounts.Find(w.Context(), email)
		w.must(err)
		w.client = p.ID
		w.token = w.issue(w.space, w.client)
		run(w)
	})
}

func (w *world) found(email string) authz.Actor {
	w.Helper()
	p, _, err := w.accounts.Ensure(w.Context(), email, i18n.French)
	w.must(err)
	by := authz.Actor{Person: p, Firm: id.New[id.Firm](w.clock.Now()), Role: authz.Admin, Via: authz.ViaPassword}
	_, err = w.office.Store.CreateFirm(w.Context(), by.Firm)
	w.must(err)
	w.must(w.office.Do(w.Context(), by.Firm, func(a *act.Act) error {
		return w.firms.Found(a, by, "Cabinet Delmas", firm.Card{Person: p, Role: authz.Admin, State: firm.Active, Name: "Anne Delmas", Email: email})
	}))
	_, _, err = w.accounts.OpenFirm(w.Context(), account.Opening{Firm: by.Firm, Founder: p})
	w.must(err)
	return by
}

func (w *world) opens(by authz.Actor, client string) id.Space {
	w.Helper()
	models, err := space.LoadModels()
	w.must(err)
	sp, err := w.life.OpenSpace(w.Context(), by, lifecycle.NewSpace{
		ClientName: "Claire Petit", ClientEmail: client, Model: models[0], Profile: models[0].Profile, Language: i18n.French,
	})
	w.must(err)
	return sp.ID
}

func (w *world) issue(to id.Space, p id.Person) (token string) {
	w.Helper()
	w.must(w.office.Do(w.Context(), w.firm, func(a *act.Act) (err error) {
		token, err = invitation.Issue(a, authz.Actor{Person: p, Firm: w.firm, Via: authz.ViaJob}, to, p)
		return err
	}))
	return token
}

func (w *world) use(token string) (string, account.Session, error) {
	return w.invitations.Use(w.Context(), w.firm, token, at("192.0.2.1"))
}

func (w *world) state(token string, want invitation.State) invitation.View {
	w.Helper()
	v, err := w.invitations.Peek(w.Context(), w.firm, token)
	w.must(err)
	if v.State != want {
		w.Fatalf("the link is %s, want %s", v.State, want)
	}
	return v
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
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		w.Fatalf("got %v, want %s %q", err, kind, key)
	}
}

func (w *world) count(s store.FirmStmt, args ...any) (n int) {
	w.Helper()
	w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error { return a.Row(s, args, &n) }))
	return n
}

func (w *world) tamper(s store.FirmStmt, args ...any) {
	w.Helper()
	w.must(w.office.Keep(w.Context(), w.firm, func(a *act.Act) error {
		n, err := a.Exec(s, args...)
		if err == nil && n != 1 {
			err = fmt.Errorf("touched %d rows", n)
		}
		return err
	}))
}

func at(addr string) account.Source { return account.Source{Addr: netip.MustParseAddr(addr)} }

var (
	countJobs    = store.ForFirm(`select count(*) from job where firm_id = $1 and kind = $2`)
	countEntries = store.ForFirm(`select count(*) from journal_entry where firm_id = $1 and kind = $2`)
	countHashes  = store.ForFirm(`select count(*) from access_link where firm_id = $1 and hash = $2`)
	clearJobs    = store.ForFirm(`delete from job where firm_id = $1 and kind = 'notice.link'`)

	revive  = store.ForFirm(`update access_link set used_at = 0 where firm_id = $1`)
	prolong = store.ForFirm(`update access_link set expires_at = expires_at + 1 where firm_id = $1`)
	hijack  = store.ForFirm(`update access_link set person_id = $2 where firm_id = $1`)
	divert  = store.ForFirm(`update access_link set space_id = $2 where firm_id = $1`)
	forge   = store.ForFirm(`
insert into access_link (firm_id, hash, id, space_id, person_id, created_at, expires_at, used_at, mac)
select firm_id, $2, 'another', space_id, person_id, created_at, expires_at, 0, mac from access_link where firm_id = $1`)
)

// AUT-07, LNK-02: looked at by scanners, used by 200 at once, used again.
func TestAUT07_UsedOnce(t *testing.T) {
	each(t, func(w *world) {
		for range 10 {
			if v := w.state(w.token, invitation.Valid); v.FirmName != "Cabinet Delmas" || v.Password || v.Email != "" || v.Language != i18n.French {
				w.Errorf("a scanner sees %+v", v)
			}
		}
		var all sync.WaitGroup
		results := make(chan error, 200)
		sessions := make(chan string, 200)
		for range cap(results) {
			all.Go(func() {
				token, _, err := w.use(w.token)
				results <- err
				if err == nil {
					sessions <- token
				}
			})
		}
		all.Wait()
		close(results)
		for err := range results {
			if err != nil && !fault.Is(err, fault.Gone) {
				w.Errorf("one of those who came late: %v", err)
			}
		}
		if len(sessions) != 1 {
			w.Fatalf("%d sessions from one link", len(sessions))
		}
		if n := w.count(countEntries, "link.used"); n != 1 {
			w.Errorf("%d entries of its use", n)
		}
		s, err := w.accounts.Resume(w.Context(), <-sessions)
		w.must(err)
		by, _, err := w.firms.Actor(w.Context(), s, w.firm)
		w.must(err)
		if want := (authz.Actor{Person: w.client, Firm: w.firm, Role: authz.Outsider, Scope: w.space, Via: authz.ViaLink, Stale: true}); by != want {
			w.Errorf("the link made her %+v, want %+v", by, want)
		}
		w.state(w.token, invitation.Used)
		_, _, err = w.use(w.token)
		w.wants(err, fault.Gone, "invitation.used")
	})
}

func TestAUT07_Expires(t *testing.T) {
	for name, tc := range map[string]struct {
		after time.Duration
		want  invitation.State
	}{
		"a second before": {invitation.SpaceLife - time.Second, invitation.Valid},
		"then":            {invitation.SpaceLife, invitation.Expired},
		"a second after":  {invitation.SpaceLife + time.Second, invitation.Expired},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.clock.Advance(tc.after)
				w.state(w.token, tc.want)
				_, _, err := w.use(w.token)
				if tc.want == invitation.Valid {
					w.must(err)
					return
				}
				w.wants(err, fault.Gone, "invitation.expired")
			})
		})
	}
}

func TestAUT07_NewVoidsOld(t *testing.T) {
	each(t, func(w *world) {
		elsewhere := w.issue(w.opens(w.lawyer, email), w.client)
		w.clock.Advance(time.Second)
		next := w.issue(w.space, w.client)
		w.state(w.token, invitation.Expired)
		_, _, err := w.use(w.token)
		w.wants(err, fault.Gone, "invitation.expired")
		w.state(elsewhere, invitation.Valid)
		_, _, err = w.use(next)
		w.must(err)
		w.issue(w.space, w.client)
		w.state(next, invitation.Used) // voiding does not rewrite history
	})
}

// LNK-01, LNK-04: what is no link of hers is nothing, and slows its source.
func TestNotALink(t *testing.T) {
	each(t, func(w *world) {
		second := w.found("noir@exemple.fr").Firm
		never := id.New[id.Firm](w.clock.Now())
		for name, tc := range map[string]struct {
			firm  id.Firm
			token string
		}{
			"another token":    {w.firm, account.NewToken()},
			"cut":              {w.firm, w.token[:len(w.token)-1]},
			"longer":           {w.firm, w.token + "A"},
			"other case":       {w.firm, strings.ToUpper(w.token)},
			"empty":            {w.firm, ""},
			"another firm":     {second, w.token},
			"no such firm":     {never, w.token},
			"no firm":          {"", w.token},
			"not a firm":       {"../" + w.firm, w.token},
			"a session's hash": {w.firm, strings.Repeat("A", account.TokenLength)},
		} {
			v, err := w.invitations.Peek(w.Context(), tc.firm, tc.token)
			if want := (invitation.View{State: invitation.Unknown}); err != nil || v != want {
				w.Errorf("%s: peek says %+v, %v", name, v, err)
			}
			_, _, err = w.invitations.Use(w.Context(), tc.firm, tc.token, at("203.0.113.1"))
			w.wants(err, fault.NotFound, "fault.absent")
			_, _, err = w.invitations.UsePassword(w.Context(), tc.firm, tc.token, "x", at("203.0.113.2"))
			w.wants(err, fault.NotFound, "fault.absent")
			w.wants(w.invitations.Renew(w.Context(), tc.firm, tc.token, at("203.0.113.3")), fault.NotFound, "fault.absent")
		}
		for range 10 {
			_, _, err := w.invitations.Use(w.Context(), w.firm, account.NewToken(), at("203.0.113.1"))
			w.wants(err, fault.NotFound, "fault.absent")
		}
		_, _, err := w.invitations.Use(w.Context(), w.firm, account.NewToken(), at("203.0.113.1"))
		w.wants(err, fault.Busy, "fault.busy")
		_, _, err = w.use(w.token)
		w.must(err)
	})
}

// ISO-07: a link dies with the right of its person.
func TestRightRevoked(t *testing.T) {
	for name, revoke := range map[string]func(w *world){
		"member removed": func(w *world) { w.must(w.life.RemoveMember(w.Context(), w.lawyer, w.space, w.client)) },
		"membership over": func(w *world) {
			w.must(w.office.Keep(w.Context(), w.firm, func(a *act.Act) error { return circle.Leave(a, w.space, w.client) }))
		},
		"card disabled": func(w *world) {
			w.must(w.office.Keep(w.Context(), w.firm, func(a *act.Act) error {
				return firm.PutCard(a, w.lawyer, firm.Card{Person: w.client, Role: authz.Outsider, State: firm.Disabled})
			}))
		},
		"space erased": func(w *world) {
			w.must(w.office.Keep(w.Context(), w.firm, func(a *act.Act) error { return a.Ring().DestroySpace(a.Tx, w.space) }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				revoke(w)
				w.state(w.token, invitation.Unknown)
				_, _, err := w.use(w.token)
				w.wants(err, fault.NotFound, "fault.absent")
				w.wants(w.invitations.Renew(w.Context(), w.firm, w.token, at("192.0.2.1")), fault.NotFound, "fault.absent")
				w.must(w.invitations.RenewByEmail(w.Context(), email, at("192.0.2.1")))
				if n := w.count(countJobs, "notice.link"); n != 0 {
					w.Errorf("%d mails with a new link", n)
				}
			})
		})
	}
}

// CRY-03: whoever writes to the table of links makes no entrance.
func TestCRY03_LinkTampered(t *testing.T) {
	for name, tamper := range map[string]func(w *world){
		"unused again":   func(w *world) { w.use(w.token); w.tamper(revive) },
		"longer":         func(w *world) { w.tamper(prolong) },
		"another person": func(w *world) { w.tamper(hijack, w.lawyer.Person) },
		"another space":  func(w *world) { w.tamper(divert, w.opens(w.lawyer, "x@exemple.fr")) },
		"a password":     func(w *world) { w.tamper(divert, "") },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				tamper(w)
				if _, _, err := w.use(w.token); !errors.Is(err, vault.ErrTampered) {
					w.Errorf("use: %v, want a tampered row", err)
				}
				if _, err := w.invitations.Peek(w.Context(), w.firm, w.token); !errors.Is(err, vault.ErrTampered) {
					w.Errorf("peek: %v, want a tampered row", err)
				}
			})
		})
	}
	t.Run("a token of one's own", func(t *testing.T) {
		each(t, func(w *world) {
			mine := account.NewToken()
			w.must(w.office.Keep(w.Context(), w.firm, func(a *act.Act) error {
				box, err := a.FirmBox() // more than such a writer has
				if err != nil {
					return err
				}
				return a.Write(forge, box.Lookup("access_link", mine))
			}))
			if _, _, err := w.use(mine); !errors.Is(err, vault.ErrTampered) {
				w.Errorf("use: %v, want a tampered row", err)
			}
		})
	})
	t.Run("no token is kept", func(t *testing.T) {
		each(t, func(w *world) {
			if n := w.count(countHashes, []byte(w.token)); n != 0 {
				w.Error("the token itself stands in the table")
			}
		})
	})
}

const secret = "hublot, persil, lanterne 8"

func TestPasswordLink(t *testing.T) {
	each(t, func(w *world) {
		card, err := w.firms.AddColleague(w.Context(), w.lawyer, firm.Colleague{Name: "Paul Kervadec", Email: "paul@delmas.example", Role: authz.Lawyer})
		w.must(err)
		token := w.issue("", card.Person)
		choose := func(token, text string) (string, account.Session, error) {
			return w.invitations.UsePassword(w.Context(), w.firm, token, text, at("192.0.2.1"))
		}
		if v := w.state(token, invitation.Valid); !v.Password || v.Email != "paul@delmas.example" {
			w.Errorf("the page says %+v", v)
		}
		_, _, err = w.use(token) // it opens no space
		w.wants(err, fault.NotFound, "fault.absent")
		_, _, err = choose(w.token, secret) // and the client's chooses no password
		w.wants(err, fault.NotFound, "fault.absent")
		_, _, err = choose(token, "short")
		w.wants(err, fault.Invalid, "account.password_short")
		_, _, err = choose(token, "kervadec kervadec kervadec")
		w.wants(err, fault.Invalid, "account.password_guessable")
		w.state(token, invitation.Valid)

		var all sync.WaitGroup
		results := make(chan error, 4)
		sessions := make(chan string, 4)
		for range cap(results) {
			all.Go(func() {
				s, _, err := choose(token, secret)
				results <- err
				if err == nil {
					sessions <- s
				}
			})
		}
		all.Wait()
		close(results)
		for err := range results {
			if err != nil && !fault.Is(err, fault.Gone) {
				w.Errorf("one of those who came late: %v", err)
			}
		}
		if len(sessions) != 1 {
			w.Fatalf("%d of 4 chose a password with one link", len(sessions))
		}
		s, err := w.accounts.Resume(w.Context(), <-sessions)
		w.must(err)
		if by, _, err := w.firms.Actor(w.Context(), s, w.firm); err != nil || by.Role != authz.Lawyer || by.Scope != "" || by.Via != authz.ViaPassword {
			w.Errorf("she became %+v, %v", by, err)
		}
		_, s, err = w.accounts.SignIn(w.Context(), "paul@delmas.example", secret, at("192.0.2.2"))
		if err != nil || !s.Proven {
			w.Errorf("signing in: %+v, %v", s, err)
		}
		_, _, err = choose(token, secret)
		w.wants(err, fault.Gone, "invitation.used")

		late := w.issue("", card.Person)
		w.clock.Advance(invitation.PasswordLife - time.Second)
		w.state(late, invitation.Valid)
		w.clock.Advance(time.Second)
		if v := w.state(late, invitation.Expired); v.Email != "" {
			w.Errorf("an expired link names %q", v.Email)
		}
		_, _, err = choose(late, secret)
		w.wants(err, fault.Gone, "invitation.expired")
	})
}

// DOS-05: a lost link is sent again, to her alone, five times an hour.
func TestRenew(t *testing.T) {
	each(t, func(w *world) {
		_, _, err := w.use(w.token)
		w.must(err)
		w.clock.Advance(2 * invitation.SpaceLife)
		renew := func() error { return w.invitations.Renew(w.Context(), w.firm, w.token, at("192.0.2.1")) }
		for range 5 {
			w.must(renew())
		}
		if n := w.count(countJobs, "notice.link"); n != 1 {
			w.Errorf("%d mails wait; those who wait for the same are one", n)
		}
		w.wants(renew(), fault.Busy, "fault.busy")
		asked := w.count(countEntries, "link.asked")
		w.must(w.invitations.RenewByEmail(w.Context(), email, at("192.0.2.1")))
		if n := w.count(countEntries, "link.asked"); n != asked || asked != 5 {
			w.Errorf("asked %d times, then %d", asked, n)
		}
		w.clock.Advance(time.Hour)
		w.must(renew())
		if s := w.state(w.token, invitation.Used); s.FirmName == "" {
			w.Error("renewing changed the old link")
		}
	})
}

func TestRenewByEmail(t *testing.T) {
	each(t, func(w *world) {
		w.opens(w.lawyer, email)
		second := w.found("noir@exemple.fr")
		w.opens(second, email)
		ask := func(address, from string) error {
			begun := time.Now()
			err := w.invitations.RenewByEmail(w.Context(), address, at(from))
			if took := time.Since(begun); err == nil && (took < 400*time.Millisecond || took > 2*time.Second) {
				w.Errorf("%s was answered after %s", address, took)
			}
			return err
		}
		for _, who := range []string{"Claire.Petit@EXEMPLE.fr", "nobody@exemple.fr", "anne@delmas.example", email} {
			w.must(ask(who, "192.0.2.1"))
		}
		// Two spaces here and a third elsewhere, asked for twice: five mails, then none;
		// and one for the lawyer.
		if n := w.count(countEntries, "link.asked"); n < 4 || n > 5 {
			w.Errorf("asked %d times in this firm", n)
		}
		if n := w.count(countJobs, "notice.link"); n != 3 {
			w.Errorf("%d mails wait, want two for the client and one for the lawyer", n)
		}
		w.wants(ask("claire", "192.0.2.1"), fault.Invalid, "email.invalid")
		for range 15 {
			err := w.invitations.RenewByEmail(w.Context(), "x", at("192.0.2.1"))
			w.wants(err, fault.Invalid, "email.invalid")
		}
		w.wants(ask(email, "192.0.2.1"), fault.Busy, "fault.busy")
	})
}

func TestInvite(t *testing.T) {
	each(t, func(w *world) {
		invite := func(by authz.Actor, p id.Person) error { return w.invitations.Invite(w.Context(), by, w.space, p) }
		w.must(invite(w.lawyer, w.client))
		if n := w.count(countJobs, "notice.link"); n != 1 {
			w.Errorf("%d mails wait", n)
		}
		w.wants(invite(w.lawyer, w.lawyer.Person), fault.NotFound, "fault.absent") // she signs in
		w.wants(invite(w.lawyer, "stranger"), fault.NotFound, "fault.absent")
		client := authz.Actor{Person: w.client, Firm: w.firm, Role: authz.Outsider, Via: authz.ViaPassword}
		w.wants(invite(client, w.client), fault.Forbidden, "fault.forbidden")
		outsider := w.lawyer
		outsider.Person = "stranger"
		w.wants(invite(outsider, w.client), fault.NotFound, "fault.absent")
		w.tamper(clearJobs)
	})
}

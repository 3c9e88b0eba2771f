package account

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"cenacle/internal/act/acttest"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/vault"
)

const good = "cerfvolant, tuile, remous 41"

// world is a service on one engine.
type world struct {
	*testing.T
	*Service
	clock *acttest.Clock
}

func each(t *testing.T, run func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		office, clock := acttest.New(t, s)
		w := &world{t, New(office), clock}
		w.Lighten()
		run(w)
	})
}

// person makes someone with a password.
func (w *world) person(email string) id.Person {
	w.Helper()
	p := w.stranger(email)
	w.set(p, good)
	return p
}

func (w *world) stranger(email string) id.Person {
	w.Helper()
	p, _, err := w.Ensure(w.Context(), email, i18n.French)
	w.must(err)
	return p
}

func (w *world) set(p id.Person, text string) {
	w.Helper()
	hashed, err := w.NewPassword(w.Context(), text)
	w.must(err)
	w.must(w.SetPassword(w.Context(), p, hashed))
}

func (w *world) enters(email, password string, from Source) (string, Session) {
	w.Helper()
	token, session, err := w.SignIn(w.Context(), email, password, from)
	w.must(err)
	return token, session
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// wants demands a fault by its kind and key.
func (w *world) wants(err error, kind fault.Kind, key string) {
	w.Helper()
	wants(w.T, err, kind, key)
}

func wants(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		t.Fatalf("got %v, want %s %q", err, kind, key)
	}
}

func at(addr string) Source { return Source{Addr: netip.MustParseAddr(addr), Agent: "test"} }

func TestEnsure(t *testing.T) {
	each(t, func(w *world) {
		p, created, err := w.Ensure(w.Context(), " Claire.Petit@Exemple.FR", i18n.English)
		w.must(err)
		if !created {
			w.Error("a new person was not created")
		}
		again, created, err := w.Ensure(w.Context(), "claire.petit@exemple.fr", i18n.French)
		w.must(err)
		if created || again != p {
			w.Errorf("the same mailbox is %s and %s", p, again)
		}
		got, err := w.Person(w.Context(), p)
		w.must(err)
		want := Person{ID: p, Email: "claire.petit@exemple.fr", Language: i18n.English}
		if got != want {
			w.Errorf("got %+v, want %+v", got, want)
		}
		w.must(w.Speak(w.Context(), p, i18n.French))
		if got, err := w.Find(w.Context(), "CLAIRE.PETIT@exemple.fr"); err != nil || got.Language != i18n.French {
			w.Errorf("found %+v, %v", got, err)
		}
		_, err = w.Find(w.Context(), "claire@exemple.fr")
		w.wants(err, fault.NotFound, "fault.absent")
		_, err = w.Person(w.Context(), "nobody")
		w.wants(err, fault.NotFound, "fault.absent")
		_, _, err = w.Ensure(w.Context(), "claire", i18n.French)
		w.wants(err, fault.Invalid, "email.invalid")
	})
}

// ISO-14, small: one person per mailbox, and one count of failures.
func TestISO14_OneIdentity(t *testing.T) {
	each(t, func(w *world) {
		owner := w.person("zoé.o'neil@forêt.fr")
		var all sync.WaitGroup
		spelt := []string{
			"ZOÉ.O'NEIL@FORÊT.FR", "zoé.o'neil@xn--fort-ipa.fr", " zoe\u0301.o'neil@fore\u0302t.fr ", "zoé.o'neil@forêt.fr.",
			"ｚｏé.o'neil＠forêt.fr",
		}
		for _, s := range spelt {
			all.Go(func() {
				if p, created, err := w.Ensure(w.Context(), s, i18n.French); err != nil || created || p != owner {
					w.Errorf("%q is %s, created %v, %v; want %s", s, p, created, err, owner)
				}
			})
		}
		all.Wait()
		for _, s := range []string{"zoe.o'neil@forêt.fr", "zoé.o'neil+x@forêt.fr", "zoéo'neil@forêt.fr", "zoé.o'neil@foret.fr", "zоé.o'neil@forêt.fr"} {
			if p := w.stranger(s); p == owner {
				w.Errorf("%q is the person of another mailbox", s)
			}
		}
		for i := range 10 {
			_, _, err := w.SignIn(w.Context(), spelt[i%len(spelt)], "wrong", at(fmt.Sprintf("192.0.2.%d", i)))
			w.wants(err, fault.Unauthenticated, "account.refused")
		}
		for _, s := range spelt {
			_, _, err := w.SignIn(w.Context(), s, good, at("198.51.100.1"))
			w.wants(err, fault.Busy, "fault.busy")
		}
	})
}

func TestEnsureInParallel(t *testing.T) {
	each(t, func(w *world) {
		var all sync.WaitGroup
		found := make([]id.Person, 24)
		for i := range found {
			all.Go(func() {
				p, _, err := w.Ensure(w.Context(), "claire@exemple.fr", i18n.French)
				if err != nil {
					w.Error(err)
				}
				found[i] = p
			})
		}
		all.Wait()
		for _, p := range found {
			if p != found[0] {
				w.Fatalf("one mailbox became %s and %s", found[0], p)
			}
		}
	})
}

func TestFirms(t *testing.T) {
	each(t, func(w *world) {
		f := storetest.Firm(w.T, w.office.Store).ID()
		p := w.stranger("claire@exemple.fr")
		tied := func(want bool) {
			w.Helper()
			if got, err := w.Affiliated(w.Context(), p, f); err != nil || got != want {
				w.Errorf("affiliated: %v, %v", got, err)
			}
		}
		tied(false)
		for range 2 {
			w.must(w.Affiliate(w.Context(), p, f))
		}
		tied(true)
		if firms, err := w.Firms(w.Context(), p); err != nil || len(firms) != 1 || firms[0] != f {
			w.Errorf("firms: %v, %v", firms, err)
		}
		w.tamper(closeFirm, f)
		tied(false)
		if firms, err := w.Firms(w.Context(), p); err != nil || len(firms) != 0 {
			w.Errorf("firms of a closed one: %v, %v", firms, err)
		}
	})
}

// Two sign-ups with one mailbox at once: one firm, one password.
func TestOpenFirmOnce(t *testing.T) {
	each(t, func(w *world) {
		p := w.stranger("claire@exemple.fr")
		w.must(w.Free(w.Context(), "claire@exemple.fr"))
		w.must(w.Free(w.Context(), "nobody@exemple.fr"))
		hashed, err := w.NewPassword(w.Context(), good)
		w.must(err)
		var all sync.WaitGroup
		results := make(chan error, 8)
		from := at("192.0.2.1")
		for range cap(results) {
			all.Go(func() {
				_, s, err := w.OpenFirm(w.Context(), Opening{id.New[id.Firm](w.clock.Now()), p, &hashed, &from})
				if err == nil && (s.Proven || s.Via != authz.ViaPassword || s.Person != p) {
					w.Errorf("session of a sign-up: %+v", s)
				}
				results <- err
			})
		}
		all.Wait()
		close(results)
		opened := 0
		for err := range results {
			if err == nil {
				opened++
				continue
			}
			w.wants(err, fault.Conflict, "account.unusable")
		}
		firms, err := w.Firms(w.Context(), p)
		if opened != 1 || err != nil || len(firms) != 1 {
			w.Errorf("%d sign-ups opened %d firms, %v", opened, len(firms), err)
		}
		w.wants(w.Free(w.Context(), "Claire@exemple.fr"), fault.Conflict, "account.unusable")
		if got, err := w.Person(w.Context(), p); err != nil || !got.Password || got.Proven {
			w.Errorf("after a sign-up: %+v, %v", got, err)
		}
		_, _, err = w.OpenFirm(w.Context(), Opening{Firm: id.New[id.Firm](w.clock.Now()), Founder: p})
		w.must(err)
	})
}

var (
	closeFirm     = store.ForDirectory(`update firm set state = 'closed' where id = $1`)
	swapPassword  = store.ForDirectory(`update person set password = (select password from person where id = $2) where id = $1`)
	dropPassword  = store.ForDirectory(`update person set password = $2 where id = $1`)
	raiseProven   = store.ForDirectory(`update person set proven = 1 where id = $1`)
	lowerEpoch    = store.ForDirectory(`update person set epoch = epoch - 1 where id = $1`)
	lowerEra      = store.ForDirectory(`update person set era = era - 1 where id = $1`)
	swapEmail     = store.ForDirectory(`update person set email = (select email from person where id = $2) where id = $1`)
	renamePerson  = store.ForDirectory(`update person set id = $2 where id = $1`)
	moveSession   = store.ForDirectory(`update session set person_id = $2 where id = $1`)
	widenSession  = store.ForDirectory(`update session set via = 'password', space_id = '', firm_id = '' where id = $1`)
	extendSession = store.ForDirectory(`update session set expires_at = expires_at + 1 where id = $1`)
	wakeSession   = store.ForDirectory(`update session set seen_at = seen_at + 1 where id = $1`)
	rehashSession = store.ForDirectory(`update session set hash = $2 where id = $1`)
	renewEpoch    = store.ForDirectory(`update session set epoch = epoch + 1 where id = $1`)
)

func (w *world) tamper(s store.DirectoryStmt, args ...any) {
	w.Helper()
	w.must(w.directory().Update(w.Context(), func(tx *store.DirectoryTx) error {
		n, err := tx.Exec(s, args...)
		if err == nil && n != 1 {
			err = fmt.Errorf("touched %d rows", n)
		}
		return err
	}))
}

// CRY-03, the directory's part: whoever can write to the database gains nothing.
func TestCRY03_PersonTampered(t *testing.T) {
	other := func(w *world) []any { return []any{w.person("eve@exemple.fr")} }
	for name, tc := range map[string]struct {
		stmt store.DirectoryStmt
		more func(w *world) []any
	}{
		"password of another": {swapPassword, other},
		"no password":         {dropPassword, func(*world) []any { return []any{[]byte{}} }},
		"proven":              {raiseProven, nil},
		"epoch":               {lowerEpoch, nil},
		"era":                 {lowerEra, nil},
		"e-mail of another":   {swapEmail, other},
		"another identifier":  {renamePerson, func(w *world) []any { return []any{id.New[id.Person](w.clock.Now())} }},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				p := w.stranger("claire@exemple.fr")
				hashed, err := w.NewPassword(w.Context(), good)
				w.must(err)
				_, _, err = w.OpenFirm(w.Context(), Opening{Firm: id.New[id.Firm](w.clock.Now()), Founder: p, Password: &hashed})
				w.must(err)
				if tc.stmt == renamePerson {
					p = w.person("renamed@exemple.fr") // tied to nothing that would refuse
				}
				args := []any{p}
				if tc.more != nil {
					args = append(args, tc.more(w)...)
				}
				w.tamper(tc.stmt, args...)
				email := "claire@exemple.fr"
				if tc.stmt == renamePerson {
					email = "renamed@exemple.fr"
				}
				for _, password := range []string{good, ""} {
					if _, _, err := w.SignIn(w.Context(), email, password, at("192.0.2.1")); !errors.Is(err, vault.ErrTampered) {
						w.Errorf("sign-in: %v, want a tampered row", err)
					}
				}
			})
		})
	}
}

func TestCRY03_SessionTampered(t *testing.T) {
	for name, tc := range map[string]struct {
		stmt store.DirectoryStmt
		more func(w *world) []any
	}{
		"another person": {moveSession, func(w *world) []any { return []any{w.person("eve@exemple.fr")} }},
		"wider":          {widenSession, nil},
		"longer":         {extendSession, nil},
		"fresher":        {wakeSession, nil},
		"newer epoch":    {renewEpoch, nil},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				p := w.person("claire@exemple.fr")
				token, s, err := w.OpenLinkSession(w.Context(), p, "firm", "space", at("192.0.2.1"))
				w.must(err)
				args := []any{s.ID}
				if tc.more != nil {
					args = append(args, tc.more(w)...)
				}
				w.tamper(tc.stmt, args...)
				if _, err := w.Resume(w.Context(), token); !errors.Is(err, vault.ErrTampered) {
					w.Errorf("resume: %v, want a tampered row", err)
				}
			})
		})
	}
	t.Run("another token", func(t *testing.T) {
		each(t, func(w *world) {
			w.person("claire@exemple.fr")
			_, s := w.enters("claire@exemple.fr", good, at("192.0.2.1"))
			mine := NewToken()
			w.tamper(rehashSession, s.ID, w.tokenHash(mine))
			if _, err := w.Resume(w.Context(), mine); !errors.Is(err, vault.ErrTampered) {
				w.Errorf("resume: %v, want a tampered row", err)
			}
		})
	})
}

func TestSweep(t *testing.T) {
	each(t, func(w *world) {
		w.person("claire@exemple.fr")
		token, _ := w.enters("claire@exemple.fr", good, at("192.0.2.1"))
		_, _, err := w.SignIn(w.Context(), "claire@exemple.fr", "wrong", at("192.0.2.1"))
		w.wants(err, fault.Unauthenticated, "account.refused")
		count := func() (n int) {
			w.must(w.directory().View(w.Context(), func(tx *store.DirectoryTx) error {
				return tx.Row(countLeft, nil, &n)
			}))
			return n
		}
		w.must(w.Sweep(w.Context()))
		if n := count(); n != 3 {
			w.Errorf("%d rows left, want the session and two counts", n)
		}
		if _, err := w.Resume(w.Context(), token); err != nil {
			w.Errorf("a live session was swept away: %v", err)
		}
		w.clock.Advance(2 * time.Hour)
		w.must(w.Sweep(w.Context()))
		if n := count(); n != 0 {
			w.Errorf("%d rows left of what is over", n)
		}
	})
}

var countLeft = store.ForDirectory(`select (select count(*) from session) + (select count(*) from attempt)`)

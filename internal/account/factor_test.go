package account

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/totp"
	"cenacle/internal/vault"
)

const claire = "claire@exemple.fr"

// phone is the application of a person, which was added in the period before.
type phone struct {
	*world
	secret   totp.Secret
	recovery []string
	token    string // of the session that went on
	session  Session
}

// guards gives somebody a password and an application.
func (w *world) guards(email string) (id.Person, phone) {
	w.Helper()
	p := w.person(email)
	_, in := w.enters(email, good, at("192.0.2.1"))
	return p, w.adds(in)
}

func (w *world) adds(in Session) phone {
	w.Helper()
	challenge, secret, err := w.NewTOTP(w.Context(), in)
	w.must(err)
	out, _, err := w.AddTOTP(w.Context(), in, challenge, secret.Code(totp.StepAt(w.clock.Now())), "Téléphone", at("192.0.2.1"))
	w.must(err)
	w.clock.Advance(totp.Period)
	return phone{w, secret, out.Recovery, out.Token, out.Session}
}

func (p phone) code() string { return p.secret.Code(totp.StepAt(p.clock.Now())) }

// half is a right password, and no more.
func (w *world) half(email string) string {
	w.Helper()
	token, s, err := w.SignIn(w.Context(), email, good, at("192.0.2.1"))
	return w.stands(token, s, err)
}

// stands demands a challenge, and that nothing is open.
func (w *world) stands(token string, s Session, err error) string {
	w.Helper()
	w.wants(err, fault.Unauthenticated, "account.second")
	var u *Unfinished
	if !errors.As(err, &u) || len(u.Challenge) != TokenLength || token != "" || s != (Session{}) {
		w.Fatalf("a session %q, %+v, and %v", token, s, err)
	}
	if strings.Contains(fmt.Sprintf("%v %+v", err, u), u.Challenge) {
		w.Error("the challenge stands in the error's text")
	}
	w.alive(u.Challenge, false)
	return u.Challenge
}

func (w *world) finishes(challenge, code string) (string, Session) {
	w.Helper()
	token, s, err := w.Finish(w.Context(), challenge, code, at("192.0.2.1"))
	w.must(err)
	return token, s
}

// AUT-04: one code, a hundred times at once, from two nodes.
func TestAUT04_OneSuccess(t *testing.T) {
	each(t, func(w *world) {
		_, phone := w.guards(claire)
		nodes := []*Service{w.Service, New(w.office)}
		challenges := []string{w.half(claire), w.half(claire)}
		code := phone.code()
		var all sync.WaitGroup
		results := make(chan error, 100)
		for i := range cap(results) {
			all.Go(func() {
				_, _, err := nodes[i%2].Finish(w.Context(), challenges[i/2%2], code, at("192.0.2.1"))
				results <- err
			})
		}
		all.Wait()
		close(results)
		if n := successes(w, results); n != 1 {
			w.Errorf("%d sessions from one code", n)
		}
	})
}

// AUT-04: without any brake before it, the store alone decides.
func TestAUT04_OneUpdate(t *testing.T) {
	each(t, func(w *world) {
		p, phone := w.guards(claire)
		for _, code := range []string{phone.code(), phone.recovery[3]} {
			var all sync.WaitGroup
			results := make(chan error, 100)
			for range cap(results) {
				all.Go(func() {
					results <- w.directory().Update(w.Context(), func(tx *store.DirectoryTx) error {
						row, err := w.byID(tx, p)
						if err != nil {
							return err
						}
						return w.useCode(tx, row, code)
					})
				})
			}
			all.Wait()
			close(results)
			if n := successes(w, results); n != 1 {
				w.Errorf("%q was accepted %d times", code, n)
			}
		}
	})
}

func successes(w *world, results <-chan error) (n int) {
	w.Helper()
	for err := range results {
		switch {
		case err == nil:
			n++
		case !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Busy) && !fault.Is(err, fault.Unauthenticated):
			w.Errorf("one that came late: %v", err)
		}
	}
	return n
}

// AUT-04: five tries in any five minutes, whatever the challenge and the source.
func TestAUT04_FiveTries(t *testing.T) {
	each(t, func(w *world) {
		_, phone := w.guards(claire)
		try := func(i int, code string) error {
			_, _, err := w.Finish(w.Context(), w.half(claire), code, at(fmt.Sprintf("192.0.2.%d", i)))
			return err
		}
		wrong := "000000"
		if phone.code() == wrong {
			wrong = "000001"
		}
		for i := range 5 {
			w.wants(try(i, []string{wrong, "ABCD-EFGH-IJKL-MNOP", "", "12", phone.secret.Code(1)}[i]), fault.Invalid, "account.code_wrong")
			w.clock.Advance(50 * time.Second)
		}
		w.wants(try(6, phone.code()), fault.Busy, "fault.busy")
		w.wants(try(7, phone.recovery[0]), fault.Busy, "fault.busy")
		w.clock.Advance(5 * time.Minute)
		w.must(try(8, phone.code()))
		w.clock.Advance(totp.Period)
		for i := range 5 {
			w.must(try(9, phone.code()))
			w.clock.Advance(totp.Period)
			if i == 4 {
				w.must(try(9, phone.code())) // what was right is not counted
			}
		}
	})
}

func TestAUT04_OneStepAway(t *testing.T) {
	for offset := int64(-3); offset <= 3; offset++ {
		t.Run(fmt.Sprintf("%+d", offset), func(t *testing.T) {
			each(t, func(w *world) {
				_, phone := w.guards(claire)
				w.clock.Advance(10 * totp.Period)
				code := phone.secret.Code(totp.StepAt(w.clock.Now()) + offset)
				_, _, err := w.Finish(w.Context(), w.half(claire), code[:3]+" "+code[3:], at("192.0.2.1"))
				if offset >= -1 && offset <= 1 {
					w.must(err)
					_, _, err = w.Finish(w.Context(), w.half(claire), code, at("192.0.2.1"))
				}
				w.wants(err, fault.Invalid, "account.code_wrong")
			})
		})
	}
}

// AUT-05: no way in is weaker than another, in whatever state she is.
func TestAUT05_EveryWayIn(t *testing.T) {
	type opened = func() (string, Session, error)
	for name, enter := range map[string]func(w *world, p id.Person) opened{
		"password": func(w *world, _ id.Person) opened {
			return func() (string, Session, error) { return w.SignIn(w.Context(), claire, good, at("192.0.2.2")) }
		},
		"mailed link": func(w *world, p id.Person) opened {
			return func() (string, Session, error) {
				return w.OpenLinkSession(w.Context(), p, "firm", "space", at("192.0.2.2"))
			}
		},
		"mailed password": func(w *world, p id.Person) opened {
			next, err := w.NewPassword(w.Context(), "violon, gravier, 7 mésanges")
			w.must(err)
			return func() (string, Session, error) { return w.ChoosePassword(w.Context(), p, next, at("192.0.2.2")) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				p, phone := w.guards(claire)
				open := enter(w, p)
				challenge := w.stands(open())
				w.alive(phone.token, true) // a stolen mailbox does not even sign her out
				for _, wrong := range []string{"", "000000", phone.token, challenge} {
					_, _, err := w.Finish(w.Context(), challenge, wrong, at("192.0.2.2"))
					w.wants(err, fault.Invalid, "account.code_wrong")
				}
				token, s := w.finishes(challenge, phone.code())
				w.alive(token, true)
				if !s.Via.Twofold() || s.Via.Linked() != (name == "mailed link") || s.Space != "" != s.Via.Linked() || !s.Proven {
					w.Errorf("she entered as %+v", s)
				}
				_, _, err := w.Finish(w.Context(), challenge, phone.recovery[0], at("192.0.2.2"))
				w.wants(err, fault.Unauthenticated, "account.too_late")

				late := w.stands(enter(w, p)())
				w.clock.Advance(StepLife)
				_, _, err = w.Finish(w.Context(), late, phone.recovery[0], at("192.0.2.2"))
				w.wants(err, fault.Unauthenticated, "account.too_late")

				ended := w.stands(enter(w, p)())
				w.must(w.SignOutEverywhere(w.Context(), p))
				_, _, err = w.Finish(w.Context(), ended, phone.recovery[0], at("192.0.2.2"))
				w.wants(err, fault.Unauthenticated, "account.too_late")

				w.must(w.ResetFactors(w.Context(), p))
				token, _, err = enter(w, p)()
				w.must(err)
				w.alive(token, true)
			})
		})
	}
}

// AUT-05: the password of a mailed page is hers after the second step only.
func TestAUT05_PasswordWaits(t *testing.T) {
	each(t, func(w *world) {
		p, phone := w.guards(claire)
		const later = "violon, gravier, 7 mésanges"
		next, err := w.NewPassword(w.Context(), later)
		w.must(err)
		token, s, err := w.ChoosePassword(w.Context(), p, next, at("192.0.2.2"))
		challenge := w.stands(token, s, err)
		_, _, err = w.SignIn(w.Context(), claire, later, at("192.0.2.2"))
		w.wants(err, fault.Unauthenticated, "account.refused")
		w.finishes(challenge, phone.code())
		w.alive(phone.token, false)
		token, s, err = w.SignIn(w.Context(), claire, later, at("192.0.2.2"))
		w.stands(token, s, err)
		_, _, err = w.SignIn(w.Context(), claire, good, at("192.0.2.2"))
		w.wants(err, fault.Unauthenticated, "account.refused")
	})
}

// AUT-05: nobody founds a firm on the mailbox of one who has a factor and no
// password; a session opened before is over.
func TestAUT05_SideDoors(t *testing.T) {
	each(t, func(w *world) {
		p := w.stranger(claire)
		before, in, err := w.OpenLinkSession(w.Context(), p, "firm", "space", at("192.0.2.1"))
		w.must(err)
		phone := w.adds(in)
		w.alive(before, false)
		w.alive(phone.token, true)
		if s := phone.session; s.Via != authz.ViaLinkCode || s.Firm != "firm" || s.Space != "space" {
			w.Errorf("she goes on as %+v", s)
		}
		w.wants(w.Free(w.Context(), claire), fault.Conflict, "account.unusable")
		hashed, err := w.NewPassword(w.Context(), good)
		w.must(err)
		_, _, err = w.OpenFirm(w.Context(), Opening{Firm: id.New[id.Firm](w.clock.Now()), Founder: p, Password: &hashed, From: &Source{}})
		w.wants(err, fault.Conflict, "account.unusable")
	})
}

// AUT-08, AUT-09: a factor changes the identifier of the session and ends the
// others.
func TestAUT08_FactorRotates(t *testing.T) {
	each(t, func(w *world) {
		w.person(claire)
		other, _ := w.enters(claire, good, at("192.0.2.9"))
		mine, in := w.enters(claire, good, at("192.0.2.1"))
		phone := w.adds(in)
		w.alive(other, false)
		w.alive(mine, false)
		w.alive(phone.token, true)
		list, err := w.Factors(w.Context(), in.Person)
		w.must(err)
		if len(list.Own) != 1 || list.Own[0].Name != "Téléphone" || list.Own[0].Kind != TOTP || list.Recovery != 10 || !list.Own[0].Used.IsZero() {
			w.Fatalf("she has %+v", list)
		}
		again := w.adds(phone.session) // another telephone: the former opens nothing
		w.alive(phone.token, false)
		if again.recovery != nil {
			w.Error("her recovery codes were replaced unasked")
		}
		_, _, err = w.Finish(w.Context(), w.half(claire), phone.code(), at("192.0.2.1"))
		w.wants(err, fault.Invalid, "account.code_wrong")
		w.finishes(w.half(claire), again.code())
		list, err = w.Factors(w.Context(), in.Person)
		w.must(err)
		out, err := w.RemoveFactor(w.Context(), again.session, list.Own[0].ID, at("192.0.2.1"))
		w.must(err)
		w.alive(again.token, false)
		w.alive(out.Token, true)
		w.enters(claire, good, at("192.0.2.1"))
		if list, err = w.Factors(w.Context(), in.Person); err != nil || len(list.Own)+list.Recovery != 0 {
			w.Errorf("she still has %+v, %v", list, err)
		}
	})
}

// TestRenameFactor: a name is hers to choose, in a fresh session, and changes
// nothing else: the factor opens as before and nobody is signed out.
func TestRenameFactor(t *testing.T) {
	each(t, func(w *world) {
		p, phone := w.guards(claire)
		list, err := w.Factors(w.Context(), p)
		w.must(err)
		of := list.Own[0].ID
		w.must(w.RenameFactor(w.Context(), phone.session, of, "  Téléphone du cabinet "))
		if list, err = w.Factors(w.Context(), p); err != nil || list.Own[0].Name != "Téléphone du cabinet" || list.Recovery != 10 {
			w.Errorf("she has %+v, %v", list, err)
		}
		w.alive(phone.token, true)
		w.wants(w.RenameFactor(w.Context(), phone.session, of, "  "), fault.Invalid, "account.factor_nameless")
		w.wants(w.RenameFactor(w.Context(), phone.session, of, strings.Repeat("é", maxFactorName+1)), fault.Invalid, "account.factor_name_long")
		w.wants(w.RenameFactor(w.Context(), phone.session, "x", "y"), fault.NotFound, "fault.absent")
		_, other := w.guards("sophie@exemple.fr")
		w.wants(w.RenameFactor(w.Context(), other.session, of, "y"), fault.NotFound, "fault.absent")
		w.finishes(w.half(claire), phone.code())
		w.clock.Advance(freshFor)
		w.wants(w.RenameFactor(w.Context(), phone.session, of, "y"), fault.Forbidden, "account.not_fresh")
	})
}

func TestRecoveryCodes(t *testing.T) {
	each(t, func(w *world) {
		_, phone := w.guards(claire)
		seen := map[string]bool{}
		for _, code := range phone.recovery {
			if len(spelt(code)) != 25 || seen[code] {
				w.Errorf("the code %q", code)
			}
			seen[code] = true
		}
		w.finishes(w.half(claire), " "+strings.ToLower(phone.recovery[0])+" ")
		_, _, err := w.Finish(w.Context(), w.half(claire), phone.recovery[0], at("192.0.2.1"))
		w.wants(err, fault.Invalid, "account.code_wrong")
		fresh, err := w.NewRecovery(w.Context(), phone.session)
		w.must(err)
		_, _, err = w.Finish(w.Context(), w.half(claire), phone.recovery[1], at("192.0.2.1"))
		w.wants(err, fault.Invalid, "account.code_wrong")
		w.finishes(w.half(claire), fresh[1])
		if list, err := w.Factors(w.Context(), phone.session.Person); err != nil || list.Recovery != 9 {
			w.Errorf("%d are left, %v", list.Recovery, err)
		}
		_, theirs := w.guards("eve@exemple.fr")
		_, _, err = w.Finish(w.Context(), w.half(claire), theirs.recovery[0], at("192.0.2.1"))
		w.wants(err, fault.Invalid, "account.code_wrong")
	})
}

// A factor lasts longer than the session it is added in.
func TestFactorNeedsFreshSession(t *testing.T) {
	each(t, func(w *world) {
		p := w.stranger(claire)
		_, linked, err := w.OpenLinkSession(w.Context(), p, "firm", "space", at("192.0.2.1"))
		w.must(err)
		w.clock.Advance(time.Hour)
		w.must(w.MayChange(w.Context(), linked)) // her mailbox is all there is
		w.set(p, good)
		w.wants(w.MayChange(w.Context(), linked), fault.Forbidden, "account.not_fresh")
		_, in := w.enters(claire, good, at("192.0.2.1"))
		w.must(w.MayChange(w.Context(), in))
		challenge, secret, err := w.NewTOTP(w.Context(), in)
		w.must(err)
		_, _, err = w.AddTOTP(w.Context(), in, challenge, "000000"+secret.Code(0), "", at("192.0.2.1"))
		w.wants(err, fault.Invalid, "account.first_code_wrong")
		_, _, err = w.AddTOTP(w.Context(), Session{Person: "eve"}, challenge, secret.Code(totp.StepAt(w.clock.Now())), "", at("192.0.2.1"))
		w.wants(err, fault.Unauthenticated, "account.too_late")
		w.clock.Advance(freshFor)
		_, _, err = w.NewTOTP(w.Context(), in)
		w.wants(err, fault.Forbidden, "account.not_fresh")
		_, err = w.RemoveFactor(w.Context(), in, "x", at("192.0.2.1"))
		w.wants(err, fault.Forbidden, "account.not_fresh")
		_, err = w.NewRecovery(w.Context(), in)
		w.wants(err, fault.Forbidden, "account.not_fresh")

		founder := w.stranger("founder@exemple.fr")
		hashed, err := w.NewPassword(w.Context(), good)
		w.must(err)
		_, in, err = w.OpenFirm(w.Context(), Opening{Firm: id.New[id.Firm](w.clock.Now()), Founder: founder, Password: &hashed, From: &Source{}})
		w.must(err)
		w.wants(w.MayChange(w.Context(), in), fault.Forbidden, "account.unproven")
	})
}

// A password that cannot stand alone needs the factor as long as it is there.
func TestBriefPassword(t *testing.T) {
	each(t, func(w *world) {
		const brief = "tuile+remous 4" // fourteen
		p, phone := w.guards(claire)
		change := func(in Session, text string) (Session, error) {
			_, s, err := w.ChangePassword(w.Context(), in, Change{Current: good, New: text}, at("192.0.2.1"))
			return s, err
		}
		_, err := change(phone.session, brief[:11])
		w.wants(err, fault.Invalid, "account.password_short")
		in, err := change(phone.session, brief)
		w.must(err)
		if in.Via != authz.ViaCode {
			w.Errorf("she goes on by %s", in.Via)
		}
		list, err := w.Factors(w.Context(), p)
		w.must(err)
		_, err = w.RemoveFactor(w.Context(), in, list.Own[0].ID, at("192.0.2.1"))
		w.wants(err, fault.Conflict, "account.password_brief")
		w.must(w.ResetFactors(w.Context(), p))
		if left, err := w.Person(w.Context(), p); err != nil || left.Password || left.Guarded {
			w.Errorf("without a factor she is %+v, %v", left, err)
		}
		_, err = w.NewPassword(w.Context(), brief)
		w.wants(err, fault.Invalid, "account.password_short")
	})
}

// AUT-14, of a challenge.
func TestAUT14_ChallengeForms(t *testing.T) {
	each(t, func(w *world) {
		_, phone := w.guards(claire)
		good := w.half(claire)
		for name, bad := range map[string]string{
			"cut": good[:len(good)-1], "longer": good + "A", "padded": good + "=", "other case": strings.ToUpper(good), "empty": "",
			"a session": phone.token, "another": NewToken(),
		} {
			if _, _, err := w.Finish(w.Context(), bad, phone.recovery[0], at("192.0.2.1")); fault.KindOf(err) != fault.Unauthenticated {
				w.Errorf("%s: %v", name, err)
			}
		}
		setup, secret, err := w.NewTOTP(w.Context(), phone.session)
		w.must(err)
		_, _, err = w.Finish(w.Context(), setup, phone.recovery[0], at("192.0.2.1"))
		w.wants(err, fault.Unauthenticated, "account.too_late")
		_, _, err = w.AddTOTP(w.Context(), phone.session, good, secret.Code(totp.StepAt(w.clock.Now())), "", at("192.0.2.1"))
		w.wants(err, fault.Unauthenticated, "account.too_late")
	})
}

var (
	takeFactor    = store.ForDirectory(`delete from factor where person_id = $1 and kind = 'totp'`)
	swapSecret    = store.ForDirectory(`update factor set secret = (select secret from factor where person_id <> $1 and kind = 'totp') where person_id = $1 and kind = 'totp'`)
	rewindFactor  = store.ForDirectory(`update factor set last = 0 where person_id = $1 and kind = 'totp'`)
	unguard       = store.ForDirectory(`update person set factors = 0 where id = $1`)
	moveFactor    = store.ForDirectory(`update factor set person_id = $1 where person_id <> $1 and kind = 'totp'`)
	moveChallenge = store.ForDirectory(`update challenge set person_id = $1`)
)

// CRY-03: whoever writes to the tables takes no factor away and puts none there.
func TestCRY03_FactorTampered(t *testing.T) {
	for name, stmt := range map[string]store.DirectoryStmt{
		"taken": takeFactor, "another secret": swapSecret, "used again": rewindFactor,
		"not asked for": unguard, "one more": moveFactor, "another's challenge": moveChallenge,
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				_, theirs := w.guards("eve@exemple.fr")
				p, _ := w.guards(claire)
				challenge := w.half("eve@exemple.fr")
				if stmt != moveChallenge {
					challenge = w.half(claire)
				}
				w.tamper(stmt, p)
				_, _, err := w.Finish(w.Context(), challenge, theirs.code(), at("192.0.2.1"))
				if !errors.Is(err, vault.ErrTampered) {
					w.Errorf("finished: %v, want a tampered row", err)
				}
			})
		})
	}
}

package lifecycle_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/store"
)

func signUp() lifecycle.SignUp {
	from := at("192.0.2.1")
	return lifecycle.SignUp{
		FirmName: "Kervadec & Associés", Name: "Ondine Kervadec", Email: "Ondine@Kervadec.example",
		Password: secret, Language: i18n.French, From: &from,
	}
}

func TestSignUp(t *testing.T) {
	each(t, func(w *world) {
		f, err := w.life.SignUp(w.Context(), signUp())
		w.must(err)
		s, err := w.accounts.Resume(w.Context(), f.Token)
		w.must(err)
		if s != f.Session || s.Person != f.Person || s.Via != authz.ViaPassword {
			w.Errorf("session %+v, resumed as %+v", f.Session, s)
		}
		st, err := w.firms.Stand(w.Context(), s, f.Firm)
		w.must(err)
		if st.Actor.Role != authz.Admin || st.Card.Name != "Ondine Kervadec" || st.Profile.Name != "Kervadec & Associés" {
			w.Errorf("she stands in %+v", st)
		}
		_, err = w.firms.Stand(w.Context(), s, w.firm)
		w.wants(err, fault.NotFound, "", "fault.absent")
		if path := w.one("ondine@kervadec.example"); path != "/f/"+string(f.Firm) {
			w.Errorf("she is welcomed to %s", path)
		}
		_, s, err = w.accounts.SignIn(w.Context(), "ondine@kervadec.example", secret, at("192.0.2.1"))
		w.must(err)
		if doors, err := w.firms.Doors(w.Context(), s); err != nil || len(doors) != 1 || doors[0].ID != f.Firm {
			w.Errorf("doors: %+v, %v", doors, err)
		}

		// Again, by whoever knows the address; and again, by herself.
		_, err = w.life.SignUp(w.Context(), signUp())
		w.wants(err, fault.Conflict, "email", "account.unusable")
		w.clock.Advance(time.Second)
		second, err := w.life.OpenFirm(w.Context(), s, "Kervadec Conseil", "Ondine Kervadec")
		w.must(err)
		if doors, err := w.firms.Doors(w.Context(), s); err != nil || len(doors) != 2 || doors[1].ID != second.Firm {
			w.Errorf("doors: %+v, %v", doors, err)
		}
		_, err = w.life.OpenFirm(w.Context(), account.Session{Person: f.Person, Via: authz.ViaLink, Firm: f.Firm, Space: "s"}, "X", "X")
		w.wants(err, fault.Forbidden, "", "fault.forbidden")
	})
}

func TestSignUpForm(t *testing.T) {
	each(t, func(w *world) {
		from := at("192.0.2.1")
		_, err := w.life.SignUp(w.Context(), lifecycle.SignUp{Name: "\t", Email: "x", Password: "kervadec", From: &from})
		wrong, ok := errors.AsType[fault.Fields](err)
		if !ok || len(wrong) != 4 || wrong[0].Field != "firm" || wrong[1].Field != "name" || wrong[2].Field != "email" || wrong[3].Field != "password" {
			w.Errorf("an empty form: %v", err)
		}
		in := signUp()
		in.Password = "Ondine Kervadec & Associés"
		_, err = w.life.SignUp(w.Context(), in)
		w.wants(err, fault.Invalid, "password", "account.password_guessable")
		_, err = w.accounts.Find(w.Context(), in.Email)
		w.wants(err, fault.NotFound, "", "fault.absent")
	})
}

// The same form sent twice at once opens one firm.
func TestSignUpTwice(t *testing.T) {
	each(t, func(w *world) {
		before := w.registered()
		results := make(chan error, 3)
		var all sync.WaitGroup
		for range cap(results) {
			all.Go(func() {
				_, err := w.life.SignUp(w.Context(), signUp())
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
			w.wants(err, fault.Conflict, "email", "account.unusable")
		}
		if opened != 1 || w.registered() != before+1 {
			w.Errorf("%d sign-ups, %d firms", opened, w.registered()-before)
		}
	})
}

func (w *world) registered() int {
	w.Helper()
	all, err := w.office.Store.Firms(w.Context())
	w.must(err)
	return len(all)
}

// The pretender: he signs up with the address of someone who is to become, or
// already is, a client elsewhere. His password opens his own firm alone, and
// hers puts him out.
func TestSignUpProvesNoMailbox(t *testing.T) {
	each(t, func(w *world) {
		in := signUp()
		in.Email = "claire@exemple.fr"
		f, err := w.life.SignUp(w.Context(), in)
		w.must(err)
		w.clock.Advance(time.Second)
		sp := w.opens("Claire Petit", "claire@exemple.fr")
		_, s, err := w.accounts.SignIn(w.Context(), in.Email, secret, at("203.0.113.66"))
		w.must(err)
		_, err = w.firms.Stand(w.Context(), s, w.firm)
		w.wants(err, fault.NotFound, "", "fault.absent")
		if _, err := w.firms.Stand(w.Context(), s, f.Firm); err != nil {
			w.Errorf("his own firm: %v", err)
		}
		if doors, err := w.firms.Doors(w.Context(), s); err != nil || len(doors) != 1 {
			w.Errorf("his doors: %+v, %v", doors, err)
		}

		// Her mail brings a link, whatever password somebody has set.
		all := w.mails("claire@exemple.fr")
		token := w.token(w.path(all[len(all)-1]))
		_, hers, err := w.invitations.Use(w.Context(), w.firm, token, at("192.0.2.1"))
		w.must(err)
		_, s, err = w.accounts.ChangePassword(w.Context(), hers, account.Change{New: "violon, gravier, 7 mésanges"}, at("192.0.2.1"))
		w.must(err)
		st, err := w.firms.Stand(w.Context(), s, w.firm)
		if err != nil || st.Actor.Scope != "" || st.Actor.Role != authz.Outsider || sp.ID == "" {
			w.Errorf("with her own password she is %+v, %v", st.Actor, err)
		}
		_, _, err = w.accounts.SignIn(w.Context(), in.Email, secret, at("203.0.113.66"))
		w.wants(err, fault.Unauthenticated, "", "account.refused")
	})
}

// A sign-up that was cut before its last step is made good by another one, and
// what it left is reached by nobody.
func TestSignUpAfterCrash(t *testing.T) {
	each(t, func(w *world) {
		in := signUp()
		p, _, err := w.accounts.Ensure(w.Context(), in.Email, i18n.French)
		w.must(err)
		left := authz.Actor{Person: p, Firm: id.New[id.Firm](w.clock.Now()), Role: authz.Admin, Via: authz.ViaPassword}
		_, err = w.office.Store.CreateFirm(w.Context(), left.Firm)
		w.must(err)
		w.must(w.office.Do(w.Context(), left.Firm, func(a *act.Act) error {
			return w.firms.Found(a, left, in.FirmName, firm.Card{Person: p, Role: authz.Admin, State: firm.Active, Name: in.Name})
		}))
		f, err := w.life.SignUp(w.Context(), in)
		w.must(err)
		if f.Person != p || f.Firm == left.Firm {
			w.Errorf("the second try opened %+v", f)
		}
		_, err = w.firms.Stand(w.Context(), f.Session, left.Firm)
		w.wants(err, fault.NotFound, "", "fault.absent")
	})
}

// The operator's command: no session, no brake on a source.
func TestSignUpByCommand(t *testing.T) {
	each(t, func(w *world) {
		in := signUp()
		in.From = nil
		f, err := w.life.SignUp(w.Context(), in)
		w.must(err)
		if f.Token != "" {
			w.Error("a command was signed in")
		}
		if n := w.sessions(); n != 0 {
			w.Errorf("%d sessions", n)
		}
	})
}

func (w *world) sessions() (n int) {
	w.Helper()
	w.must(w.office.Store.Directory().View(w.Context(), func(tx *store.DirectoryTx) error {
		return tx.Row(countSessions, nil, &n)
	}))
	return n
}

var countSessions = store.ForDirectory(`select count(*) from session`)

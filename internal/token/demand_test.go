package token_test

import (
	"testing"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/token"
	"cenacle/internal/totp"
)

// guard gives somebody an application that shows codes.
func (w *world) guard(by authz.Actor) {
	w.Helper()
	in := account.Session{Person: by.Person, Via: authz.ViaPassword, Proven: true, Created: w.clock.Now()}
	challenge, secret, err := w.accounts.NewTOTP(w.Context(), in)
	w.must(err)
	_, _, err = w.accounts.AddTOTP(w.Context(), in, challenge, secret.Code(totp.StepAt(w.clock.Now())), "Téléphone", account.Source{})
	w.must(err)
}

// AUT-05: a program or a drive is no way around what the firm demands of its people; it
// goes on once its person has a second factor. Those of clients go on.
func TestAUT05_FirmDemands(t *testing.T) {
	each(t, func(w *world) {
		texts := map[authz.FirmRole]map[token.Use]string{}
		for _, by := range []authz.Actor{w.lawyer, w.client} {
			texts[by.Role] = map[token.Use]string{}
			for _, use := range []token.Use{token.API, token.Drive} {
				texts[by.Role][use], _ = w.issue(by, token.New{Use: use})
			}
		}
		w.guard(w.admin)
		w.must(w.firms.DemandFactors(w.Context(), w.admin, 0))
		for use, text := range texts[w.lawyer.Role] {
			if _, err := w.enter(text, use); !fault.Is(err, fault.Unauthenticated) {
				w.Errorf("%s of a lawyer without a second factor: %v", use, err)
			}
			_, err := w.enter(texts[w.client.Role][use], use)
			w.must(err)
		}
		w.guard(w.lawyer)
		for use, text := range texts[w.lawyer.Role] {
			st, err := w.enter(text, use)
			w.must(err)
			if st.Actor.Shown() != authz.Twofold {
				w.Errorf("%s of who has a second factor has shown %s", use, st.Actor.Shown())
			}
			if st, err = w.enter(texts[w.client.Role][use], use); err != nil || st.Actor.Shown() != authz.Confirmed {
				w.Errorf("%s of who has none has shown %s, %v", use, st.Actor.Shown(), err)
			}
		}
	})
}

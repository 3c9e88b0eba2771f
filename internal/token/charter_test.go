package token_test

import (
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/firm"
	"cenacle/internal/token"
)

// TestUnsignedProgram: the program or the drive of somebody who has not accepted the
// firm's charter is confined as she is, from the next request on, and by no more.
func TestUnsignedProgram(t *testing.T) {
	each(t, func(w *world) {
		texts := map[authz.FirmRole]map[token.Use]string{}
		for _, by := range []authz.Actor{w.lawyer, w.client} {
			texts[by.Role] = map[token.Use]string{}
			for _, use := range []token.Use{token.API, token.Drive} {
				texts[by.Role][use], _ = w.issue(by, token.New{Use: use})
			}
		}
		check := func(when string, role authz.FirmRole, unsigned bool) {
			w.Helper()
			for use, text := range texts[role] {
				st, err := w.enter(text, use)
				if w.must(err); st.Actor.Unsigned != unsigned {
					w.Errorf("%s, %s of %s: unsigned %t", when, use, role, st.Actor.Unsigned)
				}
			}
		}
		check("before", w.lawyer.Role, false)
		w.must(w.firms.Publish(w.Context(), w.admin, "Ne confiez votre accès à personne.", firm.Team))
		check("asked", w.lawyer.Role, true)
		check("not asked", w.client.Role, false)
		w.must(w.firms.AnswerCharter(w.Context(), w.lawyer, 1, false))
		check("declined", w.lawyer.Role, true)
		w.must(w.firms.AnswerCharter(w.Context(), w.lawyer, 1, true))
		check("accepted", w.lawyer.Role, false)
	})
}

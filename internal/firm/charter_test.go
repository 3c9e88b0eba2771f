package firm_test

import (
	"crypto/sha256"
	"strings"
	"testing"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

const charterText = "Ne confiez votre accès à personne.\n\nPrévenez le cabinet si vous le perdez."

// stands is how somebody stands in the firm.
func (w *world) stands(of id.Person) firm.Standing {
	w.Helper()
	st, err := w.firms.Stand(w.Context(), account.Session{Person: of, Via: authz.ViaPassword, Proven: true, Created: w.clock.Now()}, w.firm)
	w.must(err)
	return st
}

// TestCharter: those whom a version concerns are asked once, and confined until they
// accept it; another version asks again, and the answers to the former stay as they were.
func TestCharter(t *testing.T) {
	each(t, func(w *world) {
		paul, claire := w.card("paul@delmas.example", "Paul Leroy", authz.Lawyer), w.card("claire@exemple.fr", "Claire Petit", authz.Outsider)
		check := func(when string, of id.Person, asked, unsigned bool) {
			w.Helper()
			if st := w.stands(of); st.Asked != asked || st.Actor.Unsigned != unsigned {
				w.Errorf("%s: asked %t, unsigned %t", when, st.Asked, st.Actor.Unsigned)
			}
		}
		check("without a charter", paul, false, false)
		w.must(w.firms.Publish(w.Context(), w.by, charterText+"\r\n", firm.Team))
		check("who published it has accepted it", w.by.Person, false, false)
		check("a lawyer", paul, true, true)
		check("a client, whom it does not concern", claire, false, false)

		c, said, _, err := w.firms.Charter(w.Context(), w.stands(paul).Actor)
		w.must(err)
		if c.Version != 1 || c.Text != charterText || c.SHA256 != sha256.Sum256([]byte(charterText)) || said != firm.Unanswered {
			w.Errorf("%+v, %q", c, said)
		}
		answers := func(of id.Person, version int64, accepts bool) error {
			return w.firms.AnswerCharter(w.Context(), w.stands(of).Actor, version, accepts)
		}
		w.must(answers(paul, 1, false))
		check("who declined is not asked again", paul, false, true)
		w.must(answers(paul, 1, true))
		check("who accepts later", paul, false, false)
		w.wants(answers(paul, 1, false), fault.Conflict, "firm.charter_accepted")
		w.wants(answers(claire, 1, true), fault.Conflict, "firm.charter_changed")

		w.must(w.firms.Publish(w.Context(), w.by, charterText+"!", firm.Everyone))
		check("of another version", paul, true, true)
		check("a client", claire, true, true)
		w.wants(answers(claire, 1, true), fault.Conflict, "firm.charter_changed")
		w.must(answers(claire, 2, true))
		_, all, err := w.firms.CharterAnswers(w.Context(), w.by)
		w.must(err)
		if len(all) != 2 {
			w.Errorf("%+v", all)
		}
		w.must(w.firms.Publish(w.Context(), w.by, "", firm.Nobody))
		check("nobody is asked", paul, false, false)
		for kind, want := range map[string]int{"charter.published": 3, "charter.accepted": 4, "charter.declined": 1} {
			if n := w.count(countKind, kind); n != want {
				w.Errorf("%s: %d lines, want %d", kind, n, want)
			}
		}
	})
}

var (
	countKind   = store.ForFirm(`select count(*) from journal_entry where firm_id = $1 and kind = $2`)
	sayByHand   = store.ForFirm(`update charter_answer set answer = 'accepted' where firm_id = $1 and person_id = $2`)
	excuseAll   = store.ForFirm(`update charter set audience = '' where firm_id = $1`)
	eraseAnswer = store.ForFirm(`delete from charter_answer where firm_id = $1`)
)

func (w *world) count(s store.FirmStmt, args ...any) (n int) {
	w.Helper()
	w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error { return a.Row(s, args, &n) }))
	return n
}

// TestCharterIsRefused: to who may not publish it, and to texts that are none.
func TestCharterIsRefused(t *testing.T) {
	each(t, func(w *world) {
		paul := authz.Actor{Person: w.card("paul@delmas.example", "Paul Leroy", authz.Lawyer), Firm: w.firm, Role: authz.Lawyer, Via: authz.ViaCode}
		publish := func(by authz.Actor, text string, of firm.Audience) error {
			return w.firms.Publish(w.Context(), by, text, of)
		}
		w.wants(publish(paul, charterText, firm.Team), fault.Forbidden, "fault.forbidden")
		w.wants(publish(w.by, " \n", firm.Team), fault.Invalid, "firm.charter_missing")
		w.wants(publish(w.by, strings.Repeat("é", firm.MaxCharter+1), firm.Team), fault.Invalid, "firm.charter_long")
		w.wants(publish(w.by, charterText, "clients"), fault.Invalid, "firm.charter_audience")
		stale := w.by
		stale.Stale = true
		w.wants(publish(stale, charterText, firm.Team), fault.Forbidden, "fault.stale")
		if _, _, err := w.firms.CharterAnswers(w.Context(), paul); !fault.Is(err, fault.Forbidden) {
			w.Errorf("a lawyer reads who answered: %v", err)
		}
		w.wants(w.firms.AnswerCharter(w.Context(), paul, 0, true), fault.Conflict, "firm.charter_changed")
	})
}

// TestCharterIsSealed: neither an answer nor a version that was changed by hand frees
// anybody; an answer that was taken away asks again.
func TestCharterIsSealed(t *testing.T) {
	each(t, func(w *world) {
		paul := w.card("paul@delmas.example", "Paul Leroy", authz.Lawyer)
		w.must(w.firms.Publish(w.Context(), w.by, charterText, firm.Everyone))
		w.must(w.firms.AnswerCharter(w.Context(), w.stands(paul).Actor, 1, false))
		by := func(stmt store.FirmStmt, args ...any) {
			w.must(w.office.Keep(w.Context(), w.firm, func(a *act.Act) error {
				return a.Write(stmt, args...)
			}))
		}
		by(sayByHand, paul)
		if _, err := w.firms.Stand(w.Context(), signedIn(paul), w.firm); err == nil {
			w.Error("an answer without its MAC was believed")
		}
		by(eraseAnswer)
		if st := w.stands(paul); !st.Asked || !st.Actor.Unsigned {
			w.Errorf("%+v", st)
		}
		by(excuseAll)
		if _, err := w.firms.Stand(w.Context(), signedIn(paul), w.firm); err == nil {
			w.Error("a version without its MAC was believed")
		}
	})
}

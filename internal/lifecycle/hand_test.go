package lifecycle_test

import (
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// TestHandOver: who answers for a space hands it to another lawyer of it, and to
// nobody else; the journal says so, once.
func TestHandOver(t *testing.T) {
	each(t, func(w *world) {
		paul := w.colleague("Paul Leroy", "paul@delmas.example", authz.Lawyer)
		ines := w.colleague("Inès Roux", "ines@delmas.example", authz.FirmColleague)
		nora := w.colleague("Nora Blanc", "nora@delmas.example", authz.Lawyer)
		form := w.form("Claire Petit", "claire.petit@exemple.fr")
		form.Colleagues = []id.Person{paul.Person, ines.Person}
		sp, err := w.life.OpenSpace(w.Context(), w.lawyer, form)
		w.must(err)
		hand := func(by authz.Actor, to id.Person) error { return w.life.HandOver(w.Context(), by, sp.ID, to) }
		stale := w.lawyer
		stale.Stale = true
		for name, tt := range map[string]struct {
			err  error
			kind fault.Kind
		}{
			"another than the lead": {hand(paul, paul.Person), fault.Forbidden},
			"a lawyer elsewhere":    {hand(nora, nora.Person), fault.NotFound},
			"to who is no lawyer":   {hand(w.lawyer, ines.Person), fault.Invalid},
			"to who is not there":   {hand(w.lawyer, nora.Person), fault.Invalid},
			"to herself":            {hand(w.lawyer, w.lawyer.Person), fault.Invalid},
			"to the client":         {hand(w.lawyer, w.find("claire.petit@exemple.fr").ID), fault.Invalid},
			"too long after":        {hand(stale, paul.Person), fault.Forbidden},
		} {
			if fault.KindOf(tt.err) != tt.kind {
				w.Errorf("%s: %v", name, tt.err)
			}
		}
		w.must(hand(w.lawyer, paul.Person))
		if roles := w.roles(sp.ID); roles[paul.Person] != authz.Lead || roles[w.lawyer.Person] != authz.Colleague {
			w.Errorf("%v", roles)
		}
		if err := w.life.RemoveMember(w.Context(), w.lawyer, sp.ID, paul.Person); !fault.Is(err, fault.Conflict) {
			w.Errorf("the new lead is removed: %v", err)
		}
		w.must(w.life.RemoveMember(w.Context(), paul, sp.ID, w.lawyer.Person))
		if n := w.count(countEntries, "space.handed_over"); n != 1 {
			w.Errorf("the journal has it %d times", n)
		}
	})
}

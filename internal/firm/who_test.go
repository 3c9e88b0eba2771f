package firm_test

import (
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
)

// TestWhoReadsTheFirm: what is the firm's alone is read by its people, and by no program
// that is kept to a space; what it asks of everybody, by everybody, a mailed link included.
func TestWhoReadsTheFirm(t *testing.T) {
	each(t, func(w *world) {
		paul := authz.Actor{Person: w.card("paul@delmas.example", "Paul Leroy", authz.FirmAssistant), Firm: w.firm, Role: authz.FirmAssistant, Via: authz.ViaPassword}
		claire := authz.Actor{Person: w.card("claire@exemple.fr", "Claire Petit", authz.Outsider), Firm: w.firm, Role: authz.Outsider, Via: authz.ViaPassword}
		of := id.New[id.Space](w.clock.Now())
		linked, kept, reading := claire, paul, paul
		linked.Scope, linked.Via = of, authz.ViaLink
		kept.Pass, reading.Pass = &authz.Pass{Spaces: []id.Space{of}}, &authz.Pass{ReadOnly: true}
		people := func(by authz.Actor) error { _, err := w.firms.People(w.Context(), by); return err }
		reviews := func(by authz.Actor) error { _, err := w.firms.ReviewEvery(w.Context(), by); return err }
		demanded := func(by authz.Actor) error { _, _, err := w.firms.Demanded(w.Context(), by); return err }
		charter := func(by authz.Actor) error { _, _, _, err := w.firms.Charter(w.Context(), by); return err }
		for what, tt := range map[string]struct {
			read  func(authz.Actor) error
			order [5]bool // an assistant, her program that reads, one kept to a space, a client, her link
		}{
			"its people":      {people, [5]bool{true, true}},
			"when it reviews": {reviews, [5]bool{true, true}},
			"which factors":   {demanded, [5]bool{true, true}},
			"its charter":     {charter, [5]bool{true, true, false, true, true}},
		} {
			for i, by := range []authz.Actor{paul, reading, kept, claire, linked} {
				if err := tt.read(by); (err == nil) != tt.order[i] {
					t.Errorf("%s, by %s via %s (%d): %v", what, by.Role, by.Via, i, err)
				}
			}
		}
	})
}

// TestWhoAdministers: what is left to an administrator is refused to a lawyer before it is
// looked at, and nothing of it happens.
func TestWhoAdministers(t *testing.T) {
	each(t, func(w *world) {
		paul := authz.Actor{Person: w.card("paul@delmas.example", "Paul Leroy", authz.Lawyer), Firm: w.firm, Role: authz.Lawyer, Via: authz.ViaPassword}
		program, stale := w.by, w.by
		program.Pass, stale.Stale = &authz.Pass{ReadOnly: true}, true
		for who, by := range map[string]authz.Actor{"a lawyer": paul, "a program that only reads": program} {
			for what, do := range map[string]func() error{
				"administers":           func() error { return w.firms.Administer(w.Context(), by, paul.Person, true) },
				"chooses reviews":       func() error { return w.firms.ChooseReview(w.Context(), by, 7) },
				"shows what is no logo": func() error { return w.firms.ShowLogo(w.Context(), by, false, nil) },
				"hides a logo":          func() error { return w.firms.HideLogo(w.Context(), by, false) },
				"reads the plate":       func() error { _, err := w.firms.Plate(w.Context(), by); return err },
				"hangs a plate":         func() error { return w.firms.Hang(w.Context(), by, firm.Plate{Accent: "red"}) },
				"adds nobody":           func() error { _, err := w.firms.AddColleague(w.Context(), by, firm.Colleague{}); return err },
			} {
				if err := do(); !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s %s: %v", who, what, err)
				}
			}
		}
		w.wants(w.firms.Administer(w.Context(), stale, paul.Person, true), fault.Forbidden, "fault.stale")
		all, err := w.firms.People(w.Context(), w.by)
		w.must(err)
		for _, c := range all {
			if c.Person == paul.Person && c.Role != authz.Lawyer {
				t.Errorf("%s administers the firm", c.Name)
			}
		}
	})
}

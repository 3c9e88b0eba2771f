package circle_test

import (
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
)

// TestFirstParty: who sees what is said with the first party, by whoever may say how a
// forum goes, and with no other circle; what is refused makes nothing.
func TestFirstParty(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		apart := circle.Pattern{Contributions: circle.ByAll, Questions: circle.ToFirm}
		makes := func(by authz.Actor, name string, k circle.Kind, p circle.Pattern) error {
			_, err := circle.NewService(r.Office).Make(t.Context(), by, circle.New{Space: r.space, Name: name, Kind: k, Pattern: p})
			return err
		}
		is := func() (p circle.Pattern, parties int) {
			r.Must(r.see(func(a *act.Act) error {
				all, err := circle.Parties(a, r.space)
				if err != nil {
					return err
				}
				parties = len(all)
				p, err = circle.PatternOf(a, r.space)
				return err
			}))
			return p, parties
		}
		for what, tt := range map[string]struct {
			err  error
			kind fault.Kind
		}{
			"with a named circle": {makes(r.Lead, "Experts", circle.Named, apart), fault.Invalid},
			"one that is none":    {makes(r.Lead, "Bailleur", circle.Party, circle.Pattern{Contributions: "x"}), fault.Invalid},
			"by an assistant":     {makes(r.who[authz.Assistant], "Bailleur", circle.Party, apart), fault.Forbidden},
		} {
			if !fault.Is(tt.err, tt.kind) {
				t.Errorf("%s: %v", what, tt.err)
			}
		}
		if p, parties := is(); parties != 0 || p != circle.Patterns()[0] {
			t.Errorf("%d parties were made, of %s", parties, p)
		}
		r.Must(makes(r.Lead, "Bailleur", circle.Party, apart))
		if err := makes(r.Lead, "Preneur", circle.Party, circle.Patterns()[0]); !fault.Is(err, fault.Invalid) {
			t.Errorf("with the second party: %v", err)
		}
		r.Must(makes(r.Lead, "Preneur", circle.Party, circle.Pattern{}))
		if p, parties := is(); parties != 2 || p != apart {
			t.Errorf("%d parties, of %s", parties, p)
		}
		if n := r.Kinds(r.Lead)["forum.pattern"]; n != 1 {
			t.Errorf("%d lines of the journal", n)
		}
	})
}

package circle_test

import (
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// TestOpenParty: somebody's own party is hers to act in, and nobody else's; what
// confines her, a link, a program or a wall, confines her there too.
func TestOpenParty(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		guest := r.who[authz.Guest]
		parties := circle.NewService(r.Office)
		made, err := parties.Make(t.Context(), r.Lead, circle.New{Space: r.space, Name: "Société Roux", Kind: circle.Party, People: []id.Person{guest.Person}})
		r.Must(err)
		open := func(by authz.Actor) error {
			return r.see(func(a *act.Act) error {
				party, _, err := circle.OpenParty(a, by, r.space, authz.DocumentParty)
				if err == nil && party.ID != made.ID {
					t.Errorf("her party is %q, want %q", party.ID, made.ID)
				}
				return err
			})
		}
		r.Must(open(guest))
		reading, elsewhere, other := guest, guest, guest
		reading.Pass = &authz.Pass{ReadOnly: true}
		elsewhere.Scope = r.Space(r.Lead, "M. Martin")
		other.Pass = &authz.Pass{Kinds: []string{"memo"}}
		for who, by := range map[string]authz.Actor{
			"the lead": r.Lead, "a colleague": r.who[authz.Colleague], "a client": r.who[authz.Client], "a reader": r.who[authz.Reader],
			"a program that only reads": reading, "a program for memos": other, "a link to elsewhere": elsewhere,
		} {
			if err := open(by); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", who, err)
			}
		}
		r.Clock.Advance(time.Minute)
		r.Must(parties.Dismiss(t.Context(), r.Lead, r.space, made.ID, guest.Person))
		if err := open(guest); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody who left it: %v", err)
		}
	})
}

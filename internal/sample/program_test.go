package sample

import (
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/token"
)

// TestPrograms asks for accesses more often than a person may have them.
func TestPrograms(t *testing.T) {
	s := open(t, t.TempDir(), time.Now)
	defer shut(t, s)
	people, err := Ensure(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	people = people[2:4] // one with a password, one without
	seen := map[string]bool{}
	for range token.MaxLive/2 + 2 {
		if err := Programs(t.Context(), s, people); err != nil {
			t.Fatal(err)
		}
		for _, p := range people {
			for text, use := range map[string]token.Use{p.Token: token.API, p.Drive: token.Drive} {
				st, err := s.Tokens.Enter(t.Context(), text, use, account.Source{})
				if err != nil || st.Card.Name != p.Name || string(st.Profile.ID) != p.Firm || seen[text] {
					t.Fatalf("%s of %s: %+v, %v", use, p.Name, st, err)
				}
				seen[text] = true
			}
		}
	}
}

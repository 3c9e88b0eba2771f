package sanction_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/act/acttest"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/sanction"
	"cenacle/internal/sanction/sanctiontest"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// TestSearch: whoever is one of the firm's own looks for a name in the list, as it is
// compared for a dossier; that she did is recorded, without the name.
func TestSearch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		office, clock := acttest.New(t, s)
		of := found(t, office, "claire@delmas.example")
		all := node(office, "")
		p, _, err := account.New(office).Ensure(t.Context(), "claire@delmas.example", i18n.French)
		if err != nil {
			t.Fatal(err)
		}
		by := authz.Actor{Person: p, Firm: of, Role: authz.Admin, Via: authz.ViaPassword}
		if _, err := all.Search(t.Context(), by, sanction.Party{Name: "Khaled Zormani"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("without a list: %v", err)
		}
		people := []sanctiontest.Person{
			{Number: 7, Nature: "Personne physique", First: "Khaled", Name: "Zormani", Birth: "1961-04-02"},
			{Number: 8, Nature: "Personne morale", Name: "Zormani Transit", Aliases: []string{"Étoile de Zorm"}},
		}
		if _, err := all.Import(t.Context(), by, sanction.Bringing{File: bytes.NewReader(sanctiontest.File("2026-11-20", people...))}); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			asked sanction.Party
			want  []int
		}{
			{sanction.Party{Name: "  ZORMANI   Khaled "}, []int{7}}, {sanction.Party{Name: "Khalid Zourmani", Birth: "1961-04-02"}, []int{7}},
			{sanction.Party{Name: "Khalid Zourmani", Birth: "1990-01-01"}, nil}, {sanction.Party{Name: "Khaled Zormani", Kind: sanction.Company}, nil},
			{sanction.Party{Name: "etoile de zorm"}, []int{8}}, {sanction.Party{Name: "Sophie Petit"}, nil},
		} {
			r, err := all.Search(t.Context(), by, tt.asked)
			var got []int
			for _, h := range r.Hits {
				got = append(got, h.Entry.Number)
			}
			if err != nil || len(got) != len(tt.want) || len(got) > 0 && got[0] != tt.want[0] || r.Entry == "" || r.List.Published != "2026-11-20" {
				t.Errorf("%+v: %v, %+v, %v", tt.asked, got, r, err)
			}
		}
		for field, wrong := range map[string]sanction.Party{
			"name": {Name: " . "}, "birth": {Name: "Khaled", Birth: "2.4.1961"}, "kind": {Name: "Khaled", Kind: "animal"},
		} {
			if _, err := all.Search(t.Context(), by, wrong); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), field) {
				t.Errorf("%+v: %v", wrong, err)
			}
		}
		for _, later := range []string{clock.Now().Add(48 * time.Hour).Format(time.DateOnly), "1700-01-01"} {
			if _, err := all.Search(t.Context(), by, sanction.Party{Name: "Khaled", Birth: later}); !fault.Is(err, fault.Invalid) {
				t.Errorf("born on %s: %v", later, err)
			}
		}
		outside, reading := by, by
		outside.Role = authz.Outsider
		reading.Pass, reading.Via = &authz.Pass{ReadOnly: true}, authz.ViaToken
		for _, who := range []authz.Actor{outside, reading} {
			if r, err := all.Search(t.Context(), who, sanction.Party{Name: "Khaled Zormani"}); err == nil || len(r.Hits) > 0 {
				t.Errorf("%s by %s: %+v, %v", who.Role, who.Via, r.Hits, err)
			}
		}
		lawyer, confined := by, by
		lawyer.Role = authz.Lawyer
		confined.Pass, confined.Via = &authz.Pass{Spaces: []id.Space{id.New[id.Space](clock.Now())}}, authz.ViaToken
		if _, err := all.Standing(t.Context(), confined); err == nil {
			t.Error("a program that is kept to a space reads which list the firm works with")
		}
		if _, err := all.Import(t.Context(), lawyer, sanction.Bringing{File: strings.NewReader("{}")}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("what a lawyer brings who does not administer the firm is read: %v", err)
		}
		if n := kept(t, office, by); n != 6 {
			t.Errorf("%d searches are recorded", n)
		}
	})
}

// kept counts the searches that the journal keeps, and wants no name in them.
func kept(t *testing.T, office *act.Office, by authz.Actor) (n int) {
	t.Helper()
	handle, err := office.Store.Firm(t.Context(), by.Firm)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := office.Journal.List(t.Context(), handle, journal.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Kind != "sanction.searched" {
			continue
		}
		n++
		raw, err := json.Marshal(e)
		if low := strings.ToLower(string(raw) + string(e.Details)); err != nil || strings.Contains(low, "zorm") || strings.Contains(low, "petit") || !strings.Contains(low, "found") {
			t.Errorf("the journal tells who was looked for: %s", low)
		}
	}
	return n
}

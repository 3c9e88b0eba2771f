package conflict_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/conflict"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/guard"
	"cenacle/internal/id"
	"cenacle/internal/likeness"
	"cenacle/internal/store"
	"cenacle/internal/vigilance"
)

// firm is a firm with two files of Me Lead and one that is closed.
type firm struct {
	*documenttest.House
	t         *testing.T
	conflicts *conflict.Service
	petit     id.Space
	durand    id.Space
}

func each(t *testing.T, run func(t *testing.T, f firm)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		f := firm{House: h, t: t, conflicts: conflict.NewService(h.Office)}
		f.petit, f.durand = h.Space(h.Lead, "Séparation de biens"), h.Space(h.Lead, "Mme Hélène Durand")
		h.Member(h.Lead, f.petit, authz.Client, "Mme Sophie Petit")
		h.Member(h.Lead, f.petit, authz.Guest, "Me Rivière, notaire")
		h.Member(h.Lead, f.durand, authz.Client, "Mme Hélène Durand")
		_, err := guard.NewService(h.Office).Add(t.Context(), h.Lead, f.petit, "M. Julien Lefèvre")
		h.Must(err)
		_, err = f.conflicts.Add(t.Context(), h.Lead, f.petit, conflict.Birth, "Sophie Khelifi")
		h.Must(err)
		_, err = f.conflicts.Add(t.Context(), h.Lead, f.petit, conflict.Company, "SARL Batimétal")
		h.Must(err)
		duties, err := vigilance.Load()
		h.Must(err)
		_, err = vigilance.New(h.Office, time.UTC, duties).Keep(t.Context(), h.Lead, vigilance.Keeping{Space: f.petit, Dossier: vigilance.Dossier{
			Client: vigilance.Identity{Kind: vigilance.Company, Name: "Sophie Petit"}, Owners: []vigilance.Owner{{Name: "Bénédicte Ostrowski", Control: "capital"}, {Name: "Holding Verrière SAS", Control: "votes"}},
		}})
		h.Must(err)
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			return a.Write(closeSpace, f.durand)
		}))
		run(t, f)
	})
}

var (
	closeSpace = store.ForFirm(`update space set state = 'closed' where firm_id = $1 and id = $2`)
	insertWall = store.ForFirm(`insert into wall (firm_id, space_id, person_id, created_at, mac) values ($1, $2, $3, 1, $4)`)
	swapKind   = store.ForFirm(`update alias set kind = 'used' where firm_id = $1 and id = $2`)
)

// found is a search in words: « level name quality », the most alike first.
func (f firm) found(by authz.Actor, names ...string) (out []string) {
	f.t.Helper()
	r, err := f.conflicts.Search(f.t.Context(), by, names)
	f.Must(err)
	for _, one := range r.Findings {
		if one.Reserved {
			out = append(out, "reserved")
			if one.Name != "" || one.Lead != "" || one.As != "" || one.Level != likeness.None {
				f.t.Errorf("behind a wall: %+v", one)
			}
			continue
		}
		out = append(out, fmt.Sprintf("%s %q %s", one.Level, one.Name, one.As))
	}
	return out
}

func TestSearch(t *testing.T) {
	each(t, func(t *testing.T, f firm) {
		for _, tt := range []struct {
			asked string
			want  []string
		}{
			{"PETIT Sofie", []string{`same "Mme Sophie Petit" client`}},
			{"Sophie Khelify", []string{`same "Sophie Khelifi" linked`}},
			{"Batimetal", []string{`same "SARL Batimétal" linked`}},
			{"Lefebvre Julien", []string{`close "M. Julien Lefèvre" adverse`}},
			{"Hélène Durand", []string{`same "Mme Hélène Durand" former`}},
			{"Maître Riviere", nil},
			{"Luc Petit", []string{`family "Mme Sophie Petit" client`}},
			{"Separation de Biens", []string{`same "" titled`}},
			{"OSTROVSKI Benedicte", []string{`same "Bénédicte Ostrowski" linked`}},
			{"Verriere Holding", []string{`same "Holding Verrière SAS" linked`}},
			{"Antoine Carpentier", nil},
		} {
			got := f.found(f.Lead, tt.asked)
			if tt.asked == "Maître Riviere" { // one word: the family, whatever else the card says
				if len(got) != 1 || !strings.HasSuffix(got[0], `"Me Rivière, notaire" other`) {
					t.Errorf("%q: %v", tt.asked, got)
				}
				continue
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q: %v, want %v", tt.asked, got, tt.want)
			}
		}
		if got := f.found(f.Lead, "Sophie Petit", "Hélène Durand", " ", "Sophie Petit"); len(got) != 2 {
			t.Errorf("two names at once: %v", got)
		}
	})
}

// TestLAW07_NobodyLearnsOfAFile: a colleague who is in none of the files finds the
// name and whom to speak to; one behind a wall finds that there is something.
func TestLAW07_NobodyLearnsOfAFile(t *testing.T) {
	each(t, func(t *testing.T, f firm) {
		colleague := f.Member(f.Lead, f.Space(f.Lead, "Dossier à part"), authz.Colleague, "Me Karim Leroy")
		r, err := f.conflicts.Search(t.Context(), colleague, []string{"Sophie Petit"})
		f.Must(err)
		if len(r.Findings) != 1 || r.Findings[0].Lead != "Me Claire Delmas" || r.Entry == "" || r.Names < 5 || r.At.IsZero() {
			t.Errorf("a colleague finds %+v", r)
		}
		if text := fmt.Sprintf("%+v", r); strings.Contains(text, string(f.petit)) || strings.Contains(text, "Séparation") {
			t.Errorf("the answer tells of the file: %s", text)
		}
		f.Must(f.Office.Keep(t.Context(), f.Lead.Firm, func(a *act.Act) error {
			return a.Write(insertWall, f.petit, colleague.Person, []byte("mac"))
		}))
		if got := f.found(colleague, "Sophie Petit", "Julien Lefèvre", "Hélène Durand"); !slices.Equal(got, []string{"reserved", "reserved", `same "Mme Hélène Durand" former`}) {
			t.Errorf("behind a wall: %v", got)
		}
	})
}

// TestErased: a space whose key was destroyed has no names, and keeps nobody from
// finding those of the others.
func TestErased(t *testing.T) {
	each(t, func(t *testing.T, f firm) {
		f.Must(f.Office.Keep(t.Context(), f.Lead.Firm, func(a *act.Act) error { return a.Ring().DestroySpace(a.Tx, f.petit) }))
		if got := f.found(f.Lead, "Sophie Petit", "Hélène Durand"); !slices.Equal(got, []string{`same "Mme Hélène Durand" former`}) {
			t.Errorf("after the erasure: %v", got)
		}
	})
}

func TestWhoMaySearch(t *testing.T) {
	each(t, func(t *testing.T, f firm) {
		client := f.Member(f.Lead, f.petit, authz.Client, "M. Paul Martin")
		reads := f.Lead
		reads.Pass = &authz.Pass{ReadOnly: true}
		for name, tt := range map[string]struct {
			by   authz.Actor
			want fault.Kind
		}{"a client": {client, fault.NotFound}, "a program that reads": {reads, fault.Forbidden}} {
			if _, err := f.conflicts.Search(t.Context(), tt.by, []string{"Petit"}); !fault.Is(err, tt.want) {
				t.Errorf("%s searches: %v", name, err)
			}
		}
		for name, asked := range map[string][]string{
			"nothing": {" ", ""}, "no name": {"…"}, "not a text": {"\xff"}, "long": {strings.Repeat("Petit ", 50)}, "many": strings.Split(strings.Repeat("a b,", 30)+"x", ","),
		} {
			if name == "many" {
				for i := range asked {
					asked[i] += fmt.Sprint(i)
				}
			}
			_, err := f.conflicts.Search(t.Context(), f.Lead, asked)
			var wrong fault.Fields
			if !errors.As(err, &wrong) || wrong[0].Field != "names" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestAliases(t *testing.T) {
	each(t, func(t *testing.T, f firm) {
		ctx := t.Context()
		all, err := f.conflicts.List(ctx, f.Lead, f.petit)
		f.Must(err)
		if len(all) != 2 || all[0].Kind != conflict.Birth || all[1].Name != "SARL Batimétal" {
			t.Fatalf("aliases: %+v", all)
		}
		client := f.Member(f.Lead, f.petit, authz.Client, "M. Paul Martin")
		if _, err := f.conflicts.List(ctx, client, f.petit); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a client lists them: %v", err)
		}
		if _, err := f.conflicts.Add(ctx, client, f.petit, conflict.Used, "Sophie P."); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a client adds one: %v", err)
		}
		if err := f.conflicts.Remove(ctx, client, f.petit, all[0].ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a client removes one: %v", err)
		}
		if err := f.conflicts.Remove(ctx, f.Lead, f.Space(f.Lead, "M. Luc Moreau"), all[0].ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("removed through another space: %v", err)
		}
		for field, in := range map[string]conflict.Alias{"name": {Kind: conflict.Used, Name: " "}, "kind": {Kind: "?", Name: "Sophie"}} {
			_, err := f.conflicts.Add(ctx, f.Lead, f.petit, in.Kind, in.Name)
			var wrong fault.Fields
			if !errors.As(err, &wrong) || wrong[0].Field != field {
				t.Errorf("%+v: %v", in, err)
			}
		}
		f.Must(f.conflicts.Remove(ctx, f.Lead, f.petit, all[0].ID))
		if err := f.conflicts.Remove(ctx, f.Lead, f.petit, all[0].ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("removed twice: %v", err)
		}
		if got := f.found(f.Lead, "Sophie Khelifi"); len(got) != 0 {
			t.Errorf("removed, and found: %v", got)
		}
	})
}

// TestWhoSearches: the firm's people do, before anything is compared; no client does, and
// no program that could not record it.
func TestWhoSearches(t *testing.T) {
	each(t, func(t *testing.T, f firm) {
		reading, kept := f.Lead, f.Lead
		reading.Pass, kept.Pass = &authz.Pass{ReadOnly: true}, &authz.Pass{Spaces: []id.Space{f.petit}}
		for who, by := range map[string]authz.Actor{
			"a client": f.Member(f.Lead, f.petit, authz.Client, "M. Paul Martin"), "a program that only reads": reading, "a program that is kept to a space": kept,
		} {
			if r, err := f.conflicts.Search(t.Context(), by, []string{"Sophie Petit"}); err == nil || r.Names > 0 || len(r.Findings) > 0 {
				t.Errorf("%s is told of %d names: %+v, %v", who, r.Names, r.Findings, err)
			}
		}
		if n := f.Kinds(f.Lead)["conflict.searched"]; n != 0 {
			t.Errorf("%d searches are recorded that nobody made", n)
		}
	})
}

// TestCRY03_AliasTampered: a row that was altered in the database ends the act.
func TestCRY03_AliasTampered(t *testing.T) {
	each(t, func(t *testing.T, f firm) {
		all, err := f.conflicts.List(t.Context(), f.Lead, f.petit)
		f.Must(err, f.Office.Keep(t.Context(), f.Lead.Firm, func(a *act.Act) error {
			return a.Write(swapKind, all[1].ID)
		}))
		if _, err := f.conflicts.List(t.Context(), f.Lead, f.petit); err == nil {
			t.Error("an altered row is read")
		}
		if _, err := f.conflicts.Search(t.Context(), f.Lead, []string{"Sophie Petit"}); err == nil {
			t.Error("a search reads over an altered row")
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	h := documenttest.New(b, store.Config{Dir: b.TempDir()}, document.Config{})
	s := conflict.NewService(h.Office)
	for i := range 500 {
		in := h.Space(h.Lead, fmt.Sprintf("Dossier %d", i))
		h.Member(h.Lead, in, authz.Client, fmt.Sprintf("Mme Client %d", i))
	}
	began := time.Now()
	for b.Loop() {
		if _, err := s.Search(b.Context(), h.Lead, []string{"Sophie Petit", "Julien Lefèvre"}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(began).Microseconds())/float64(b.N)/500, "µs/file")
}

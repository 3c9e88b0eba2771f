package space_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

type house struct {
	*documenttest.House
	models []space.Model
	spaces *space.Service
}

func each(t *testing.T, run func(t *testing.T, h house)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, d *documenttest.House) {
		models, err := space.LoadModels()
		d.Must(err)
		run(t, house{d, models, space.NewService(d.Office, models)})
	})
}

func (h house) open(n space.New) (s space.Space, err error) {
	err = h.Office.Do(context.Background(), h.Lead.Firm, func(a *act.Act) error {
		if s, err = space.Create(a, h.Lead, n); err != nil {
			return err
		}
		_, err = a.Record(h.Lead, "space.opened", s.ID, string(s.ID), nil)
		return err
	})
	return s, err
}

func (h house) show(by authz.Actor, of id.Space) space.Room {
	h.T.Helper()
	room, err := h.spaces.Show(context.Background(), by, of)
	h.Must(err)
	return room
}

func TestCreate(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		divorce, err := h.spaces.Model("divorce")
		h.Must(err)
		for _, l := range []i18n.Language{i18n.French, i18n.English, "tlh"} {
			made, err := h.open(space.New{Name: "  Mme\u202e Petit\n", Model: divorce, Profile: space.Individual, Lead: h.Lead.Person, Language: l})
			h.Must(err)
			room := h.show(h.Lead, made.ID)
			said, _ := i18n.Parse(string(l))
			if room.Space != made || room.Name != "Mme Petit" || room.State != "open" || room.Notice != "neutre" || room.Model != "divorce" {
				t.Errorf("opened %+v, shown %+v", made, room.Space)
			}
			if len(room.Matters) != 1 || room.Matters[0].Name != divorce.Matter[said] || room.Matters[0].State != "open" {
				t.Errorf("matters: %+v", room.Matters)
			}
			if len(room.Folders) != len(divorce.Folders) {
				t.Fatalf("%d folders, want %d", len(room.Folders), len(divorce.Folders))
			}
			for i, f := range room.Folders {
				if want := divorce.Folders[i]; f.Name != want.Name[said] || f.Tray != want.Tray || f.Matter != room.Matters[0].ID {
					t.Errorf("folder %d: %+v, want %+v", i, f, want)
				}
			}
			if len(room.Circles) != 3 || len(room.People) != 1 || room.Mine != authz.Lead {
				t.Errorf("%d circles, %d people, she is %s", len(room.Circles), len(room.People), room.Mine)
			}
		}
		if _, err := h.spaces.Model("mariage"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a model that is not: %v", err)
		}
	})
}

func TestCreateRefusals(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		right := space.New{Name: "M", Model: h.models[0], Profile: space.Individual, Lead: h.Lead.Person, Language: i18n.French}
		for name, tt := range map[string]struct {
			wrong func(n *space.New)
			field string
		}{
			"no name":            {func(n *space.New) { n.Name = " " }, "name"},
			"an invisible name":  {func(n *space.New) { n.Name = "\u200b\u202e" }, "name"},
			"a long name":        {func(n *space.New) { n.Name = strings.Repeat("é", space.MaxName+1) }, "name"},
			"an unknown profile": {func(n *space.New) { n.Profile = "ami" }, "profile"},
			"no model":           {func(n *space.New) { n.Model = space.Model{} }, "model"},
		} {
			n := right
			tt.wrong(&n)
			_, err := h.open(n)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "("+tt.field+")") {
				t.Errorf("%s: %v", name, err)
			}
		}
		right.Name = strings.Repeat("é", 120)
		made, err := h.open(right)
		if err != nil || made.Name != right.Name {
			t.Errorf("120 letters: %v", err)
		}
		if own, err := h.spaces.List(t.Context(), h.Lead, space.Page{Limit: 10}); err != nil || len(own) != 1 {
			t.Errorf("%d spaces are there, %v", len(own), err)
		}
	})
}

func names(people []space.Person) (out []string) {
	for _, p := range people {
		out = append(out, p.Name)
	}
	slices.Sort(out)
	return out
}

func TestShow(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		of := h.Space(h.Lead, "Mme Petit")
		client := h.Member(h.Lead, of, authz.Client, "Mme Petit")
		guest := h.Member(h.Lead, of, authz.Guest, "Me Roux")
		h.Member(h.Lead, of, authz.Assistant, "Inès Fabre")
		gone := h.Member(h.Lead, of, authz.Client, "M. Parti")
		h.Leave(gone, of)
		present := []string{"Inès Fabre", "Me Claire Delmas", "Me Roux", "Mme Petit"}
		// Who is outside the firm knows of nobody else outside it but who shares a circle.
		hers, his := []string{"Inès Fabre", "Me Claire Delmas", "Mme Petit"}, []string{"Inès Fabre", "Me Claire Delmas", "Me Roux"}
		for _, tt := range []struct {
			by      authz.Actor
			mine    authz.Role
			people  []string
			circles map[circle.Kind][]string
		}{
			{h.Lead, authz.Lead, []string{"Inès Fabre", "M. Parti", "Me Claire Delmas", "Me Roux", "Mme Petit"}, map[circle.Kind][]string{
				circle.Firm: {"Inès Fabre", "Me Claire Delmas"}, circle.Client: {"Mme Petit"}, circle.All: present,
			}},
			{client, authz.Client, hers, map[circle.Kind][]string{circle.Client: {"Mme Petit"}, circle.All: hers}},
			{guest, authz.Guest, his, map[circle.Kind][]string{circle.All: his}},
		} {
			room := h.show(tt.by, of)
			if got := names(room.People); !slices.Equal(got, tt.people) || room.Mine != tt.mine {
				t.Errorf("%s sees the people %q, want %q", tt.mine, got, tt.people)
			}
			if len(room.Circles) != len(tt.circles) {
				t.Errorf("%s sees %d circles, want %d", tt.mine, len(room.Circles), len(tt.circles))
			}
			for _, c := range room.Circles {
				if got := names(c.People); !slices.Equal(got, tt.circles[c.Kind]) {
					t.Errorf("%s sees in %s %q, want %q", tt.mine, c.Kind, got, tt.circles[c.Kind])
				}
			}
		}
		stranger := h.Found("Cabinet Rival", "Me Rival")
		for name, by := range map[string]authz.Actor{"who left": gone, "another firm": stranger} {
			if _, err := h.spaces.Show(t.Context(), by, of); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestHeard(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		of := h.Space(h.Lead, "Mme Petit")
		is := h.Circles(h.Lead, of)
		client := h.Member(h.Lead, of, authz.Client, "Mme Petit")
		guest := h.Member(h.Lead, of, authz.Guest, "Me Roux")
		for _, tt := range []struct {
			by   authz.Actor
			want []id.Circle
		}{{h.Lead, []id.Circle{is.Firm, is.All}}, {client, []id.Circle{is.Client, is.All}}, {guest, []id.Circle{is.All}}} {
			got, err := h.spaces.Heard(t.Context(), tt.by, of)
			slices.Sort(got)
			slices.Sort(tt.want)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%v hears %v, want %v (%v)", tt.by.Role, got, tt.want, err)
			}
		}
		h.Leave(client, of)
		if got, err := h.spaces.Heard(t.Context(), client, of); !fault.Is(err, fault.NotFound) {
			t.Errorf("who left hears %v, %v", got, err)
		}
	})
}

var together = store.ForFirm(`update space set changed_at = $2 where firm_id = $1`)

// pages walks through all pages of an actor's spaces.
func (h house) pages(by authz.Actor, limit int) (all []id.Space) {
	h.T.Helper()
	for p := (space.Page{Limit: limit}); ; {
		found, err := h.spaces.List(context.Background(), by, p)
		h.Must(err)
		for _, s := range found {
			all = append(all, s.ID)
		}
		if len(found) < limit {
			return all
		}
		last := found[limit-1]
		p.Changed, p.After = last.Changed, last.ID
	}
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var want []id.Space
		for i := range 11 {
			want = append(want, h.Space(h.Lead, fmt.Sprint("Client ", i)))
		}
		slices.Reverse(want)
		for name, at := range map[string]int64{"one after the other": 0, "all changed at once": store.Micros(h.Clock.Now())} {
			if at != 0 {
				h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error { return a.Write(together, at) }))
				slices.Sort(want)
				slices.Reverse(want)
			}
			for _, limit := range []int{1, 3, 11, 50} {
				if got := h.pages(h.Lead, limit); !slices.Equal(got, want) {
					t.Errorf("%s, pages of %d: %v, want %v", name, limit, got, want)
				}
			}
		}
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error { return space.Touch(a, want[7]) }))
		if got := h.pages(h.Lead, 5); got[0] != want[7] || len(got) != 11 {
			t.Errorf("what changed last is not first of %d", len(got))
		}
	})
}

// TestPagesOfMany: who has many spaces finds them in the same order, whether all
// of hers are sorted or the last changes of the firm are walked.
func TestPagesOfMany(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		other := h.Member(h.Lead, h.Space(h.Lead, "A"), authz.Colleague, "Me Autre")
		other.Role = authz.FirmColleague
		for i := range 210 {
			of := h.Space(h.Lead, fmt.Sprint("Client ", i))
			if i%2 == 0 {
				h.Join(other, of, authz.Colleague)
			}
			if i%3 == 0 {
				h.Clock.Advance(time.Microsecond)
			}
		}
		for _, by := range []authz.Actor{h.Lead, other} {
			sorted := h.pages(by, 1000)
			if got := h.pages(by, 33); !slices.Equal(got, sorted) || len(got) < 100 {
				t.Errorf("%d spaces in pages of 33, %d in one, or in another order", len(got), len(sorted))
			}
		}
	})
}

// TestPagesPassOverWhatIsHidden: rows that the rule refuses do not end a page
// before its time.
func TestPagesPassOverWhatIsHidden(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		mixed := h.Member(h.Lead, h.Space(h.Lead, "A"), authz.Client, "Me Jadis")
		want := []id.Space{}
		for i := range 8 {
			of := h.Space(h.Lead, fmt.Sprint("Client ", i))
			role := authz.Client
			if i%4 == 0 {
				role = authz.Colleague
				want = append(want, of)
			}
			h.Join(mixed, of, role)
		}
		slices.Reverse(want)
		mixed.Role = authz.Lawyer
		for _, limit := range []int{1, 2, 3, 20} {
			if got := h.pages(mixed, limit); !slices.Equal(got, want) {
				t.Errorf("pages of %d: %v, want %v", limit, got, want)
			}
		}
	})
}

func TestLinkSeesItsSpace(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		first, second := h.Space(h.Lead, "Divorce"), h.Space(h.Lead, "Recouvrement")
		client := h.Member(h.Lead, first, authz.Client, "Mme Petit")
		h.Join(client, second, authz.Client)
		client.Scope, client.Via = first, authz.ViaLink
		if got := h.pages(client, 1); !slices.Equal(got, []id.Space{first}) {
			t.Errorf("a link lists %v, want %v", got, first)
		}
		if _, err := h.spaces.Show(t.Context(), client, first); err != nil {
			t.Errorf("its own space: %v", err)
		}
		if _, err := h.spaces.Show(t.Context(), client, second); !fault.Is(err, fault.NotFound) {
			t.Errorf("her other space: %v", err)
		}
	})
}

func TestRename(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		of := h.Space(h.Lead, "Mme Petit")
		client := h.Member(h.Lead, of, authz.Client, "Mme Petit")
		h.Must(h.spaces.Rename(t.Context(), h.Lead, of, " Petit\tc. Petit "))
		if room := h.show(h.Lead, of); room.Name != "Petit c. Petit" {
			t.Errorf("renamed to %q", room.Name)
		}
		for name, tt := range map[string]struct {
			by   authz.Actor
			name string
			want fault.Kind
		}{
			"nothing": {h.Lead, "\u200b ", fault.Invalid}, "too long": {h.Lead, strings.Repeat("x", space.MaxName+1), fault.Invalid},
			"a client": {client, "Moi", fault.Forbidden}, "another firm": {h.Found("Rival", "Me Rival"), "x", fault.NotFound},
		} {
			if err := h.spaces.Rename(t.Context(), tt.by, of, tt.name); !fault.Is(err, tt.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := h.Kinds(h.Lead)["space.renamed"]; n != 1 {
			t.Errorf("%d lines in the journal, want 1", n)
		}
	})
}

// TestErased: once its key is destroyed, a space is absent for everybody, and
// the others are still listed.
func TestErased(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		of, other := h.Space(h.Lead, "Effacé"), h.Space(h.Lead, "Mme Petit")
		client := h.Member(h.Lead, of, authz.Client, "M. Effacé")
		var open int
		count := func(a *act.Act) (err error) { open, err = space.Open(a); return err }
		h.Must(h.Office.See(t.Context(), h.Lead.Firm, count))
		if open != 2 {
			t.Errorf("%d spaces are open, want 2", open)
		}
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error { return a.Ring().DestroySpace(a.Tx, of) }))
		for name, err := range map[string]error{
			"shown":         second(h.spaces.Show(t.Context(), h.Lead, of)),
			"to its client": second(h.spaces.Show(t.Context(), client, of)),
			"heard":         second(h.spaces.Heard(t.Context(), client, of)),
			"renamed":       h.spaces.Rename(t.Context(), h.Lead, of, "x"),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := h.pages(h.Lead, 10); !slices.Equal(got, []id.Space{other}) {
			t.Errorf("listed: %v", got)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// TestNamesAreThoseOfToday: a member is called as her card says now.
func TestNamesAreThoseOfToday(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		of := h.Space(h.Lead, "Mme Petit")
		client := h.Member(h.Lead, of, authz.Client, "Mme Petit")
		h.Clock.Advance(time.Hour)
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			return firm.PutCard(a, h.Lead, firm.Card{Person: client.Person, Role: authz.Outsider, State: firm.Active, Name: "Mme Durand", Email: "d@example.org"})
		}))
		if got := names(h.show(h.Lead, of).People); !slices.Contains(got, "Mme Durand") || slices.Contains(got, "Mme Petit") {
			t.Errorf("people: %q", got)
		}
	})
}

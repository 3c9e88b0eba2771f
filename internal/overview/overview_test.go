package overview_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/memo"
	"cenacle/internal/overview"
	"cenacle/internal/space"
)

type house struct {
	*documenttest.House
	t        *testing.T
	overview *overview.Service
}

func each(t *testing.T, run func(h house)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		run(house{h, t, overview.New(h.Office)})
	})
}

func (h house) desk(by authz.Actor, page space.Page) overview.Desk {
	h.t.Helper()
	d, err := h.overview.Desk(h.t.Context(), by, page)
	h.Must(err)
	return d
}

func (h house) memo(by authz.Actor, n memo.New) id.Item {
	h.t.Helper()
	n.Subject, n.Body = "Objet", "Texte"
	m, err := memo.NewService(h.Office).Write(h.t.Context(), by, n)
	h.Must(err)
	return m
}

func TestDeskSaysWhoAwaitsWhat(t *testing.T) {
	each(t, func(h house) {
		petit, martin := h.Space(h.Lead, "Mme Petit"), h.Space(h.Lead, "SARL Martin")
		client, boss := h.Member(h.Lead, petit, authz.Client, "Mme Claire Petit"), h.Member(h.Lead, martin, authz.Client, "M. Martin")
		aide := h.Member(h.Lead, petit, authz.Assistant, "Inès Fabre")
		h.File(h.Lead, petit, "projet.pdf", []byte("x"), h.Circles(h.Lead, petit).Client)
		h.File(h.Lead, petit, "note.txt", []byte("x")) // stays in the firm
		h.Deposit(boss, martin, "facture.pdf", []byte("x"))
		asked := h.memo(h.Lead, memo.New{Space: petit, Circles: []id.Circle{h.Circles(h.Lead, petit).Client}, ReplyBy: "2026-12-01"})

		d := h.desk(h.Lead, space.Page{Limit: 10})
		if len(d.Rows) != 2 || d.Rows[0].Name != "Mme Petit" || !slices.Equal(d.Rows[0].Clients, []string{"Mme Claire Petit"}) {
			t.Fatalf("rows %+v", d.Rows)
		}
		if d.Rows[0].Unread != 0 || d.Rows[1].Unread != 1 {
			t.Errorf("unread %d and %d, want 0 and 1", d.Rows[0].Unread, d.Rows[1].Unread)
		}
		var lines []string
		for _, w := range d.Waits {
			lines = append(lines, fmt.Sprint(w.Mine, " ", d.Spaces[w.Space].Name, " ", w.Kind, " ", w.What, " ", w.Count, " ", d.Names[w.Who]))
		}
		for _, want := range []string{
			"true SARL Martin read document 1 Me Claire Delmas",
			"false Mme Petit answer memo 1 ",
			"false Mme Petit read document 1 Mme Claire Petit",
			"false Mme Petit read memo 1 Mme Claire Petit",
		} {
			if i := slices.Index(lines, want); i < 0 {
				t.Errorf("nothing says %q in %q", want, lines)
			} else {
				lines = slices.Delete(lines, i, i+1)
			}
		}
		if len(lines) > 0 {
			t.Errorf("too much: %q", lines)
		}
		if first := d.Waits[0]; !first.Mine {
			t.Errorf("what waits for her does not come first: %+v", first)
		}
		// The assistant has not read what the lead wrote, in her one space.
		if d := h.desk(aide, space.Page{Limit: 10}); len(d.Rows) != 1 || d.Rows[0].Unread != 3 || len(d.Spaces) != 1 {
			t.Errorf("the assistant's desk: %+v", d)
		}
		h.Clock.Advance(30 * 24 * time.Hour)
		late := h.desk(h.Lead, space.Page{Limit: 10}).Waits
		if !slices.ContainsFunc(late, func(w overview.Wait) bool { return w.Item == asked && w.What == item.Memo && w.Late }) {
			t.Errorf("the answer is not late: %+v", late)
		}
		for _, by := range []authz.Actor{client, boss, {Person: h.Lead.Person, Firm: h.Lead.Firm, Role: authz.Admin, Scope: petit}} {
			if _, err := h.overview.Desk(t.Context(), by, space.Page{Limit: 10}); !fault.Is(err, fault.NotFound) {
				t.Errorf("a desk for %+v: %v", by, err)
			}
		}
	})
}

// TestDeskAfterLeaving: what waited in a space one has left waits no more, and
// its name is not opened.
func TestDeskAfterLeaving(t *testing.T) {
	each(t, func(h house) {
		petit := h.Space(h.Lead, "Mme Petit")
		aide := h.Member(h.Lead, petit, authz.Colleague, "Me Leroy")
		h.File(h.Lead, petit, "note.txt", []byte("x"))
		if d := h.desk(aide, space.Page{Limit: 10}); len(d.Waits) != 1 {
			t.Fatalf("before: %+v", d)
		}
		h.Leave(aide, petit)
		h.Clock.Advance(time.Second)
		if d := h.desk(aide, space.Page{Limit: 10}); len(d.Rows)+len(d.Waits)+len(d.Spaces)+len(d.Names) != 0 {
			t.Errorf("after: %+v", d)
		}
	})
}

func TestDeskPages(t *testing.T) {
	each(t, func(h house) {
		want := map[id.Space]bool{}
		for n := range 7 {
			want[h.Space(h.Lead, fmt.Sprint("Client ", n))] = true
		}
		page := &space.Page{Limit: 3}
		for turns := 0; page != nil; turns++ {
			d := h.desk(h.Lead, *page)
			for _, row := range d.Rows {
				if !want[row.ID] {
					t.Errorf("%s is not there, or there twice", row.Name)
				}
				delete(want, row.ID)
			}
			if page = d.More; turns > 3 {
				t.Fatal("pages without end")
			}
		}
		if len(want) > 0 {
			t.Errorf("%d spaces stand on no page", len(want))
		}
	})
}

func kinds(entries []overview.Entry) (out []string) {
	for _, e := range entries {
		out = append(out, e.Kind+" "+e.ActorName)
	}
	return out
}

func TestJournals(t *testing.T) {
	each(t, func(h house) {
		petit := h.Space(h.Lead, "Mme Petit")
		client, aide := h.Member(h.Lead, petit, authz.Client, "Mme Petit"), h.Member(h.Lead, petit, authz.Assistant, "Inès Fabre")
		h.memo(client, memo.New{Space: petit})
		other := h.Found("Cabinet Noir", "Me Noir")
		page := overview.JournalQuery{Limit: 50}

		own, err := h.overview.Journal(t.Context(), h.Lead, page)
		if got := kinds(own); err != nil || !slices.Equal(got, []string{"firm.founded Me Claire Delmas"}) {
			t.Errorf("the firm's own acts: %q, %v", got, err)
		}
		inside, err := h.overview.SpaceJournal(t.Context(), aide, petit, page)
		if got := kinds(inside); err != nil || !slices.Equal(got, []string{"memo.written Mme Petit", "space.opened Me Claire Delmas"}) {
			t.Errorf("the acts of the space: %q, %v", got, err)
		}
		next, err := h.overview.SpaceJournal(t.Context(), aide, petit, overview.JournalQuery{Before: inside[0].ID, Limit: 50})
		if err != nil || len(next) != 1 || next[0].ID != inside[1].ID {
			t.Errorf("the page after: %+v, %v", next, err)
		}

		for _, tt := range []struct {
			name string
			by   authz.Actor
			of   id.Space // "": the firm's
			kind fault.Kind
		}{
			{"an assistant", aide, "", fault.Forbidden},
			{"a client", client, "", fault.NotFound},
			{"another firm's", authz.Actor{Person: other.Person, Firm: h.Lead.Firm, Role: authz.Outsider}, "", fault.NotFound},
			{"a client in her space", client, petit, fault.Forbidden},
			{"another firm's lawyer in the space", other, petit, fault.NotFound},
		} {
			read := func() ([]overview.Entry, error) { return h.overview.Journal(t.Context(), tt.by, page) }
			if tt.of != "" {
				read = func() ([]overview.Entry, error) { return h.overview.SpaceJournal(t.Context(), tt.by, tt.of, page) }
			}
			if got, err := read(); !fault.Is(err, tt.kind) || got != nil {
				t.Errorf("%s: %v, %v", tt.name, got, err)
			}
		}
		if _, err := h.overview.SpaceJournal(t.Context(), h.Lead, "", page); !fault.Is(err, fault.NotFound) {
			t.Errorf("no space is the whole firm: %v", err)
		}
		if _, err := h.overview.Head(t.Context(), aide); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the head for an assistant: %v", err)
		}
		if head, err := h.overview.Head(t.Context(), h.Lead); err != nil || head.Size != 0 {
			t.Errorf("the head before sequencing: %+v, %v", head, err)
		}
	})
}

package overview_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/memo"
	"cenacle/internal/overview"
	"cenacle/internal/paper"
	"cenacle/internal/request"
	"cenacle/internal/space"
)

// forum is a space with two parties, an expert who is of none, and the firm's own
// client.
type forum struct {
	*documenttest.House
	in                              id.Space
	all                             id.Circle
	buyer, seller                   circle.Circle
	maitre, associate, other, guest authz.Actor // of the buyer: acts, reads; of the seller; of no party
	client                          authz.Actor
	screens                         *overview.Service
	from                            overview.Sources
	memos                           *memo.Service
}

func openForum(h *documenttest.House) *forum {
	f := &forum{House: h, in: h.Space(h.Lead, "Expertise Tilleuls"), screens: overview.New(h.Office), memos: memo.NewService(h.Office)}
	f.from = overview.Sources{Documents: h.Documents, Requests: request.New(h.Office, h.Documents, paper.Lazy())}
	f.client = h.Member(h.Lead, f.in, authz.Client, "Mme Petit")
	f.maitre, f.associate = h.Member(h.Lead, f.in, authz.Guest, "Me Roux"), h.Member(h.Lead, f.in, authz.Reader, "SCI Tilleuls")
	f.other, f.guest = h.Member(h.Lead, f.in, authz.Guest, "Me Noir"), h.Member(h.Lead, f.in, authz.Guest, "M. Expert")
	f.all = h.Circles(h.Lead, f.in).All
	f.buyer = f.party("Acquéreur", f.maitre, f.associate)
	f.seller = f.party("Vendeur", f.other)
	h.Clock.Advance(time.Minute)
	return f
}

func (f *forum) party(name string, people ...authz.Actor) circle.Circle {
	n := circle.New{Space: f.in, Name: name, Kind: circle.Party}
	for _, p := range people {
		n.People = append(n.People, p.Person)
	}
	c, err := circle.NewService(f.Office).Make(f.T.Context(), f.Lead, n)
	f.Must(err)
	return c
}

// bring files something into the private tray of somebody's party.
func (f *forum) bring(by authz.Actor, name string) id.Item {
	return f.Upload(by, document.BeginUpload{Space: f.in, Tray: space.PartyTray, Name: name}, []byte(name)).Document
}

// titles are all that somebody's first page of the space shows of documents.
func (f *forum) titles(by authz.Actor) (out []string) {
	s, err := f.screens.Screen(f.T.Context(), by, f.from, overview.ScreenQuery{Space: f.in, Rows: 20, Memos: 20})
	f.Must(err)
	for tray, found := range s.Documents {
		for _, d := range found {
			out = append(out, string(tray)+" "+d.Title)
		}
	}
	slices.Sort(out)
	return out
}

func (f *forum) everybody() map[string]authz.Actor {
	return map[string]authz.Actor{"lead": f.Lead, "client": f.client, "buyer": f.maitre, "buyer's reader": f.associate, "seller": f.other, "expert": f.guest}
}

// TestISO01_Party: what a party keeps is seen by it alone, the firm's side included, in
// lists, counts, notices and « Voir comme »; what it puts onto the common table is
// seen by all, and stays as it came.
func TestISO01_Party(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		f, ctx := openForum(h), t.Context()
		before := len(h.Jobs(item.NoticeJob))
		paper := f.bring(f.maitre, "Devis.pdf")
		if told := len(h.Jobs(item.NoticeJob)) - before; told != 0 && told != 1 {
			t.Errorf("%d people were told of what one other may see", told)
		}
		for who, by := range f.everybody() {
			var want []string
			if who == "buyer" || who == "buyer's reader" {
				want = []string{"party Devis.pdf"}
			}
			if got := f.titles(by); !slices.Equal(got, want) {
				t.Errorf("kept by the buyer, %s sees %q", who, got)
			}
			if _, err := h.Documents.Show(ctx, by, paper); fault.Is(err, fault.NotFound) == (want != nil) {
				t.Errorf("kept by the buyer, shown to %s: %v", who, err)
			}
		}
		seen, err := f.screens.SeenAs(ctx, h.Lead, f.from, overview.ScreenQuery{Space: f.in, Rows: 20, Memos: 20}, f.maitre.Person)
		h.Must(err)
		if n := len(seen.Documents[space.PartyTray]); n != 0 {
			t.Errorf("a lawyer who looks as the buyer sees %d documents of the buyer's own", n)
		}
		for who, by := range map[string]authz.Actor{"a reader of the party": f.associate, "another party": f.other, "the client": f.client, "the expert": f.guest} {
			want := fault.NotFound
			if who == "a reader of the party" {
				want = fault.Forbidden
			}
			if err := h.Documents.Release(ctx, by, document.Releasing{Document: paper}); fault.KindOf(err) != want {
				t.Errorf("put onto the table by %s: %v", who, err)
			}
		}
		h.Must(h.Documents.Release(ctx, f.maitre, document.Releasing{Document: paper}))
		for who, by := range f.everybody() {
			if got := f.titles(by); !slices.Equal(got, []string{"shared Devis.pdf"}) {
				t.Errorf("on the table, %s sees %q", who, got)
			}
		}
		d, err := h.Documents.Show(ctx, h.Lead, paper)
		h.Must(err)
		if d.Nature != authz.NatureExhibit || d.Release {
			t.Errorf("on the table it is %q, and can be put there again: %v", d.Nature, d.Release)
		}
		if err := h.Documents.Release(ctx, f.maitre, document.Releasing{Document: paper}); !fault.Is(err, fault.Conflict) {
			t.Errorf("put there twice: %v", err)
		}
		if _, err := h.Documents.Begin(ctx, h.Lead, document.BeginUpload{Space: f.in, Replaces: paper, Name: "Devis.pdf", Size: 1}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("replaced by the firm: %v", err)
		}
		if _, err := h.Documents.Recall(ctx, h.Lead, paper); !fault.Is(err, fault.Forbidden) {
			t.Errorf("recalled by the firm: %v", err)
		}
		if n := h.Kinds(h.Lead)["document.released"]; n != 1 {
			t.Errorf("%d releases in the journal", n)
		}
	})
}

// TestTable: of the firm's own, nothing but exhibits and official letters comes
// before parties, and what lies there does not become anything else.
func TestTable(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		f, ctx := openForum(h), t.Context()
		c := h.Circles(h.Lead, f.in)
		note := h.File(h.Lead, f.in, "Note.txt", []byte("Note"), c.Firm).Document
		for what, to := range map[string]id.Circle{"all": c.All, "a party": f.seller.ID} {
			if err := h.Documents.Address(ctx, h.Lead, document.Send{Item: note, Circles: []id.Circle{to}}); fault.KindOf(err) != fault.Conflict {
				t.Errorf("sent to %s without a nature: %v", what, err)
			}
			_, err := h.Documents.Begin(ctx, h.Lead, document.BeginUpload{Space: f.in, Tray: space.FirmTray, Name: "x", Size: 1, Circles: []id.Circle{to, c.Firm}})
			if fault.KindOf(err) != fault.Conflict {
				t.Errorf("filed for %s without a nature: %v", what, err)
			}
		}
		h.Must(h.Documents.Classify(ctx, h.Lead, note, authz.NatureDefense))
		if err := h.Documents.Release(ctx, h.Lead, document.Releasing{Document: note}); !fault.Is(err, fault.Conflict) {
			t.Errorf("what is of the defence, put onto the table: %v", err)
		}
		h.Must(h.Documents.Classify(ctx, h.Lead, note, authz.NatureNone))
		h.Must(h.Documents.Release(ctx, h.Lead, document.Releasing{Document: note}))
		if err := h.Documents.Classify(ctx, h.Lead, note, authz.NatureDefense); !fault.Is(err, fault.Conflict) {
			t.Errorf("of the defence after all, on the table: %v", err)
		}
		if _, err := h.Documents.Recall(ctx, h.Lead, note); err != nil {
			t.Errorf("the firm recalls its own: %v", err)
		}
		plain := h.Space(h.Lead, "M. Martin")
		alone := h.File(h.Lead, plain, "Seul.txt", []byte("Seul"), h.Circles(h.Lead, plain).Firm).Document
		if err := h.Documents.Release(ctx, h.Lead, document.Releasing{Document: alone}); !fault.Is(err, fault.Conflict) {
			t.Errorf("onto a table where there are no parties: %v", err)
		}
		link := f.maitre
		link.Scope = plain
		if _, err := h.Documents.Begin(ctx, link, document.BeginUpload{Space: f.in, Tray: space.PartyTray, Name: "x", Size: 1}); !fault.Is(err, fault.NotFound) {
			t.Errorf("filed by a link to another space: %v", err)
		}
	})
}

// TestStrangers: whom somebody outside the firm is told of. The firm's side, and
// her own party; of other parties neither names nor how many they are.
func TestStrangers(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		f, ctx := openForum(h), t.Context()
		for who, want := range map[string][2]string{
			"buyer": {"[Me Claire Delmas Me Roux SCI Tilleuls]", "[Acquéreur 2 all 3]"}, "seller": {"[Me Claire Delmas Me Noir]", "[Vendeur 1 all 2]"},
			"expert": {"[M. Expert Me Claire Delmas]", "[all 2]"}, "client": {"[Me Claire Delmas Mme Petit]", "[all 2 client 1]"},
		} {
			room, err := space.NewService(h.Office, nil).Show(ctx, f.everybody()[who], f.in)
			h.Must(err)
			var people, circles []string
			for _, p := range room.People {
				people = append(people, p.Name)
			}
			for _, c := range room.Circles {
				name := c.Name
				if c.Kind.House() {
					name = string(c.Kind)
				}
				circles = append(circles, fmt.Sprint(name, " ", len(c.People)))
			}
			slices.Sort(people)
			slices.Sort(circles)
			if got := [2]string{fmt.Sprint(people), fmt.Sprint(circles)}; got != want || !room.Forum {
				t.Errorf("%s is told of %q, want %q", who, got, want)
			}
		}
		for who, by := range f.everybody() {
			if _, err := circle.NewService(h.Office).Make(ctx, by, circle.New{Space: f.in, Name: "Tiers " + who, Kind: circle.Party}); (err == nil) != (who == "lead") {
				t.Errorf("a party made by %s: %v", who, err)
			}
		}
		circles := circle.NewService(h.Office)
		for what, tt := range map[string]struct {
			who  authz.Actor
			want fault.Kind
		}{
			"the lead": {h.Lead, fault.Invalid}, "the client": {f.client, fault.Invalid}, "one of another party": {f.other, fault.Conflict},
			"one of hers": {f.associate, fault.Conflict},
		} {
			if err := circles.Admit(ctx, h.Lead, f.in, f.buyer.ID, tt.who.Person); fault.KindOf(err) != tt.want {
				t.Errorf("%s is let into a party: %v", what, err)
			}
		}
		if err := circles.Admit(ctx, f.maitre, f.in, f.buyer.ID, f.guest.Person); !fault.Is(err, fault.Forbidden) {
			t.Errorf("let in by the party itself: %v", err)
		}
		old := f.bring(f.other, "Avant.pdf")
		h.Clock.Advance(time.Minute)
		h.Must(circles.Admit(ctx, h.Lead, f.in, f.seller.ID, f.guest.Person))
		if _, err := h.Documents.Show(ctx, f.guest, old); !fault.Is(err, fault.NotFound) {
			t.Errorf("a newcomer reads what came before her: %v", err)
		}
		h.Must(circles.Dismiss(ctx, h.Lead, f.in, f.seller.ID, f.other.Person))
		if _, err := h.Documents.Show(ctx, f.other, old); !fault.Is(err, fault.NotFound) {
			t.Errorf("who was taken out of the party reads what it has: %v", err)
		}
	})
}

// TestPartySpeaks: somebody of a party writes to all, unless she says that it is
// for her party; about what her party keeps she always does.
func TestPartySpeaks(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		f, ctx := openForum(h), t.Context()
		paper := f.bring(f.maitre, "Devis.pdf")
		for what, tt := range map[string]struct {
			n    memo.New
			only bool
		}{
			"to nobody named": {memo.New{Subject: "À tous"}, false}, "to all": {memo.New{Subject: "À tous", Circles: []id.Circle{f.all}}, false},
			"to her party": {memo.New{Subject: "Entre nous", Circles: []id.Circle{f.buyer.ID}}, true}, "about what her party keeps": {memo.New{Document: paper}, true},
			"to another party": {memo.New{Subject: "À vous", Circles: []id.Circle{f.seller.ID}}, false},
		} {
			tt.n.Space, tt.n.Body = f.in, what
			written, err := f.memos.Write(ctx, f.maitre, tt.n)
			h.Must(err)
			for who, by := range f.everybody() {
				threads, _, err := f.memos.Conversation(ctx, by, memo.Query{Space: f.in, Document: tt.n.Document, Limit: 20})
				if tt.n.Document != "" && who != "buyer" && who != "buyer's reader" {
					if !fault.Is(err, fault.NotFound) {
						t.Errorf("%s asks about what the buyer keeps: %v", who, err)
					}
					continue
				}
				h.Must(err)
				var found *memo.Memo
				for _, th := range threads {
					for i := range th.Memos {
						if th.Memos[i].ID == written {
							found = &th.Memos[i]
						}
					}
				}
				hers := who == "buyer" || who == "buyer's reader"
				if (found != nil) != (hers || !tt.only) || found != nil && found.Party != (hers && tt.only) {
					t.Errorf("written %s, %s reads %+v", what, who, found)
				}
			}
		}
	})
}

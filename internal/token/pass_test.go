package token_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/memo"
	"cenacle/internal/overview"
	"cenacle/internal/space"
)

// office is a firm with a few spaces of one lawyer and one client, with
// something of every kind in each.
type office struct {
	*documenttest.House
	t        *testing.T
	spaces   *space.Service
	memos    *memo.Service
	overview *overview.Service
	rooms    []id.Space
	client   authz.Actor
}

func furnished(t *testing.T, h *documenttest.House) *office {
	models, err := space.LoadModels()
	h.Must(err)
	o := &office{
		House: h, t: t, spaces: space.NewService(h.Office, models),
		memos: memo.NewService(h.Office), overview: overview.New(h.Office),
	}
	for i := range 4 {
		in := h.Space(h.Lead, fmt.Sprint("Dossier ", i))
		if i == 0 {
			o.client = h.Member(h.Lead, in, authz.Client, "Mme Petit")
		} else {
			h.Join(o.client, in, authz.Client)
		}
		o.rooms = append(o.rooms, in)
		is := h.Circles(h.Lead, in)
		doc := h.File(h.Lead, in, "Pièce commune.pdf", []byte(in), is.Client).Document
		h.File(h.Lead, in, "Pièce interne.pdf", []byte("i"+in), is.Firm)
		h.Deposit(o.client, in, "Pièce déposée.pdf", []byte("d"+in))
		for _, by := range []authz.Actor{h.Lead, o.client} {
			_, err := o.memos.Write(t.Context(), by, memo.New{
				Space: in, Subject: "Question", Body: "?", ReplyBy: "2026-12-01", Circles: []id.Circle{is.Client}, References: []id.Item{doc},
			})
			h.Must(err)
		}
		if i%2 == 0 {
			open, err := h.Deposits.Open(t.Context(), o.client, in)
			h.Must(err)
			_, err = h.Deposits.Close(t.Context(), o.client, deposit.Finish{Space: in, Deposit: open.ID})
			h.Must(err)
		}
	}
	return o
}

// passes are those at the edges, and some at random.
func (o *office) passes() []authz.Pass {
	kinds := []string{"document", "memo", "deposit", "receipt", "space", "circle"}
	out := []authz.Pass{
		{}, {ReadOnly: true}, {Spaces: []id.Space{}}, {Spaces: o.rooms[:1]}, {Spaces: []id.Space{id.New[id.Space](o.Clock.Now())}},
		{Spaces: []id.Space{o.rooms[2], o.rooms[0], o.rooms[2]}}, {Kinds: []string{}},
	}
	for _, k := range kinds {
		out = append(out, authz.Pass{Kinds: []string{k}})
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		p := authz.Pass{ReadOnly: random.IntN(2) == 0}
		if random.IntN(2) == 0 {
			p.Spaces = slices.DeleteFunc(slices.Clone(o.rooms), func(id.Space) bool { return random.IntN(2) == 0 })
		}
		if random.IntN(2) == 0 {
			p.Kinds = slices.DeleteFunc(slices.Clone(kinds), func(string) bool { return random.IntN(2) == 0 })
		}
		out = append(out, p)
	}
	return out
}

// TestListsUnderAPass compares every list that a program can ask for with what
// asking for each thing of its person's list, one by one, would leave of it.
func TestListsUnderAPass(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		o := furnished(t, h)
		for _, hers := range []authz.Actor{o.Lead, o.client} {
			for _, pass := range o.passes() {
				by := hers
				by.Via, by.Pass = authz.ViaToken, &pass
				t.Run(fmt.Sprintf("%s/%d spaces,%v,%v", by.Role, len(pass.Spaces), pass.Kinds, pass.ReadOnly), func(t *testing.T) {
					at := *o
					at.t = t
					at.compareSpaces(hers, by)
					at.compareSearch(hers, by)
					for _, in := range o.rooms {
						at.compareRoom(hers, by, in)
					}
					if by.Role.Inside() {
						at.compareDesk(hers, by)
					}
				})
			}
		}
	})
}

// same compares two lists in their order.
func same[T comparable](o *office, what string, got, want []T) {
	o.t.Helper()
	if !slices.Equal(got, want) {
		o.t.Errorf("%s: %v, one by one %v", what, got, want)
	}
}

// of reads an answer; absence is an empty one.
func of[T any](got T, err error) func(*office) T {
	return func(o *office) T {
		o.t.Helper()
		if err != nil && !fault.Is(err, fault.NotFound) {
			o.t.Fatal(err)
		}
		return got
	}
}

func (o *office) compareSpaces(hers, by authz.Actor) {
	var want []id.Space
	for _, sp := range of(o.spaces.List(o.t.Context(), hers, space.Page{Limit: 100}))(o) {
		if _, err := o.spaces.Show(o.t.Context(), by, sp.ID); err == nil {
			want = append(want, sp.ID)
		}
	}
	for _, limit := range []int{1, 2, 100} {
		var got []id.Space
		for page := (space.Page{Limit: limit}); ; {
			found := of(o.spaces.List(o.t.Context(), by, page))(o)
			for _, sp := range found {
				got = append(got, sp.ID)
				page.Changed, page.After = sp.Changed, sp.ID
			}
			if len(found) < limit {
				break
			}
		}
		same(o, fmt.Sprint("spaces by ", limit), got, want)
	}
}

func (o *office) compareSearch(hers, by authz.Actor) {
	var got, want []id.Item
	for _, hit := range hits(o, hers) {
		if _, err := o.Documents.Show(o.t.Context(), by, hit.ID); err == nil {
			want = append(want, hit.ID)
		}
	}
	for _, hit := range hits(o, by) {
		got = append(got, hit.ID)
	}
	same(o, "search", got, want)
}

// compareRoom compares the lists of one space.
func (o *office) compareRoom(hers, by authz.Actor, in id.Space) {
	ctx := o.t.Context()
	ids := func(docs []document.Document) (out []id.Item) {
		for _, d := range docs {
			out = append(out, d.ID)
		}
		return out
	}
	all := ids(of(o.Documents.List(ctx, hers, document.ListQuery{Space: in}))(o))
	same(o, "documents", ids(of(o.Documents.List(ctx, by, document.ListQuery{Space: in}))(o)), slices.DeleteFunc(all, func(d id.Item) bool {
		_, err := o.Documents.Show(ctx, by, d)
		return err != nil
	}))
	same(o, "memos", o.conversation(by, in), slices.DeleteFunc(o.conversation(hers, in), func(m id.Item) bool {
		return o.Office.See(ctx, by.Firm, func(a *act.Act) error {
			_, _, err := item.Open(a, by, in, item.Memo, m, authz.MemoRead)
			return err
		}) != nil
	}))
	deposits := func(by authz.Actor) (out []id.Deposit) {
		for _, d := range of(o.Deposits.List(ctx, by, deposit.Query{Space: in}))(o) {
			out = append(out, d.ID)
		}
		return out
	}
	same(o, "deposits", deposits(by), slices.DeleteFunc(deposits(hers), func(d id.Deposit) bool {
		_, err := o.Deposits.Show(ctx, by, in, d)
		return err != nil
	}))
	receipts := func(by authz.Actor) (out []id.Receipt) {
		for _, r := range of(o.Deposits.Receipts(ctx, by, in))(o) {
			out = append(out, r.ID)
		}
		return out
	}
	same(o, "receipts", receipts(by), slices.DeleteFunc(receipts(hers), func(r id.Receipt) bool {
		_, err := o.Deposits.Receipt(ctx, by, r)
		return err != nil
	}))
	same(o, "what waits", of(o.overview.Space(ctx, by, in))(o), o.left(by, of(o.overview.Space(ctx, hers, in))(o)))
}

func (o *office) conversation(by authz.Actor, in id.Space) (out []id.Item) {
	threads, _, err := o.memos.Conversation(o.t.Context(), by, memo.Query{Space: in, Limit: 100})
	for _, th := range of(threads, err)(o) {
		for _, m := range th.Memos {
			out = append(out, m.ID)
		}
	}
	return out
}

// left is what of all that waits the actor may see, by the newest thing of each.
func (o *office) left(by authz.Actor, all []overview.Wait) []overview.Wait {
	reads := map[item.Kind]authz.Action{item.Document: authz.DocumentRead, item.Memo: authz.MemoRead}
	return slices.DeleteFunc(slices.Clone(all), func(w overview.Wait) bool {
		return o.Office.See(o.t.Context(), by.Firm, func(a *act.Act) error {
			_, _, err := item.Open(a, by, w.Space, w.What, w.Item, reads[w.What])
			return err
		}) != nil
	})
}

func (o *office) compareDesk(hers, by authz.Actor) {
	page := space.Page{Limit: 100}
	all := of(o.overview.Desk(o.t.Context(), hers, page))(o)
	got := of(o.overview.Desk(o.t.Context(), by, page))(o)
	same(o, "the desk", got.Waits, o.left(by, all.Waits))
	var rows []id.Space
	for _, row := range got.Rows {
		rows = append(rows, row.ID)
		was := all.Rows[slices.IndexFunc(all.Rows, func(r overview.Row) bool { return r.ID == row.ID })]
		same(o, "a row of the desk", row.Waits, o.left(by, was.Waits))
	}
	var want []id.Space
	for _, row := range all.Rows {
		if _, err := o.spaces.Show(o.t.Context(), by, row.ID); err == nil {
			want = append(want, row.ID)
		}
	}
	same(o, "rows of the desk", rows, want)
	for sp := range got.Spaces {
		if !slices.Contains(want, sp) {
			o.t.Errorf("the desk names space %s", sp)
		}
	}
}

func hits(o *office, by authz.Actor) []document.Hit {
	o.t.Helper()
	found, _, err := o.Documents.Search(o.t.Context(), by, document.Find{Text: "pièce", Limit: document.MostFound})
	return of(found, err)(o)
}

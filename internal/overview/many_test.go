package overview_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/overview"
	"cenacle/internal/paper"
	"cenacle/internal/request"
	"cenacle/internal/space"
)

// manySpaces are so many that a desk begins from what waits.
const manySpaces = 201

// The desk of who has many spaces says exactly what the page of each says: what
// both sides have not opened, asked of one another, and are to approve. An answer
// ends a question before the sweep has settled it and after.
func TestDeskOfManySpaces(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		memos, desk, papers := memo.NewService(h.Office), overview.New(h.Office), must(paper.Load())
		asks := request.New(h.Office, h.Documents, papers)
		var all []id.Space
		for n := range manySpaces {
			of := h.Space(h.Lead, fmt.Sprint("Client ", n))
			all = append(all, of)
			if n%40 != 0 {
				continue
			}
			client, is := h.Member(h.Lead, of, authz.Client, "Cliente"), h.Circles(h.Lead, of)
			h.File(h.Lead, of, "Projet.pdf", []byte("projet"), is.Client)
			h.Deposit(client, of, "Bail.pdf", []byte("bail"))
			h.Must(second(asks.Ask(t.Context(), h.Lead, request.Asking{Space: of, Person: client.Person, Papers: []request.Paper{{Name: "RIB"}}})))
			for i := range 2 {
				said := memo.New{Space: of, Subject: fmt.Sprint(i), Body: "?", ReplyBy: h.Clock.Now().Format("2006-01-02"), Circles: []id.Circle{is.Client}}
				question, err := memos.Write(t.Context(), h.Lead, said)
				h.Must(err)
				if i == 0 && n > 0 {
					talk, _, err := memos.Conversation(t.Context(), client, memo.Query{Space: of, Limit: 50})
					h.Must(err)
					at := slices.IndexFunc(talk, func(th memo.Thread) bool { return th.Memos[0].ID == question })
					h.Must(second(memos.Write(t.Context(), client, memo.New{Space: of, Thread: talk[at].ID, Body: "Oui."})))
				}
				said.ReplyBy, said.Asks = "", memo.Understood
				asking, err := memos.Write(t.Context(), h.Lead, said)
				h.Must(err)
				if i == 0 {
					h.Must(memos.Acknowledge(t.Context(), client, memo.Acknowledging{Space: of, Memo: asking, Answer: memo.Understood, Wording: "Compris."}))
				}
			}
		}
		for range 2 {
			found, err := desk.Desk(t.Context(), h.Lead, space.Page{Limit: 1})
			h.Must(err)
			var want []overview.Wait
			for _, of := range all {
				one, err := desk.Space(t.Context(), h.Lead, of)
				h.Must(err)
				want = append(want, one...)
			}
			if got := sorted(found.Waits); len(want) < 30 || !slices.Equal(got, sorted(want)) {
				t.Errorf("the desk says\n%+v, the spaces\n%+v", got, sorted(want))
			}
			h.Must(memos.Sweep(t.Context(), h.Lead.Firm))
		}
	})
}

func sorted(all []overview.Wait) []overview.Wait {
	return slices.SortedFunc(slices.Values(all), func(x, y overview.Wait) int {
		return cmp.Or(cmp.Compare(x.Space, y.Space), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.What, y.What), cmp.Compare(x.Who, y.Who), cmp.Compare(x.Item, y.Item))
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

package overview_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/memo"
	"cenacle/internal/overview"
	"cenacle/internal/paper"
	"cenacle/internal/request"
	"cenacle/internal/space"
	"cenacle/internal/store/storetest"
)

const (
	manySpaces = 201 // so many that a desk begins from what waits
	mostWaits  = 60  // lines that it shows of each side
)

// The desk of who has many spaces says exactly what the page of each says: what
// both sides have not opened, asked of one another, and are to approve. An answer
// ends a question before the sweep has settled it and after. Of more than it has
// lines for it says what is due first and has waited longest, and all of it on the
// rows of its page.
func TestDeskOfManySpaces(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		memos, desk := memo.NewService(h.Office), overview.New(h.Office)
		asks := request.New(h.Office, h.Documents, paper.Lazy())
		var all []id.Space
		for n := range manySpaces {
			of := h.Space(h.Lead, fmt.Sprint("Client ", n))
			all = append(all, of)
			if n%5 == 1 || n%5 == 2 {
				unread(t, h, of, n)
			}
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
		if h.Stored.PostgresURL != "" { // what a server does by itself within a minute
			_, err := storetest.Superuser(t, h.Stored).ExecContext(t.Context(), "analyze")
			h.Must(err)
		}
		for range 2 {
			found, err := desk.Desk(t.Context(), h.Lead, space.Page{Limit: 4})
			h.Must(err)
			per := map[id.Space][]overview.Wait{}
			var hers, others []overview.Wait
			for _, of := range all {
				per[of], err = desk.Space(t.Context(), h.Lead, of)
				h.Must(err)
				for _, w := range per[of] {
					if w.Mine {
						hers = append(hers, w)
					} else {
						others = append(others, w)
					}
				}
			}
			slices.SortStableFunc(others, func(x, y overview.Wait) int {
				return cmp.Or(cmp.Compare(cmp.Or(x.By, "9"), cmp.Or(y.By, "9")), x.Since.Compare(y.Since))
			})
			if len(hers) < 10 || len(others) < mostWaits+20 {
				t.Fatalf("only %d lines wait for her, and %d for others", len(hers), len(others))
			}
			want := sorted(append(hers, others[:mostWaits]...))
			if got := sorted(found.Waits); !slices.Equal(got, want) {
				t.Errorf("the desk says\n%+v, the spaces\n%+v", got, want)
			}
			for _, row := range found.Rows {
				if !slices.Equal(sorted(row.Waits), sorted(per[row.ID])) {
					t.Errorf("a row says\n%+v, its space\n%+v", row.Waits, per[row.ID])
				}
			}
			h.Must(memos.Sweep(t.Context(), h.Lead.Firm))
		}
	})
}

// unread has somebody of a space not read something: what has waited longest may be
// gone, or read, and a colleague has not read it either.
func unread(t *testing.T, h *documenttest.House, in id.Space, n int) {
	t.Helper()
	client, is := h.Member(h.Lead, in, authz.Client, "Cliente"), h.Circles(h.Lead, in)
	first := h.File(h.Lead, in, "Projet.pdf", []byte("projet"), is.Client).Document
	switch n % 20 {
	case 1:
		h.File(h.Lead, in, "Acte.pdf", []byte("acte"), is.Client)
		h.Must(h.Documents.Delete(t.Context(), h.Lead, first))
	case 2:
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			_, err := item.MarkRead(a, client, first)
			return err
		}))
	case 6, 7: // more rows than a line
		h.Member(h.Lead, in, authz.Colleague, fmt.Sprint("Me ", n))
		h.File(h.Lead, in, "Note.pdf", []byte("note"), is.All)
		h.File(h.Lead, in, "Acte.pdf", []byte("acte"), is.All)
	}
}

func sorted(all []overview.Wait) []overview.Wait {
	return slices.SortedFunc(slices.Values(all), func(x, y overview.Wait) int {
		return cmp.Or(cmp.Compare(x.Space, y.Space), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.What, y.What), cmp.Compare(x.Who, y.Who), cmp.Compare(x.Item, y.Item))
	})
}

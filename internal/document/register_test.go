package document_test

import (
	"fmt"
	"slices"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/store"
)

var (
	setWorded   = store.ForFirm(`update version set worded = $3 where firm_id = $1 and ($2 = '' or document_id = $2)`)
	countWorded = store.ForFirm(`select count(*) from version where firm_id = $1 and worded = $2`)
	selectParts = store.ForFirm(`select word, part, items from search_posting where firm_id = $1`)
	insertPart  = store.ForFirm(`insert into search_posting (firm_id, word, part, items) values ($1, $2, $3, $4)`)
	dropParts   = store.ForFirm(`delete from search_posting where firm_id = $1`)
)

// begun reports whether any word has parts.
func begun(h *documenttest.House) (yes bool) {
	h.T.Helper()
	h.Must(h.Office.See(h.T.Context(), h.Lead.Firm, func(a *act.Act) (err error) {
		yes, err = search.Begun(a.Tx)
		return err
	}))
	return yes
}

func worded(h *documenttest.House, as int) (n int) {
	h.T.Helper()
	h.Must(h.Office.See(h.T.Context(), h.Lead.Firm, func(a *act.Act) error { return a.Row(countWorded, []any{as}, &n) }))
	return n
}

type part struct {
	word, items []byte
	number      int64
}

func parts(h *documenttest.House) (out []part) {
	h.T.Helper()
	h.Must(h.Office.See(h.T.Context(), h.Lead.Firm, func(a *act.Act) error {
		return a.Each(selectParts, nil, func(scan func(...any) error) error {
			var p part
			err := scan(&p.word, &p.number, &p.items)
			out = append(out, p)
			return err
		})
	}))
	return out
}

func restore(a *act.Act, all []part) error {
	if err := a.Write(dropParts); err != nil {
		return err
	}
	for _, p := range all {
		if err := a.Write(insertPart, p.word, p.number, p.items); err != nil {
			return err
		}
	}
	return nil
}

// What the former program has registered is found before the sweep and after, and
// costs no reading as long as no word has parts. What it registers later, beside
// this one, is missing from parts: it is found all the same, and is read again.
func TestRegisterBesideFormerProgram(t *testing.T) {
	config := reading(t)
	config.Listed = 2
	documenttest.Each(t, config, func(t *testing.T, h *documenttest.House) {
		var all []id.Item
		file := func(in id.Space, n int) id.Item {
			return h.File(h.Lead, in, fmt.Sprintf("Pièce %d.txt", n), []byte("Le bail commercial")).Document
		}
		var in []id.Space
		for n := range 66 { // of so many the register is asked
			in = append(in, h.Space(h.Lead, fmt.Sprint("Client ", n)))
			if n%20 == 0 {
				all = append(all, file(in[n], n))
			}
		}
		settle(t, h)
		former := func(of id.Item) {
			h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
				return a.Write(setWorded, of, 2)
			}))
		}
		sought := func() {
			t.Helper()
			for _, text := range []string{"bail", "commercial bail", "pièce bail"} {
				got := idsOf(found(t, h, h.Lead, document.Find{Text: text, Limit: 2}))
				slices.Sort(got)
				if !slices.Equal(got, all) {
					t.Errorf("%q finds %d documents of %d", text, len(got), len(all))
				}
			}
		}
		if !begun(h) || worded(h, 3) != len(all) {
			t.Fatalf("parts begun %v, %d versions in them", begun(h), worded(h, 3))
		}
		sought()

		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error { return restore(a, nil) }))
		former("")
		sought()
		h.Must(h.Documents.Sweep(t.Context(), h.Lead.Firm))
		if worded(h, 3) != len(all) {
			t.Errorf("%d versions are trusted, want %d", worded(h, 3), len(all))
		}
		sought()
		for n := 1; n < 8; n++ { // each gives parts to a word
			all = append(all, file(in[n], n))
			settle(t, h)
			sought()
		}
		if !begun(h) {
			t.Error("no word has parts again")
		}

		before := parts(h)
		all = append(all, file(in[9], 9))
		settle(t, h)
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error { return restore(a, before) }))
		former(all[len(all)-1])
		sought()
		h.Must(h.Documents.Sweep(t.Context(), h.Lead.Firm))
		if worded(h, 2) != 1 {
			t.Errorf("%d versions wait to be read again, want 1", worded(h, 2))
		}
		settle(t, h)
		if worded(h, 3) != len(all) {
			t.Errorf("%d versions are in the parts, want %d", worded(h, 3), len(all))
		}
		sought()
	})
}

package document_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

var countAllTaken = store.ForFirm(`select count(*) from taken where firm_id = $1`)

// TestDOS07: a browser that takes a great many documents at once is stopped until
// its person shows again that it is she; she and the lawyer who answers for the
// space are told once. Programs and what was opened already are not counted.
func TestDOS07(t *testing.T) {
	const most = 5
	documenttest.Each(t, document.Config{Haste: most}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Mme Petit")
		client, visitor := h.Member(h.Lead, in, authz.Client, "Mme Petit"), h.Member(h.Lead, in, authz.Client, "M. Petit")
		var all []id.Item
		for i := range most + 3 {
			all = append(all, h.File(h.Lead, in, fmt.Sprintf("Pièce %d.txt", i), fmt.Append(nil, "pièce ", i), h.Circles(h.Lead, in).All).Document)
		}
		take := func(by authz.Actor, of id.Item, how document.Purpose) error {
			t.Helper()
			c, err := h.Documents.Content(t.Context(), by, document.Want{Item: of, Purpose: how})
			if err == nil {
				_, err = io.Copy(io.Discard, c.Reader)
				h.Must(c.Reader.Close())
			}
			return err
		}
		told := func(journalled, mailed int) {
			t.Helper()
			if n := h.Kinds(h.Lead)["document.haste"]; n != journalled {
				t.Errorf("the journal has %d lines of haste, want %d", n, journalled)
			}
			if n := len(h.Jobs(document.HasteJob)); n != mailed {
				t.Errorf("%d are told, want %d", n, mailed)
			}
		}
		client.Stale, visitor.Stale = true, true
		visitor.Via, visitor.Scope = authz.ViaLink, in
		for range 3 {
			for _, of := range all[:most] {
				h.Must(take(client, of, document.Preview), take(client, of, document.Download))
			}
		}
		told(0, 0)
		for _, of := range all[most:] {
			if err := take(client, of, document.Download); !authz.Stale(err) {
				t.Errorf("one more: %v", err)
			}
		}
		told(1, 2)
		if _, err := h.Documents.Pack(t.Context(), client, document.Packing{Space: in}); !authz.Stale(err) {
			t.Errorf("all at once: %v", err)
		}
		h.Must(take(client, all[0], document.Download))

		fresh := client
		fresh.Stale = false
		h.Must(take(fresh, all[most], document.Download))
		p, err := h.Documents.Pack(t.Context(), fresh, document.Packing{Space: in})
		h.Must(err)
		h.Must(p.WriteTo(t.Context(), &bytes.Buffer{}))

		program := client
		program.Via, program.Pass = authz.ViaToken, &authz.Pass{}
		for _, of := range all {
			h.Must(take(program, of, document.Download))
		}
		told(1, 2)

		for _, of := range all[:most] {
			h.Must(take(visitor, of, document.Preview))
		}
		if err := take(visitor, all[most], document.Preview); !fault.Is(err, fault.Busy) {
			t.Errorf("one more by a link: %v", err)
		}
		told(2, 3) // the lawyer knows of this space already
		h.Clock.Advance(11 * time.Minute)
		h.Must(take(visitor, all[most], document.Preview), h.Documents.Sweep(t.Context(), h.Lead.Firm))
		var left int
		h.Must(h.Office.See(t.Context(), h.Lead.Firm, func(a *act.Act) error { return a.Row(countAllTaken, nil, &left) }))
		if left != 1 {
			t.Errorf("%d are still counted", left)
		}
	})
}

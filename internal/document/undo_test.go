package document_test

import (
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// TestUndo: one gesture gives a document the title and place back that its last
// change took, once; many are moved and brought back together or not at all.
func TestUndo(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		one := h.File(h.Lead, in, "Projet.docx", []byte("a")).Document
		two := h.File(h.Lead, in, "Annexe.docx", []byte("b")).Document
		hers := h.Deposit(client, in, "Livret.pdf", []byte("c")).Document
		folder := firstFolder(h, in)
		is := func(of id.Item, title string, in id.Folder) {
			t.Helper()
			d, err := h.Documents.Show(t.Context(), h.Lead, of)
			h.Must(err)
			if d.Title != title || d.Folder != in {
				t.Errorf("it is %q in %q, want %q in %q", d.Title, d.Folder, title, in)
			}
		}
		undo := func(by authz.Actor, of ...id.Item) error { return h.Documents.Undo(t.Context(), by, in, of) }

		if err := undo(h.Lead, one); !fault.Is(err, fault.Conflict) {
			t.Errorf("nothing was changed, and is undone: %v", err)
		}
		h.Must(h.Documents.Move(t.Context(), h.Lead, document.Move{Item: one, Tray: space.FirmTray, Folder: folder, Title: "Convention.docx"}))
		is(one, "Convention.docx", folder)
		h.Must(undo(h.Lead, one))
		is(one, "Projet.docx", "")
		if err := undo(h.Lead, one); !fault.Is(err, fault.Conflict) {
			t.Errorf("undone twice: %v", err)
		}

		h.Must(h.Documents.Rename(t.Context(), h.Lead, one, "Autre.docx"))
		to := document.Refile{Space: in, Documents: []id.Item{one, two, two}, Tray: space.FirmTray, Folder: folder}
		h.Must(h.Documents.Refile(t.Context(), h.Lead, to))
		h.Must(h.Documents.Refile(t.Context(), h.Lead, to)) // they are there: nothing is forgotten
		h.Must(undo(h.Lead, one, two))
		is(one, "Autre.docx", "")
		is(two, "Annexe.docx", "")

		to.Documents = []id.Item{one, hers} // hers stays where she put it, and so nothing moves
		if err := h.Documents.Refile(t.Context(), h.Lead, to); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a client's document is moved into the firm's tray: %v", err)
		}
		is(one, "Autre.docx", "")
		if err := undo(client, hers); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a client undoes: %v", err)
		}
		if err := h.Documents.Refile(t.Context(), h.Lead, document.Refile{Space: in, Tray: space.FirmTray}); !fault.Is(err, fault.Invalid) {
			t.Errorf("nothing is moved: %v", err)
		}
		other := h.Space(h.Lead, "Martin")
		if err := h.Documents.Undo(t.Context(), h.Lead, other, []id.Item{one}); !fault.Is(err, fault.NotFound) {
			t.Errorf("undone from another space: %v", err)
		}
	})
}

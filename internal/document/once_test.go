package document_test

import (
	"strings"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/space"
)

// TestAnnouncedOnce: what is announced with a key is announced once, an empty
// file too, whose document exists at once.
func TestAnnouncedOnce(t *testing.T) {
	documenttest.Each(t, document.Config{Alone: true}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		for _, size := range []int64{0, 5} {
			by := h.Lead
			by.Once = authz.Once{Key: string(rune('a' + size)), Request: "r"}
			announced := document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "acte.txt", Size: size}
			u, err := h.Documents.Begin(t.Context(), by, announced)
			h.Must(err)
			if _, err := h.Documents.Begin(t.Context(), by, announced); !fault.Is(err, fault.Conflict) {
				t.Errorf("%d bytes are announced twice: %v", size, err)
			}
			object, done, err := h.Office.Settled(t.Context(), by)
			h.Must(err)
			if !done || object != string(u.ID) {
				t.Errorf("%d bytes are settled as %q, %v; want %s", size, object, done, u.ID)
			}
		}
	})
}

// TestOntoAnotherVersion: an upload that began from a version which is replaced
// while its bytes arrive makes no version.
func TestOntoAnotherVersion(t *testing.T) {
	documenttest.Each(t, document.Config{Alone: true}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		doc := h.File(h.Lead, in, "acte.txt", []byte("un")).Document
		d, err := h.Documents.Show(t.Context(), h.Lead, doc)
		h.Must(err)
		next := document.BeginUpload{Space: in, Name: "acte.txt", Size: 4, Replaces: doc, Onto: d.Current.ID}
		slow, err := h.Documents.Begin(t.Context(), h.Lead, next)
		h.Must(err)
		h.Upload(h.Lead, next, []byte("deux"))
		if _, err := h.Documents.Append(t.Context(), h.Lead, slow.ID, 0, strings.NewReader("tard")); !fault.Is(err, fault.Conflict) {
			t.Errorf("a late version is taken: %v", err)
		}
		if _, err := h.Documents.Begin(t.Context(), h.Lead, next); !fault.Is(err, fault.Conflict) {
			t.Errorf("a version onto a former one is announced: %v", err)
		}
		d, err = h.Documents.Show(t.Context(), h.Lead, doc)
		h.Must(err)
		if len(d.Versions) != 2 {
			t.Errorf("%d versions", len(d.Versions))
		}
	})
}

package document_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/space"
)

// TestTwins: bytes that are there already are recognised before any is sent,
// and when they came anyway, by those who may read the first ones and by nobody
// else.
func TestTwins(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		ctx := t.Context()
		in, other := h.Space(h.Lead, "Petit"), h.Space(h.Lead, "Martin")
		client, martin := h.Member(h.Lead, in, authz.Client, "Mme Petit"), h.Member(h.Lead, other, authz.Client, "M. Martin")
		raw := []byte("mes trois derniers bulletins")
		sum := sha256.Sum256(raw)
		first := h.Deposit(client, in, "paie.pdf", raw)
		hidden := []byte("note interne")
		h.File(h.Lead, in, "note.txt", hidden)
		secret := sha256.Sum256(hidden)
		announce := func(by authz.Actor, u document.BeginUpload, sum [32]byte) (document.Upload, error) {
			u.Tray, u.Name, u.Size, u.SHA256 = space.ClientTray, "encore.pdf", int64(len(raw)), hex.EncodeToString(sum[:])
			return h.Documents.Begin(ctx, by, u)
		}
		u, err := announce(client, document.BeginUpload{Space: in}, sum)
		if !fault.Is(err, fault.Conflict) || u.Document != first.Document || u.ID != "" {
			t.Errorf("the same bytes are announced: %+v, %v", u, err)
		}
		if pending, err := h.Documents.Pending(ctx, client, in); err != nil || len(pending) != 0 {
			t.Errorf("%d uploads were begun, %v", len(pending), err)
		}
		for name, try := range map[string]func() (document.Upload, error){
			"again": func() (document.Upload, error) {
				return announce(client, document.BeginUpload{Space: in, Again: true}, sum)
			},
			"other bytes": func() (document.Upload, error) {
				return announce(client, document.BeginUpload{Space: in}, sha256.Sum256(nil))
			},
			"in another space":      func() (document.Upload, error) { return announce(martin, document.BeginUpload{Space: other}, sum) },
			"what she may not read": func() (document.Upload, error) { return announce(client, document.BeginUpload{Space: in}, secret) },
			"no digest at all": func() (document.Upload, error) {
				return h.Documents.Begin(ctx, client, document.BeginUpload{Space: in, Tray: space.ClientTray, Name: "x", Size: 3, SHA256: "zz"})
			},
		} {
			if u, err := try(); err != nil || u.ID == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		second := h.Deposit(client, in, "paie (1).pdf", raw)
		twin, found, err := h.Documents.TwinOf(ctx, client, second.Document)
		if err != nil || !found || twin.Document != first.Document || twin.Came != "2026-11-23" {
			t.Errorf("%+v, %v, %v", twin, found, err)
		}
		same := h.Deposit(client, in, "note.txt", hidden)
		if _, found, err := h.Documents.TwinOf(ctx, client, same.Document); err != nil || found {
			t.Errorf("a client is told of a document that she may not read: %v", err)
		}
	})
}

package notice_test

import (
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/notice"
)

// TestWhoIsReachedIsTheFirms: who has muted a space and whose mailbox refuses mail is for
// the firm's side; whoever else is in the space is refused. (ISO-09: no other test noticed
// the lack of it.)
func TestWhoIsReachedIsTheFirms(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		notices := notice.NewService(h.Office)
		of := h.Space(h.Lead, "Petit")
		for _, role := range []authz.Role{authz.Client, authz.Guest, authz.Reader} {
			by := h.Member(h.Lead, of, role, "Personne")
			if _, err := notices.MutedIn(t.Context(), by, of); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a %s reads who has muted it: %v", role, err)
			}
			if _, err := notices.RefusedIn(t.Context(), by, of); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a %s reads whose mailbox refuses: %v", role, err)
			}
		}
		assistant := h.Member(h.Lead, of, authz.Assistant, "M. Aide")
		_, err := notices.MutedIn(t.Context(), assistant, of)
		h.Must(err)
		_, err = notices.RefusedIn(t.Context(), assistant, of)
		h.Must(err)
	})
}

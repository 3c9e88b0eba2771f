package notice_test

import (
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
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

// Each person decides for herself when she is told, a client too; a program that only
// reads, or is kept to one space, decides nothing; and who has mails leave again to
// somebody's mailbox is of the firm.
func TestEachDecidesForHerself(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		notices := notice.NewService(h.Office)
		of := h.Space(h.Lead, "Petit")
		client, other := h.Member(h.Lead, of, authz.Client, "Mme Petit"), h.Member(h.Lead, of, authz.Client, "M. Petit")
		_, err := notices.Show(t.Context(), client)
		h.Must(err)
		h.Must(notices.Choose(t.Context(), client, notice.Choice{Daily: 18}), notices.Mute(t.Context(), client, of))
		reading, kept := h.Lead, h.Lead
		reading.Pass, kept.Pass = &authz.Pass{ReadOnly: true}, &authz.Pass{Spaces: []id.Space{of}}
		for what, by := range map[string]authz.Actor{"reads": reading, "is kept to a space": kept} {
			if err := notices.Choose(t.Context(), by, notice.Choice{Daily: 18}); err == nil {
				t.Errorf("a program that %s chooses hours", what)
			}
			if err := notices.Mute(t.Context(), by, of); err == nil {
				t.Errorf("a program that %s mutes a space", what)
			}
		}
		if _, err := notices.Show(t.Context(), kept); err == nil {
			t.Error("a program that is kept to a space reads what its person decided of all")
		}
		if err := notices.Retry(t.Context(), client, of, other.Person); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a client has mails leave again: %v", err)
		}
	})
}

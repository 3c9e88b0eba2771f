package space_test

import (
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
)

// TestWhoIsInItIsTheFirms: who is or was in a space, and to whom its folders send, is for
// the firm's side; a client or a guest, who sees the space, is refused, and somebody of
// the firm who is not in it finds nothing. (ISO-09: no other test noticed the lack of it.)
func TestWhoIsInItIsTheFirms(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		of := h.Space(h.Lead, "Petit")
		elsewhere := h.Member(h.Lead, h.Space(h.Lead, "Martin"), authz.Colleague, "Me Ailleurs")
		for _, tt := range []struct {
			by   authz.Actor
			want fault.Kind
		}{
			{h.Member(h.Lead, of, authz.Client, "Mme Petit"), fault.Forbidden},
			{h.Member(h.Lead, of, authz.Guest, "M. Expert"), fault.Forbidden},
			{h.Member(h.Lead, of, authz.Reader, "M. Lecteur"), fault.Forbidden},
			{elsewhere, fault.NotFound},
		} {
			if _, err := h.spaces.Census(t.Context(), tt.by, of); !fault.Is(err, tt.want) {
				t.Errorf("a %s reads who is in it: %v", tt.by.Role, err)
			}
			if _, err := h.spaces.FolderAudiences(t.Context(), tt.by, of); !fault.Is(err, tt.want) {
				t.Errorf("a %s reads whom its folders send to: %v", tt.by.Role, err)
			}
		}
		assistant := h.Member(h.Lead, of, authz.Assistant, "M. Aide")
		_, err := h.spaces.Census(t.Context(), assistant, of)
		h.Must(err)
		_, err = h.spaces.FolderAudiences(t.Context(), assistant, of)
		h.Must(err)
	})
}

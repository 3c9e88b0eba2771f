package group_test

import (
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// TestWhoTends: a group is tended by who administers the firm, and put into a space, or
// taken out of it, by a lawyer there; who is in it by one is known on the firm's side.
func TestWhoTends(t *testing.T) {
	each(t, func(h *house) {
		ctx, of := h.t.Context(), h.group("Pôle social", h.odile)
		h.attach(of, h.led)
		client, aide := h.Member(h.Lead, h.led, authz.Client, "Mme Corail"), h.Member(h.Lead, h.led, authz.Assistant, "M. Aide")
		for what, do := range map[string]func(by authz.Actor) error{
			"makes one":   func(by authz.Actor) error { _, err := h.groups.Make(ctx, by, "Autre pôle"); return err },
			"renames it":  func(by authz.Actor) error { return h.groups.Rename(ctx, by, of, "Autre") },
			"admits":      func(by authz.Actor) error { return h.groups.Admit(ctx, by, of, h.paul.Person) },
			"dismisses":   func(by authz.Actor) error { return h.groups.Dismiss(ctx, by, of, h.odile.Person) },
			"dissolves":   func(by authz.Actor) error { return h.groups.Dissolve(ctx, by, of) },
			"attaches it": func(by authz.Actor) error { _, err := h.groups.Attach(ctx, by, h.led, of); return err },
			"detaches it": func(by authz.Actor) error { return h.groups.Detach(ctx, by, h.led, of) },
		} {
			if what != "attaches it" && what != "detaches it" {
				if err := do(h.paul); !fault.Is(err, fault.Forbidden) {
					h.t.Errorf("a lawyer %s: %v", what, err)
				}
				continue
			}
			for _, by := range []authz.Actor{client, aide} {
				if err := do(by); !fault.Is(err, fault.Forbidden) {
					h.t.Errorf("a %s %s: %v", by.Role, what, err)
				}
			}
		}
		if _, err := h.groups.Here(ctx, client, h.led); !fault.Is(err, fault.Forbidden) {
			h.t.Errorf("a client is told who is there by it: %v", err)
		}
		p, err := h.groups.Here(ctx, aide, h.led)
		h.Must(err)
		if len(p.Attached) != 1 || p.Names[of] != "Pôle social" {
			h.t.Errorf("%+v", p)
		}
		kept := h.Lead
		kept.Via, kept.Pass = authz.ViaToken, &authz.Pass{Spaces: []id.Space{h.led}}
		if _, err := h.groups.List(ctx, kept); !fault.Is(err, fault.Forbidden) {
			h.t.Errorf("a program that is kept to a space is told of all groups: %v", err)
		}
	})
}

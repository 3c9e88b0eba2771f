package document_test

import (
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// TestWhy: each member's reason is that of the rule, with the addresses that it
// rests on, and whoever is said to see the document does.
func TestWhy(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		ctx, in := t.Context(), h.Space(h.Lead, "Mme Petit")
		circles := h.Circles(h.Lead, in)
		people := map[string]authz.Actor{"lead": h.Lead}
		add := func(role authz.Role, name string) { people[name] = h.Member(h.Lead, in, role, name) }
		add(authz.Client, "client")
		add(authz.Guest, "guest")
		add(authz.Client, "left")
		stranger := h.Member(h.Lead, h.Space(h.Lead, "M. Martin"), authz.Colleague, "stranger")
		doc := h.File(h.Lead, in, "Lettre.txt", []byte("lettre"), circles.Client).Document
		h.Leave(people["left"], in)
		add(authz.Client, "late")
		add(authz.Colleague, "new")

		check := func(step string, want map[string]string) {
			t.Helper()
			all, err := h.Documents.Why(ctx, h.Lead, doc)
			h.Must(err)
			got := map[id.Person]document.Recipient{}
			for _, to := range all {
				got[to.Person] = to
			}
			for name, reason := range want {
				to := got[people[name].Person]
				if to.Reason != reason {
					t.Errorf("%s: %s has the reason %q, want %q", step, name, to.Reason, reason)
				}
				_, err := h.Documents.Show(ctx, people[name], doc)
				if sees := err == nil; to.Sees != sees {
					t.Errorf("%s: %s is said to see it: %v, and does: %v", step, name, to.Sees, sees)
				}
				if rests := to.Sees || reason == "sent-before" || reason == "not-addressed"; rests != (len(to.Grounds) > 0) {
					t.Errorf("%s: %s rests on %v", step, name, to.Grounds)
				}
			}
			if len(all) != len(want) {
				t.Errorf("%s: %d members, want %d", step, len(all), len(want))
			}
		}
		check("sent", map[string]string{
			"lead": "role-lead", "client": "role-client", "guest": "not-addressed", "left": "not-member", "late": "sent-before", "new": "sent-before",
		})
		d, err := h.Documents.Show(ctx, h.Lead, doc)
		h.Must(err)
		if waiting := d.Unread(); len(waiting) != 1 || waiting[0].Person != people["client"].Person {
			t.Errorf("%v are said not to have read it", waiting)
		}
		h.Must(h.Documents.Address(ctx, h.Lead, document.Send{Item: doc, Circles: []id.Circle{circles.Client, circles.Firm, circles.All}, Extended: true}))
		check("extended to all", map[string]string{
			"lead": "role-lead", "client": "role-client", "guest": "role-guest", "left": "not-member", "late": "role-client", "new": "role-colleague",
		})
		h.Must(h.Documents.Classify(ctx, h.Lead, doc, authz.NatureBetween))
		check("between lawyers", map[string]string{
			"lead": "role-lead", "client": "nature", "guest": "role-guest", "left": "not-member", "late": "nature", "new": "role-colleague",
		})

		for name, who := range map[string]struct {
			by   authz.Actor
			want fault.Kind
		}{
			"a guest who sees it":  {people["guest"], fault.Forbidden},
			"a client it excludes": {people["client"], fault.NotFound},
			"who left":             {people["left"], fault.NotFound},
			"a colleague outside":  {stranger, fault.NotFound},
			"another firm":         {h.Found("Cabinet Rival", "Me Rival"), fault.NotFound},
		} {
			if all, err := h.Documents.Why(ctx, who.by, doc); fault.KindOf(err) != who.want || all != nil {
				t.Errorf("%s is told %v: %v", name, all, err)
			}
		}
	})
}

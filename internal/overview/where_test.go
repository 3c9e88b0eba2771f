package overview_test

import (
	"bytes"
	"strings"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/group"
	"cenacle/internal/i18n"
	"cenacle/internal/overview"
	"cenacle/internal/space"
)

// TestWhere: one of the firm's people is told who is in which of her spaces, and by which
// group; of a space that she is not in, an administrator is told nothing.
func TestWhere(t *testing.T) {
	documenttest.Each(t, document.Config{Limit: 1 << 30, Quota: 1 << 30}, func(t *testing.T, h *documenttest.House) {
		ctx := t.Context()
		views, groups := overview.New(h.Office), group.NewService(h.Office)
		mine := h.Space(h.Lead, "Corail")
		paul := h.Member(h.Lead, mine, authz.Colleague, "Me Paul Petit")
		client := h.Member(h.Lead, mine, authz.Client, "Mme Corail")
		theirs := h.Space(paul, "Réservé")
		g, err := groups.Make(ctx, h.Lead, "Pôle social")
		h.Must(err)
		odile := h.Member(paul, theirs, authz.Colleague, "Me Odile Roy")
		h.Must(groups.Admit(ctx, h.Lead, g.ID, odile.Person))
		_, err = groups.Attach(ctx, h.Lead, mine, g.ID)
		h.Must(err)

		all := func(by authz.Actor, q overview.WhereQuery) string {
			t.Helper()
			q.Page.Limit = 1 // page by page
			var out []string
			for {
				found, next, err := views.Where(ctx, by, q)
				h.Must(err)
				for _, s := range found {
					for _, m := range s.People {
						out = append(out, strings.Join(append([]string{s.Name, m.Name}, m.Groups...), "/"))
					}
				}
				if q.Page = next; next.Limit == 0 {
					return strings.Join(out, " ")
				}
			}
		}
		if got := all(h.Lead, overview.WhereQuery{}); got != "Corail/Me Claire Delmas Corail/Me Paul Petit Corail/Mme Corail Corail/Me Odile Roy/Pôle social" {
			t.Errorf("an administrator is told %q", got)
		}
		if got := all(odile, overview.WhereQuery{Person: paul.Person}); !strings.Contains(got, "Corail/Me Paul Petit") || !strings.Contains(got, "Réservé/Me Paul Petit") || strings.Contains(got, "Delmas") {
			t.Errorf("of one person a colleague is told %q", got)
		}
		if _, _, err := views.Where(ctx, h.Lead, overview.WhereQuery{Space: theirs}); !fault.Is(err, fault.NotFound) {
			t.Errorf("an administrator looks into a space that is not hers: %v", err)
		}
		if _, _, err := views.Where(ctx, client, overview.WhereQuery{Page: space.Page{Limit: 10}}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a client asks who is where: %v", err)
		}
		catalog, err := i18n.Load()
		h.Must(err)
		var file bytes.Buffer
		h.Must(views.WriteWhere(ctx, &file, h.Lead, catalog.Printer(i18n.French, nil), overview.WhereQuery{}))
		if text := file.String(); !strings.Contains(text, "Corail;Me Odile Roy;") || !strings.Contains(text, "Pôle social") || strings.Contains(text, "Réservé") {
			t.Errorf("the file says\n%s", text)
		}
	})
}

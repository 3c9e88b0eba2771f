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
		catalog := i18n.Load()
		var file bytes.Buffer
		h.Must(views.WriteWhere(ctx, &file, h.Lead, catalog.Printer(i18n.French, nil), overview.WhereQuery{}))
		if text := file.String(); !strings.Contains(text, "Corail;Me Odile Roy;") || !strings.Contains(text, "Pôle social") || strings.Contains(text, "Réservé") {
			t.Errorf("the file says\n%s", text)
		}
	})
}

// TestJournalIsTheirs: the acts of the firm are read, and proved, by who administers it;
// those of a space, by the firm's side of it; the signed head by the former alone.
func TestJournalIsTheirs(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		ctx, views, of := t.Context(), overview.New(h.Office), h.Space(h.Lead, "Petit")
		client, aide := h.Member(h.Lead, of, authz.Client, "Mme Petit"), h.Member(h.Lead, of, authz.Assistant, "Inès Fabre")
		elsewhere := h.Member(h.Lead, h.Space(h.Lead, "Martin"), authz.Colleague, "Me Ailleurs")
		_, err := group.NewService(h.Office).Make(ctx, h.Lead, "Pôle social") // an act of the firm
		h.Must(err)
		own, err := views.Journal(ctx, h.Lead, overview.JournalQuery{Limit: 1})
		h.Must(err)
		within, err := views.SpaceJournal(ctx, h.Lead, of, overview.JournalQuery{Limit: 1})
		h.Must(err)
		const yes, no, none = fault.Kind(255), fault.Forbidden, fault.NotFound
		for what, tt := range map[string]struct {
			read func(by authz.Actor) error
			want [4]fault.Kind // who administers, an assistant of the space, a colleague elsewhere, the client
		}{
			"the firm's": {func(by authz.Actor) error {
				_, err := views.Journal(ctx, by, overview.JournalQuery{Limit: 1})
				return err
			}, [4]fault.Kind{yes, no, no, none}},
			"the head":      {func(by authz.Actor) error { _, err := views.Head(ctx, by); return err }, [4]fault.Kind{yes, no, no, none}},
			"a proof of it": {func(by authz.Actor) error { _, err := views.Proof(ctx, by, own[0].ID); return err }, [4]fault.Kind{yes, no, no, none}},
			"a space's": {func(by authz.Actor) error {
				_, err := views.SpaceJournal(ctx, by, of, overview.JournalQuery{Limit: 1})
				return err
			}, [4]fault.Kind{yes, yes, none, no}},
			"a proof of a space": {func(by authz.Actor) error { _, err := views.Proof(ctx, by, within[0].ID); return err }, [4]fault.Kind{yes, yes, none, no}},
		} {
			for i, by := range []authz.Actor{h.Lead, aide, elsewhere, client} {
				if err := tt.read(by); (err == nil) != (tt.want[i] == yes) || err != nil && fault.KindOf(err) != tt.want[i] {
					t.Errorf("%s by %s (%d): %v", what, by.Role, i, err)
				}
			}
		}
	})
}

// TestWhereByProgram: a program that is left her memos enters her spaces, and is not told
// who is in them.
func TestWhereByProgram(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		of := h.Space(h.Lead, "Corail")
		by := h.Lead
		by.Via, by.Pass = authz.ViaToken, &authz.Pass{Kinds: []string{"memo"}}
		found, _, err := overview.New(h.Office).Where(t.Context(), by, overview.WhereQuery{Page: space.Page{Limit: 10}})
		h.Must(err)
		if len(found) != 0 {
			t.Errorf("it is told %+v", found)
		}
		if _, _, err := overview.New(h.Office).Where(t.Context(), by, overview.WhereQuery{Space: of}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("of one space: %v", err)
		}
	})
}

package overview_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/freeze"
	"cenacle/internal/id"
	"cenacle/internal/overview"
)

// TestOpenings: a client reads what the firm opened of hers, the operator
// included, and what she did herself; nothing of what is not for her, and nothing
// of anybody else outside the firm, not even that he is there.
func TestOpenings(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		ctx, in, o := t.Context(), h.Space(h.Lead, "Mme Petit"), overview.New(h.Office)
		client, guest := h.Member(h.Lead, in, authz.Client, "Mme Petit"), h.Member(h.Lead, in, authz.Guest, "M. Expert")
		husband := h.Member(h.Lead, in, authz.Client, "M. Petit")
		aide := h.Member(h.Lead, in, authz.Assistant, "Inès Fabre")
		stranger := h.Member(h.Lead, h.Space(h.Lead, "M. Martin"), authz.Client, "M. Martin")
		c := h.Circles(h.Lead, in)
		h.Clock.Advance(time.Minute)
		letter := h.File(h.Lead, in, "Lettre.txt", []byte("Lettre"), c.All).Document
		note := h.File(h.Lead, in, "Note interne.txt", []byte("Note"), c.Firm).Document
		h.Read(client, letter, "")
		h.Read(guest, letter, "")
		h.Read(husband, letter, "")
		h.Read(aide, letter, "")
		h.Read(aide, note, "")
		h.Must(h.Office.Do(ctx, h.Lead.Firm, func(a *act.Act) error {
			for kind, whom := range map[string]authz.Actor{"member.joined": client, "member.left": guest, "space.seen_as": husband} {
				if _, err := a.Record(h.Lead, kind, in, string(whom.Person), nil); err != nil {
					return err
				}
			}
			_, err := a.Record(authz.Actor{Firm: a.Firm(), Via: authz.ViaCommand}, "firm.exported", "", "archive", nil)
			return err
		}))
		from := overview.Sources{Documents: h.Documents}
		read := func(by authz.Actor) (lines []string) {
			found, more, err := o.Openings(ctx, by, from, in, overview.JournalQuery{Limit: 50})
			h.Must(err)
			if more != "" {
				t.Errorf("more after everything: %s", more)
			}
			for _, l := range found {
				lines = append(lines, fmt.Sprint(l.Side, " ", l.ActorName, " ", l.Kind, " ", l.Title))
			}
			slices.Sort(lines)
			return slices.Compact(lines)
		}
		hers := read(client)
		want := []string{
			"client Mme Petit document.read Lettre.txt", "firm Inès Fabre document.read Lettre.txt", "firm Me Claire Delmas member.joined ",
		}
		if !slices.Equal(hers, want) {
			t.Errorf("the client reads %q", hers)
		}
		if all := read(h.Lead); len(all) != len(want)+5 { // the note, two others outside who read, one who left, one looked at
			t.Errorf("the lead reads %q", all)
		}
		host, err := o.Hosted(ctx, client, in)
		if err != nil || len(host) != 1 || host[0].Kind != "firm.exported" {
			t.Errorf("what the host did: %+v, %v", host, err)
		}
		for by, want := range map[*authz.Actor]fault.Kind{&guest: fault.Forbidden, &stranger: fault.NotFound} {
			if _, _, err := o.Openings(ctx, *by, from, in, overview.JournalQuery{Limit: 50}); fault.KindOf(err) != want {
				t.Errorf("read by %s: %v", by.Role, err)
			}
			if _, err := o.Hosted(ctx, *by, in); fault.KindOf(err) != want {
				t.Errorf("the host's acts, read by %s: %v", by.Role, err)
			}
		}
		h.Must(freeze.NewService(h.Office).Freeze(ctx, client, in))
		if _, _, err := o.Openings(ctx, client, from, in, overview.JournalQuery{Limit: 50}); !fault.Is(err, fault.NotFound) {
			t.Errorf("read once it is frozen: %v", err)
		}
	})
}

// TestOpeningsArePaged: short pages and long stretches without openings lose no
// line and repeat none.
func TestOpeningsArePaged(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		ctx, in := t.Context(), h.Space(h.Lead, "Mme Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		c := h.Circles(h.Lead, in)
		letter := h.File(h.Lead, in, "Lettre.txt", []byte("Lettre"), c.All).Document
		for i := range 7 {
			if i == 3 { // more than a stretch of what nobody opened
				h.Must(h.Office.Do(ctx, h.Lead.Firm, func(a *act.Act) error {
					for range 230 {
						if _, err := a.Record(h.Lead, "space.renamed", in, string(in), nil); err != nil {
							return err
						}
					}
					return nil
				}))
			}
			h.Clock.Advance(time.Second)
			h.Must(h.Office.Do(ctx, h.Lead.Firm, func(a *act.Act) error {
				_, err := a.Record(client, "document.downloaded", in, string(letter), nil)
				return err
			}))
		}
		seen := map[id.Entry]bool{}
		q := overview.JournalQuery{Limit: 3}
		for range 20 {
			page, more, err := overview.New(h.Office).Openings(ctx, client, overview.Sources{Documents: h.Documents}, in, q)
			h.Must(err)
			for _, l := range page {
				if seen[l.ID] {
					t.Errorf("%s twice", l.ID)
				}
				seen[l.ID] = true
			}
			if q.Before = more; more == "" {
				break
			}
		}
		if len(seen) != 7 {
			t.Errorf("%d openings, want 7", len(seen))
		}
	})
}

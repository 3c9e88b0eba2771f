package backup_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/attest"
	"cenacle/internal/authz"
	"cenacle/internal/backup"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/exhibit"
	"cenacle/internal/firm"
	"cenacle/internal/forum"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/slot"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// exchange is a forum of a firm: what a party, and one on paper, had of an exhibit, and
// its attestation.
type exchange struct {
	in    id.Space
	drawn id.Attestation
}

// outsider gives somebody from outside a card and a place in a space.
func (w *world) outsider(by authz.Actor, in id.Space, role authz.Role, name string) authz.Actor {
	w.t.Helper()
	p := authz.Actor{Person: id.New[id.Person](time.Now()), Firm: by.Firm, Role: authz.Outsider, Via: authz.ViaPassword}
	w.must(w.Office.Keep(w.t.Context(), by.Firm, func(a *act.Act) error {
		if err := firm.PutCard(a, by, firm.Card{Person: p.Person, Role: p.Role, State: firm.Active, Name: name, Email: "person@example.org"}); err != nil {
			return err
		}
		return circle.Join(a, in, p.Person, role)
	}))
	return p
}

// exchange makes one in a space of a firm.
func (w *world) exchange(by authz.Actor, in id.Space) exchange {
	w.t.Helper()
	ctx := w.t.Context()
	roux := w.outsider(by, in, authz.Guest, "Me Roux")
	_, err := w.Circles.Make(ctx, by, circle.New{Space: in, Name: "Maître d’ouvrage", Kind: circle.Party, People: []id.Person{roux.Person}})
	w.must(err)
	silent, err := w.Circles.Make(ctx, by, circle.New{Space: in, Name: "Assureur", Kind: circle.Party})
	w.must(err)
	w.must(w.Forums.Branch(ctx, by, forum.Branch{Space: in, Party: silent.ID, Whom: "Assureur SA, Nantes"}))
	up, err := w.Documents.File(ctx, by, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "Rapport.pdf"}, bytes.NewReader([]byte("rapport")))
	w.must(err)
	w.must(w.Documents.Release(ctx, by, document.Releasing{Document: up.Document}))
	hers, err := w.Documents.File(ctx, roux, document.BeginUpload{Space: in, Tray: space.PartyTray, Name: "Devis.pdf"}, bytes.NewReader([]byte("devis")))
	w.must(err)
	w.must(w.Documents.Release(ctx, roux, document.Releasing{Document: hers.Document}))
	c, err := w.Documents.Content(ctx, roux, document.Want{Item: up.Document, Purpose: document.Download})
	w.must(err)
	w.must(c.Reader.Close())
	w.must(w.Office.Keep(ctx, by.Firm, func(a *act.Act) error { return exhibit.Notify(a, roux, in) }))
	w.must(w.Forums.Serve(ctx, by, forum.Serving{Space: in, Party: silent.ID, Exhibits: []id.Version{c.Version}, Day: "2026-11-20", How: "en main propre"}))
	w.must(w.Documents.ReleaseAt(ctx, by, document.Releasing{Document: w.spare(by, in)}, time.Now().AddDate(0, 1, 0)))
	drawn, err := w.Attests.Draw(ctx, by, in)
	w.must(err)
	return exchange{in, drawn}
}

// spare is a document of the firm alone.
func (w *world) spare(by authz.Actor, in id.Space) id.Item {
	w.t.Helper()
	up, err := w.Documents.File(w.t.Context(), by, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "Plan.pdf"}, bytes.NewReader([]byte("plan")))
	w.must(err)
	return up.Document
}

// register is that of an exchange as a file.
func (w *world) register(by authz.Actor, x exchange) []byte {
	w.t.Helper()
	r, err := w.Forums.Register(w.t.Context(), by, x.in)
	w.must(err)
	catalog := i18n.Load()
	var out bytes.Buffer
	w.must(w.Forums.WriteRegister(&out, catalog.Printer(i18n.French, time.UTC), r))
	return out.Bytes()
}

// TestForumMoves: the exhibits of a forum, what became of them, its attestations and the
// times that were proposed for a meeting are carried by a backup and by an export, row
// by row; the register reads the same, and an attestation holds that was drawn up before.
func TestForumMoves(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	by, in := w.lawyer(f)
	x := w.exchange(by, in.ID)
	petit := w.outsider(by, in.ID, authz.Client, "Mme Petit")
	var house circle.House
	w.must(w.Office.See(t.Context(), f, func(a *act.Act) (err error) {
		house, err = circle.HouseOf(a, in.ID)
		return err
	}))
	_, err := w.Slots.Propose(t.Context(), by, slot.Proposing{
		Space: in.ID, Person: petit.Person, Words: slot.Words{Title: "Préparer l’audience"}, Circles: []id.Circle{house.Client},
		Times: []agenda.When{{Day: time.Now().AddDate(0, 0, 3).Format(time.DateOnly), Start: "14:00", End: "15:00"}},
	})
	w.must(err)
	w.must(w.Forums.SetInstant(t.Context(), by, in.ID, time.Now().Add(time.Hour)))
	want, register := w.estate(f), w.register(by, x)
	tables := []string{"exhibit", "exhibit_service", "exhibit_paper", "paper_branch", "release_plan", "forum_term", "attestation", "proposal"}
	for _, table := range tables {
		if len(want.Rows[table]) == 0 {
			t.Errorf("there is nothing in %s to be carried", table)
		}
	}
	file, err := w.Attests.File(t.Context(), by, in.ID, x.drawn)
	w.must(err)

	who, to := identity(t), filepath.Join(t.TempDir(), "firm.tar")
	w.export(f, to, who)
	moved := open(t, store.Config{}, filepath.Join(t.TempDir(), "data"))
	_, err = moved.take(to, who)
	w.must(err)
	backups := filepath.Join(t.TempDir(), "backups")
	_, err = backup.Make(t.Context(), w.house, backup.Folder(backups), backup.Options{})
	w.must(err)
	r := w.restoring(backups)
	_, _, err = backup.Restore(t.Context(), r)
	w.must(err)
	back := open(t, store.Config{}, r.To)
	for how, next := range map[string]*world{"exported": moved, "restored": back} {
		got := next.estate(f)
		for _, table := range tables {
			if !slices.Equal(got.Rows[table], want.Rows[table]) {
				t.Errorf("%s, %s is another", how, table)
			}
		}
		if got := next.register(by, x); !bytes.Equal(got, register) {
			t.Errorf("%s, the register reads\n%s, want\n%s", how, got, register)
		}
		again, err := next.Attests.File(t.Context(), by, in.ID, x.drawn)
		if err != nil || len(again) == 0 {
			t.Errorf("%s, the attestation: %v", how, err)
		}
		for _, raw := range [][]byte{file, again} {
			if _, err := attest.Verify(raw, want.Head.Verifier); err != nil {
				t.Errorf("%s, an attestation does not hold: %v", how, err)
			}
		}
	}
}

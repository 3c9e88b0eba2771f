package attest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/attest"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/forum"
	"cenacle/internal/forum/forumtest"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// exchange is an expertise in which something happened.
type exchange struct {
	*forumtest.Expertise
	t       *testing.T
	attests *attest.Service
}

func open(t *testing.T, h *documenttest.House) *exchange {
	return &exchange{forumtest.Open(h), t, attest.New(h.Office)}
}

// some is an exchange of two exhibits: one opened by another party, and both handed to
// the one on paper.
func some(t *testing.T, h *documenttest.House) *exchange {
	x := open(t, h)
	devis := x.Bring(x.People[0], "Devis.pdf", []byte("devis"), "")
	x.Bring(x.People[0], "Devis corrigé.pdf", []byte("corrigé"), devis)
	x.Read(x.People[1], devis, "")
	x.notify(x.People[1])
	x.serve("2026-11-23")
	return x
}

func (x *exchange) notify(by authz.Actor) {
	x.Must(x.Office.Keep(x.t.Context(), by.Firm, func(a *act.Act) error { return exhibit.Notify(a, by, x.In) }))
}

// serve hands all that is on the table to the party on paper.
func (x *exchange) serve(day string) {
	all, err := x.Forums.Lists(x.t.Context(), x.Lead, x.In)
	x.Must(err)
	s := forum.Serving{Space: x.In, Party: x.Sides[2].ID, Day: day, How: "lettre recommandée avec avis de réception"}
	for _, l := range all {
		for _, p := range l.Pieces {
			s.Exhibits = append(s.Exhibits, p.Version)
		}
	}
	x.Must(x.Forums.Serve(x.t.Context(), x.Lead, s))
}

// file draws up an attestation and returns its file.
func (x *exchange) file(by authz.Actor) []byte {
	x.t.Helper()
	of, err := x.attests.Draw(x.t.Context(), by, x.In)
	x.Must(err)
	raw, err := x.attests.File(x.t.Context(), by, x.In, of)
	x.Must(err)
	return raw
}

func words(t *testing.T, s attest.Statement) string {
	t.Helper()
	catalog := i18n.Load()
	paris, err := time.LoadLocation(i18n.Zone)
	if err != nil {
		t.Fatal(err)
	}
	p := catalog.Printer(i18n.French, paris)
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s\n", s.Firm, s.Person)
	for _, e := range s.Exhibits {
		fmt.Fprintf(&b, "%s, pièce %s : %s\n", s.Name(e.Party), e.Label, e.Title)
		for _, w := range attest.Words(p, s, e) {
			fmt.Fprintf(&b, "  %s\n", w)
		}
	}
	for _, d := range s.Dires {
		spell(&b, attest.DireWords(p, s, d))
	}
	for _, q := range s.Questions {
		spell(&b, attest.QuestionWords(p, s, q))
	}
	return strings.ReplaceAll(b.String(), "\u00a0", " ")
}

func spell(b *strings.Builder, said attest.Spoken) {
	fmt.Fprintln(b, said.Title)
	for _, w := range slices.Concat(said.Said, said.Points, said.Received) {
		fmt.Fprintf(b, "  %s\n", w)
	}
}

// TestExpertise is the journey of an expert assessment: four parties, one that nobody
// reads for, which stops the first release until it is reached on paper; sixty exhibits,
// one of them replaced; what is notified, opened and handed over. What its attestation
// states is equal to testdata, and holds without the server that drew it up.
func TestExpertise(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x, ctx := open(t, h), t.Context()
		roux, noir, insurer := x.People[0], x.People[1], x.Sides[2].ID
		h.Must(x.Forums.Unbranch(ctx, h.Lead, x.In, insurer))
		kept := h.Upload(roux, document.BeginUpload{Space: x.In, Tray: space.PartyTray, Name: "Constat.pdf"}, []byte("constat")).Document
		if err := h.Documents.Release(ctx, roux, document.Releasing{Document: kept}); !fault.Is(err, fault.Conflict) {
			t.Fatalf("released while nobody reads for the insurer: %v", err)
		}
		if _, err := x.attests.Draw(ctx, h.Lead, x.In); !fault.Is(err, fault.Invalid) {
			t.Errorf("attested before anything came: %v", err)
		}
		h.Must(x.Forums.Branch(ctx, h.Lead, forum.Branch{Space: x.In, Party: insurer, Whom: "Assureur SA, Nantes"}))
		h.Must(h.Documents.Release(ctx, roux, document.Releasing{Document: kept}))
		actors, brought := []authz.Actor{h.Lead, roux, noir}, []id.Item{kept}
		for n := 1; n < 60; n++ {
			brought = append(brought, x.Bring(actors[n%3], fmt.Sprintf("Pièce %02d.pdf", n+1), fmt.Appendf(nil, "pièce %d", n+1), ""))
		}
		x.Bring(roux, "Constat corrigé.pdf", []byte("constat corrigé"), kept)
		for _, by := range actors {
			h.Clock.Advance(time.Minute)
			x.notify(by)
		}
		for n, of := range brought[:30] {
			h.Clock.Advance(time.Minute)
			x.Read(actors[(n+2)%3], of, "")
		}
		x.serve("2026-11-23")
		raw := x.file(h.Lead)
		h.Must(h.Store.Close()) // nothing else is left

		r, err := attest.Verify(raw, "")
		if err != nil || len(r.Statement.Exhibits) != 61 || r.Proven < 61*3 {
			t.Fatalf("%d exhibits, %d entries: %v", len(r.Statement.Exhibits), r.Proven, err)
		}
		forumtest.Golden(t, "expertise.txt", []byte(words(t, r.Statement)))
		if r, err := attest.Verify(raw, r.Fingerprint); err != nil || slices.ContainsFunc(r.Checks, func(c journal.Check) bool { return c.Outcome != journal.Held }) {
			t.Errorf("with the key of the firm: %v, %+v", err, r.Checks)
		}
	})
}

// TestISO01_Attestation: whoever reads the register attests what she reads of it, and
// sees the attestations of her own side alone.
func TestISO01_Attestation(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x, ctx := some(t, h), t.Context()
		roux, noir := x.People[0], x.People[1]
		drawn := map[string]id.Attestation{}
		for who, tt := range map[string]struct {
			by      authz.Actor
			names   string // of whom, among others, the attestation may tell
			refused *fault.Kind
		}{
			"firm":    {h.Lead, "Maître d’ouvrage Entreprise Durtain Assureur Cabinet Delmas & Associés", nil},
			"client":  {x.Client, "Maître d’ouvrage Cabinet Delmas & Associés", nil},
			"builder": {noir, "Maître d’ouvrage Entreprise Durtain", nil},
			"owner":   {roux, "", new(fault.Invalid)}, // nobody else has communicated anything
			"expert":  {x.Expert, "", new(fault.Forbidden)},
		} {
			of, err := x.attests.Draw(ctx, tt.by, x.In)
			if tt.refused != nil {
				if !fault.Is(err, *tt.refused) {
					t.Errorf("%s: %v", who, err)
				}
				continue
			}
			h.Must(err)
			drawn[who] = of
			_, said, err := x.attests.Show(ctx, tt.by, x.In, of)
			h.Must(err)
			for _, p := range said.Parties {
				if !strings.Contains(tt.names, p.Name) {
					t.Errorf("%s attests of %s", who, p.Name)
				}
			}
			for _, e := range said.Exhibits {
				for _, to := range e.Receptions {
					if who != "firm" && len(e.Receptions) != 1 || to.Party == e.Party {
						t.Errorf("%s attests of the reception of %s", who, said.Name(to.Party))
					}
				}
			}
		}
		stranger, elsewhere := h.Member(h.Lead, h.Space(h.Lead, "M. Martin"), authz.Client, "M. Martin"), h.Found("Cabinet Voisin", "Me Voisin")
		other := h.Space(h.Lead, "Autre")
		for who, by := range map[string]authz.Actor{"firm": h.Lead, "client": x.Client, "builder": noir, "owner": roux, "expert": x.Expert, "stranger": stranger, "elsewhere": elsewhere} {
			for whose, of := range drawn {
				_, err := x.attests.File(ctx, by, x.In, of)
				if sees := who == "firm" || who == whose; sees && err != nil || !sees && !fault.Is(err, fault.NotFound) {
					t.Errorf("%s has the attestation of %s: %v", who, whose, err)
				}
				if _, _, err := x.attests.Show(ctx, by, other, of); !fault.Is(err, fault.NotFound) {
					t.Errorf("%s finds it in another space: %v", who, err)
				}
			}
			all, err := x.attests.Of(ctx, by, x.In)
			if want := map[string]int{"firm": 3, "client": 1, "builder": 1}[who]; len(all) != want || want > 0 && err != nil {
				t.Errorf("%s lists %d: %v", who, len(all), err)
			}
		}
		if n := h.Kinds(h.Lead)["exchange.attested"]; n != 3 {
			t.Errorf("%d lines of the journal", n)
		}
	})
}

// TestAttestedByProgram: a program that only reads reads what was attested and attests
// nothing; one that is left other things is told of none.
func TestAttestedByProgram(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x, ctx := some(t, h), t.Context()
		of, err := x.attests.Draw(ctx, h.Lead, x.In)
		h.Must(err)
		reading, memos := h.Lead, h.Lead
		reading.Via, reading.Pass = authz.ViaToken, &authz.Pass{ReadOnly: true}
		memos.Via, memos.Pass = authz.ViaToken, &authz.Pass{Kinds: []string{"memo"}}
		if _, err := x.attests.Draw(ctx, reading, x.In); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a program that only reads attests: %v", err)
		}
		if all, err := x.attests.Of(ctx, reading, x.In); err != nil || len(all) != 1 || all[0].ID != of {
			t.Errorf("a program that only reads is told of %+v, %v", all, err)
		}
		if all, err := x.attests.Of(ctx, memos, x.In); !fault.Is(err, fault.Forbidden) || len(all) > 0 {
			t.Errorf("a program for memos is told of %d: %v", len(all), err)
		}
	})
}

// TestForged: whatever is changed in the file fails visibly.
func TestForged(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "attestation.json"))
	if forumtest.Updating() {
		documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) { raw = some(t, h).file(h.Lead) })
		err = os.WriteFile(filepath.Join("testdata", "attestation.json"), raw, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := attest.Verify(raw, ""); err != nil {
		t.Fatal(err)
	}
	const step = 7
	for n := 0; n < len(raw); n += step {
		b := bytes.Clone(raw)
		b[n] ^= 1
		if bytes.Equal(bytes.Join(bytes.Fields(b), nil), bytes.Join(bytes.Fields(raw), nil)) {
			continue // white space between tokens is free
		}
		if _, err := attest.Verify(b, ""); err == nil {
			t.Errorf("byte %d: %q holds", n, raw[max(0, n-20):min(len(raw), n+20)])
		}
	}
	var d journal.Dossier
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	for what, tt := range map[string]struct {
		forge func(*journal.Dossier)
		check string
	}{
		"a title": {func(d *journal.Dossier) { d.Statement = strings.Replace(d.Statement, "corrigé", "corrompu", 1) }, journal.CheckStatement},
		"a way":   {func(d *journal.Dossier) { d.Statement = strings.Replace(d.Statement, "lettre", "lettres", 1) }, journal.CheckStatement},
		"an hour": {func(d *journal.Dossier) {
			d.Statement = strings.Replace(d.Statement, `"opened":{"at":"2026`, `"opened":{"at":"2025`, 1)
		}, attest.CheckFacts},
		"a fact left out":  {func(d *journal.Dossier) { d.Facts = d.Facts[1:] }, attest.CheckFacts},
		"two facts turned": {func(d *journal.Dossier) { d.Facts[0], d.Facts[1] = d.Facts[1], d.Facts[0] }, attest.CheckFacts},
		"another's record": {func(d *journal.Dossier) { d.Facts[0].Record = d.Facts[1].Record }, journal.CheckCommitment},
		"another's proof":  {func(d *journal.Dossier) { d.Facts[0].Proof = d.Facts[1].Proof }, journal.CheckInclusion},
	} {
		forged := d
		forged.Facts = slices.Clone(d.Facts)
		tt.forge(&forged)
		fails(t, what, forged, tt.check)
	}
	if r, err := attest.Verify(raw, "another key"); err == nil || !slices.ContainsFunc(r.Checks, func(c journal.Check) bool { return c.Name == journal.CheckKey && c.Outcome == journal.Failed }) {
		t.Errorf("with another key: %v", err)
	}
}

// TestTampered: a row that somebody has changed is found.
func TestTampered(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x := some(t, h)
		of, err := x.attests.Draw(t.Context(), h.Lead, x.In)
		h.Must(err)
		for what, stmt := range map[string]store.FirmStmt{
			"a side":      store.ForFirm(`update attestation set side_id = 'x' where firm_id = $1`),
			"a person":    store.ForFirm(`update attestation set person_id = 'x' where firm_id = $1`),
			"a statement": store.ForFirm(`update attestation set statement = mac where firm_id = $1`),
		} {
			h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
				return a.Write(stmt)
			}))
			if _, _, err := x.attests.Show(t.Context(), h.Lead, x.In, of); !errors.Is(err, vault.ErrTampered) {
				t.Errorf("%s was changed: %v", what, err)
			}
		}
	})
}

// fails demands that a forged attestation is false, and by which check.
func fails(t *testing.T, what string, forged journal.Dossier, check string) {
	t.Helper()
	b, err := json.Marshal(forged)
	if err != nil {
		t.Fatal(err)
	}
	r, err := attest.Verify(b, "")
	failed := slices.ContainsFunc(r.Checks, func(c journal.Check) bool { return c.Name == check && c.Outcome == journal.Failed })
	if !fault.Is(err, fault.Invalid) || !failed {
		t.Errorf("%s: %v; %+v", what, err, r.Checks)
	}
}

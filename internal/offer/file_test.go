package offer_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/forum/forumtest"
	"cenacle/internal/journal"
	"cenacle/internal/offer"
)

// roundOpened is a round of two parties whose offers were opened.
func (x table) roundOpened() offer.Round {
	r := x.ask(x.buyer, x.seller)
	x.put(x.anne, r, x.buyer, "offre de l’acquéreur")
	x.put(x.paul, r, x.seller, "offre du vendeur")
	_, err := x.unlock(x.anne, r, x.buyer)
	x.Must(err)
	_, err = x.unlock(x.paul, r, x.seller)
	x.Must(err)
	return r
}

// TestFile: whoever reads an opened round takes it away as a file that verifies when
// nothing else is left; who does not read it finds none, and before it is opened nobody.
func TestFile(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		early := x.ask(x.buyer, x.seller)
		x.put(x.anne, early, x.buyer, "seule")
		if _, err := x.offers.File(x.ctx, x.anne, x.in, early.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("before it is opened: %v", err)
		}
		r := x.roundOpened()
		for who, by := range map[string]authz.Actor{"another party": x.elsewhere, "client": x.client, "expert": x.expert} {
			if _, err := x.offers.File(x.ctx, by, x.in, r.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", who, err)
			}
		}
		var files [][]byte
		for _, by := range []authz.Actor{x.anne, x.reads, x.Lead} {
			raw, err := x.offers.File(x.ctx, by, x.in, r.ID)
			x.Must(err)
			files = append(files, raw)
		}
		x.Must(x.Store.Close()) // nothing else is left
		for _, raw := range files {
			got, err := offer.Verify(raw, "")
			if err != nil || got.Statement.Subject != "Prix de cession" {
				t.Fatalf("%+v: %v", got.Statement, err)
			}
			read := map[string]string{}
			for _, o := range got.Statement.Offers {
				read[o.Name] = o.Words
			}
			if want := map[string]string{"Acquéreur": "offre de l’acquéreur", "Vendeur": "offre du vendeur"}; !maps.Equal(read, want) {
				t.Errorf("it tells of %v", read)
			}
			if got, err := offer.Verify(raw, got.Fingerprint); err != nil || slices.ContainsFunc(got.Checks, func(c journal.Check) bool { return c.Outcome != journal.Held }) {
				t.Errorf("with the key of the firm: %v, %+v", err, got.Checks)
			}
		}
	})
}

// seal has a stated offer be another one, whose commitment fits it.
func seal(o *offer.Stated, e offer.Envelope) {
	o.Sealed, o.Commitment = base64.StdEncoding.EncodeToString(e.Sealed), hex.EncodeToString(e.Commitment[:])
	o.Secret, o.Words, o.Amount = offer.Secret{1}.String(), "une autre", nil
}

// declares reports whether two statements differ in nothing but what the firm declared:
// what it called things, and until when it asked for offers.
func declares(s, other offer.Statement) bool {
	plain := func(s offer.Statement) string {
		s.Firm, s.Subject, s.Until, s.Offers = "", "", "", slices.Clone(s.Offers)
		for i := range s.Offers {
			s.Offers[i].Name = ""
		}
		raw, err := json.Marshal(s)
		if err != nil {
			return err.Error()
		}
		return string(raw)
	}
	return plain(s) == plain(other)
}

// TestForgedFile: a file of long ago still holds; one byte of an offer or of its proof
// that is another does not, and neither does one that was put together anew: the check that fails says so.
func TestForgedFile(t *testing.T) {
	path := filepath.Join("testdata", "round.json")
	if forumtest.Updating() {
		each(t, func(t *testing.T, x table) {
			raw, err := x.offers.File(x.ctx, x.Lead, x.in, x.roundOpened().ID)
			x.Must(err)
			x.Must(os.WriteFile(path, raw, 0o644))
		})
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	was, err := offer.Verify(raw, "")
	if err != nil {
		t.Fatal(err)
	}
	const step = 41
	for n := 0; n < len(raw); n += step {
		b := bytes.Clone(raw)
		b[n] ^= 1
		if bytes.Equal(bytes.Join(bytes.Fields(b), nil), bytes.Join(bytes.Fields(raw), nil)) {
			continue // white space between tokens is free
		}
		if got, err := offer.Verify(b, ""); err == nil && !declares(got.Statement, was.Statement) {
			t.Errorf("byte %d: %q holds", n, raw[max(0, n-20):min(len(raw), n+20)])
		}
	}
	var d journal.Dossier
	var whole offer.Statement
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(d.Statement), &whole); err != nil {
		t.Fatal(err)
	}
	other, err := offer.Seal(whole.Round, whole.Offers[0].Party, offer.Secret{1}, offer.Terms{Words: "une autre"})
	if err != nil {
		t.Fatal(err)
	}
	for what, tt := range map[string]struct {
		forge func(*journal.Dossier, *offer.Statement)
		check string
	}{
		"other words":      {func(_ *journal.Dossier, s *offer.Statement) { s.Offers[0].Words = "une autre" }, offer.CheckOpens},
		"another amount":   {func(_ *journal.Dossier, s *offer.Statement) { s.Offers[0].Amount = new(int64) }, offer.CheckOpens},
		"another secret":   {func(_ *journal.Dossier, s *offer.Statement) { s.Offers[0].Secret = offer.Secret{9}.String() }, offer.CheckOpens},
		"another offer":    {func(_ *journal.Dossier, s *offer.Statement) { seal(&s.Offers[0], other) }, journal.CheckStatement},
		"its entry too":    {func(_ *journal.Dossier, s *offer.Statement) { seal(&s.Offers[0], other) }, offer.CheckFacts},
		"one offer less":   {func(d *journal.Dossier, s *offer.Statement) { s.Offers, d.Facts = s.Offers[:1], d.Facts[:1] }, journal.CheckStatement},
		"two facts turned": {func(d *journal.Dossier, _ *offer.Statement) { d.Facts[0], d.Facts[1] = d.Facts[1], d.Facts[0] }, offer.CheckFacts},
		"an hour": {func(_ *journal.Dossier, s *offer.Statement) {
			s.Offers[1].In = strings.Replace(s.Offers[1].In, "2026", "2025", 1)
		}, offer.CheckFacts},
		"another instant":  {func(_ *journal.Dossier, s *offer.Statement) { s.Until = s.Offers[0].In }, offer.CheckFacts},
		"another round":    {func(_ *journal.Dossier, s *offer.Statement) { s.Round = "01kb0000000000000000000000" }, offer.CheckOpens},
		"another's record": {func(d *journal.Dossier, _ *offer.Statement) { d.Facts[0].Record = d.Facts[1].Record }, journal.CheckCommitment},
		"another's proof":  {func(d *journal.Dossier, _ *offer.Statement) { d.Facts[0].Proof = d.Facts[1].Proof }, journal.CheckInclusion},
	} {
		forged, said := d, whole
		forged.Facts, said.Offers = slices.Clone(d.Facts), slices.Clone(whole.Offers)
		tt.forge(&forged, &said)
		text, err := json.Marshal(said)
		if err != nil {
			t.Fatal(err)
		}
		forged.Statement = string(text)
		b, err := json.Marshal(forged)
		if err != nil {
			t.Fatal(err)
		}
		r, err := offer.Verify(b, "")
		failed := slices.ContainsFunc(r.Checks, func(c journal.Check) bool { return c.Name == tt.check && c.Outcome == journal.Failed })
		if !fault.Is(err, fault.Invalid) || !failed {
			t.Errorf("%s: %v; %+v", what, err, r.Checks)
		}
	}
	if r, err := offer.Verify(raw, "another key"); err == nil || !slices.ContainsFunc(r.Checks, func(c journal.Check) bool { return c.Name == journal.CheckKey && c.Outcome == journal.Failed }) {
		t.Errorf("with another key: %v", err)
	}
}

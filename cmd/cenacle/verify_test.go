package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVerifyAttestation: an attestation that was drawn up long ago still holds, in both
// languages; one byte that is another does not, and the report says which check failed.
func TestVerifyAttestation(t *testing.T) {
	whole := filepath.Join("..", "..", "internal", "attest", "testdata", "attestation.json")
	raw, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	altered := filepath.Join(t.TempDir(), "altered.json")
	if err := os.WriteFile(altered, bytes.Replace(raw, []byte("recommandée"), []byte("recommandee"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	for language, says := range map[string][]string{
		"fr": {"est authentique et complète", "Attestation du contradictoire établie par", "remise sur papier le"},
		"en": {"is authentic and complete", "Attestation of adversarial exchange", "handed over on paper"},
	} {
		out := &bytes.Buffer{}
		at := &terminal{out: out, err: &bytes.Buffer{}}
		if err := run(t.Context(), at, []string{"verify", "--language", language, whole}); err != nil {
			t.Fatal(err)
		}
		for _, want := range says {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: %q is not said in\n%s", language, want, out)
			}
		}
		out.Reset()
		if err := run(t.Context(), at, []string{"verify", "--language", language, altered}); err == nil || strings.Contains(out.String(), says[0]) {
			t.Errorf("%s: an altered one: %v\n%s", language, err, out)
		}
	}
	if err := run(t.Context(), &terminal{out: &bytes.Buffer{}, err: &bytes.Buffer{}}, []string{"verify", "--key", "another", whole}); err == nil {
		t.Error("it holds with another key")
	}
}

// TestVerifySaid: dires and questions are said of an attestation that has some, each with
// what became of it.
func TestVerifySaid(t *testing.T) {
	for language, says := range map[string][]string{
		"fr": {"est authentique et complète", "Dire n° 1 – Maître d’ouvrage : 3 points", "Point 1.2 : Retenu – réponse de M. Sapiteur", "Point 1.1 : réputé abandonné par le dire n° 2", "Question n° 2", "Ligne 1 : réponse de M. Sapiteur"},
		"en": {"is authentic and complete", "Dire no. 1 – Maître d’ouvrage: 3 points", "Point 1.2: Accepted – answer of M. Sapiteur", "Point 1.1: given up by dire no. 2", "Question no. 2", "Line 1: answer of M. Sapiteur"},
	} {
		out := &bytes.Buffer{}
		if err := run(t.Context(), &terminal{out: out, err: &bytes.Buffer{}}, []string{"verify", "--language", language, filepath.Join("..", "..", "internal", "attest", "testdata", "said.json")}); err != nil {
			t.Fatal(err)
		}
		said := strings.ReplaceAll(out.String(), "\u00a0", " ")
		for _, want := range says {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is not said in\n%s", language, want, said)
			}
		}
	}
}

// TestVerifyOffers: the file of a round that was opened long ago still holds; an offer
// that is another does not, and the report says which check failed.
func TestVerifyOffers(t *testing.T) {
	whole := filepath.Join("..", "..", "internal", "offer", "testdata", "round.json")
	raw, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	altered := filepath.Join(t.TempDir(), "altered.json")
	if err := os.WriteFile(altered, bytes.Replace(raw, []byte("offre du vendeur"), []byte("offre du Vendeur"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	for language, says := range map[string][]string{
		"fr": {"telles qu’elles avaient été déposées", "offre du vendeur", "1\u202f234\u202f567,89"},
		"en": {"as they were put in", "offre du vendeur", "1,234,567.89"},
	} {
		out := &bytes.Buffer{}
		if err := run(t.Context(), &terminal{out: out, err: &bytes.Buffer{}}, []string{"verify", "--language", language, whole}); err != nil {
			t.Fatal(err)
		}
		for _, want := range says {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: %q is not said in\n%s", language, want, out)
			}
		}
		out.Reset()
		if err := run(t.Context(), &terminal{out: out, err: &bytes.Buffer{}}, []string{"verify", "--language", language, altered}); err == nil || strings.Contains(out.String(), says[0]) {
			t.Errorf("%s: an altered one: %v\n%s", language, err, out)
		}
	}
}

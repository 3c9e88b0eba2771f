package dire

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/seedtest"
)

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		text, lead string
		lines      []string
	}{
		{"", "", nil},
		{" \n\n ", "", nil},
		{"Une seule remarque.", "", []string{"Une seule remarque."}},
		{"Première.\nsuite\n\n\nSeconde.\n", "", []string{"Première.\nsuite", "Seconde."}},
		{"Monsieur l’Expert,\n\n1. Le mur.\n\nIl est fissuré.\n2. Le toit.", "Monsieur l’Expert,", []string{"Le mur.\n\nIl est fissuré.", "Le toit."}},
		{"1) un\r\n2) deux\r\n", "", []string{"un", "deux"}},
		{"1° un\n2° deux", "", []string{"un", "deux"}},
		{"1 – un\n2 – deux", "", []string{"un", "deux"}},
		{"1.- un\n2.- deux", "", []string{"un", "deux"}},
		{"1. un\n1.5 m de haut\n2/3 du mur\n3. pas encore\n2. deux\n3. trois", "", []string{"un\n1.5 m de haut\n2/3 du mur\n3. pas encore", "deux", "trois"}},
		{"1. un\n2.", "", []string{"un"}},
		{"2. deux\n\n3. trois", "", []string{"2. deux", "3. trois"}},
		{"12 mars : visite.\n\nSuite.", "", []string{"12 mars : visite.", "Suite."}},
		{"\u00a01.\u00a0un", "", []string{"un"}},
	} {
		lead, lines := Split(tt.text)
		if lead != tt.lead || !slices.Equal(lines, tt.lines) {
			t.Errorf("%q: %q %q, want %q %q", tt.text, lead, lines, tt.lead, tt.lines)
		}
	}
}

// TestSplitKeepsAll: whatever is numbered in order comes back line by line, to the
// letter, and no word of any text is lost.
func TestSplitKeepsAll(t *testing.T) {
	r := rand.New(rand.NewPCG(seedtest.Of(t), 0))
	words := []string{"mur", "toit", "1,5 m", "é", "«\u00a0oui\u00a0»", "2026", "3.", "", "(4)"}
	for range 300 {
		var want []string
		var text strings.Builder
		for n := range 1 + r.IntN(12) {
			line := "Observation"
			for range r.IntN(6) {
				line += [2]string{" ", "\nPuis "}[r.IntN(2)] + words[r.IntN(len(words))]
			}
			want = append(want, strings.TrimSpace(line))
			fmt.Fprintf(&text, "%d%s %s\n", n+1, []string{".", ")", "°", " –"}[r.IntN(4)], line)
		}
		if lead, got := Split(text.String()); lead != "" || !slices.Equal(got, want) {
			t.Fatalf("%q: %q, want %q", text.String(), got, want)
		}
		lead, lines := Split(strings.ReplaceAll(text.String(), "1", "x"))
		all := strings.Join(strings.Fields(lead+" "+strings.Join(lines, " ")), "")
		for _, w := range strings.Fields(strings.ReplaceAll(text.String(), "1", "x")) {
			if strings.Contains(w, "Observation") && !strings.Contains(all, w) {
				t.Fatalf("%q is lost of %q", w, text.String())
			}
		}
	}
}

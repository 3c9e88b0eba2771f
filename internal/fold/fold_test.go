package fold

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

func TestKey(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"", ""},
		{"Éléonore Çelik", "eleonore celik"},
		{"E\u0301le\u0301onore C\u0327elik", "eleonore celik"},
		{"  Pièce\u00a0n°\u202f3 —\tété  2024 ", "piece n° 3 - ete 2024"},
		{"Œuvre & cœur, Æthel, STRAẞE, Straße", "oeuvre & coeur, aethel, strasse, strasse"},
		{"L’avenant, l'avenant, lʼavenant", "l'avenant, l'avenant, l'avenant"},
		{"« devis »", `" devis "`},
		{"ﬁnal ＦＵＬＬ ①", "final full 1"},
		{"co\u00adpro\u200bpriété\ufeff", "copropriete"},
		{"№ 4, nº 4, n° 4", "n° 4, n° 4, n° 4"},
		{"a‐b‑c–d—e−f", "a-b-c-d-e-f"},
		{"Łódź Ørsted İzmir ısı", "lodz orsted izmir isi"},
		{"ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"},
		{"a\x00b\x1bc", "abc"},
	} {
		if got := Key(tc.in); got != tc.want {
			t.Errorf("Key(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

func TestWords(t *testing.T) {
	for _, tc := range []struct {
		in   string
		want string
	}{
		{"L’avenant n° 3 d’aujourd’hui", "avenant n 3 aujourd hui"},
		{"Qu'il n'a jusqu'ici d", "il a jusqu ici d"},
		{"Jugement_définitif (2024-06-01).PDF", "jugement definitif 2024 06 01 pdf"},
		{"12,50 € – 3ᵉ étage", "12 50 3e etage"},
		{"…", ""},
		{"договор № 7", "договор n 7"},
	} {
		if got := strings.Join(Words(tc.in), " "); got != tc.want {
			t.Errorf("Words(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

func FuzzKey(f *testing.F) {
	for _, s := range []string{"Pièce n° 3 — été 2024 (définitif) .pdf", "ǅ ŉ ẞ İ ﷺ", "\u0345α", "한글", "´`¨", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key := Key(s)
		if again := Key(key); again != key {
			t.Errorf("Key(%q) = %q, folded again %q", s, key, again)
		}
		if upper := Key(strings.ToUpper(norm.NFC.String(key))); upper != key && !strings.ContainsFunc(key, func(r rune) bool { return r >= 0x250 }) {
			t.Errorf("Key(%q) = %q, of its capitals %q", s, key, upper)
		}
		if strings.ContainsFunc(key, func(r rune) bool { return unicode.Is(unicode.Mn, r) || unicode.IsControl(r) }) {
			t.Errorf("Key(%q) = %q keeps a mark or a control character", s, key)
		}
		words := Words(s)
		if again := Words(strings.Join(words, "_")); !slices.Equal(again, words) {
			t.Errorf("Words(%q) = %q, cut again %q", s, words, again)
		}
	})
}

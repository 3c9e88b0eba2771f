package caldav

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"cenacle/internal/seedtest"
)

// TestLines: lines are at most 75 bytes, cut between characters, and read back whole.
func TestLines(t *testing.T) {
	seed := seedtest.Of(t)
	r := rand.New(rand.NewPCG(seed, 3))
	alphabet := []rune("aé日😀;,\\:\"\n\r\t \u2028\u0085\x00\x7fBEGIN:VEVENT")
	for range 2000 {
		var value strings.Builder
		for range r.IntN(200) {
			value.WriteRune(alphabet[r.IntN(len(alphabet))])
		}
		var l lines
		l.text("SUMMARY", value.String())
		whole, ended := strings.CutSuffix(l.String(), "\r\n")
		if !ended {
			t.Fatalf("seed %d: %q has no end", seed, l.String())
		}
		for i, line := range strings.Split(whole, "\r\n") {
			if len(line) > widest || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") || i > 0 && line[0] != ' ' {
				t.Fatalf("seed %d: the line %q of %q", seed, line, value.String())
			}
		}
		if n := strings.Count(strings.ReplaceAll(whole, "\r\n ", ""), "\n"); n != 0 {
			t.Fatalf("seed %d: %q is %d lines more", seed, value.String(), n)
		}
	}
}

func TestHas(t *testing.T) {
	for list, want := range map[string]bool{`"a"`: true, `W/"a"`: true, `"b", "a"`: true, "*": true, `"b"`: false, "": false, "a": false} {
		if has(list, `"a"`) != want {
			t.Errorf("%q: %v", list, !want)
		}
	}
}

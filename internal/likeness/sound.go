package likeness

import "strings"

// spelling turns letters that are pronounced alike in French into one; the
// longer come first. What it makes in capitals stands for sounds.
var spelling = strings.NewReplacer(
	"tch", "C", "sch", "C", "ch", "C", "sh", "C", "ph", "f", "gn", "N", "qu", "k", "ck", "k", "cq", "k",
	"eaux", "o", "eaud", "o", "eault", "o", "eau", "o", "aulx", "o", "aux", "o", "aud", "o", "ault", "o", "aut", "o", "au", "o",
	"euil", "Y", "eil", "Y", "ail", "Y", "ille", "Y", "illy", "Y",
	"oeu", "e", "eu", "e", "oi", "W", "oy", "W", "oua", "W", "ou", "u", "oo", "u",
	"ain", "I", "ein", "I", "aim", "I", "yn", "I", "ym", "I",
	"ai", "e", "ay", "e", "ei", "e", "ey", "e", "ae", "e", "oe", "e", "ez", "e", "er", "er", "ie", "i",
	"ss", "s", "sc", "s", "tion", "sion", "th", "t", "rh", "r", "dj", "j", "tz", "s", "ts", "s", "cs", "x", "ks", "x", "ce", "se", "ci", "si", "cy", "si",
	"ge", "je", "gi", "ji", "gy", "ji", "gu", "g", "kh", "k", "gh", "g", "lh", "l", "dh", "d", "bh", "b",
)

// sound is how a folded word is pronounced, roughly: for comparing, not for
// reading.
func sound(w string) string {
	s := spelling.Replace(w)
	var out []byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch c {
		case 'h':
			continue
		case 'c', 'q':
			c = 'k'
		case 'y':
			c = 'i'
		case 'z':
			c = 's'
		case 'w':
			c = 'v'
		}
		if n := len(out); n > 0 && out[n-1] == c {
			continue // double letters
		}
		out = append(out, c)
	}
	for len(out) > 2 && strings.IndexByte("estdxpk", out[len(out)-1]) >= 0 { // silent at the end
		out = out[:len(out)-1]
	}
	return string(out)
}

// near is how much two words have the same letters: 1, [slip] when few differ,
// less when more do. A letter too many, too few, another one or two that changed
// places are one difference each (optimal string alignment).
func near(a, b string) float64 {
	if a == b {
		return equal
	}
	if len(a) < len(b) {
		a, b = b, a
	}
	allowed := 0
	switch n := len(a); {
	case n >= 9:
		allowed = 2
	case n >= 4:
		allowed = 1
	}
	if allowed == 0 || len(a)-len(b) > allowed || len(a) > 64 {
		return 0
	}
	if distance(a, b) > allowed {
		return 0
	}
	return slip
}

func distance(a, b string) int {
	var rows [3][65]int
	before, last, now := &rows[0], &rows[1], &rows[2]
	for j := 0; j <= len(b); j++ {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}

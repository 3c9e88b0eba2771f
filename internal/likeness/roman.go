package likeness

import "strings"

// Romanised reads a name as [Parse] does, one that may have been written in other letters
// first: words are alike too that are romanisations of one Arabic or Cyrillic word (Mohamed
// and Muhammad, Sergueï and Sergey). It finds more than Parse, and more that is nobody's:
// it is for lists of foreign names.
func Romanised(s string) Name {
	n := Parse(strings.Map(func(r rune) rune {
		switch r {
		case '\'', '’', '‘', 'ʿ', 'ʾ', 'ʻ', 'ʼ', '`': // hamza and ayn, the soft and the hard sign
			return -1
		}
		return r
	}, s))
	for i := range n.words {
		w := &n.words[i]
		w.roman = romanOf(w.text)
		if w.glued != "" {
			w.gluedRoman = romanOf(w.glued)
		}
	}
	return n
}

// roman is what the romanisations of a word have in common: its consonants, and what its
// first vowel is. The zero value is like nothing.
type roman struct {
	consonants string
	vowel      byte // 'a', 'u' (o and u), 'i' (and y), or 'e', which is written for a and for i
}

// like reports whether two words may be one.
func (r roman) like(other roman) bool {
	return len(r.consonants) > 1 && r.consonants == other.consonants &&
		(r.vowel == other.vowel || r.vowel == 'e' && other.vowel != 'u' || other.vowel == 'e' && r.vowel != 'u')
}

// letters brings the ways in which a consonant is romanised to one; the longer come first.
var letters = strings.NewReplacer(
	"shch", "S", "chtch", "S", "tsch", "S", "tch", "S", "sch", "S", "sh", "S", "ch", "S", "cz", "S",
	"dzh", "J", "dj", "J", "zh", "J", "j", "J", "kh", "k", "qu", "k", "q", "k", "ck", "k", "cq", "k",
	"ce", "se", "ci", "si", "cy", "si", "c", "k", "ph", "f", "gh", "g", "gu", "g", "th", "t", "dh", "d",
	"oua", "va", "oue", "ve", "oui", "vi", "w", "v", "ts", "s", "tz", "s", "z", "s", "x", "ks",
)

// romanOf reads a folded word.
func romanOf(w string) (r roman) {
	s := letters.Replace(w)
	if len(s) > 1 && (s[0] == 'y' || s[0] == 'i') && vowel(s[1]) != 0 { // Yevgeny, Iouri
		s = s[1:]
	}
	out := make([]byte, 0, len(s)+1)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if v := vowel(c); v != 0 {
			if r.vowel == 0 {
				if r.vowel = v; i == 0 {
					out = append(out, '.') // Ahmed is not Hamed
				}
			}
			continue
		}
		last := i == len(s)-1
		if last && c == 'h' { // Abdallah
			continue
		}
		if last && c == 'f' || i == len(s)-2 && c == 'f' && s[i+1] == 'f' { // Ivanoff
			c = 'v'
		}
		if n := len(out); n > 0 && (out[n-1] == c || last && out[n-1] == 'v' && c == 'f') {
			continue
		}
		out = append(out, c)
	}
	r.consonants = string(out)
	return r
}

// vowel is the kind of one, or 0.
func vowel(c byte) byte {
	switch c {
	case 'a', 'e', 'i':
		return c
	case 'y':
		return 'i'
	case 'o', 'u':
		return 'u'
	}
	return 0
}

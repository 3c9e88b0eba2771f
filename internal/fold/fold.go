// Package fold brings what people type to one form, so that two spellings of
// the same thing meet: keys for searching and sorting, words for the index,
// the one identity behind an e-mail address, names that are safe to show and
// to write on any disk.
//
// It refuses to guess: a dot or a plus sign in an address is kept, because
// only the host of the mailbox knows what they mean, and what is no address
// is a fault. Start reading at [Key].
package fold

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// before is replaced first, because the decomposition would turn these into a
// space and a mark, or into other words ("№" into "No").
var before = strings.NewReplacer("´", "'", "№", "n°", "º", "°")

// Key folds s for comparing, searching and sorting: without accents, case,
// ligatures, invisible characters or typographic variants of apostrophes,
// quotes, dashes and spaces; single spaces, none at the ends. Folding a key
// again changes nothing.
func Key(s string) string {
	s = norm.NFKD.String(before.Replace(strings.ToValidUTF8(s, " ")))
	s = strings.ToLower(cases.Fold().String(s)) // folding alone leaves Cherokee in capitals
	s = norm.NFKD.String(strip(s))
	return strings.Join(strings.Fields(s), " ")
}

func strip(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r < 0x80 && r > ' ' && r != 0x7f && r != '`':
			b.WriteRune(r)
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc):
		case unicode.Is(unicode.Pd, r) || r == '\u2212':
			b.WriteByte('-')
		default:
			b.WriteString(plain(r))
		}
	}
	return b.String()
}

// plain writes letters that have no decomposition, and typographic signs, the
// way a keyboard has them.
func plain(r rune) string {
	switch r {
	case 'œ':
		return "oe"
	case 'æ':
		return "ae"
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'þ':
		return "th"
	case 'ı':
		return "i"
	case '‘', '’', '‛', '′', '`', 'ʹ', 'ʻ', 'ʼ', 'ʽ':
		return "'"
	case '“', '”', '„', '‟', '″', '«', '»':
		return `"`
	}
	return string(r)
}

// Words cuts s into folded words, in order and with repetitions: letters and
// digits, without the elided articles and pronouns of French (« l’avenant »
// is avenant, « qu’il » is il) and with « n° » as n.
func Words(s string) []string {
	var out []string
	key := Key(s)
	start := -1
	for i, r := range key + " " {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Mc, r) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 && !(r == '\'' && elided(key[start:i])) {
			out = append(out, key[start:i])
		}
		start = -1
	}
	return out
}

func elided(w string) bool {
	switch w {
	case "c", "d", "j", "l", "m", "n", "s", "t", "qu":
		return true
	}
	return false
}

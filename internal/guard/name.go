package guard

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"cenacle/internal/fold"
)

// civilities stand before a name and are none.
var civilities = []string{
	"m", "mm", "mme", "mmes", "mlle", "mr", "me", "monsieur", "madame", "mademoiselle", "maitre", "dr", "docteur", "messieurs", "mesdames",
}

// ignored are words that do not tell one name from another: particles, and the
// forms of companies.
var ignored = []string{
	"de", "du", "des", "d", "la", "le", "les", "l", "et", "ep", "epouse", "epoux", "nee", "ne", "veuve", "van", "von", "der",
	"societe", "ste", "sa", "sas", "sasu", "sarl", "eurl", "sci", "scp", "snc", "selarl", "gmbh", "ltd", "association", "cabinet", "consorts", "c", "contre",
}

func civil(w string) bool  { return slices.Contains(civilities, w) }
func noName(w string) bool { return civil(w) || slices.Contains(ignored, w) }

// keysOf are what a name is recognised by: any two words of it that follow each
// other, in either order; its last word, which counts after a civility; and a
// word that is all there is of it.
func keysOf(name string) (out []string) {
	words := slices.DeleteFunc(fold.Words(name), noName)
	for i := 1; i < len(words); i++ {
		out = append(out, pair(words[i-1], words[i]))
	}
	switch {
	case len(words) == 1 && utf8.RuneCountInString(words[0]) >= 4:
		out = append(out, "w:"+words[0], "s:"+words[0])
	case len(words) == 1:
		out = append(out, "s:"+words[0])
	case len(words) > 1:
		out = append(out, "s:"+words[len(words)-1], pair(words[0], words[len(words)-1]))
	}
	return out
}

func pair(a, b string) string {
	if a > b {
		a, b = b, a
	}
	return "p:" + a + " " + b
}

// alike reports whether two names may be of the same person: what would be
// recognised of one is recognised of the other. A last word alone is not
// enough: spouses share it.
func alike(a, b string) bool {
	theirs := keysOf(b)
	return slices.ContainsFunc(keysOf(a), func(k string) bool { return k[0] != 's' && slices.Contains(theirs, k) })
}

// said is a name that a text may have in it: as it is looked up, and as it
// stands there.
type said struct{ key, shown string }

// spoken is one word of a text.
type spoken struct {
	word, shown string
	capital     bool
}

// namesIn finds what may be names in a text: two words with capitals that
// follow each other, a word after a civility, a word with a capital. In a title
// (a file name) small letters count too.
func namesIn(text string, title bool) (out []said) {
	var last []spoken // the words of names before this one, without a gap
	polite := false   // a civility stands just before
	for _, w := range split(text) {
		if civil(w.word) {
			polite, last = true, nil
			continue
		}
		if slices.Contains(ignored, w.word) {
			continue
		}
		if !w.capital && !title {
			polite, last = false, nil
			continue
		}
		if polite {
			out = append(out, said{"s:" + w.word, w.shown})
		}
		if n := len(last); n > 0 {
			out = append(out, said{pair(last[n-1].word, w.word), last[n-1].shown + " " + w.shown})
		}
		if utf8.RuneCountInString(w.word) >= 4 {
			out = append(out, said{"w:" + w.word, w.shown})
		}
		polite, last = false, append(last, w)
	}
	return out
}

// split cuts a text into words with the letters they stand in. A full stop, a
// comma and the like end nothing: « Petit, Sophie » is a name.
func split(text string) (out []spoken) {
	for _, shown := range strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) && r != '\'' && r != '’'
	}) {
		words := fold.Words(shown)
		for _, w := range words {
			first, _ := utf8.DecodeRuneInString(shown)
			if i := strings.LastIndexAny(shown, "'’"); i >= 0 && len(words) == 1 {
				first, _ = utf8.DecodeRuneInString(strings.TrimLeft(shown[i:], "'’"))
			}
			out = append(out, spoken{w, shown, unicode.IsUpper(first)})
		}
	}
	return out
}

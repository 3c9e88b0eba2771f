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
	"societe", "ste", "sa", "sas", "sasu", "sarl", "eurl", "sci", "scp", "snc", "selarl", "selas", "selurl", "scm", "scop", "scea", "gaec", "earl", "gie", "eirl", "ei", "gmbh", "ag", "kg", "ltd", "limited", "llc", "inc", "plc", "srl", "spa", "bv", "nv", "cie", "association", "cabinet", "consorts", "c", "contre",
}

func civil(w string) bool  { return slices.Contains(civilities, w) }
func noName(w string) bool { return civil(w) || slices.Contains(ignored, w) }

// keysOf are what a name is recognised by: any two words of it that follow each
// other, in either order; its last word, which counts after a civility; and a
// word that is all there is of it.
func keysOf(name string) (out []string) {
	words := bare(name)
	for i := 1; i < len(words); i++ {
		out = append(out, pair(words[i-1], words[i]))
	}
	switch {
	case len(words) == 1 && utf8.RuneCountInString(words[0]) >= 4:
		out = append(out, "w:"+words[0], "s:"+words[0])
	case len(words) == 1:
		out = append(out, "s:"+words[0])
	case len(words) > 1:
		out = append(out, "s:"+words[len(words)-1], ends(words))
	}
	return out
}

// rule is by which edition of answering names are learnt.
const rule = 2

// answering are what a name is known by: its keys, and those that it has when a
// word of it is written as an initial.
func answering(name string) []string {
	out, words := keysOf(name), bare(name)
	for i := 1; i < len(words); i++ {
		if !initial(words[i]) {
			out = append(out, pair(first(words[i-1]), words[i]))
		}
	}
	if last := len(words) - 1; last > 0 && !initial(words[last]) {
		out = append(out, pair(first(words[0]), words[last]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func first(w string) string {
	_, n := utf8.DecodeRuneInString(w)
	return w[:n]
}

func pair(a, b string) string {
	if a > b {
		a, b = b, a
	}
	return "p:" + a + " " + b
}

// alike reports whether two names may be of the same person: each word of the
// shorter is in the longer, or is its initial, and so are at least two; or the
// first and the last agree. A surname alone is not enough, nor are two surnames
// of one family: spouses share them, and one is « Madame ».
func alike(a, b string) bool {
	if ga, gb := gender(a), gender(b); ga != "" && gb != "" && ga != gb {
		return false
	}
	one, other := bare(a), bare(b)
	if len(one) > len(other) {
		one, other = other, one
	}
	switch {
	case len(one) == 0:
		return false
	case len(one) == 1:
		return len(other) == 1 && one[0] == other[0] && utf8.RuneCountInString(one[0]) >= 4
	case ends(one) == ends(other):
		return true
	}
	// A word answers for one word: the Ó of « Aïcha Ó Briain » is no Oleksandr.
	var short []string
	left, whole := slices.Clone(other), 0
	for _, w := range one {
		if i := slices.Index(left, w); i >= 0 {
			left = slices.Delete(left, i, i+1)
			whole++
		} else {
			short = append(short, w)
		}
	}
	for _, w := range short {
		i := slices.IndexFunc(left, func(o string) bool {
			return initial(w) && strings.HasPrefix(o, w) || initial(o) && strings.HasPrefix(w, o)
		})
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	return whole > 0
}

// bare are the words of a name that tell it from others. The M. of « M.-L. » is no
// Monsieur.
func bare(name string) (out []string) {
	for _, part := range strings.Fields(name) {
		words := fold.Words(part)
		if !initials(part) {
			words = slices.DeleteFunc(words, noName)
		}
		out = append(out, words...)
	}
	return out
}

// initials reports whether a part of a name is several of them: « J.-B. ».
func initials(part string) bool {
	return strings.Contains(part, ".-") && !slices.ContainsFunc(fold.Words(part), func(w string) bool { return !initial(w) })
}

func ends(words []string) string { return pair(words[0], words[len(words)-1]) }

// numbered reports whether a word begins with a digit, which has no capital:
// « 3d Volumes ».
func numbered(w string) bool { return w[0] >= '0' && w[0] <= '9' }

func initial(w string) bool { return utf8.RuneCountInString(w) == 1 }

// gender is what the civility before a name says, empty when there is none.
func gender(name string) string {
	words := fold.Words(name)
	switch {
	case len(words) == 0, initials(strings.Fields(name)[0]):
	case slices.Contains([]string{"m", "mr", "monsieur"}, words[0]):
		return "man"
	case slices.Contains([]string{"mme", "mlle", "madame", "mademoiselle"}, words[0]):
		return "woman"
	}
	return ""
}

// said is a name that a text may have in it: as it is looked up, and as it
// stands there.
type said struct{ key, shown string }

// spoken is one word of a text.
type spoken struct {
	word, shown string
	capital     bool
	open        bool // a hyphen follows, and none stands before: the name goes on
	joined      bool // a hyphen stands before
}

// namesIn finds what may be names in a text: two words of which the second has a
// capital (« la boulangerie Tournesol », « 3d Volumes »), a word after a civility, a word with a
// capital. In a title (a file name) small letters count too.
func namesIn(text string, title bool) (out []said) {
	var last []spoken // the words before this one, without a gap
	polite := false   // a civility stands just before
	all := split(text)
	for i, w := range all {
		if civil(w.word) {
			polite, last = true, nil
			continue
		}
		if slices.Contains(ignored, w.word) {
			continue
		}
		if !w.capital && !title {
			if polite, last = false, nil; utf8.RuneCountInString(w.word) >= 4 || numbered(w.word) || w.open {
				last = []spoken{w}
			}
			continue
		}
		if polite && !(w.open && goesOn(all[i+1:])) {
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

// goesOn reports whether, of the words that hyphens join to one, one tells a name
// from others: « Dupont-Vasseur », and not « Nguyễn-Văn ».
func goesOn(next []spoken) bool {
	for _, w := range next {
		if !w.joined {
			return false
		}
		if !slices.Contains(ignored, w.word) {
			return true
		}
	}
	return false
}

// split cuts a text into words with the letters they stand in. A full stop, a
// comma and the like end nothing: « Petit, Sophie » is a name.
func split(text string) (out []spoken) {
	hyphen := false
	for len(text) > 0 {
		start := strings.IndexFunc(text, inWord)
		if start < 0 {
			break
		}
		hyphen = hyphen && start == 1
		text = text[start:]
		end := strings.IndexFunc(text, func(r rune) bool { return !inWord(r) })
		if end < 0 {
			end = len(text)
		}
		shown := text[:end]
		text = text[end:]
		words := fold.Words(shown)
		written := shown
		if i := strings.LastIndexAny(shown, "'’"); i >= 0 && len(words) == 1 {
			written = shown[i:]
		}
		upper := capital(written) || capital(shown) // « d’Abbadie », « N’guessan »
		for _, w := range words {
			out = append(out, spoken{w, shown, upper, !hyphen && strings.HasPrefix(text, "-"), hyphen})
		}
		hyphen = strings.HasPrefix(text, "-")
	}
	return out
}

// capital reports whether the first letter of a word is one.
func capital(word string) bool {
	i := strings.IndexFunc(word, unicode.IsLetter)
	if i < 0 {
		return false
	}
	r, _ := utf8.DecodeRuneInString(word[i:])
	return unicode.IsUpper(r)
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) || r == '\'' || r == '’'
}

// Package likeness tells whether two names, as people write them, may be those
// of one person or company: order, civility, accents, hyphens, particles, legal
// forms, maiden names, initials, French spellings that sound alike, and slips of
// the finger. It serves the search for conflicts of interests, where a name that
// is missed costs more than one too many.
//
// It is pure: it knows names only. Start at [Parse] and [Name.Like].
package likeness

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"cenacle/internal/fold"
)

// Level is how much two names are alike; a greater one is more.
type Level int

// Levels.
const (
	None   Level = iota
	Family       // the same family name, or the same chief word of a company
	Close        // what one says, the other says too, but for spelling or completeness
	Same         // the same words, however they are written
)

// String is the level's word in the API and in the journal.
func (l Level) String() string { return [...]string{"none", "family", "close", "same"}[l] }

// Name is a name that was read.
type Name struct {
	words []word
	glued string // all of its letters, in order
}

// word is one word that counts. glued is it with the particles before it, as in
// « Delatour »; empty when there are none. family: it may be the family name;
// chief: it most likely is.
type word struct {
	text, sound string
	glued       string
	gluedSound  string
	roman       roman // of names that were read by Romanised; likewise
	gluedRoman  roman
	family      bool
	chief       bool
}

// maxWords bounds what is compared: nobody has more names.
const maxWords = 12

// Parse reads a name. One without any letter is like no other.
func Parse(s string) (n Name) {
	var before strings.Builder // particles
	alone := 0                 // of them
	marker := false            // what follows is another family name
	var capitals, marked []bool
	for _, w := range split(s) {
		switch {
		case civil(w.text) || legal(w.text):
			continue
		case another(w.text):
			marker = true
			continue
		case particle(w.text) && !w.initial:
			before.WriteString(saint(w.text))
			alone++
			continue
		}
		add := word{text: w.text, sound: sound(w.text)}
		if alone > 0 {
			add.glued = before.String() + w.text
			add.gluedSound = sound(add.glued)
			before.Reset()
			alone = 0
		}
		if len(n.words) < maxWords {
			n.words, capitals, marked = append(n.words, add), append(capitals, w.capitals), append(marked, marker)
		}
		marker = false
	}
	if len(n.words) == 0 { // a name made of particles alone: « M. Le », « La »
		for _, w := range split(s) {
			if !civil(w.text) && len(n.words) < maxWords {
				n.words, capitals, marked = append(n.words, word{text: w.text, sound: sound(w.text)}), append(capitals, false), append(marked, false)
			}
		}
	}
	for i := range n.words {
		n.glued += cmp.Or(n.words[i].glued, n.words[i].text)
	}
	n.settle(capitals, marked)
	return n
}

// settle says which words may be the family name: those in capitals, unless all
// are, or else the last before « née »; what follows that; and the first of two
// where nothing tells, since « Petit Sophie » is met as well.
func (n *Name) settle(capitals, marked []bool) {
	told := slices.Contains(capitals, true) && slices.Contains(capitals, false)
	last := slices.Index(marked, true) - 1
	if last < 0 {
		last = len(n.words) - 1
	}
	for i := range n.words {
		w := &n.words[i]
		w.chief = marked[i] || told && capitals[i] || !told && i == last
		w.family = w.chief || !told && i == 0 && len(n.words) == 2
	}
}

// Empty reports that nothing of the name can be compared.
func (n Name) Empty() bool { return len(n.words) == 0 }

// Like compares two names; it is the same both ways.
func (n Name) Like(other Name) Level {
	few, many := n.words, other.words
	if len(few) > len(many) {
		few, many = many, few
	}
	if len(few) == 0 {
		return None
	}
	if n.glued == other.glued {
		return Same
	}
	level := match(few, many).level(len(few), len(many))
	if len(few) == len(many) { // which of the two is looked for in the other decides nothing
		level = max(level, match(many, few).level(len(few), len(many)))
	}
	if level < Close && utf8.RuneCountInString(n.glued) >= 5 && near(n.glued, other.glued) >= slip {
		return Close
	}
	return level
}

// matched is how the words of the shorter name are found in the longer one.
type matched struct {
	weak, missing int  // words found as no more than alike; not found
	used          int  // words of the longer one
	letters       int  // of what was found
	family        bool // a family name of both is among it
}

// level is what a match of so few words among so many means.
func (m matched) level(few, many int) Level {
	rest := many - m.used
	switch {
	case m.weak == 0 && m.missing == 0 && rest == 0:
		return Same
	case m.missing == 0 && (few > 1 || rest == 0) && m.letters >= 4:
		return Close
	case m.family:
		return Family
	}
	return None
}

func match(few, many []word) (m matched) {
	var taken [maxWords]bool
	for i := range few {
		best, at := 0.0, -1
		for j := range many {
			if taken[j] {
				continue
			}
			if s := few[i].like(many[j]); s > best {
				best, at = s, j
			}
		}
		if best < 0.5 {
			if j := pair(few[i], many, taken); j >= 0 {
				taken[j], taken[j+1] = true, true
				m.used += 2
				m.letters += len(few[i].text)
				m.family = m.family || few[i].shares(many[j]) || few[i].shares(many[j+1])
				continue
			}
			m.missing++
			continue
		}
		taken[at] = true
		m.used++
		m.letters += min(len(few[i].text), len(many[at].text))
		if best < sounds {
			m.weak++
		}
		m.family = m.family || best >= slip && few[i].shares(many[at]) && len(few[i].text) > 1
	}
	return m
}

// shares reports that two words found alike are a family name: two first names
// are not.
func (w word) shares(other word) bool {
	return w.family && other.family && (w.chief || other.chief)
}

// pair finds two words of the other name, one after the other, that this one
// writes as one: « Jeanpaul ».
func pair(w word, many []word, taken [maxWords]bool) int {
	for j := 1; j < len(many); j++ {
		if taken[j-1] || taken[j] {
			continue
		}
		two := many[j-1].text + many[j].text
		if near(w.text, two) >= slip || w.roman.consonants != "" && w.roman.like(romanOf(two)) {
			return j - 1
		}
	}
	return -1
}

// How much two words are alike.
const (
	equal     = 1.0
	sounds    = 0.9  // they are pronounced alike
	romanised = 0.85 // they are romanisations of one word
	slip      = 0.8  // one or two letters differ
	without   = 0.7  // one has a particle more
	initial   = 0.55 // one is the initial of the other
)

func (w word) like(other word) float64 {
	s := alike(w.text, w.sound, other.text, other.sound)
	if s < romanised && (w.roman.like(other.roman) || w.gluedRoman.like(other.roman) || w.roman.like(other.gluedRoman)) {
		s = romanised
	}
	if w.glued != "" && other.glued == "" {
		s = max(min(s, without), alike(w.glued, w.gluedSound, other.text, other.sound))
	}
	if other.glued != "" && w.glued == "" {
		s = max(min(s, without), alike(w.text, w.sound, other.glued, other.gluedSound))
	}
	return s
}

func alike(a, soundA, b, soundB string) float64 {
	switch {
	case a == b:
		return equal
	case soundA != "" && soundA == soundB && len(a) > 1 && len(b) > 1:
		return sounds
	case len(a) == 1 && strings.HasPrefix(b, a), len(b) == 1 && strings.HasPrefix(a, b):
		return initial
	}
	return max(near(a, b), near(soundA, soundB)-0.05)
}

// piece is a word as it was split off.
type piece struct {
	text     string
	capitals bool // all of it, and of more than one letter
	initial  bool // one letter and a full stop
}

func split(s string) (out []piece) {
	for _, field := range strings.FieldsFunc(strings.ReplaceAll(s, "&", " et "), func(r rune) bool {
		return unicode.IsSpace(r) || r == '-' || r == '/' || r == ',' || r == '(' || r == ')'
	}) {
		if abbreviation := strings.ReplaceAll(field, ".", ""); legal(fold.Key(abbreviation)) {
			field = abbreviation // S.A.R.L.
		}
		capitals := utf8.RuneCountInString(field) > 1 && field == strings.ToUpper(field) && field != strings.ToLower(field)
		initial := utf8.RuneCountInString(field) == 2 && strings.HasSuffix(field, ".")
		for _, w := range fold.Words(field) {
			out = append(out, piece{w, capitals && !particle(w), initial})
		}
	}
	return out
}

// saint is the one writing of what has several.
func saint(w string) string {
	switch w {
	case "st", "ste", "sainte":
		return "saint"
	}
	return w
}

// civil words stand before a name and are none.
func civil(w string) bool {
	switch w {
	case "m", "mm", "mme", "mmes", "mlle", "mr", "mrs", "ms", "me", "monsieur", "madame", "mademoiselle", "maitre", "dr", "docteur",
		"pr", "professeur", "messieurs", "mesdames", "veuve", "vve", "consorts", "epoux", "feu", "feue":
		return true
	}
	return false
}

// legal words are forms and general words of companies, and what joins names.
func legal(w string) bool {
	switch w {
	case "sa", "sas", "sasu", "sarl", "eurl", "sci", "scp", "snc", "scop", "sca", "selarl", "selas", "selurl", "earl", "gaec", "gie", "ei", "eirl",
		"gmbh", "ltd", "llc", "inc", "spa", "srl", "plc", "bv", "societe", "ets", "etablissements", "etablissement", "etb", "entreprise", "entreprises",
		"association", "asso", "cie", "compagnie", "groupe", "holding", "cabinet", "et", "and":
		return true
	}
	return false
}

// particle words belong to the word after them.
func particle(w string) bool {
	switch w {
	case "de", "du", "des", "d", "la", "le", "les", "l", "van", "von", "der", "den", "ter", "zu", "di", "da", "do", "dos", "del", "della",
		"ben", "bin", "ibn", "el", "al", "abou", "abu", "ould", "ait", "mac", "mc", "o", "st", "ste", "saint", "sainte":
		return true
	}
	return false
}

// another announces another family name.
func another(w string) bool {
	switch w {
	case "nee", "ne", "epouse", "ep", "dit", "dite", "alias", "ex", "divorcee", "usage":
		return true
	}
	return false
}

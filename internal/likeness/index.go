package likeness

import (
	"math/bits"
	"unicode/utf8"
)

// Index finds, among very many names, those that are close to one: it compares each word
// that occurs in them once, and whole names only where a word is shared. It is immutable
// and safe for concurrent use.
type Index struct {
	names []Name
	glued []shape
	words []shaped
	in    [][]int32 // for each word, the names that have it
}

// shape is what tells at a glance that two texts are too far apart: how long one is, and
// which letters it has.
type shape struct {
	length  int
	letters uint32
}

func shapeOf(s string) (out shape) {
	out.length = len(s)
	for i := range len(s) {
		out.letters |= 1 << (s[i] & 31)
	}
	return out
}

// far reports that more than two letters differ, so that [near] need not be asked. Each of
// them changes two bits at most.
func (s shape) far(other shape) bool {
	d := s.length - other.length
	return d < -2 || d > 2 || bits.OnesCount32(s.letters^other.letters) > 4
}

// shaped is a word with its shapes.
type shaped struct {
	word
	text, sound, glued, gluedSound shape
}

func shapedOf(w word) shaped {
	return shaped{w, shapeOf(w.text), shapeOf(w.sound), shapeOf(w.glued), shapeOf(w.gluedSound)}
}

// apart reports that two words are like each other as initials at most.
func (s *shaped) apart(other *shaped) bool {
	return s.text.far(other.text) && s.sound.far(other.sound) &&
		(s.word.glued == "" || s.glued.far(other.text) && s.gluedSound.far(other.sound)) &&
		(other.word.glued == "" || s.text.far(other.glued) && s.sound.far(other.gluedSound)) &&
		!s.roman.like(other.roman) && !s.gluedRoman.like(other.roman) && !s.roman.like(other.gluedRoman)
}

// NewIndex returns an index over names, which stay the caller's.
func NewIndex(names []Name) *Index {
	type key struct{ text, glued string }
	ix, at := &Index{names: names}, map[key]int{}
	for i, n := range names {
		ix.glued = append(ix.glued, shapeOf(n.glued))
		for _, w := range n.words {
			k := key{w.text, w.glued}
			j, known := at[k]
			if !known {
				j = len(ix.words)
				at[k], ix.words, ix.in = j, append(ix.words, shapedOf(w)), append(ix.in, nil)
			}
			if in := ix.in[j]; len(in) == 0 || in[len(in)-1] != int32(i) {
				ix.in[j] = append(in, int32(i))
			}
		}
	}
	return ix
}

// Close calls found with each name that is at least [Close] to one, in order.
func (ix *Index) Close(n Name, found func(at int, level Level)) {
	for _, at := range ix.candidates(n) {
		if level := n.Like(ix.names[at]); level >= Close {
			found(at, level)
		}
	}
}

// candidates are the names of which a word is found in n as more than an initial, and
// those that are spelt almost as it is in one go.
func (ix *Index) candidates(n Name) (out []int) {
	seen := make([]bool, len(ix.names))
	for i := range n.words {
		w := shapedOf(n.words[i])
		for j := range ix.words {
			if w.apart(&ix.words[j]) || w.like(ix.words[j].word) <= initial {
				continue
			}
			for _, at := range ix.in[j] {
				seen[at] = true
			}
		}
	}
	long, whole := utf8.RuneCountInString(n.glued) >= 5, shapeOf(n.glued)
	for at := range ix.names {
		if seen[at] || long && !whole.far(ix.glued[at]) && near(n.glued, ix.names[at].glued) >= slip || n.glued == ix.names[at].glued {
			out = append(out, at)
		}
	}
	return out
}

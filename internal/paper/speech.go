package paper

import (
	"slices"
	"strings"
)

// speech are the words of a name that say something, their spelling mended,
// with what stood around them.
type speech struct {
	words []string
	may   [][]string // what one that nobody knows may stand for (« naiss. »)
	of    []bool     // « de » stands before it: what the other is about
	and   []bool     // « et » stands before it: one more
	used  []bool     // it is part of the name of a kind
}

// listen keeps what says something.
func (t *Table) listen(in []string, mend func(string) string) *speech {
	s := &speech{}
	of, and := false, false
	for _, w := range in {
		switch {
		case slices.Contains([]string{"de", "du", "des", "d"}, w):
			of = true
		case slices.Contains([]string{"et", "ou", "avec", "plus", "sans"}, w):
			of, and = false, true
		}
		w = mend(stem(w))
		if t.plain[w] {
			continue
		}
		s.words, s.may = append(s.words, w), append(s.may, t.may(w))
		s.of, s.and, s.used = append(s.of, of), append(s.and, and), append(s.used, false)
		of, and = false, false
	}
	return s
}

// may are the words that one which nobody knows may stand for: those it begins,
// those it is a contraction of, and those that are as near by spelling.
func (t *Table) may(w string) (out []string) {
	if t.known[w] || len(w) < 3 || digits(w) {
		return nil
	}
	for _, full := range t.near[w[0]] {
		slip := len(w) >= 5 && len(full) >= 5 && max(len(w)-len(full), len(full)-len(w)) < 2 && distance(w, full) == 1
		if shortens(w, full) || slip {
			out = append(out, full)
		}
	}
	return out
}

// shortens reports whether a word is another cut short (« immat. ») or drawn
// together (« cpte »).
func shortens(w, full string) bool {
	switch {
	case len(full) <= len(w):
		return false
	case strings.HasPrefix(full, w):
		return true
	case len(full) < len(w)+2 || w[len(w)-1] != full[len(full)-1] || strings.ContainsAny(w[:len(w)-1], "aeiouy"):
		return false
	}
	i := 0
	for j := 0; j < len(full) && i < len(w); j++ {
		if w[i] == full[j] {
			i++
		}
	}
	return i == len(w)
}

// find returns where the words of a name stand: in any order, at most one other
// word among them, one at least written in full. A bank is a bank by its own
// name too.
func (s *speech) find(t *Table, of []string, used []bool) []int {
	for start := range s.words {
		end := min(len(s.words), start+len(of)+1)
		var at []int
		whole := false
		for _, w := range of {
			for i := start; i < end; i++ {
				exact := s.words[i] == w
				if (exact || slices.Contains(s.may[i], w) || w == "banque" && t.banks[s.words[i]]) && !used[i] && !slices.Contains(at, i) {
					at, whole = append(at, i), whole || exact
					break
				}
			}
		}
		if len(at) == len(of) && whole {
			return at
		}
	}
	return nil
}

// use marks words as part of a name. Which bank it is remains to be said.
func (s *speech) use(of []string, at []int) {
	for n, i := range at {
		if slices.Contains(s.may[i], of[n]) {
			s.words[i] = of[n]
		}
		s.used[i] = s.words[i] == of[n]
	}
}

// match is a kind that was named, and by which words.
type match struct {
	phrase
	at []int
}

// recognise finds the kinds that words name, the longest names first, each
// word used once. It gives the place of the first.
func (n *Name) recognise(t *Table, s *speech, which func(phrase) bool) (first int) {
	clear(s.used)
	first = len(s.words)
	taken := make([]bool, len(s.words))
	var found []match
	for _, p := range t.among(s) {
		if !which(p) {
			continue
		}
		for at := s.find(t, p.words, taken); at != nil; at = s.find(t, p.words, taken) {
			for _, i := range at {
				taken[i] = true
			}
			s.use(p.words, at)
			found = append(found, match{p, at})
			first = min(first, slices.Min(at))
		}
	}
	for _, m := range found {
		if head, is := s.about(found, m); !is {
			n.Kinds = add(n.Kinds, m.kind)
		} else if head.lone || t.kinds[head.kind].Generic {
			for _, i := range m.at {
				s.used[i] = false // it says which one of many
			}
		}
	}
	return first
}

// about gives the paper of which a kind only says more: what comes after its
// « de » (« tableau d’amortissement du crédit immobilier »).
func (s *speech) about(found []match, m match) (head match, is bool) {
	i := slices.Min(m.at)
	if i == 0 || !s.of[i] || s.and[i] {
		return match{}, false
	}
	for _, other := range found {
		if other.kind != m.kind && slices.Contains(other.at, i-1) {
			return other, true
		}
	}
	return match{}, false
}

// among are the phrases whose first word was said, the longest first.
func (t *Table) among(s *speech) []phrase {
	var at []int
	for i, w := range s.words {
		for _, w := range append([]string{w}, s.may[i]...) {
			at = append(at, t.begins[w]...)
		}
	}
	slices.Sort(at)
	at = slices.Compact(at)
	out := make([]phrase, len(at))
	for i, n := range at {
		out[i] = t.phrases[n]
	}
	return out
}

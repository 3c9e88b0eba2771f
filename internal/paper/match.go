package paper

import (
	"slices"
	"strings"
	"time"

	"cenacle/internal/fold"
)

// How is why a paper answers.
type How string

const (
	Same     How = "same"      // it is this paper, by whatever name
	StandsIn How = "stands_in" // it is accepted in its place
	Words    How = "words"     // an unknown paper whose words are all there
)

// Reason says why a paper answers a request. Kind is that of the paper, empty
// when it is not known.
type Reason struct {
	How  How
	Kind Kind
}

// Answers reports whether a paper that is there answers one that is wanted. The
// instant it came counts when a fresh one is wanted.
func (t *Table) Answers(want, have Name, came, now time.Time) (Reason, bool) {
	if want.Fresh > 0 && came.Before(now.AddDate(0, -want.Fresh, 0)) {
		return Reason{}, false
	}
	if !t.sameHolder(want, have) || !sameTime(want, have) || !same(t.things, want, have) || !same(t.forms, want, have) {
		return Reason{}, false
	}
	if !want.Says() {
		return Reason{How: Words}, t.sameWords(want, have)
	}
	for _, w := range want.Kinds {
		for _, h := range have.Kinds {
			how := t.how(w, h)
			if how != "" && t.dated(w, want, have) && t.refines(t.kinds[w].Generic || w != h, want, have) {
				return Reason{how, h}, true
			}
		}
	}
	return Reason{}, false
}

// how a paper of kind have is one of kind want, empty when it is not.
func (t *Table) how(want, have Kind) How {
	e := t.kinds[have]
	switch {
	case want == have, slices.Contains(e.Is, want), slices.Contains(e.Also, want):
		return Same
	case slices.Contains(e.Serves, want):
		return StandsIn
	}
	for _, wider := range e.Is {
		if slices.Contains(t.kinds[wider].Is, want) {
			return Same
		}
	}
	return ""
}

// sameHolder compares whose papers they are: what one says and the other
// contradicts is another person's.
func (t *Table) sameHolder(want, have Name) bool {
	w, h := t.side(want), t.side(have)
	if slices.ContainsFunc(want.Kinds, func(k Kind) bool { return t.kinds[k].Shared }) {
		return true
	}
	if len(want.given) > 0 && len(have.given) == 0 && len(have.holders) > 0 && !overlap(want.after, have.after) {
		return false // « Monsieur » may be another than Jules
	}
	if slices.Contains(want.holders, "child") != slices.Contains(have.holders, "child") && (slices.Contains(want.holders, "child") || len(have.given) == 0 || !overlap(want.given, have.given)) {
		return false
	}
	if len(want.given) > 0 && len(have.given) > 0 && !overlap(want.given, have.given) && !t.namedElsewhere(want, have) {
		return false
	}
	if w == "" || h == "" || overlap(want.given, have.given) {
		return true
	}
	return w == h
}

// namedElsewhere reports whether a first name of either is a word of the other:
// many are family names too.
func (t *Table) namedElsewhere(want, have Name) bool {
	share := func(a, b Name) bool {
		return slices.ContainsFunc(a.given, func(w string) bool { return b.all[stem(w)] })
	}
	return share(want, have) || share(have, want)
}

// side is man or woman when a name says one of them, "both" when it cannot be
// told, and empty when it says nothing.
func (t *Table) side(n Name) string {
	said := slices.DeleteFunc(slices.Clone(n.holders), func(h string) bool { return h == "child" })
	if len(said) == 2 {
		return ""
	}
	if len(said) == 1 {
		return said[0]
	}
	side := ""
	for _, w := range n.given {
		switch g := t.given[w]; {
		case side == "":
			side = g
		case side != g:
			return "both"
		}
	}
	return side
}

// same compares what the papers are about, or the form of the company, where
// both say it.
func same(of set, want, have Name) bool {
	said := func(n Name) (out []string) {
		for w := range n.all {
			if of[w] {
				out = append(out, w)
			}
		}
		return out
	}
	w, h := said(want), said(have)
	return len(w) == 0 || len(h) == 0 || overlap(w, h)
}

func overlap[T comparable](a, b []T) bool {
	return slices.ContainsFunc(a, func(v T) bool { return slices.Contains(b, v) })
}

// sameTime compares years and months that both say.
func sameTime(want, have Name) bool {
	if len(want.Years) > 0 && len(have.Years) > 0 && !overlap(want.Years, have.Years) {
		return false
	}
	return len(want.Months) == 0 || len(have.Months) == 0 || overlap(want.Months, have.Months)
}

// dated demands a year of a paper of which there is one for each.
func (t *Table) dated(kind Kind, want, have Name) bool {
	return !t.kinds[kind].Dated || len(want.Years) == 0 || len(have.Years) > 0
}

// refines compares what else the two names say.
func (t *Table) refines(generic bool, want, have Name) bool {
	asked := slices.Concat(want.before, want.after)
	missing := without(asked, have.all)
	more := without(slices.Concat(have.before, have.after), want.all)
	turned := func(w string) bool { return t.turns[w] || t.roles[w] }
	switch {
	case slices.ContainsFunc(missing, turned), slices.ContainsFunc(more, func(w string) bool { return t.turns[w] }):
		return false
	case len(without(want.before, have.all)) > 0:
		return false // what stands before makes another paper of it
	case generic && len(want.numbers) > 0 && !overlap(want.numbers, have.numbers):
		return false
	case len(missing) == 0:
		return true
	case slices.ContainsFunc(missing, func(w string) bool { return !want.proper[w] }):
		return false // an ordinary word of which nothing is said: « bilan thermique »
	case len(more) > 0:
		return false // each says something that the other does not
	}
	return !generic || len(missing) < len(asked) && len(missing)*2 <= len(asked)
}

// sameWords is the rule for papers that the table does not know: all that is
// asked for is said, and it is more than « une attestation ».
func (t *Table) sameWords(want, have Name) bool {
	asked := slices.Concat(want.before, want.after)
	telling := slices.ContainsFunc(asked, func(w string) bool { return !t.heads[w] && !t.turns[w] && !t.roles[w] })
	more := slices.Concat(have.before, have.after)
	turned := slices.ContainsFunc(without(more, want.all), func(w string) bool { return t.turns[w] })
	if !telling || turned || len(without(asked, have.all)) > 0 {
		return false
	}
	return len(want.Years) == 0 || len(have.Years) > 0
}

func without(words []string, said map[string]bool) (out []string) {
	for _, w := range words {
		if !said[w] {
			out = append(out, w)
		}
	}
	return out
}

// Wants finds the papers that a text asks for: what one of its sentences asks
// to be sent, by a name that is one paper's alone. Which one of many (a
// « facture ») a text means cannot be told.
func (t *Table) Wants(text string) (out []Name) {
	for sentence := range strings.FieldsFuncSeq(strings.ReplaceAll(text, "?", "?\n"), ends(".;!\n\r")) {
		if !t.asks(sentence) {
			continue
		}
		for part := range strings.FieldsFuncSeq(sentence, ends(",:?()\t")) {
			for part := range strings.SplitSeq(part, " et ") {
				n := t.read(part)
				if n.Kinds = slices.DeleteFunc(n.Kinds, func(k Kind) bool { return t.kinds[k].Generic }); !n.Says() {
					continue
				}
				n.before, n.after, n.numbers = nil, nil, nil
				out = append(out, n)
			}
		}
	}
	return out
}

func ends(at string) func(rune) bool {
	return func(r rune) bool { return strings.ContainsRune(at, r) }
}

// asks reports whether a sentence asks for something.
func (t *Table) asks(sentence string) bool {
	return strings.HasSuffix(sentence, "?") || slices.ContainsFunc(fold.Words(sentence), func(w string) bool { return t.asking[stem(w)] })
}

// Label is what a kind is called in French, empty for one that is not known.
func (t *Table) Label(k Kind) string {
	if e, known := t.kinds[k]; known {
		return e.Names[0]
	}
	return ""
}

package paper

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"cenacle/internal/fold"
)

// Read reads the name of a file, of a request, or what somebody calls a paper.
// What stands before a colon only says where it belongs (« Charges : bail »).
func (t *Table) Read(name string) Name {
	if _, tail, found := strings.Cut(name, ":"); found {
		if n := t.read(tail); n.Says() {
			return n
		}
	}
	return t.read(name)
}

func (t *Table) read(name string) Name {
	raw := t.tokens(name)
	n := Name{all: map[string]bool{}}
	rest := n.dates(raw)
	n.Fresh, rest = fresh(rest)
	n.people(t, rest)
	said := t.said(rest, t.mend)
	first, used := n.recognise(t, said, func(p phrase) bool { return !p.lone })
	if !n.Says() {
		first, used = n.guess(t, &said, rest)
	}
	n.narrow(t, said, used)
	for _, w := range said {
		n.all[w] = true
	}
	n.leave(t, said, first, used)
	return n
}

// guess tries what is only sure when nothing else is said: a name that needs
// no more (« permis »), or one misspelt beyond a slip.
func (n *Name) guess(t *Table, said *[]string, rest []string) (first int, used []bool) {
	first, used = n.recognise(t, *said, func(p phrase) bool { return p.lone })
	if t.silent(*said, used) {
		return first, used
	}
	n.Kinds = nil
	loose := t.said(rest, t.mendMore)
	first, used = n.recognise(t, loose, func(p phrase) bool { return len(p.words) > 1 && !p.lone })
	if n.Says() {
		*said = loose
	}
	return first, used
}

// narrow finds the narrower kinds that share a word with one that was named
// (« contrat d’assurance habitation »), and forgets the wider ones.
func (n *Name) narrow(t *Table, said []string, used []bool) {
	for _, p := range t.among(said) {
		if p.lone || !overlap(t.kinds[p.kind].Is, n.Kinds) || slices.Contains(n.Kinds, p.kind) {
			continue
		}
		at := find(p.words, said, make([]bool, len(said)))
		if !slices.ContainsFunc(at, func(i int) bool { return !used[i] }) {
			continue
		}
		for _, i := range at {
			used[i] = true
		}
		n.Kinds = append(n.Kinds, p.kind)
	}
	all := slices.Clone(n.Kinds)
	n.Kinds = slices.DeleteFunc(n.Kinds, func(wide Kind) bool {
		return slices.ContainsFunc(all, func(k Kind) bool { return slices.Contains(t.kinds[k].Is, wide) })
	})
}

// tokens are the words of a name as they were written: CamelCase, glued words,
// glued years and misread letters taken apart.
func (t *Table) tokens(name string) []string {
	if ext := path.Ext(name); len(ext) > 1 && len(ext) <= 5 && !strings.ContainsAny(ext, " 0123456789") {
		name = strings.TrimSuffix(name, ext)
	}
	var out []string
	for _, w := range fold.Words(camel(name)) {
		for _, part := range glued(w) {
			out = append(out, t.split(part)...)
		}
	}
	return joined(out)
}

// camel puts a space where a capital follows a small letter, and underscores
// away.
func camel(s string) string {
	var b strings.Builder
	var last rune
	for _, r := range s {
		if unicode.IsUpper(r) && unicode.IsLower(last) {
			b.WriteByte(' ')
		}
		if r == '_' {
			r = ' '
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// glued parts a word from the digits after or before it ("rib2024", "2023avis").
func glued(w string) []string {
	cut := strings.IndexFunc(w, unicode.IsDigit)
	if cut >= 3 && digits(w[cut:]) {
		return []string{w[:cut], w[cut:]}
	}
	if cut := strings.IndexFunc(w, unicode.IsLetter); cut >= 4 && digits(w[:cut]) && len(w)-cut >= 3 {
		return []string{w[:cut], w[cut:]}
	}
	return []string{w}
}

func digits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}

// joined puts letters that stand alone together ("p.v.", "k bis", "livret a").
func joined(in []string) []string {
	var out []string
	for i := 0; i < len(in); i++ {
		w := in[i]
		end := i + 1
		for len(w) == 1 && unicode.IsLetter(rune(in[i][0])) && end < len(in) && len(in[end]) == 1 && unicode.IsLetter(rune(in[end][0])) {
			end++
		}
		next := ""
		if i+1 < len(in) {
			next = in[i+1]
		}
		switch {
		case end-i > 1:
			w = strings.Join(in[i:end], "")
			i = end - 1
		case w == "k" && next == "bis", w == "livret" && next == "a":
			w += next
			i++
		}
		out = append(out, w)
	}
	return out
}

// split brings a word that nobody knows to those it may be: misread digits
// ("r1b"), several words in one ("livretdefamille").
func (t *Table) split(w string) []string {
	if t.known[stem(w)] || digits(w) {
		return []string{w}
	}
	if rest, found := strings.CutPrefix(w, "d"); found && t.known[stem(rest)] && len(rest) >= 5 {
		return []string{rest} // l’apostrophe was lost
	}
	if rest, found := strings.CutPrefix(w, "l"); found && t.known[stem(rest)] && len(rest) >= 5 {
		return []string{rest}
	}
	if read := misread.Replace(w); read != w && t.known[stem(read)] {
		return []string{read}
	}
	if len(w) >= 8 {
		if parts := t.parts(w); parts != nil {
			return parts
		}
	}
	return []string{w}
}

var misread = strings.NewReplacer("0", "o", "1", "i", "5", "s", "8", "b")

// parts cuts a long word into known ones of at least three letters, or the
// small words between them.
func (t *Table) parts(w string) []string {
	best := make([][]string, len(w)+1)
	best[0] = []string{}
	for end := 1; end <= len(w); end++ {
		for start := range end {
			part := w[start:end]
			fits := t.known[stem(part)] && len(part) >= 3 || slices.Contains([]string{"de", "du", "d", "l", "la", "le"}, part)
			if best[start] == nil || !fits || len(part) < 3 && (start == 0 || end == len(w)) {
				continue
			}
			if found := append(slices.Clone(best[start]), part); best[end] == nil || len(found) < len(best[end]) {
				best[end] = found
			}
		}
	}
	return best[len(w)]
}

// said are the words that say something, their spelling mended.
func (t *Table) said(in []string, mend func(string) string) []string {
	var out []string
	for _, w := range in {
		if w = mend(stem(w)); !t.plain[w] {
			out = append(out, w)
		}
	}
	return out
}

// people finds whose paper it is.
func (n *Name) people(t *Table, in []string) {
	for i, w := range in {
		s := stem(w)
		if h := t.holder[s]; h != "" && (len(w) > 1 || i+1 < len(in)) {
			if s == "epoux" || s == "epou" {
				if i > 0 && slices.Contains([]string{"des", "les", "chaque", "deux", "aux"}, in[i-1]) {
					continue // both
				}
			}
			n.holders = add(n.holders, h)
		}
		if t.given[w] != "" {
			n.given = add(n.given, w)
		}
	}
}

func add(to []string, w string) []string {
	if slices.Contains(to, w) {
		return to
	}
	return append(to, w)
}

// recognise finds the kinds that words name, the longest names first, each
// word used once. It gives the place of the first and marks what was used.
func (n *Name) recognise(t *Table, said []string, which func(phrase) bool) (first int, used []bool) {
	used = make([]bool, len(said))
	first = len(said)
	for _, p := range t.among(said) {
		if !which(p) {
			continue
		}
		for {
			at := find(p.words, said, used)
			if at == nil {
				break
			}
			for _, i := range at {
				used[i] = true
			}
			first = min(first, slices.Min(at))
			if !slices.Contains(n.Kinds, p.kind) {
				n.Kinds = append(n.Kinds, p.kind)
			}
		}
	}
	return first, used
}

// among are the phrases whose first word was said, the longest first.
func (t *Table) among(said []string) []phrase {
	var at []int
	for i, w := range said {
		if !slices.Contains(said[:i], w) {
			at = append(at, t.begins[w]...)
		}
	}
	slices.Sort(at)
	out := make([]phrase, len(at))
	for i, n := range at {
		out[i] = t.phrases[n]
	}
	return out
}

// find returns where the words of a name stand: in any order, at most one other
// word among them.
func find(of, said []string, used []bool) []int {
	for start := range said {
		end := min(len(said), start+len(of)+1)
		var at []int
		for _, w := range of {
			for i := start; i < end; i++ {
				if said[i] == w && !used[i] && !slices.Contains(at, i) {
					at = append(at, i)
					break
				}
			}
		}
		if len(at) == len(of) {
			return at
		}
	}
	return nil
}

// silent reports whether what was not used says nothing of the paper itself.
func (t *Table) silent(said []string, used []bool) bool {
	for i, w := range said {
		if !used[i] && !t.empty(w) && !digits(w) {
			return false
		}
	}
	return true
}

// empty reports whether a word says nothing that tells one paper from another.
func (t *Table) empty(w string) bool {
	return t.noise[w] || t.neutral[w] || t.things[w] || t.holder[w] != "" || t.isGiven(w)
}

func (t *Table) isGiven(w string) bool {
	return t.given[w] != "" || t.given[w+"s"] != "" || t.given[w+"x"] != ""
}

// leave keeps what else was said.
func (n *Name) leave(t *Table, said []string, first int, used []bool) {
	for i, w := range said {
		switch {
		case used[i] || t.empty(w) && !t.turns[w]:
		case digits(w):
			n.numbers = add(n.numbers, strings.TrimLeft(w, "0"))
		case i < first && len(n.Kinds) > 0:
			n.before = add(n.before, w)
		default:
			n.after = add(n.after, w)
		}
	}
}

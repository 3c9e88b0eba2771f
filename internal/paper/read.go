package paper

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

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
	n := Name{all: map[string]bool{}, proper: proper(name)}
	rest := n.dates(t.tokens(name))
	n.Fresh, rest = fresh(rest)
	rest = uncounted(rest)
	n.people(t, rest)
	said := t.listen(rest, t.mend)
	first := n.recognise(t, said, func(p phrase) bool { return !p.lone })
	if !n.Says() {
		first, said = n.guess(t, said, rest)
	}
	n.narrow(t, said)
	for _, w := range said.words {
		n.all[w] = true
	}
	n.leave(t, said, first)
	return n
}

// guess tries what is only sure when nothing else is said: a name that needs
// no more (« permis »), or one misspelt beyond a slip.
func (n *Name) guess(t *Table, said *speech, rest []string) (first int, heard *speech) {
	first = n.recognise(t, said, func(p phrase) bool { return p.lone })
	if t.silent(said) {
		return first, said
	}
	n.Kinds = nil
	loose := t.listen(rest, t.mendMore)
	if first := n.recognise(t, loose, func(p phrase) bool { return len(p.words) > 1 && !p.lone }); n.Says() {
		return first, loose
	}
	clear(said.used)
	return len(said.words), said
}

// narrow finds the narrower kinds that share a word with one that was named
// (« contrat d’assurance habitation »), and forgets the wider ones. A kind is
// often named by two of its names at once (« attestation de responsabilité
// civile professionnelle »): the words of both are used.
func (n *Name) narrow(t *Table, said *speech) {
	for _, p := range t.among(said) {
		named := slices.Contains(n.Kinds, p.kind)
		if p.lone || !named && !overlap(t.kinds[p.kind].Is, n.Kinds) {
			continue
		}
		at := said.find(t, p.words, make([]bool, len(said.words)))
		if !slices.ContainsFunc(at, func(i int) bool { return !said.used[i] }) {
			continue
		}
		said.use(p.words, at)
		n.Kinds = add(n.Kinds, p.kind)
	}
	all := slices.Clone(n.Kinds)
	n.Kinds = slices.DeleteFunc(n.Kinds, func(wide Kind) bool {
		return slices.ContainsFunc(all, func(k Kind) bool { return slices.Contains(t.kinds[k].Is, wide) })
	})
}

// tokens are the words of a name as they were written: CamelCase, glued words,
// glued years and misread letters taken apart.
func (t *Table) tokens(name string) []string {
	if ext := path.Ext(name); len(ext) > 1 && len(ext) <= 5 && len(ext)+1 < len(name) && !strings.ContainsAny(ext, " 0123456789") {
		name = strings.TrimSuffix(name, ext)
	}
	name = initials.ReplaceAllStringFunc(name, func(w string) string { return strings.ReplaceAll(w, ".", "") + " " })
	name = written.Replace(elided.ReplaceAllString(name, "de "))
	name = within.ReplaceAllString(name, " moins de $1 mois")
	var out []string
	for _, w := range fold.Words(camel(name)) {
		for _, part := range glued(w) {
			out = append(out, t.split(part)...)
		}
	}
	return t.wed(joined(out))
}

var (
	initials = regexp.MustCompile(`\b(?:\pL\.){2,}(?:\pL\b)?`)
	elided   = regexp.MustCompile(`\b[dD]['’]`)
	within   = regexp.MustCompile(`[-<]\s*([0-9]{1,2}) ?mois\b`)
	written  = strings.NewReplacer("+", " et ", "&", " et ")
)

// wed puts together what is one word and was written as two ("k bis",
// "48 si", "avant-contrat").
func (t *Table) wed(in []string) []string {
	var out []string
	for i := 0; i < len(in); i++ {
		w := in[i]
		if i+1 < len(in) && t.compound[w+in[i+1]] {
			i++
			w += in[i]
		}
		out = append(out, w)
	}
	return out
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

// joined puts letters that stand alone together ("p v").
func joined(in []string) []string {
	var out []string
	for i := 0; i < len(in); i++ {
		w := in[i]
		end := i + 1
		for len(w) == 1 && unicode.IsLetter(rune(in[i][0])) && end < len(in) && len(in[end]) == 1 && unicode.IsLetter(rune(in[end][0])) {
			end++
		}
		if end-i > 1 {
			w = strings.Join(in[i:end], "")
			i = end - 1
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

func add[T comparable](to []T, w T) []T {
	if slices.Contains(to, w) {
		return to
	}
	return append(to, w)
}

// uncounted leaves out how many are asked for (« les 3 derniers »).
func uncounted(in []string) (out []string) {
	for i, w := range in {
		if digits(w) && len(w) < 3 && i+1 < len(in) && slices.Contains([]string{"dernier", "derniere", "moi", "exemplaire", "page"}, stem(in[i+1])) {
			continue
		}
		out = append(out, w)
	}
	return out
}

// silent reports whether what was not used says nothing of the paper itself.
func (t *Table) silent(said *speech) bool {
	for i, w := range said.words {
		if !said.used[i] && !t.empty(w) && !digits(w) {
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

// leave keeps what else was said: not that a letter is one (« courrier de mise en
// demeure »), nor the name of what it is one of (« assurance RC »), nor what
// comes with it (« et ses avenants »).
func (n *Name) leave(t *Table, said *speech, first int) {
	letter := slices.ContainsFunc(n.Kinds, func(k Kind) bool { return t.kinds[k].Letter })
	for i, w := range said.words {
		switch {
		case said.used[i] || t.empty(w) && !t.turns[w]:
		case letter && t.letters[w], t.wider(n.Kinds, w), i > first && said.and[i] && t.turns[w]:
		case digits(w):
			n.numbers = add(n.numbers, strings.TrimLeft(w, "0"))
		case i < first && len(n.Kinds) > 0:
			n.before = add(n.before, w)
		default:
			n.after = add(n.after, w)
		}
	}
}

// wider reports whether a word names a wider kind of those, or is what a paper
// of one of them is called (« attestation »).
func (t *Table) wider(kinds []Kind, w string) bool {
	return slices.ContainsFunc(kinds, func(k Kind) bool { return t.called[k][w] })
}

// proper are the words of a name that are written as names of people and places
// are.
func proper(name string) map[string]bool {
	out := map[string]bool{}
	for i, w := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if r, _ := utf8.DecodeRuneInString(w); i > 0 && unicode.IsUpper(r) {
			out[stem(fold.Key(w))] = true
		}
	}
	return out
}

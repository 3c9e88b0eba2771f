// Package paper knows the papers of ordinary French life by the names that
// people give them: that « CNI recto-verso » answers « carte d’identité », that
// an « avis d’impôt 2024 » is not that of 2023, that the « acte de naissance » of
// one spouse is not that of the other.
//
// It reads names only, never contents, and decides no right: whoever asks
// brings names that the person may see. What it does not know it compares word
// by word, and in doubt it says no: a paper that is offered and is another one
// costs more than one that is asked for twice. The table is dated data
// (paper.json); a rule of the French language does the rest: what stands before
// the name of a paper makes another paper of it (« résiliation du bail »), what
// stands after it says which one (« bail de Nantes »).
//
// Start at [Table.Read] and [Table.Answers].
package paper

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"cenacle/internal/fold"
)

// Kind names a kind of paper, such as "rib"; empty is none that is known.
type Kind string

// Name is what a name says of a paper, read by [Table.Read].
type Name struct {
	Kinds  []Kind
	Years  []int // civil years it is about
	Months []int // 1 to 12
	Fresh  int   // "de moins de 3 mois": months; 0 when any age will do

	holders []string // man, woman, child
	given   []string // first names
	before  []string // words that say more, before the first kind
	after   []string // and after it
	numbers []string
	all     map[string]bool // every word, for comparing
	proper  map[string]bool // those that began with a capital, after the first
	weak    []int           // years of full dates: of the paper, or of its scan
}

// entry is a kind as the table has it.
type entry struct {
	Key     Kind     `json:"key"`
	Names   []string `json:"names"`
	Lone    []string `json:"lone"`    // names only when nothing else is said
	Is      []Kind   `json:"is"`      // wider kinds that it belongs to
	Also    []Kind   `json:"also"`    // other kinds it passes for
	Serves  []Kind   `json:"serves"`  // kinds it can stand in for
	Dated   bool     `json:"dated"`   // there is one for each year
	Generic bool     `json:"generic"` // there are many: what else is said tells which
	Shared  bool     `json:"shared"`  // of a whole family: who is named does not tell which
	Letter  bool     `json:"letter"`  // it is a letter, and may be called so
}

type file struct {
	Version  string              `json:"version"`
	Kinds    []entry             `json:"kinds"`
	Holders  map[string][]string `json:"holders"`
	Men      string              `json:"men"`
	Women    string              `json:"women"`
	Plain    string              `json:"plain"`
	Courtesy string              `json:"courtesy"`
	Noise    string              `json:"noise"`
	Neutral  string              `json:"neutral"`
	Heads    string              `json:"heads"`
	Things   string              `json:"things"`
	Roles    string              `json:"roles"`
	Turns    string              `json:"turns"`
	Asking   string              `json:"asking"`
	Apart    string              `json:"apart"`
	Letters  string              `json:"letters"`
	Forms    string              `json:"forms"`
	Banks    string              `json:"banks"`
	Compound string              `json:"compound"`
}

// phrase is one name of a kind as words.
type phrase struct {
	kind  Kind
	words []string
	lone  bool
}

// Table is what is known of papers. It is immutable and safe for concurrent
// use.
type Table struct {
	Version                                                    string // date of the data
	kinds                                                      map[Kind]entry
	phrases                                                    []phrase // the longest first
	holder                                                     map[string]string
	given                                                      map[string]string // first name: man or woman
	plain, noise, neutral, heads, roles, turns, things, asking set
	letters, forms, banks                                      set
	compound                                                   set               // words of papers that are often written in two
	known                                                      set               // every word of all that, which is no misspelling of another
	called                                                     map[Kind]set      // words that say no more of a paper than that it is of this kind
	begins                                                     map[string][]int  // phrases by their first word
	near                                                       map[byte][]string // words of phrases, which misspellings are brought to, by first letter
}

type set map[string]bool

//go:embed paper.json
var data []byte

// Load reads the table that the program carries.
func Load() (*Table, error) {
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("paper: %w", err)
	}
	t := &Table{
		Version: f.Version, kinds: map[Kind]entry{}, holder: map[string]string{}, given: map[string]string{},
		plain: words(f.Plain + " " + f.Courtesy), noise: words(f.Noise), neutral: words(f.Neutral), heads: words(f.Heads), roles: words(f.Roles), things: words(f.Things), asking: words(f.Asking), turns: words(f.Turns),
		letters: words(f.Letters), forms: words(f.Forms), banks: words(f.Banks),
		compound: words(f.Compound), known: set{},
	}
	for name, list := range f.Holders {
		for _, w := range list {
			t.holder[stem(fold.Key(w))] = name
		}
	}
	for gender, list := range map[string]string{"man": f.Men, "woman": f.Women} {
		for w := range strings.FieldsSeq(list) {
			t.given[w] = gender
		}
	}
	for _, e := range f.Kinds {
		if err := t.add(e); err != nil {
			return nil, err
		}
	}
	t.finish(words(f.Apart))
	return t, nil
}

// Lazy returns the same, read when it is first needed: most days of most firms begin
// without. That it can be read, the tests of [Load] know.
func Lazy() func() *Table {
	return sync.OnceValue(func() *Table {
		t, err := Load()
		if err != nil {
			panic(err)
		}
		return t
	})
}

func (t *Table) add(e entry) error {
	if _, twice := t.kinds[e.Key]; twice || e.Key == "" {
		return fmt.Errorf("paper: kind %q twice", e.Key)
	}
	t.kinds[e.Key] = e
	for i, name := range append(slices.Clone(e.Names), e.Lone...) {
		p := phrase{kind: e.Key, lone: i >= len(e.Names)}
		for _, w := range t.wed(joined(fold.Words(camel(name)))) {
			if !t.plain[stem(w)] {
				p.words = append(p.words, stem(w))
			}
		}
		if !slices.ContainsFunc(p.words, func(w string) bool { return e.Generic || p.lone || !t.noise[w] && (len(p.words) > 1 || !t.heads[w]) }) {
			return fmt.Errorf("paper: %q says nothing of %s", name, e.Key)
		}
		t.phrases = append(t.phrases, p)
	}
	return nil
}

// finish orders what was added.
func (t *Table) finish(apart set) {
	slices.SortStableFunc(t.phrases, func(a, b phrase) int { return len(b.words) - len(a.words) })
	near := set{}
	for _, p := range t.phrases {
		for _, w := range p.words {
			near[w] = true
		}
	}
	t.near, t.begins, t.called = map[byte][]string{}, map[string][]int{}, map[Kind]set{}
	for k, e := range t.kinds {
		t.called[k] = t.calls(append(slices.Clone(e.Is), k))
	}
	for _, w := range slices.Sorted(maps.Keys(near)) {
		t.near[w[0]] = append(t.near[w[0]], w)
	}
	for i, p := range t.phrases {
		t.begins[p.words[0]] = append(t.begins[p.words[0]], i)
	}
	for _, of := range []set{near, t.plain, t.noise, t.neutral, t.heads, t.roles, t.turns, t.things, apart} {
		maps.Copy(t.known, of)
	}
	for w := range t.holder {
		t.known[w] = true
	}
	for w := range t.given {
		t.known[stem(w)] = true
	}
	for w := range months {
		t.known[w] = true
	}
}

// calls are the words that name papers of those kinds alone, or begin what they
// are called.
func (t *Table) calls(kinds []Kind) set {
	out := set{}
	for _, p := range t.phrases {
		for _, w := range p.words {
			if slices.Contains(kinds, p.kind) && (len(p.words) == 1 || t.heads[w]) {
				out[w] = true
			}
		}
	}
	return out
}

func words(list string) set {
	out := set{}
	for _, w := range fold.Words(list) {
		out[stem(w)] = true
	}
	return out
}

// stem takes the plural away, the same way on both sides of a comparison.
func stem(w string) string {
	switch {
	case len(w) > 4 && strings.HasSuffix(w, "aux"):
		return w[:len(w)-3] + "al"
	case len(w) > 3 && (strings.HasSuffix(w, "s") || strings.HasSuffix(w, "x")):
		return strings.TrimRight(w, "sx")
	}
	return w
}

// Says reports whether a kind is known.
func (n Name) Says() bool { return len(n.Kinds) > 0 }

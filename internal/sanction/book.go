package sanction

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"cenacle/internal/fold"
	"cenacle/internal/likeness"
)

// Party is somebody who is looked for: her name as the firm has it, the civil date of her
// birth or an empty one, and what she is, or nothing where that is not known.
type Party struct {
	Name  string
	Birth string
	Kind  Nature
}

// Birth is what the date of birth says of a likeness.
type Birth string

// What it says.
const (
	BirthUnknown Birth = ""      // one of the two is not known
	BirthSame    Birth = "same"  // one of the dates of the entry, as far as each is known
	BirthNear    Birth = "near"  // within a year or so of one: lists are often unsure
	BirthOther   Birth = "other" // another one
)

// Hit is an entry that is like a party.
type Hit struct {
	Entry Entry
	Name  string // of the entry, the one that is most alike
	Level likeness.Level
	Birth Birth
}

// Book is a list made ready to be searched. It is immutable and safe for concurrent use.
type Book struct {
	List
	index *likeness.Index
	of    []named // by place in the index
}

// named is one name of an entry.
type named struct {
	entry int
	name  string
}

// NewBook makes a list ready.
func NewBook(l List) *Book {
	b := &Book{List: l}
	var names []likeness.Name
	for i, e := range l.Entries {
		for _, name := range append([]string{e.Name}, e.Aliases...) {
			if parsed := likeness.Romanised(name); !parsed.Empty() {
				names, b.of = append(names, parsed), append(b.of, named{i, name})
			}
		}
	}
	b.index = likeness.NewIndex(names)
	return b
}

// Find returns the entries that a party may be: those one of whose names is close to hers.
// Another date of birth leaves out those whose words are not the very same; an entry of
// another kind than hers is left out. The most alike come first.
func (b *Book) Find(p Party) (out []Hit) {
	best := map[int]Hit{}
	b.index.Close(likeness.Romanised(p.Name), func(at int, level likeness.Level) {
		of := b.of[at]
		e := b.Entries[of.entry]
		if !p.Kind.fits(e.Nature) {
			return
		}
		h := Hit{Entry: e, Name: of.name, Level: level, Birth: bornLike(p.Birth, e.Births)}
		if h.Birth == BirthOther && spelt(p.Name) != spelt(of.name) {
			return
		}
		if was, known := best[of.entry]; !known || h.Level > was.Level {
			best[of.entry] = h
		}
	})
	for _, h := range best {
		out = append(out, h)
	}
	slices.SortFunc(out, func(x, y Hit) int {
		return cmp.Or(y.rank()-x.rank(), x.Entry.Number-y.Entry.Number)
	})
	return out
}

// spelt is a name as it is spelt, whatever the order of its words.
func spelt(name string) string {
	words := fold.Words(name)
	slices.Sort(words)
	return strings.Join(words, " ")
}

// rank is how much a hit is to be looked at first.
func (h Hit) rank() int {
	birth := map[Birth]int{BirthSame: 3, BirthNear: 2, BirthUnknown: 1}[h.Birth]
	return birth*4 + int(h.Level)
}

// fits reports whether a party of a kind may be an entry: of one that is not known, any.
func (n Nature) fits(entry Nature) bool {
	return n == "" || n == entry || n == Company && entry == Ship
}

// bornLike compares a civil date with what is known of the dates of an entry.
func bornLike(birth string, known []string) Birth {
	if birth == "" || len(known) == 0 {
		return BirthUnknown
	}
	year, err := strconv.Atoi(birth[:min(4, len(birth))])
	if err != nil {
		return BirthUnknown
	}
	out := BirthOther
	for _, k := range known {
		if len(k) <= len(birth) && birth[:len(k)] == k {
			return BirthSame
		}
		if other, err := strconv.Atoi(k[:4]); err == nil && other >= year-1 && other <= year+1 {
			out = BirthNear
		}
	}
	return out
}

// Change is how an edition differs from the one before it, in entries.
type Change struct {
	Added   int `json:"added"`
	Removed int `json:"removed"`
	Changed int `json:"changed"`
}

// Against compares two editions.
func (l List) Against(was List) (c Change) {
	known := make(map[int]Entry, len(was.Entries))
	for _, e := range was.Entries {
		known[e.Number] = e
	}
	for _, e := range l.Entries {
		switch before, there := known[e.Number]; {
		case !there:
			c.Added++
		case !before.Same(e):
			c.Changed++
		}
		delete(known, e.Number)
	}
	c.Removed = len(known)
	return c
}

// Package search finds items by their words in a database that holds no word:
// a blind index of keyed hashes, one set for each space, without regard to
// accents, case or typography (package fold). A word of a title is found by
// itself and by its beginnings of two characters and more. A word of contents,
// of which there are many more, is found by itself and, when it is a plural, by
// its singular.
//
// It refuses to decide who may see what: it names candidates, and the noun
// that shows them asks with [Condition] inside its own statement of what the
// actor may see. Hashes of two spaces are not comparable: who looks through many
// learns from a register of the firm in which of them there may be something
// ([Registered]), and asks these, each under its own key ([Newest]). What the index
// tells a thief of the disk is written in doc/decisions/002-blind-index.md.
//
// Start reading at [Index], [IndexContents], [NewQuery] and [Register].
package search

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

const (
	domain    = "search"          // of the keyed hashes of titles
	inside    = "search.contents" // of the keyed hashes of contents, titles among them
	maxTerms  = 2000              // per call of Index: whole words come first
	maxInside = 2000              // words of contents of one item, those that come first
	maxQuery  = 6                 // words a query requires; the longest count
	minPrefix = 2                 // characters of the shortest beginning
	maxWord   = 32                // characters of a word that count
	batch     = 16                // rows of one insert statement
)

var insert = store.ForFirm(`
	insert into search_term (firm_id, space_id, item_id, term) values
	($1, $2, $3, $4), ($1, $2, $3, $5), ($1, $2, $3, $6), ($1, $2, $3, $7),
	($1, $2, $3, $8), ($1, $2, $3, $9), ($1, $2, $3, $10), ($1, $2, $3, $11),
	($1, $2, $3, $12), ($1, $2, $3, $13), ($1, $2, $3, $14), ($1, $2, $3, $15),
	($1, $2, $3, $16), ($1, $2, $3, $17), ($1, $2, $3, $18), ($1, $2, $3, $19)
	on conflict (firm_id, space_id, term, item_id) do nothing`)

// Index makes item findable in its space by the words of texts, in addition to
// those it is findable by already; box is the space's. After a change of text
// call [Drop] first. Of a very long text the whole words come first, then
// their beginnings, 2,000 in all.
func Index(tx *store.Tx, box *vault.Box, space id.Space, item id.Item, texts ...string) (err error) {
	defer fault.Op(&err, "search.Index(%s)", item)
	return write(tx, space, item, hashed(box, domain, titleWords(texts...)))
}

// IndexContents makes item findable by the words of what it contains beside
// those of its title: a query may take some words from the one and some from
// the other. Of very long contents the first 2,000 different words count.
func IndexContents(tx *store.Tx, box *vault.Box, space id.Space, item id.Item, title, contents string) (err error) {
	defer fault.Op(&err, "search.IndexContents(%s)", item)
	return write(tx, space, item, hashed(box, inside, contentWords(title, contents)))
}

// contentWords are what an item is found by beside its title.
func contentWords(title, contents string) []string {
	words := map[string]bool{}
	for _, w := range searchable(contents) {
		if len(words) >= maxInside {
			break
		}
		words[w] = true
		words[singular(w)] = true
	}
	for _, w := range searchable(title) {
		words[w] = true
		for _, b := range beginnings(w) {
			words[b] = true
		}
	}
	return slices.Collect(maps.Keys(words))
}

// singular takes the mark of the plural from a word of four letters and more.
// It need not be right in grammar: « fils » is then found by « fil » too.
func singular(w string) string {
	const shortest = 4
	if utf8.RuneCountInString(w) < shortest {
		return w
	}
	if stem, ok := strings.CutSuffix(w, "s"); ok {
		return stem
	}
	if stem, ok := strings.CutSuffix(w, "x"); ok && (strings.HasSuffix(stem, "au") || strings.HasSuffix(stem, "eu") || strings.HasSuffix(stem, "ou")) {
		return stem
	}
	return w
}

// beginnings are those of a word of two characters and more.
func beginnings(w string) (out []string) {
	length := 0
	for end := range w {
		if length >= minPrefix {
			out = append(out, w[:end])
		}
		length++
	}
	return out
}

func write(tx *store.Tx, space id.Space, item id.Item, all [][]byte) error {
	for rows := range slices.Chunk(all, batch) {
		args := make([]any, 0, 2+batch)
		args = append(args, space, item)
		for i := range batch {
			args = append(args, rows[min(i, len(rows)-1)])
		}
		if err := tx.Write(insert, args...); err != nil {
			return err
		}
	}
	return nil
}

// titleWords are what an item is found by.
func titleWords(texts ...string) []string {
	words := searchable(strings.Join(texts, "\n"))
	seen := make(map[string]bool, 8*len(words))
	var out []string
	add := func(text string) {
		if !seen[text] && len(out) < maxTerms {
			seen[text] = true
			out = append(out, text)
		}
	}
	for _, w := range words {
		add(w)
	}
	for _, w := range words {
		for _, b := range beginnings(w) {
			add(b)
		}
	}
	return out
}

// hashed are words as one space keeps them, sorted, so that the order of rows on
// disk does not tell which stand together.
func hashed(box *vault.Box, domain string, words []string) [][]byte {
	out := make([][]byte, len(words))
	for i, w := range words {
		out[i] = box.Lookup(domain, w)
	}
	slices.SortFunc(out, bytes.Compare)
	return out
}

// searchable cuts text into the words that count: a single letter says too
// little, a single digit is the number of something.
func searchable(text string) []string {
	var out []string
	for _, w := range fold.Words(text) {
		length := 0
		for end := range w {
			if length == maxWord {
				w = w[:end]
				break
			}
			length++
		}
		if first, _ := utf8.DecodeRuneInString(w); length >= minPrefix || unicode.IsNumber(first) {
			out = append(out, w)
		}
	}
	return out
}

var drop = store.ForFirm(`delete from search_term where firm_id = $1 and item_id = $2`)

// Drop makes item findable by nothing any more.
func Drop(tx *store.Tx, item id.Item) (err error) {
	defer fault.Op(&err, "search.Drop(%s)", item)
	return tx.Write(drop, item)
}

// Query is what a found item must have in one space: all the terms of one of
// the two. It is empty when the text has no word that could be found; then
// nothing is found.
type Query struct {
	Title    [][]byte // by the words and beginnings of its title
	Contents [][]byte // by words of its contents and its title together
}

// NewQuery hashes the words of text: at most six, the longest, which come first
// because they are the rarest.
func NewQuery(box *vault.Box, text string) Query {
	var q Query
	for _, w := range asked(text) {
		q.Title = append(q.Title, box.Lookup(domain, w))
		q.Contents = append(q.Contents, box.Lookup(inside, w))
	}
	return q
}

// asked are the words that a query requires.
func asked(text string) []string {
	words := searchable(text)
	slices.SortStableFunc(words, func(a, b string) int {
		return cmp.Compare(utf8.RuneCountInString(b), utf8.RuneCountInString(a))
	})
	words = slices.DeleteFunc(words, covered(words))
	return words[:min(len(words), maxQuery)]
}

// covered reports whether a word asks nothing that an earlier, longer one does
// not ask already.
func covered(words []string) func(string) bool {
	earlier := slices.Clone(words)
	position := -1
	return func(w string) bool {
		position++
		return slices.ContainsFunc(earlier[:position], func(longer string) bool {
			return longer == w || utf8.RuneCountInString(w) >= minPrefix && strings.HasPrefix(longer, w)
		})
	}
}

// many is up to how many items with a term are counted, where terms are to be
// compared.
const many = 64

var holders = store.ForFirm(`
	select item_id from search_term where firm_id = $1 and space_id = $2 and term = $3 limit $4`)

// Rarest orders the terms of a query so that the rarest comes first, from which
// a statement begins, and reports whether any item of the space has each of
// them at all.
func Rarest(tx *store.Tx, space id.Space, query [][]byte) (ordered [][]byte, some bool, err error) {
	defer fault.Op(&err, "search.Rarest(%s)", space)
	type counted struct {
		term []byte
		n    int
	}
	all := make([]counted, len(query))
	most := many
	if len(query) == 1 {
		most = 1
	}
	for i, term := range query {
		all[i].term = term
		err := tx.Each(holders, []any{space, term, most}, func(func(...any) error) error { all[i].n++; return nil })
		if err != nil {
			return nil, false, err
		}
		if all[i].n == 0 {
			return nil, false, nil
		}
	}
	slices.SortStableFunc(all, func(a, b counted) int { return cmp.Compare(a.n, b.n) })
	for _, c := range all {
		ordered = append(ordered, c.term)
	}
	return ordered, len(ordered) > 0, nil
}

// Asked is one term of a query of one space.
type Asked struct {
	Space id.Space
	Term  []byte
}

// The newest items of sixteen spaces, before one, that have a term each.
var newest = store.ForFirm(`
	select 0, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $3 and term = $4), '')
	union all select 1, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $5 and term = $6), '')
	union all select 2, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $7 and term = $8), '')
	union all select 3, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $9 and term = $10), '')
	union all select 4, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $11 and term = $12), '')
	union all select 5, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $13 and term = $14), '')
	union all select 6, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $15 and term = $16), '')
	union all select 7, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $17 and term = $18), '')
	union all select 8, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $19 and term = $20), '')
	union all select 9, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $21 and term = $22), '')
	union all select 10, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $23 and term = $24), '')
	union all select 11, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $25 and term = $26), '')
	union all select 12, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $27 and term = $28), '')
	union all select 13, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $29 and term = $30), '')
	union all select 14, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $31 and term = $32), '')
	union all select 15, coalesce((select max(item_id) from search_term where firm_id = $1 and item_id < $2 and space_id = $33 and term = $34), '')`)

// Newest returns for those of many spaces in which some item before another one
// has the term the newest that has it: in the others nothing is found, and in
// these nothing newer. It looks at one row of each.
func Newest(tx *store.Tx, all []Asked, before id.Item) (_ map[id.Space]id.Item, err error) {
	defer fault.Op(&err, "search.Newest")
	out := make(map[id.Space]id.Item, len(all))
	for some := range slices.Chunk(all, store.Batch) {
		args := make([]any, 1, 1+2*store.Batch)
		args[0] = before
		for i := range store.Batch {
			q := Asked{Term: []byte{}}
			if i < len(some) {
				q = some[i]
			}
			args = append(args, q.Space, q.Term)
		}
		err := tx.Each(newest, args, func(scan func(...any) error) error {
			var i int64
			var item id.Item
			err := scan(&i, &item)
			if item != "" {
				out[some[i].Space] = item
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Claim is that an item of a space has all the terms of a query.
type Claim struct {
	Space id.Space
	Item  id.Item
	Terms [][]byte
}

// One term of each of sixteen claims.
var having = store.ForFirm(`
	select 0 where exists (select 1 from search_term where firm_id = $1 and space_id = $2 and term = $3 and item_id = $4)
	union all select 1 where exists (select 1 from search_term where firm_id = $1 and space_id = $5 and term = $6 and item_id = $7)
	union all select 2 where exists (select 1 from search_term where firm_id = $1 and space_id = $8 and term = $9 and item_id = $10)
	union all select 3 where exists (select 1 from search_term where firm_id = $1 and space_id = $11 and term = $12 and item_id = $13)
	union all select 4 where exists (select 1 from search_term where firm_id = $1 and space_id = $14 and term = $15 and item_id = $16)
	union all select 5 where exists (select 1 from search_term where firm_id = $1 and space_id = $17 and term = $18 and item_id = $19)
	union all select 6 where exists (select 1 from search_term where firm_id = $1 and space_id = $20 and term = $21 and item_id = $22)
	union all select 7 where exists (select 1 from search_term where firm_id = $1 and space_id = $23 and term = $24 and item_id = $25)
	union all select 8 where exists (select 1 from search_term where firm_id = $1 and space_id = $26 and term = $27 and item_id = $28)
	union all select 9 where exists (select 1 from search_term where firm_id = $1 and space_id = $29 and term = $30 and item_id = $31)
	union all select 10 where exists (select 1 from search_term where firm_id = $1 and space_id = $32 and term = $33 and item_id = $34)
	union all select 11 where exists (select 1 from search_term where firm_id = $1 and space_id = $35 and term = $36 and item_id = $37)
	union all select 12 where exists (select 1 from search_term where firm_id = $1 and space_id = $38 and term = $39 and item_id = $40)
	union all select 13 where exists (select 1 from search_term where firm_id = $1 and space_id = $41 and term = $42 and item_id = $43)
	union all select 14 where exists (select 1 from search_term where firm_id = $1 and space_id = $44 and term = $45 and item_id = $46)
	union all select 15 where exists (select 1 from search_term where firm_id = $1 and space_id = $47 and term = $48 and item_id = $49)`)

// Having returns those of some claims that the index bears out, in their order. It looks
// at one row for each of their terms.
func Having(tx *store.Tx, all []Claim) (_ []Claim, err error) {
	defer fault.Op(&err, "search.Having")
	var out []Claim
	for some := range slices.Chunk(all, store.Batch) {
		have := make([]int, len(some))
		most := 0
		for _, c := range some {
			most = max(most, len(c.Terms))
		}
		for n := range most {
			args := make([]any, 0, 3*store.Batch)
			for i := range store.Batch {
				term := []byte{} // which nothing has
				if i < len(some) && n < len(some[i].Terms) {
					term = some[i].Terms[n]
				}
				c := some[min(i, len(some)-1)]
				args = append(args, c.Space, term, c.Item)
			}
			err := tx.Each(having, args, func(scan func(...any) error) error {
				var i int64
				err := scan(&i)
				have[i]++
				return err
			})
			if err != nil {
				return nil, err
			}
		}
		for i, c := range some {
			if have[i] == len(c.Terms) {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// Args returns the terms of a query as six arguments of a statement, the
// missing ones repeated. An empty query gives arguments that find nothing.
func Args(query [][]byte) []any {
	out := make([]any, 0, maxQuery)
	for i := range maxQuery {
		switch {
		case i < len(query):
			out = append(out, query[i])
		case len(query) > 0:
			out = append(out, query[0])
		default:
			out = append(out, []byte{})
		}
	}
	return out
}

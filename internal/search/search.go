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
// asks each under its own key ([Somewhere]). What the index tells a thief of the disk is
// written in doc/decisions/002-blind-index.md.
//
// Start reading at [Index], [IndexContents] and [NewQuery].
package search

import (
	"bytes"
	"cmp"
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
	return write(tx, space, item, terms(box, texts))
}

// IndexContents makes item findable by the words of what it contains beside
// those of its title: a query may take some words from the one and some from
// the other. Of very long contents the first 2,000 different words count.
func IndexContents(tx *store.Tx, box *vault.Box, space id.Space, item id.Item, title, contents string) (err error) {
	defer fault.Op(&err, "search.IndexContents(%s)", item)
	return write(tx, space, item, contentTerms(box, title, contents))
}

// contentTerms hashes what an item is found by beside its title, sorted.
func contentTerms(box *vault.Box, title, contents string) [][]byte {
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
	out := make([][]byte, 0, len(words))
	for w := range words {
		out = append(out, box.Lookup(inside, w))
	}
	slices.SortFunc(out, bytes.Compare)
	return out
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
		if _, err := tx.Exec(insert, args...); err != nil {
			return err
		}
	}
	return nil
}

// terms hashes what item is found by. They come sorted, so that the order of
// rows on disk does not tell which words stand together.
func terms(box *vault.Box, texts []string) [][]byte {
	words := searchable(strings.Join(texts, "\n"))
	seen := make(map[string]bool, 8*len(words))
	var out [][]byte
	add := func(text string) {
		if !seen[text] && len(out) < maxTerms {
			seen[text] = true
			out = append(out, box.Lookup(domain, text))
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
	_, err = tx.Exec(drop, item)
	return err
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
	words := searchable(text)
	slices.SortStableFunc(words, func(a, b string) int {
		return cmp.Compare(utf8.RuneCountInString(b), utf8.RuneCountInString(a))
	})
	words = slices.DeleteFunc(words, covered(words))
	var q Query
	for _, w := range words[:min(len(words), maxQuery)] {
		q.Title = append(q.Title, box.Lookup(domain, w))
		q.Contents = append(q.Contents, box.Lookup(inside, w))
	}
	return q
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

// Asked is a query of one space.
type Asked struct {
	Space id.Space
	Query
}

// Which of sixteen spaces have one of two terms each.
var somewhere = store.ForFirm(`
	select 0 where exists (select 1 from search_term where firm_id = $1 and space_id = $2 and term in ($3, $4))
	union all select 1 where exists (select 1 from search_term where firm_id = $1 and space_id = $5 and term in ($6, $7))
	union all select 2 where exists (select 1 from search_term where firm_id = $1 and space_id = $8 and term in ($9, $10))
	union all select 3 where exists (select 1 from search_term where firm_id = $1 and space_id = $11 and term in ($12, $13))
	union all select 4 where exists (select 1 from search_term where firm_id = $1 and space_id = $14 and term in ($15, $16))
	union all select 5 where exists (select 1 from search_term where firm_id = $1 and space_id = $17 and term in ($18, $19))
	union all select 6 where exists (select 1 from search_term where firm_id = $1 and space_id = $20 and term in ($21, $22))
	union all select 7 where exists (select 1 from search_term where firm_id = $1 and space_id = $23 and term in ($24, $25))
	union all select 8 where exists (select 1 from search_term where firm_id = $1 and space_id = $26 and term in ($27, $28))
	union all select 9 where exists (select 1 from search_term where firm_id = $1 and space_id = $29 and term in ($30, $31))
	union all select 10 where exists (select 1 from search_term where firm_id = $1 and space_id = $32 and term in ($33, $34))
	union all select 11 where exists (select 1 from search_term where firm_id = $1 and space_id = $35 and term in ($36, $37))
	union all select 12 where exists (select 1 from search_term where firm_id = $1 and space_id = $38 and term in ($39, $40))
	union all select 13 where exists (select 1 from search_term where firm_id = $1 and space_id = $41 and term in ($42, $43))
	union all select 14 where exists (select 1 from search_term where firm_id = $1 and space_id = $44 and term in ($45, $46))
	union all select 15 where exists (select 1 from search_term where firm_id = $1 and space_id = $47 and term in ($48, $49))`)

// Somewhere returns those of many spaces in which some item has the longest word
// of a query in its title or its contents: in the others nothing is found. It
// looks at one or two rows of each.
func Somewhere(tx *store.Tx, all []Asked) (out []Asked, err error) {
	defer fault.Op(&err, "search.Somewhere")
	for some := range slices.Chunk(all, store.Batch) {
		args := make([]any, 0, 3*store.Batch)
		for i := range store.Batch {
			args = append(args, "", []byte{}, []byte{})
			if i < len(some) && len(some[i].Title) > 0 {
				args = append(args[:3*i], some[i].Space, some[i].Title[0], some[i].Contents[0])
			}
		}
		err := tx.Each(somewhere, args, func(scan func(...any) error) error {
			var i int64
			err := scan(&i)
			if err == nil {
				out = append(out, some[i])
			}
			return err
		})
		if err != nil {
			return nil, err
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

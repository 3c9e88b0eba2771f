// Package search finds items by their words in a database that holds no word:
// a blind index of keyed hashes, one set for each space. A word is found by
// itself and by its beginnings of two characters and more, without regard to
// accents, case or typography (package fold).
//
// It refuses to decide who may see what: it names candidates, and the noun
// that shows them asks with [Condition] inside its own statement of what the
// actor may see. It refuses to look through several spaces at once, because
// their hashes are not comparable. What the index tells a thief of the disk is
// written in doc/decisions/002-blind-index.md.
//
// Start reading at [Index] and [Query].
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
	domain    = "search" // of the keyed hashes
	maxTerms  = 2000     // per call of Index: whole words come first
	maxQuery  = 6        // words a query requires; the longest count
	minPrefix = 2        // characters of the shortest beginning
	maxWord   = 32       // characters of a word that count
	batch     = 16       // rows of one insert statement
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
	for rows := range slices.Chunk(terms(box, texts), batch) {
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
		length := 0
		for end := range w {
			if length >= minPrefix {
				add(w[:end])
			}
			length++
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

// Query hashes the words of text, all of which a found item must have: at most
// six, the longest, which come first because they are the rarest. It is empty
// when text has no word that could be found; then nothing is found.
func Query(box *vault.Box, text string) [][]byte {
	words := searchable(text)
	slices.SortStableFunc(words, func(a, b string) int {
		return cmp.Compare(utf8.RuneCountInString(b), utf8.RuneCountInString(a))
	})
	words = slices.DeleteFunc(words, covered(words))
	out := make([][]byte, 0, maxQuery)
	for _, w := range words[:min(len(words), maxQuery)] {
		out = append(out, box.Lookup(domain, w))
	}
	return out
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

// Condition is the SQL condition that the item aliased i has every term of a
// query, for a noun's own statement; the arguments $2 to $8 are those of
// [Args], the noun's own start at $9.
const Condition = `exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.id and s.term = $3)
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.id and s.term = $4)
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.id and s.term = $5)
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.id and s.term = $6)
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.id and s.term = $7)
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.id and s.term = $8)`

// Args returns the arguments $2 to $8 of [Condition]: the space and six terms,
// the missing ones repeated. An empty query gives arguments that find nothing.
func Args(space id.Space, query [][]byte) []any {
	out := make([]any, 0, 1+maxQuery)
	out = append(out, space)
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

var find = store.ForFirm(`
	select i.item_id from search_term i
	where i.firm_id = $1 and i.space_id = $2 and i.term = $3 and i.item_id < $9
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.item_id and s.term = $4)
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.item_id and s.term = $5)
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.item_id and s.term = $6)
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.item_id and s.term = $7)
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.item_id and s.term = $8)
	order by i.item_id desc limit $10`)

// last is greater than every identifier in every collation.
const last = "zzzzzzzzzzzzzzzzzzzzzzzzzz"

// Find returns the newest items of space that match query and are older than
// before (empty: the newest of all), at most limit. They are candidates: what
// the actor may not see is among them.
func Find(tx *store.Tx, space id.Space, query [][]byte, before id.Item, limit int) (items []id.Item, err error) {
	defer fault.Op(&err, "search.Find(%s)", space)
	if before == "" {
		before = last
	}
	args := append(Args(space, query), before, limit)
	err = tx.Each(find, args, func(scan func(...any) error) error {
		var item string
		if err := scan(&item); err != nil {
			return err
		}
		items = append(items, id.Item(item))
		return nil
	})
	return items, err
}

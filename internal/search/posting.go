package search

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"

	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Of a word that is everywhere, the register knows the items themselves: in parts
// that are sealed like its lists, of which only the last is written to. Who looks
// for such words reads the parts from the last on, and takes what all of the words
// have; it ends where its page is full. Like the lists, parts may name too many and
// never too few.

const (
	mostPosted = 64 // items of one part
	leastRoom  = 8  // items; parts have room for 8, 16, 32, 64
	fewParts   = 4  // that are read at first; then twice as many each time
	manyParts  = 256

	// To read a part costs about half of what it costs to look an item up in the index of its
	// space. Whether an item has another word is left to that when more than these would be read.
	freeParts = 32
	itsParts  = 2 // for each item that is asked about
)

var (
	selectLastPart = store.ForFirm(`
select part, items from search_posting where firm_id = $1 and word = $2 order by part desc limit 1`)

	upsertPart = store.ForFirm(`
insert into search_posting (firm_id, word, part, items) values ($1, $2, $3, $4)
on conflict (firm_id, word, part) do update set items = excluded.items`)

	selectParts = store.ForFirm(`
select part, items from search_posting where firm_id = $1 and word = $2 and part <= $3
order by part desc limit $4`)

	allHolders = store.ForFirm(`
select item_id from search_term where firm_id = $1 and space_id = $2 and term = $3`)

	selectAnyPart = store.ForFirm(`select part from search_posting where firm_id = $1 order by word limit 1`)

	selectAllSpaces = store.ForFirm(`select id from space where firm_id = $1 and id > $2 order by id limit $3`)
)

// Begun reports whether any word of the firm has parts.
func Begun(tx *store.Tx) (begun bool, err error) {
	err = tx.Each(selectAnyPart, nil, func(func(...any) error) error { begun = true; return nil })
	return begun, err
}

// part is some of the items that have a word.
type part struct {
	number int64
	before id.Item // no item of an earlier part is newer than this one
	items  []id.Item
}

func partPlace(word []byte, number int64) vault.Place {
	return vault.Place{Table: "search_posting", Column: "items", Row: hex.EncodeToString(word) + "/" + strconv.FormatInt(number, 10)}
}

// seal hides how many items there are, up to twice.
func (p part) seal(box *vault.Box, word []byte) []byte {
	room := leastRoom
	for room < len(p.items) {
		room *= 2
	}
	plain := make([]byte, id.Length, (1+room)*id.Length)
	copy(plain, p.before)
	for _, of := range p.items {
		plain = append(plain, of...)
	}
	return box.Seal(partPlace(word, p.number), plain[:cap(plain)])
}

func unsealPart(box *vault.Box, word []byte, number int64, sealed []byte) (part, error) {
	plain, err := box.Open(partPlace(word, number), sealed)
	if err != nil {
		return part{}, err
	}
	if len(plain) < id.Length {
		return part{}, errors.New("search: a part of nothing")
	}
	before, items := plain[:id.Length], bytes.TrimRight(plain[id.Length:], "\x00")
	p := part{number: number, before: id.Item(bytes.TrimRight(before, "\x00"))}
	all := string(items) // which they are pieces of
	p.items = make([]id.Item, 0, len(all)/id.Length)
	for ; len(all) >= id.Length; all = all[id.Length:] {
		p.items = append(p.items, id.Item(all[:id.Length]))
	}
	return p, nil
}

// post notes items of a word that is everywhere, and whether its parts had begun.
func (r Register) post(word []byte, items []id.Item) (begun bool, err error) {
	last := part{number: -1}
	var sealed []byte
	err = r.Tx.Row(selectLastPart, []any{word}, &last.number, &sealed)
	if errors.Is(err, store.ErrNoRow) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if last, err = unsealPart(r.Firm, word, last.number, sealed); err != nil {
		return true, err
	}
	return true, r.write(word, last, items)
}

// write adds items to a part, and begins further ones when it is full.
func (r Register) write(word []byte, last part, items []id.Item) error {
	changed := false
	put := func() error {
		if !changed {
			return nil
		}
		return r.Tx.Write(upsertPart, word, last.number, last.seal(r.Firm, word))
	}
	for _, of := range slices.Sorted(slices.Values(items)) {
		if slices.Contains(last.items, of) {
			continue
		}
		if len(last.items) == mostPosted {
			if err := put(); err != nil {
				return err
			}
			last = part{number: last.number + 1, before: max(last.before, slices.Max(last.items))}
		}
		last.items, changed = append(last.items, of), true
	}
	return put()
}

// begin posts a word of some spaces: all that the index of each says of it.
func (r Register) begin(word []byte, plain string, in []id.Space) error {
	boxes, err := r.Boxes(in)
	if err != nil {
		return err
	}
	domain, text := plainOf(plain)
	var all []id.Item
	for _, of := range in {
		box := boxes[of]
		if box == nil {
			continue // its key is destroyed
		}
		err := r.Tx.Each(allHolders, []any{of, box.Lookup(domain, text)}, func(scan func(...any) error) error {
			var item id.Item
			err := scan(&item)
			all = append(all, item)
			return err
		})
		if err != nil {
			return err
		}
	}
	slices.Sort(all)
	return r.write(word, part{}, slices.Compact(all))
}

// everySpace are the spaces of the firm, for a word whose list an earlier program
// has dropped.
func (r Register) everySpace() (all []id.Space, err error) {
	const some = 1000
	for last := id.Space(""); ; last = all[len(all)-1] {
		n := 0
		err := r.Tx.Each(selectAllSpaces, []any{last, some}, func(scan func(...any) error) error {
			var of id.Space
			err := scan(&of)
			all = append(all, of)
			n++
			return err
		})
		if err != nil || n < some {
			return all, err
		}
	}
}

// Posted are the items that may have all of some words which are everywhere. It
// reads as far as it is asked to, in the transaction that it was made in; of words
// that many more have than the rarest of them, not even so far.
type Posted struct{ words []*stream }

// stream is what is known of one word.
type stream struct {
	tx      *store.Tx
	box     *vault.Box
	word    []byte
	parts   int64            // that were not read yet
	step    int64            // how many are read next
	bound   id.Item          // no item of those is newer
	known   map[id.Item]bool // of those that were read
	next    []id.Item        // likewise, less those that were given: the oldest first
	follows bool             // it is asked about items that another one gives, and gives none
	spare   int64            // parts that may still be read to answer
	blind   bool             // it would have taken more: all that is older may have the word
}

// posted opens the parts of those words that have any; nil when none has.
func posted(tx *store.Tx, box *vault.Box, words [][]byte) (*Posted, error) {
	var p Posted
	for _, word := range words {
		s := &stream{tx: tx, box: box, word: word, known: map[id.Item]bool{}, step: fewParts, spare: freeParts}
		var sealed []byte
		err := tx.Row(selectLastPart, []any{word}, &s.parts, &sealed)
		if errors.Is(err, store.ErrNoRow) {
			continue
		}
		if err != nil {
			return nil, err
		}
		last, err := unsealPart(box, word, s.parts, sealed)
		if err != nil {
			return nil, err
		}
		s.take(last)
		slices.Sort(s.next)
		p.words = append(p.words, s)
	}
	if p.words == nil {
		return nil, nil
	}
	slices.SortStableFunc(p.words, func(x, y *stream) int { return cmp.Compare(x.parts, y.parts) }) // the rarest leads
	for _, s := range p.words[1:] {
		s.follows, s.next = true, nil
	}
	return &p, nil
}

// take learns a part, the one before those that were read.
func (s *stream) take(p part) {
	s.parts, s.bound = p.number, p.before
	for _, of := range p.items {
		if !s.known[of] {
			s.known[of] = true
			if !s.follows {
				s.next = append(s.next, of)
			}
		}
	}
}

// read reads some more parts, and no more than most.
func (s *stream) read(most int64) error {
	var all []part
	err := s.tx.Each(selectParts, []any{s.word, s.parts - 1, min(s.step, most)}, func(scan func(...any) error) error {
		var sealed []byte
		var p part
		err := scan(&p.number, &sealed)
		if err == nil {
			p, err = unsealPart(s.box, s.word, p.number, sealed)
		}
		all = append(all, p)
		return err
	})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New("search: a part is missing")
	}
	for _, p := range all {
		s.take(p)
	}
	slices.Sort(s.next)
	s.step = min(2*s.step, manyParts)
	s.spare -= int64(len(all))
	return nil
}

// newest gives the newest item that was not given yet, "" when there is none.
func (s *stream) newest() (id.Item, error) {
	for s.parts > 0 && (len(s.next) == 0 || s.next[len(s.next)-1] < s.bound) {
		if err := s.read(manyParts); err != nil {
			return "", err
		}
	}
	if len(s.next) == 0 {
		return "", nil
	}
	of := s.next[len(s.next)-1]
	s.next = s.next[:len(s.next)-1]
	return of, nil
}

// may reports whether an item may have the word. A word that nearly all have is not read
// down to one that few have.
func (s *stream) may(of id.Item) (bool, error) {
	s.spare += itsParts
	for s.parts > 0 && s.bound >= of && !s.known[of] {
		if s.blind = s.blind || s.spare <= 0; s.blind {
			return true, nil
		}
		if err := s.read(s.spare); err != nil {
			return false, err
		}
	}
	return s.known[of], nil
}

// Next gives the next items that are older than before and may have all of the
// words, the newest first; less than asked for are the last ones.
func (p *Posted) Next(before id.Item, n int) (out []id.Item, err error) {
	for len(out) < n {
		of, err := p.words[0].newest()
		if err != nil || of == "" {
			return out, err
		}
		if of >= before {
			continue
		}
		all := true
		for _, s := range p.words[1:] {
			if all, err = s.may(of); err != nil {
				return nil, err
			}
			if !all {
				break
			}
		}
		if all {
			out = append(out, of)
		}
	}
	return out, nil
}

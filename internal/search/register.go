package search

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Hashes of two spaces are not comparable, and asking each of ten thousand is
// slow. The register says for a word which spaces have it: by a hash under the
// key of the firm, in a list that is sealed, so that a thief of the disk sees
// about how many spaces a word has and not which. It may name too many (a word
// whose last document is gone), and never too few. Of a word that many spaces have
// it knows the items instead: posting.go.

const (
	registered  = "search.register" // domain of its keyed hashes
	mostListed  = 128               // spaces of one word; one that more have is everywhere
	titled      = "title "          // before a word of a title
	contained   = "contents "       // before a word of contents, or of the title beside them
	listPadding = 4                 // spaces; lists have room for 4, 8, 16, …
)

var (
	upsertWord = store.ForFirm(`
insert into search_word (firm_id, word, spaces) values ($1, $2, $3)
on conflict (firm_id, word) do update set spaces = excluded.spaces`)

	selectWords = store.ForFirm(`
select word, spaces from search_word
where firm_id = $1 and word in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)
)

// list is the spaces of one word.
type list struct {
	spaces     []id.Space
	everywhere bool
}

// Words are what an item of a space is found by: those of its title and of what is
// under it, as [Index] and [IndexContents] take them, or as [IndexSpoken] does, which
// come first.
type Words struct {
	Space           id.Space
	Item            id.Item
	Title, Contents string
	Spoken          bool
}

// Register is the register of a firm in one transaction.
type Register struct {
	Tx   *store.Tx
	Firm *vault.Box
	// Boxes gives those of spaces, less those whose key is destroyed.
	Boxes func([]id.Space) (map[id.Space]*vault.Box, error)
	Most  int  // spaces of one word that are listed; 0: 128
	Begin bool // whether words that have no parts may be given some
}

// holding is what has one word.
type holding struct {
	word   string
	spaces []id.Space
	items  []id.Item
}

// Note notes which spaces, or which items, have the words of some items.
func (r Register) Note(all ...Words) (err error) {
	defer fault.Op(&err, "search.Note")
	in := map[string]*holding{}
	for _, item := range all {
		add := func(domain string, words []string) {
			for _, w := range words {
				h := in[domain+w]
				if h == nil {
					h = &holding{word: domain + w}
					in[h.word] = h
				}
				if !slices.Contains(h.spaces, item.Space) {
					h.spaces = append(h.spaces, item.Space)
				}
				h.items = append(h.items, item.Item)
			}
		}
		if item.Spoken {
			add(said, contentWords(item.Title, item.Contents))
			continue
		}
		add(titled, titleWords(item.Title))
		add(contained, contentWords(item.Title, item.Contents))
	}
	known, hashes, err := lists(r.Tx, r.Firm, slices.Collect(maps.Keys(in)))
	if err != nil {
		return err
	}
	former := r.Begin
	for _, hash := range slices.Sorted(maps.Keys(hashes)) { // who writes two rows writes them in one order
		if err := r.enter([]byte(hash), known[hash], in[hashes[hash]], &former); err != nil {
			return err
		}
	}
	return nil
}

// enter notes what has one word. Of the words that an earlier program has found
// everywhere one is given its parts in a transaction, since all spaces are asked.
func (r Register) enter(hash []byte, l list, h *holding, former *bool) error {
	if l.everywhere {
		begun, err := r.post(hash, h.items)
		if err != nil || begun || !*former {
			return err
		}
		*former = false
		every, err := r.everySpace()
		if err != nil {
			return err
		}
		return r.begin(hash, h.word, every)
	}
	now, more := l.with(h.spaces, cmp.Or(r.Most, mostListed))
	if !more {
		return nil
	}
	if now.everywhere && r.Begin {
		if err := r.begin(hash, h.word, slices.Concat(l.spaces, h.spaces)); err != nil {
			return err
		}
	}
	return r.Tx.Write(upsertWord, hash, now.seal(r.Firm, hash))
}

// plainOf takes a word of the register apart: the domain of its hashes in a space,
// and the word.
func plainOf(word string) (domainOf, text string) {
	if text, ok := strings.CutPrefix(word, titled); ok {
		return domain, text
	}
	if text, ok := strings.CutPrefix(word, said); ok {
		return spoken, text
	}
	return inside, strings.TrimPrefix(word, contained)
}

// with is a list with some spaces more, and whether it has become another one.
func (l list) with(some []id.Space, most int) (_ list, more bool) {
	for _, s := range some {
		if !slices.Contains(l.spaces, s) {
			l.spaces, more = append(l.spaces, s), true
		}
	}
	if len(l.spaces) > most {
		l = list{everywhere: true}
	}
	return l, more
}

// lists reads the lists of words, by their hashes, of which it returns the words.
func lists(tx *store.Tx, box *vault.Box, words []string) (map[string]list, map[string]string, error) {
	hashes := make(map[string]string, len(words))
	for _, w := range words {
		hashes[string(box.Lookup(registered, w))] = w
	}
	known := make(map[string]list, len(words))
	for some := range slices.Chunk(slices.Sorted(maps.Keys(hashes)), store.Batch) {
		args := make([]any, store.Batch)
		for i := range args {
			args[i] = []byte(some[min(i, len(some)-1)])
		}
		err := tx.Each(selectWords, args, func(scan func(...any) error) error {
			var word, sealed []byte
			err := scan(&word, &sealed)
			if err == nil {
				known[string(word)], err = unseal(box, word, sealed)
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return known, hashes, nil
}

func registerPlace(word []byte) vault.Place {
	return vault.Place{Table: "search_word", Column: "spaces", Row: hex.EncodeToString(word)}
}

// seal hides how long a list is, up to twice.
func (l list) seal(box *vault.Box, word []byte) []byte {
	room := listPadding
	for room < len(l.spaces) {
		room *= 2
	}
	if l.everywhere {
		room = 0
	}
	plain := make([]byte, 0, room*id.Length)
	for _, s := range l.spaces {
		plain = append(plain, s...)
	}
	return box.Seal(registerPlace(word), plain[:room*id.Length])
}

func unseal(box *vault.Box, word, sealed []byte) (l list, err error) {
	plain, err := box.Open(registerPlace(word), sealed)
	l.everywhere = len(plain) == 0
	for one := range slices.Chunk(bytes.TrimRight(plain, "\x00"), id.Length) {
		l.spaces = append(l.spaces, id.Space(one))
	}
	return l, err
}

// Places are where a query may find something.
type Places struct {
	Spaces     []id.Space // in one of these
	Everywhere bool       // anywhere: each of its words is in many spaces
	Posted     *Posted    // then, if it is known: where these items are
}

// Registered says in which spaces of the firm a query may find something in titles
// and in contents, of all that has been noted with [Register.Note]; box is the firm's.
func Registered(tx *store.Tx, box *vault.Box, text string) (title, contents Places, err error) {
	defer fault.Op(&err, "search.Registered")
	in, err := registeredIn(tx, box, text, titled, contained)
	if err != nil {
		return title, contents, err
	}
	return in[0], in[1], nil
}

// registeredIn says the same for each of some kinds of words.
func registeredIn(tx *store.Tx, box *vault.Box, text string, kinds ...string) (out []Places, err error) {
	var all []string
	words := asked(text)
	for _, w := range words {
		for _, kind := range kinds {
			all = append(all, kind+w)
		}
	}
	known, hashes, err := lists(tx, box, all)
	if err != nil {
		return nil, err
	}
	of, by := map[string]list{}, map[string][]byte{}
	for hash, w := range hashes {
		of[w], by[w] = known[hash], []byte(hash)
	}
	for _, kind := range kinds {
		p := common(of, kind, words)
		if p.Everywhere {
			var all [][]byte
			for _, w := range words {
				all = append(all, by[kind+w])
			}
			if p.Posted, err = posted(tx, box, all); err != nil {
				return nil, err
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// common are the spaces that have all of some words.
func common(of map[string]list, domain string, words []string) Places {
	p := Places{Everywhere: len(words) > 0}
	for _, w := range words {
		switch l := of[domain+w]; {
		case l.everywhere:
		case p.Everywhere:
			p = Places{Spaces: slices.Clone(l.spaces)}
		default:
			p.Spaces = slices.DeleteFunc(p.Spaces, func(s id.Space) bool { return !slices.Contains(l.spaces, s) })
		}
	}
	return p
}

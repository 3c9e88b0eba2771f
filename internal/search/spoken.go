package search

import (
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// What is said is found as one: by the words of its subject and their beginnings,
// and by the words of its text. Its hashes are apart from those of documents, so
// that who looks for the one does not pass the other.
const (
	spoken = "search.spoken" // domain of its keyed hashes
	said   = "spoken "       // before a word of it in the register
)

// IndexSpoken makes what is said findable in its space; box is the space's. Of a very
// long text the first 2,000 different words count.
func IndexSpoken(tx *store.Tx, box *vault.Box, space id.Space, item id.Item, subject, text string) (err error) {
	defer fault.Op(&err, "search.IndexSpoken(%s)", item)
	return write(tx, space, item, hashed(box, spoken, contentWords(subject, text)))
}

// SpokenQuery is the terms that a found item of a space must all have, the longest
// first; none when the text has no word that could be found.
func SpokenQuery(box *vault.Box, text string) (out [][]byte) {
	for _, w := range asked(text) {
		out = append(out, box.Lookup(spoken, w))
	}
	return out
}

// RegisteredSpoken is [Registered] for what is said.
func RegisteredSpoken(tx *store.Tx, box *vault.Box, text string) (p Places, err error) {
	defer fault.Op(&err, "search.RegisteredSpoken")
	in, err := registeredIn(tx, box, text, said)
	if err != nil {
		return p, err
	}
	return in[0], nil
}

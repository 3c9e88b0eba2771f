package api

import (
	"encoding/hex"

	"cenacle/internal/id"
	"cenacle/internal/overview"
)

// Journal is a page of a journal, the newest entry first.
type Journal struct {
	Entries []Entry `json:"entries"`
	Next    string  `json:"next,omitempty" doc:"cursor of older entries; absent when there are none"`
}

// Entry is one act.
type Entry struct {
	ID        id.Entry  `json:"id"`
	At        Instant   `json:"at"`
	Kind      string    `json:"kind" doc:"what was done: document.filed, memo.written…"`
	Space     id.Space  `json:"space,omitempty"`
	Object    string    `json:"object,omitempty" doc:"identifier of what it was done to"`
	Actor     id.Person `json:"actor,omitempty"`
	ActorName string    `json:"actor_name,omitempty"`
	ForName   string    `json:"for_name,omitempty" doc:"whom the actor stood in for, who was away"`
	AboutName string    `json:"about_name,omitempty" doc:"whom it was about"`
	Via       string    `json:"via,omitempty" doc:"how she came: password, link, token, drive, command or job"`
	Position  *int64    `json:"position,omitempty" doc:"in the signed tree; absent for a moment after the act"`
	Leaf      string    `json:"leaf" doc:"what the tree holds of it, lower-case hexadecimal"`
	Erased    bool      `json:"erased,omitempty" doc:"the key of its space is destroyed"`
}

func entryOf(e overview.Entry) Entry {
	out := Entry{
		ID: e.ID, At: Instant(e.At), Kind: e.Kind, Space: e.Space, Object: e.Object, Actor: e.Actor, ActorName: e.ActorName,
		ForName: e.ForName, AboutName: e.AboutName, Via: e.Via, Leaf: hex.EncodeToString(e.Leaf[:]), Erased: e.Erased,
	}
	if e.Position >= 0 {
		out.Position = &e.Position
	}
	return out
}

// maxEntries is how many entries a page of a journal has at most.
const maxEntries = 499

// pageOf reads a page of a journal.
func pageOf(r *Request, in Page, list func(overview.JournalQuery) ([]overview.Entry, error)) (Journal, error) {
	q := overview.JournalQuery{Limit: min(in.most(), maxEntries) + 1}
	if err := r.resume(in.Cursor, &q.Before); err != nil {
		return Journal{}, err
	}
	found, err := list(q)
	if err != nil {
		return Journal{}, err
	}
	found, next, err := page(r, found, q.Limit-1, func(e overview.Entry) id.Entry { return e.ID })
	out := Journal{Entries: make([]Entry, len(found)), Next: next}
	for i, e := range found {
		out.Entries[i] = entryOf(e)
	}
	return out, err
}

func (n *Nouns) journal(r *Request, in Page) (Journal, error) {
	return pageOf(r, in, func(q overview.JournalQuery) ([]overview.Entry, error) {
		return n.Overview.Journal(r.Context(), r.Actor, q)
	})
}

// SpacePage asks for a page of something in a space.
type SpacePage struct {
	InSpace
	Page
}

func (n *Nouns) spaceJournal(r *Request, in SpacePage) (Journal, error) {
	return pageOf(r, in.Page, func(q overview.JournalQuery) ([]overview.Entry, error) {
		return n.Overview.SpaceJournal(r.Context(), r.Actor, in.Space, q)
	})
}

// Head is a signed state of the firm’s journal.
type Head struct {
	Size       int64   `json:"size" doc:"entries in the tree; 0: nothing is signed yet"`
	Root       string  `json:"root" doc:"RFC 6962 root, lower-case hexadecimal"`
	Checkpoint string  `json:"checkpoint" doc:"C2SP tlog-checkpoint, a signed note"`
	Verifier   string  `json:"verifier" doc:"public key of the note"`
	At         Instant `json:"at,omitzero"`
}

func (n *Nouns) head(r *Request, _ None) (Head, error) {
	h, err := n.Overview.Head(r.Context(), r.Actor)
	return Head{h.Size, hex.EncodeToString(h.Root[:]), h.Checkpoint, h.Verifier, Instant(h.At)}, err
}

// InEntry names an entry in the path.
type InEntry struct {
	Entry id.Entry `path:"entry"`
}

// Proof shows that an entry is in a signed tree.
type Proof struct {
	Entry    id.Entry `json:"entry"`
	Position int64    `json:"position" doc:"from 0"`
	Leaf     string   `json:"leaf" doc:"lower-case hexadecimal"`
	Proof    string   `json:"proof" doc:"C2SP tlog-proof, with the checkpoint"`
	Verifier string   `json:"verifier" doc:"public key of the checkpoint"`
}

func (n *Nouns) proof(r *Request, in InEntry) (Proof, error) {
	p, err := n.Overview.Proof(r.Context(), r.Actor, in.Entry)
	return Proof{p.Entry, p.Index, hex.EncodeToString(p.Leaf[:]), p.Text, p.Verifier}, err
}

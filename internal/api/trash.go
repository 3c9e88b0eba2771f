package api

import (
	"cenacle/internal/document"
	"cenacle/internal/hold"
	"cenacle/internal/id"
	"cenacle/internal/item"
)

// Trashed is a deleted document.
type Trashed struct {
	Document
	Deleted   Instant `json:"deleted_at"`
	DeletedBy string  `json:"deleted_by_name,omitempty"`
	Erased    Instant `json:"erased_at" doc:"when it is erased with its keys, unless a hold stands"`
	Held      bool    `json:"held" doc:"a hold keeps it beyond that"`
}

// Trash is a page of the trash of a space, the last deleted first.
type Trash struct {
	Documents []Trashed `json:"documents"`
	Next      string    `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

// TrashListing asks for the trash of a space.
type TrashListing struct {
	InSpace
	Page
}

func (n *Nouns) trash(r *Request, in TrashListing) (Trash, error) {
	var after item.After
	if err := r.resume(in.Cursor, &after); err != nil {
		return Trash{}, err
	}
	found, more, err := n.Documents.Trash(r.Context(), r.Actor, document.TrashQuery{Space: in.Space, After: after, Limit: in.most()})
	if err != nil {
		return Trash{}, err
	}
	out := Trash{Documents: make([]Trashed, len(found))}
	for i, d := range found {
		out.Documents[i] = Trashed{documentOf(&d.Document), Instant(d.Deleted), d.DeletedBy, Instant(d.Erased), d.Held}
	}
	if more.ID != "" {
		out.Next, err = r.next(more)
	}
	return out, err
}

// Hold is what keeps documents from being erased.
type Hold struct {
	ID           id.Hold   `json:"id"`
	Space        id.Space  `json:"space"`
	Document     id.Item   `json:"document,omitempty" doc:"absent: the whole space"`
	Reason       string    `json:"reason"`
	By           id.Person `json:"placed_by"`
	ByName       string    `json:"placed_by_name"`
	At           Instant   `json:"placed_at"`
	Lifted       Instant   `json:"lifted_at,omitzero" doc:"absent while it stands"`
	LiftedBy     id.Person `json:"lifted_by,omitempty"`
	LiftedByName string    `json:"lifted_by_name,omitempty"`
	LiftReason   string    `json:"lift_reason,omitempty"`
}

// Holds is the holds of a space.
type Holds struct {
	Holds []Hold `json:"holds"`
}

func holdOf(h hold.Hold) Hold {
	return Hold{
		h.ID, h.Space, h.Document, h.Reason, h.By, h.ByName, Instant(h.At),
		Instant(h.Lifted), h.LiftedBy, h.LiftedByName, h.LiftReason,
	}
}

func (n *Nouns) holds(r *Request, in InSpace) (Holds, error) {
	found, err := n.Holds.List(r.Context(), r.Actor, in.Space)
	out := Holds{Holds: make([]Hold, len(found))}
	for i, h := range found {
		out.Holds[i] = holdOf(h)
	}
	return out, err
}

// NewHold is a hold about to be placed.
type NewHold struct {
	InSpace
	Document id.Item `json:"document,omitempty" doc:"of that space; absent: the whole space"`
	Reason   string  `json:"reason"`
}

func (n *Nouns) placeHold(r *Request, in NewHold) (Hold, error) {
	h, err := n.Holds.Place(r.Context(), r.Actor, hold.New{Space: in.Space, Document: in.Document, Reason: in.Reason})
	if err != nil {
		return Hold{}, err
	}
	r.At("holds", string(h.ID))
	return n.placedHold(r, in, string(h.ID))
}

func (n *Nouns) placedHold(r *Request, _ NewHold, of string) (Hold, error) {
	return n.hold(r, InHold{id.Hold(of)})
}

// InHold names a hold in the path.
type InHold struct {
	Hold id.Hold `path:"hold"`
}

func (n *Nouns) hold(r *Request, in InHold) (Hold, error) {
	h, err := n.Holds.Show(r.Context(), r.Actor, in.Hold)
	return holdOf(h), err
}

// Lifting ends a hold.
type Lifting struct {
	InHold
	Reason string `json:"reason"`
}

func (n *Nouns) liftHold(r *Request, in Lifting) (Hold, error) {
	if err := n.Holds.Lift(r.Context(), r.Actor, in.Hold, in.Reason); err != nil {
		return Hold{}, err
	}
	return n.hold(r, in.InHold)
}

func (n *Nouns) liftedHold(r *Request, in Lifting, _ string) (Hold, error) {
	return n.hold(r, in.InHold)
}

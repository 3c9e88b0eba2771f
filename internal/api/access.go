package api

import (
	"cenacle/internal/id"
	"cenacle/internal/overview"
)

// Openings is a page of who opened a space.
type Openings struct {
	Openings []Opening `json:"openings"`
	Next     string    `json:"next,omitempty" doc:"cursor of older ones; absent when there are none"`
	Host     []Entry   `json:"host" doc:"what the operator did with the firm as a whole, the newest first"`
}

// Opening is one act of opening, coming or going.
type Opening struct {
	Entry
	Side  string `json:"side" doc:"where its actor stands: firm, client or host"`
	Title string `json:"title,omitempty" doc:"of the document that was opened"`
}

func (n *Nouns) openings(r *Request, in SpacePage) (Openings, error) {
	q := overview.JournalQuery{Limit: min(in.most(), maxEntries)}
	if err := r.resume(in.Cursor, &q.Before); err != nil {
		return Openings{}, err
	}
	found, more, err := n.Overview.Openings(r.Context(), r.Actor, overview.Sources{Documents: n.Documents}, in.Space, q)
	if err != nil {
		return Openings{}, err
	}
	hosted, err := n.Overview.Hosted(r.Context(), r.Actor, in.Space)
	if err != nil {
		return Openings{}, err
	}
	out := Openings{Openings: make([]Opening, len(found)), Host: make([]Entry, len(hosted))}
	for i, o := range found {
		out.Openings[i] = Opening{entryOf(o.Entry), string(o.Side), o.Title}
	}
	for i, e := range hosted {
		out.Host[i] = entryOf(e)
	}
	if more != "" {
		out.Next, err = r.next(more)
	}
	return out, err
}

// Freeze says whether a space is frozen.
type Freeze struct {
	Frozen bool      `json:"frozen" doc:"nobody outside the firm enters it"`
	By     id.Person `json:"by,omitempty"`
	ByName string    `json:"by_name,omitempty"`
	At     Instant   `json:"at,omitzero"`
	People int       `json:"people,omitempty" doc:"how many are kept out"`
}

func (n *Nouns) freezeOf(r *Request, in InSpace) (Freeze, error) {
	f, err := n.Freezes.Standing(r.Context(), r.Actor, in.Space)
	if err != nil || f == nil {
		return Freeze{}, err
	}
	return Freeze{true, f.By, f.ByName, Instant(f.At), len(f.People)}, nil
}

func (n *Nouns) freeze(r *Request, in InSpace) (None, error) {
	return None{}, n.Freezes.Freeze(r.Context(), r.Actor, in.Space)
}

// Thawing opens a frozen space again.
type Thawing struct {
	InSpace
	Reason string `json:"reason" doc:"how one made sure that all is well"`
}

func (n *Nouns) thaw(r *Request, in Thawing) (None, error) {
	return None{}, n.Freezes.Thaw(r.Context(), r.Actor, in.Space, in.Reason)
}

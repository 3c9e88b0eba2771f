package api

import (
	"cenacle/internal/document"
	"cenacle/internal/id"
)

// Reasons is, for every member of a space, whether she sees something and why.
type Reasons struct {
	People []Seer `json:"people" doc:"of the space, past members included"`
}

// Seer is one of them.
type Seer struct {
	Recipient
	Sees    bool     `json:"sees"`
	Since   Instant  `json:"since" doc:"when she became a member of the space"`
	Until   Instant  `json:"until,omitzero" doc:"when her membership ends, or has ended; absent: never"`
	Grounds []Ground `json:"grounds" doc:"the addresses that the reason rests on: those that bring it to her, or those that do not"`
}

// Ground is an address and one person's stay in its circle.
type Ground struct {
	Address
	Since Instant `json:"since,omitzero" doc:"when she entered the circle; absent: she was never in it"`
	Until Instant `json:"until,omitzero" doc:"when she leaves it, or has left it; absent: never"`
}

func (n *Nouns) documentWhy(r *Request, in InDocument) (Reasons, error) {
	people, err := n.Documents.Why(r.Context(), r.Actor, in.Document)
	return reasonsOf(people), err
}

// InMemo names a memo of a space in the path.
type InMemo struct {
	InSpace
	Memo id.Item `path:"memo"`
}

func (n *Nouns) memoWhy(r *Request, in InMemo) (Reasons, error) {
	found, err := n.Memos.Why(r.Context(), r.Actor, in.Space, in.Memo)
	return reasonsOf(found.People), err
}

func (n *Nouns) eventWhy(r *Request, in InEvent) (Reasons, error) {
	people, err := n.Agendas.Why(r.Context(), r.Actor, in.Space, in.Event)
	return reasonsOf(people), err
}

func reasonsOf(people []document.Recipient) Reasons {
	out := Reasons{People: make([]Seer, len(people))}
	for i, p := range people {
		one := Seer{
			Recipient: Recipient{p.Person, p.Name, string(p.Role), p.Reason}, Sees: p.Sees,
			Since: Instant(p.Stay.Since), Until: Instant(p.Stay.Until), Grounds: make([]Ground, len(p.Grounds)),
		}
		for j, g := range p.Grounds {
			one.Grounds[j] = Ground{Address{g.Circle, Instant(g.Sent), g.Extended}, Instant(g.Stay.Since), Instant(g.Stay.Until)}
		}
		out.People[i] = one
	}
	return out
}

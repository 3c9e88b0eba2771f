package api

import (
	"time"

	"cenacle/internal/depositlink"
	"cenacle/internal/id"
)

// DepositLink is a link by which one person hands documents in without an
// account; its token is in her mail and nowhere else.
type DepositLink struct {
	ID         id.DepositLink `json:"id"`
	Space      id.Space       `json:"space"`
	Person     id.Person      `json:"person" doc:"whose link it is, and under whom it files"`
	PersonName string         `json:"person_name"`
	Request    id.Ask         `json:"request,omitempty" doc:"the one paper it is for; absent: whatever is asked of her"`
	By         id.Person      `json:"by" doc:"who made it"`
	Made       Instant        `json:"made_at"`
	Expires    Instant        `json:"expires_at"`
	State      string         `json:"state" enum:"standing expired revoked"`
}

func depositLinkOf(l depositlink.Link) DepositLink {
	return DepositLink{l.ID, l.Space, l.Person, l.PersonName, l.Request, l.By, Instant(l.Made), Instant(l.Expires), string(l.State)}
}

// DepositLinks are the last links of a space, the newest first.
type DepositLinks struct {
	Links []DepositLink `json:"links"`
}

func (n *Nouns) depositLinks(r *Request, in InSpace) (DepositLinks, error) {
	found, err := n.Letterboxes.List(r.Context(), r.Actor, in.Space)
	out := DepositLinks{Links: make([]DepositLink, len(found))}
	for i, l := range found {
		out.Links[i] = depositLinkOf(l)
	}
	return out, err
}

// NewDepositLink asks for a link.
type NewDepositLink struct {
	InSpace
	Person  id.Person `json:"person,omitempty" fault:"person" doc:"a client or guest of the space; with a request, the one it is asked of"`
	Request id.Ask    `json:"request,omitempty" fault:"request" doc:"the one paper that it is for"`
	Days    int       `json:"days,omitempty" fault:"life" doc:"how long it stands, 90 at most; absent: 14"`
}

func (n *Nouns) makeDepositLink(r *Request, in NewDepositLink) (DepositLink, error) {
	l, err := n.Letterboxes.Make(r.Context(), r.Actor, depositlink.Making{
		Space: in.Space, Person: in.Person, Request: in.Request, Life: time.Duration(in.Days) * 24 * time.Hour,
	})
	return depositLinkOf(l), err
}

// madeDepositLink is one that was made before, as it is now.
func (n *Nouns) madeDepositLink(r *Request, in NewDepositLink, of string) (DepositLink, error) {
	all, err := n.depositLinks(r, in.InSpace)
	if err != nil {
		return DepositLink{}, err
	}
	for _, l := range all.Links {
		if string(l.ID) == of {
			return l, nil
		}
	}
	return DepositLink{ID: id.DepositLink(of)}, nil
}

// InDepositLink names a link in the path.
type InDepositLink struct {
	Link id.DepositLink `path:"link"`
}

func (n *Nouns) resendDepositLink(r *Request, in InDepositLink) (None, error) {
	return None{}, n.Letterboxes.Resend(r.Context(), r.Actor, in.Link)
}

func (n *Nouns) revokeDepositLink(r *Request, in InDepositLink) (None, error) {
	return None{}, n.Letterboxes.Revoke(r.Context(), r.Actor, in.Link)
}

package api

import (
	"time"

	"cenacle/internal/id"
)

// ForumInstant is when what the parties of a forum have set for it comes before all.
type ForumInstant struct {
	At  Instant   `json:"at,omitzero" doc:"absent: nobody has set one"`
	By  id.Person `json:"set_by,omitempty"`
	Set Instant   `json:"set_at,omitzero"`
}

func (n *Nouns) forumInstant(r *Request, in InSpace) (ForumInstant, error) {
	found, err := n.Forums.Instant(r.Context(), r.Actor, in.Space)
	return ForumInstant{Instant(found.At), found.By, Instant(found.Set)}, err
}

// NewForumInstant says when parties communicate.
type NewForumInstant struct {
	InSpace
	At Instant `json:"at" fault:"at" doc:"after now, within a year"`
}

func (n *Nouns) setForumInstant(r *Request, in NewForumInstant) (ForumInstant, error) {
	at := time.Time(in.At)
	if at.IsZero() {
		at = r.Now // which has passed, and is refused
	}
	if err := n.Forums.SetInstant(r.Context(), r.Actor, in.Space, at); err != nil {
		return ForumInstant{}, err
	}
	return n.forumInstant(r, in.InSpace)
}

func (n *Nouns) forumInstantSet(r *Request, in NewForumInstant, _ string) (ForumInstant, error) {
	return n.forumInstant(r, in.InSpace)
}

func (n *Nouns) cancelForumInstant(r *Request, in InSpace) (None, error) {
	return None{}, n.Forums.SetInstant(r.Context(), r.Actor, in.Space, time.Time{})
}

package api

import (
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
)

// Walls is whom a lawyer keeps out of a space.
type Walls struct {
	Walls []Wall `json:"walls" doc:"the oldest first"`
}

// Wall keeps a person out of a space, whatever else is given to her there.
type Wall struct {
	ID     id.Person `json:"id" doc:"of the person"`
	Name   string    `json:"name"`
	By     id.Person `json:"by"`
	ByName string    `json:"by_name"`
	At     Instant   `json:"at"`
	Until  string    `json:"until,omitempty" doc:"civil date, the last day; absent: until it is lifted"`
	Over   bool      `json:"over,omitempty" doc:"that day has passed: she may be let in again, and is kept out until then"`
	Reason string    `json:"reason"`
}

func (n *Nouns) walls(r *Request, in InSpace) (Walls, error) {
	found, err := n.Lifecycle.Walls(r.Context(), r.Actor, in.Space)
	out := Walls{Walls: make([]Wall, len(found))}
	for i, w := range found {
		out.Walls[i] = Wall{w.Person, w.Name, w.By, w.ByName, Instant(w.At), w.Until, w.Over, w.Reason}
	}
	return out, err
}

// NewWall is a wall about to be raised.
type NewWall struct {
	InSpace
	Person id.Person `json:"person" doc:"a member of the space, or one of the firm’s own people; not who answers for it"`
	Until  string    `json:"until,omitempty" doc:"civil date, the last day: 2026-11-22"`
	Reason string    `json:"reason"`
}

func (n *Nouns) raiseWall(r *Request, in NewWall) (None, error) {
	return None{}, n.Lifecycle.RaiseWall(r.Context(), r.Actor, lifecycle.NewWall{Space: in.Space, Person: in.Person, Until: in.Until, Reason: in.Reason})
}

// Successor is another lawyer of the space.
type Successor struct {
	InSpace
	Person id.Person `json:"person" doc:"one of the firm’s lawyers, on its side of the space"`
}

func (n *Nouns) handSpace(r *Request, in Successor) (None, error) {
	return None{}, n.Lifecycle.HandOver(r.Context(), r.Actor, in.Space, in.Person)
}

func (n *Nouns) liftWall(r *Request, in InMember) (None, error) {
	return None{}, n.Lifecycle.LiftWall(r.Context(), r.Actor, in.Space, in.Person)
}

package api

import (
	"time"

	"cenacle/internal/id"
	"cenacle/internal/support"
)

// Support is one permission by which the host may look.
type Support struct {
	ID      id.Support `json:"id"`
	By      id.Person  `json:"by" doc:"who gave it"`
	ByName  string     `json:"by_name"`
	Reason  string     `json:"reason"`
	At      time.Time  `json:"at"`
	Until   time.Time  `json:"until" doc:"when it ends by itself"`
	Ended   *time.Time `json:"ended,omitempty" doc:"when somebody took it back; absent: nobody did"`
	EndedBy string     `json:"ended_by_name,omitempty"`
}

// Supports are permissions.
type Supports struct {
	Permissions []Support `json:"permissions"`
}

// InSupport names one of the firm.
type InSupport struct {
	Permission id.Support `path:"permission"`
}

// InSpaceSupport names one of a space.
type InSpaceSupport struct {
	Space   id.Space   `path:"space"`
	Support id.Support `path:"support"`
}

func (n *Nouns) firmSupport(r *Request, _ None) (Supports, error) { return n.supportsOf(r, "") }

func (n *Nouns) supports(r *Request, in InSpace) (Supports, error) { return n.supportsOf(r, in.Space) }

func (n *Nouns) supportsOf(r *Request, of id.Space) (Supports, error) {
	found, err := n.Supports.List(r.Context(), r.Actor, of)
	out := Supports{Permissions: []Support{}}
	for _, p := range found {
		out.Permissions = append(out.Permissions, supportOf(p))
	}
	return out, err
}

func supportOf(p support.Permission) Support {
	out := Support{ID: p.ID, By: p.By, ByName: p.ByName, Reason: p.Reason, At: p.At, Until: p.Until, EndedBy: p.EndedByName}
	if !p.Ended.IsZero() {
		out.Ended = &p.Ended
	}
	return out
}

func (n *Nouns) endFirmSupport(r *Request, in InSupport) (None, error) {
	return None{}, n.Supports.End(r.Context(), r.Actor, "", in.Permission)
}

func (n *Nouns) endSupport(r *Request, in InSpaceSupport) (None, error) {
	return None{}, n.Supports.End(r.Context(), r.Actor, in.Space, in.Support)
}

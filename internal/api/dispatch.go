package api

import (
	"io"
	"net/http"

	"cenacle/internal/dispatch"
	"cenacle/internal/id"
	"cenacle/internal/law"
)

// Stamping names an exhibit to be stamped.
type Stamping struct {
	InSpace
	Version id.Version `path:"version"`
	Pages   string     `query:"pages" enum:"all first" doc:"where the stamp stands; absent: on all"`
}

func (n *Nouns) stampedExhibit(r *Request, in Stamping) (Stream, error) {
	c, err := n.Dispatch.Stamp(r.Context(), r.Actor, r.Printer, dispatch.Wanted{Space: in.Space, Exhibit: in.Version, First: in.Pages == "first"})
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, r *Request) error {
		return r.api.Flow(w, c.Name, dispatch.PDF, r.Recheck, func(out io.Writer) error { return c.Write(r.Context(), out) })
	}, nil
}

// PackSizes are how much one message can hold.
type PackSizes struct {
	Sizes []PackSize `json:"sizes"`
}

// PackSize is one of them: to a recipient, by the law, or of the firm's own.
type PackSize struct {
	To    law.Recipient `json:"to,omitempty" enum:"court lawyer"`
	Own   string        `json:"own,omitempty" doc:"its name, in the place of to"`
	Bytes int64         `json:"bytes"`
}

func (n *Nouns) packSizes(r *Request, in InSpace) (PackSizes, error) {
	all, err := n.Dispatch.Sizes(r.Context(), r.Actor, in.Space)
	out := PackSizes{Sizes: make([]PackSize, len(all))}
	for i, one := range all {
		out.Sizes[i] = PackSize{one.To, one.Own, one.Bytes}
	}
	return out, err
}

// Sending is what is to be sent, and to whom.
type Sending struct {
	InSpace
	Party id.Circle `json:"party" doc:"whose exhibits: of listExhibits"`
	To    string    `json:"to,omitempty" fault:"to" enum:"court lawyer" doc:"decides how much one message holds"`
	Own   string    `json:"own,omitempty" doc:"in its place, the name of one of the firm’s own sizes (listPackSizes)"`
	Pages string    `json:"pages,omitempty" enum:"all first" doc:"where the stamp stands; absent: on all"`
}

func (n *Nouns) packExhibits(r *Request, in Sending) (Stream, error) {
	s, err := n.Dispatch.Prepare(r.Context(), r.Actor, r.Printer, dispatch.Order{Space: in.Space, Party: in.Party, To: law.Recipient(in.To), Own: in.Own, First: in.Pages == "first"})
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, r *Request) error {
		return r.api.Flow(w, s.Name()+".zip", dispatch.Media, r.Recheck, func(out io.Writer) error { return s.WriteTo(r.Context(), out) })
	}, nil
}

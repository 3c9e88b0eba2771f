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

// Sending is what is to be sent, and to whom.
type Sending struct {
	InSpace
	Party id.Circle `json:"party" doc:"whose exhibits: of listExhibits"`
	To    string    `json:"to" fault:"to" enum:"court lawyer" doc:"decides how much one message holds"`
	Pages string    `json:"pages,omitempty" enum:"all first" doc:"where the stamp stands; absent: on all"`
}

func (n *Nouns) packExhibits(r *Request, in Sending) (Stream, error) {
	s, err := n.Dispatch.Prepare(r.Context(), r.Actor, r.Printer, dispatch.Order{Space: in.Space, Party: in.Party, To: law.Recipient(in.To), First: in.Pages == "first"})
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, r *Request) error {
		return r.api.Flow(w, s.Name()+".zip", dispatch.Media, r.Recheck, func(out io.Writer) error { return s.WriteTo(r.Context(), out) })
	}, nil
}

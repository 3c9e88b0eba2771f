package api

import (
	"io"
	"net/http"

	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// Packing chooses what goes into a ZIP file.
type Packing struct {
	InSpace
	Documents []id.Item `json:"documents,omitempty" doc:"none: all that one sees of the tray or folder, or of the whole space"`
	Tray      string    `json:"tray,omitempty" enum:"firm client shared"`
	Folder    id.Folder `json:"folder,omitempty" doc:"of that tray"`
}

func (n *Nouns) pack(r *Request, in Packing) (Stream, error) {
	p, err := n.Documents.Pack(r.Context(), r.Actor, document.Packing{
		Space: in.Space, Documents: in.Documents, Tray: space.Tray(in.Tray), Folder: in.Folder,
	})
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, r *Request) error {
		return r.api.Flow(w, "documents.zip", "application/zip", r.Recheck, func(out io.Writer) error { return p.WriteTo(r.Context(), out) })
	}, nil
}

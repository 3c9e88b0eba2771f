package api

import "cenacle/internal/preview"

// straighten has the sheet in a photograph made a PDF of its own.
func (n *Nouns) straighten(r *Request, in InDocument) (Paper, error) {
	made, err := n.Previews.Straighten(r.Context(), r.Actor, preview.Straightening{
		Photo: in.Document, Name: func(title string) string { return r.Printer.T("preview.straight", title) },
	})
	if err != nil {
		return Paper{}, err
	}
	r.At("documents", string(made))
	return n.document(r, InDocument{made})
}

package room

import (
	"io"
	"net/http"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/space"
	"cenacle/internal/web"
)

// DoPack answers with the chosen documents as one ZIP file, or with all of a
// folder, a tray or the space when none is chosen.
func (p *Pages) DoPack(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	in := document.Packing{Space: of, Tray: space.Tray(r.Value("tray")), Folder: id.Folder(r.Value("folder"))}
	for _, d := range r.Values("document") {
		in.Documents = append(in.Documents, id.Item(d))
	}
	if len(in.Documents) == 0 && r.Value("all") == "" {
		return p.screen(r, fault.New(fault.Invalid, "document.nothing_packed"), memo.New{})
	}
	pack, err := p.Documents.Pack(r.Context(), r.Actor, in)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) {
		return p.screen(r, err, memo.New{})
	}
	if err != nil {
		return nil, err
	}
	name := fold.File(r.Firm.Name) + ".zip"
	return web.Answering(func(w http.ResponseWriter, r *web.Request) error {
		return web.Flow(w, r, name, "application/zip", r.Recheck, func(out io.Writer) error { return pack.WriteTo(r.Context(), out) })
	}), nil
}

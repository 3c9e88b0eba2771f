package room

import (
	"slices"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/preview"
	"cenacle/internal/request"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Photo shows a photograph of a sheet before and after it is straightened.
type Photo struct {
	ui.Base
	Before, After string // addresses of pictures; After is empty without a sheet
	Consequence   string
	Action        string
	Back          ui.Link
}

var photoPage = ui.Parse[Photo](files, "photo.tmpl", "part.tmpl")

// Photo shows what straightening would make, and makes nothing.
func (p *Pages) Photo(r *web.Request) (web.Answer, error) {
	h, d, err := p.photograph(r)
	if fault.Is(err, fault.Invalid) {
		return p.document(h, d.ID, err, memo.New{})
	}
	if err != nil {
		return nil, err
	}
	t, own := r.Printer, h.path("documents", string(d.ID))
	page := Photo{
		Base: h.base(t.T("room.photo.title")), Before: own + "/view", Action: own + "/photo",
		Back: ui.Link{Href: own, Label: t.T("room.photo.keep")}, Consequence: t.T("room.photo.consequence.firm"),
	}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()}, ui.Link{Href: own, Label: d.Title})
	if !h.inside() {
		page.Back.Href, page.Consequence = h.path()+"#deposit", t.T("room.photo.consequence.client")
	}
	found, err := p.Previews.Sheet(r.Context(), r.Actor, d.ID)
	if found {
		page.After = page.Before + "?straight=1"
	}
	return web.Show(photoPage, page), err
}

// photograph is a picture that the reader may straighten; any other document is
// Invalid.
func (p *Pages) photograph(r *web.Request) (here, document.Detail, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return h, document.Detail{}, err
	}
	d, err := p.shown(h, of)
	if err == nil && !p.Previews.Straightens(r.Actor, d) {
		err = fault.New(fault.Invalid, "preview.no_sheet")
	}
	return h, d, err
}

// DoStraighten keeps the sheet as a PDF beside the photograph.
func (p *Pages) DoStraighten(r *web.Request) (web.Answer, error) {
	h, d, err := p.photograph(r)
	if fault.Is(err, fault.Invalid) {
		return p.document(h, d.ID, err, memo.New{})
	}
	if err != nil {
		return nil, err
	}
	in := preview.Straightening{Photo: d.ID, Name: func(title string) string { return r.Printer.T("preview.straight", title) }}
	if !h.inside() {
		if in.Request, err = p.answered(r, h.room.ID, d.ID); err != nil {
			return nil, err
		}
	}
	made, err := p.Previews.Straighten(r.Context(), r.Actor, in)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.document(h, d.ID, err, memo.New{})
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("documents", string(made)), "photo_straightened"), nil
}

// answered is the request that a deposited document answers and that is still to
// be judged, or empty.
func (p *Pages) answered(r *web.Request, in id.Space, doc id.Item) (id.Ask, error) {
	all, err := p.Asks.List(r.Context(), r.Actor, in)
	if err != nil {
		return "", err
	}
	for _, q := range all {
		if q.State == request.Deposited && slices.ContainsFunc(q.Documents, func(a request.Answer) bool { return a.Document == doc }) {
			return q.ID, nil
		}
	}
	return "", nil
}

// photoOffer is the way to what straightening would make, and why it was refused.
func (p *Pages) photoOffer(h here, d document.Detail, refused error) *Offered {
	refused = h.back(refused, "documents", string(d.ID), "photo")
	if refused == nil && (h.room.State != "open" || !p.Previews.Straightens(h.r.Actor, d)) {
		return nil
	}
	return &Offered{Href: h.path("documents", string(d.ID), "photo"), Summary: ui.Refuse(h.r.Printer, refused).Mark()}
}

// straightens is the way to the page of a photograph that she deposited, or
// none.
func (h here) straightens(doc id.Item, media string) ui.Link {
	if document.LookOf(media) != document.Picture || h.room.State != "open" {
		return ui.Link{}
	}
	return ui.Link{Href: h.path("documents", string(doc), "photo"), Label: h.r.Printer.T("room.photo.title")}
}

package room

import (
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Sheet is the whole list of documents, to be printed.
type Sheet struct {
	ui.Base
	Name    string
	Printed string // by whom, and when
	Trays   []SheetTray
	Cut     string // that there are more than a sheet holds, or empty
	Inside  bool   // it says who sees each
	Back    string
}

// SheetTray is one tray of it.
type SheetTray struct {
	Key, Title, Count string
	Lines             []SheetLine
}

// SheetLine is one document.
type SheetLine struct {
	Came, Title, Folder, By, Audience string
	Size                              int64
}

var sheetPage = ui.Parse[Sheet](files, "list.tmpl", "part.tmpl")

const (
	sheetLines = 20_000 // of one tray: some four hundred pages of paper
	sheetRead  = 1000   // read at once
)

// List shows all documents of the space that the reader may see, as a table that
// is printed.
func (p *Pages) List(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	t := r.Printer
	page := Sheet{Base: h.base(t.T("room.list.title")), Name: h.room.Name, Inside: h.inside(), Back: h.path(), Printed: t.T("room.printed", r.Card.Name, t.DateTime(r.Now))}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()})
	if !h.inside() && len(h.room.Matters) > 0 {
		page.Name = h.room.Matters[0].Name
	}
	for _, tray := range h.trays() {
		found, more, err := p.whole(r, h.room.ID, tray)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			page.Trays = append(page.Trays, h.sheetTray(tray, found))
		}
		if more {
			page.Cut = t.N("room.list.cut", sheetLines)
		}
	}
	return web.Show(sheetPage, page), nil
}

// whole reads a tray from its newest document to its oldest.
func (p *Pages) whole(r *web.Request, of id.Space, tray space.Tray) (out []document.Document, more bool, err error) {
	q := document.ListQuery{Space: of, Tray: tray, Limit: sheetRead}
	for {
		found, err := p.Documents.List(r.Context(), r.Actor, q)
		if err != nil {
			return nil, false, err
		}
		if out = append(out, found...); len(found) < sheetRead {
			return out, false, nil
		}
		if len(out) >= sheetLines {
			return out, true, nil
		}
		q.After = found[len(found)-1].ID
	}
}

func (h here) sheetTray(tray space.Tray, found []document.Document) SheetTray {
	t, side := h.r.Printer, "client"
	if h.inside() {
		side = "firm"
	}
	out := SheetTray{Key: "list-" + string(tray), Title: t.T("room.tray." + side + "." + string(tray)), Count: t.N("room.list.count", len(found))}
	for _, d := range found {
		line := SheetLine{Came: t.Date(d.Created), Title: d.Title, Folder: space.Trail(d.Folder, h.room.Folders), By: d.AuthorName, Size: d.Current.Size}
		if h.inside() {
			line.Audience = h.audience(circlesOf(d.Audience))
		}
		out.Lines = append(out.Lines, line)
	}
	return out
}

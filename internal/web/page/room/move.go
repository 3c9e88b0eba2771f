package room

import (
	"strings"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Undo takes the last moving or renaming of documents back, by one gesture.
type Undo struct {
	Note      string
	Action    string
	Documents []ui.Hidden
	Button    ui.Button
}

// places offers every place of some trays, each folder by its trail.
func (h here) places(now string, trays ...space.Tray) ui.Field {
	t := h.r.Printer
	f := ui.Field{Kind: ui.Select, Name: "place", Label: t.T("room.move.place")}
	for _, tray := range trays {
		name := t.T("room.tray.firm." + string(tray))
		f.Options = append(f.Options, ui.Option{Value: place(tray, ""), Label: name, Chosen: place(tray, "") == now})
		for _, folder := range h.room.Folders {
			if folder.Tray == tray {
				at := place(tray, folder.ID)
				f.Options = append(f.Options, ui.Option{Value: at, Label: name + " / " + space.Trail(folder.ID, h.room.Folders), Chosen: at == now})
			}
		}
	}
	return f
}

// place is a tray and a folder of it as one value of a form.
func place(tray space.Tray, folder id.Folder) string { return string(tray) + "/" + string(folder) }

// moveForm moves one document to another place that it may have: what a client
// deposited stays in her tray.
func (h here) moveForm(d document.Detail, refused error) *Form {
	trays := []space.Tray{space.FirmTray, space.SharedTray}
	if d.Tray == space.ClientTray {
		trays = []space.Tray{space.ClientTray}
	}
	f := h.places(place(d.Tray, d.Folder), trays...)
	if len(f.Options) < 2 {
		return nil
	}
	return &Form{
		Action: h.path("moves"), Fields: []ui.Field{f}, Summary: ui.Refuse(h.r.Printer, h.back(refused, "moves")).Mark(&f),
		Hidden: []ui.Hidden{{Name: "document", Value: string(d.ID)}, {Name: "page", Value: "document"}},
		Button: ui.Button{Label: h.r.Printer.T("room.move.do"), Small: true},
	}
}

// undoing offers to take the last change of one document back.
func (h here) undoing(b ui.Base, d document.Detail) *Undo {
	was := d.Former
	if was == nil {
		return nil
	}
	u := h.undo(string(d.ID))
	u.Documents = append(u.Documents, ui.Hidden{Name: "page", Value: "document"})
	var said []string
	if was.Title != d.Title {
		said = append(said, b.T("room.undo.title", was.Title))
	}
	if was.Tray != d.Tray || was.Folder != d.Folder {
		at := b.T("room.tray.firm." + string(was.Tray))
		if trail := space.Trail(was.Folder, h.room.Folders); was.Folder != "" && trail != "" {
			at += " / " + trail
		}
		said = append(said, b.T("room.undo.place", at))
	}
	if len(said) == 0 {
		return nil // it is as it was
	}
	u.Note = b.T("room.undo.by", h.name(was.By), b.DateTime(was.At)) + " " + strings.Join(said, " ")
	return u
}

func (h here) undo(documents ...string) *Undo {
	t := h.r.Printer
	u := &Undo{
		Note: t.N("room.undo.moved", len(documents)), Action: h.path("moves", "undo"),
		Button: ui.Button{Label: t.T("room.undo.do"), Icon: "arrow-back-up", Small: true},
	}
	for _, d := range documents {
		u.Documents = append(u.Documents, ui.Hidden{Name: "document", Value: d})
	}
	return u
}

// justMoved offers, after documents were moved, to take that back.
func (h here) justMoved() *Undo {
	var moved []string
	for _, d := range h.r.URL.Query()["moved"] {
		if _, err := id.Parse[id.Item](d); err == nil {
			moved = append(moved, d)
		}
	}
	if len(moved) == 0 {
		return nil
	}
	return h.undo(moved...)
}

// DoMove puts documents into another folder or tray; to whom they are addressed
// stays.
func (p *Pages) DoMove(r *web.Request) (web.Answer, error) {
	return p.refile(r, "documents_moved", func(h here, of []id.Item) error {
		tray, folder, _ := strings.Cut(r.Value("place"), "/")
		return p.Documents.Refile(r.Context(), r.Actor, document.Refile{
			Space: h.room.ID, Documents: of, Tray: space.Tray(tray), Folder: id.Folder(folder),
		})
	})
}

// DoUndoMove takes the last moving or renaming of documents back.
func (p *Pages) DoUndoMove(r *web.Request) (web.Answer, error) {
	return p.refile(r, "move_undone", func(h here, of []id.Item) error {
		return p.Documents.Undo(r.Context(), r.Actor, h.room.ID, of)
	})
}

// refile does something with the documents of a form and leads back to the page
// that it stands on.
func (p *Pages) refile(r *web.Request, done string, do func(here, []id.Item) error) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	var of []id.Item
	for _, d := range r.Values("document") {
		of = append(of, id.Item(d))
	}
	alone := r.Value("page") == "document" && len(of) == 1
	err = do(h, of)
	switch kind := fault.KindOf(err); {
	case err == nil && alone:
		return web.Done(h.path("documents", string(of[0])), done), nil
	case err == nil && done == "documents_moved":
		return web.Done(h.path()+"?moved="+strings.Join(r.Values("document"), "&moved="), done), nil
	case err == nil:
		return web.Done(h.path(), done), nil
	case kind != fault.Invalid && kind != fault.Conflict && kind != fault.Forbidden:
		return nil, err
	case alone:
		return p.document(h, of[0], err, memo.New{})
	}
	return p.screen(r, err, memo.New{})
}

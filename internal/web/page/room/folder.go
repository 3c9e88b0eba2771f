package room

import (
	"slices"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Folders is the folders of a space, and to whom each addresses by itself.
type Folders struct {
	ui.Base
	Name    string
	Tabs    []ui.Tab
	Trays   []FolderTray
	New     Form
	Summary ui.Summary
}

// FolderTray is the folders of one tray.
type FolderTray struct {
	Key, Title string
	Hint       string
	Rows       []FolderRow
}

// FolderRow is one folder. Change is where its recipients are chosen, empty
// when there is nothing to choose.
type FolderRow struct {
	Name   string
	Reach  string // who will see what lands there, as a sentence
	Shared bool   // more than the firm
	Change string
}

// FolderChoice asks to whom one folder addresses.
type FolderChoice struct {
	ui.Base
	Name    string
	Current string
	Action  string
	Circles ui.Circles
	Summary ui.Summary
	Button  ui.Button
}

var (
	foldersPage = ui.Parse[Folders](files, "folders.tmpl", "part.tmpl")
	folderPage  = ui.Parse[FolderChoice](files, "folder.tmpl", "part.tmpl")
)

// Folders shows the folders of a space to the firm's side.
func (p *Pages) Folders(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	return p.folders(h, nil)
}

// census is the space to who may know who is in what.
func (p *Pages) census(r *web.Request) (here, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return here{}, err
	}
	room, err := p.Spaces.Census(r.Context(), r.Actor, of)
	return stand(r, room), err
}

func (p *Pages) folders(h here, refused error) (web.Answer, error) {
	page := Folders{Base: h.base(h.room.Name), Name: h.room.Name, Tabs: h.tabs("folders")}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.room.Name})
	chosen, err := p.Spaces.FolderAudiences(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	for _, tray := range space.Trays() {
		page.Trays = append(page.Trays, h.folderTray(page.Base, tray, chosen))
	}
	t := h.r.Printer
	name := ui.Field{Name: "name", Label: t.T("room.folder.name"), Value: h.r.Value("name"), Length: 160, Autocomplete: "off"}
	tray := ui.Field{Kind: ui.Select, Name: "tray", Label: t.T("room.folder.tray")}
	for _, one := range space.Trays() {
		tray.Options = append(tray.Options, ui.Option{Value: string(one), Label: t.T("room.tray.firm." + string(one)), Chosen: h.r.Value("tray") == string(one)})
	}
	page.Summary = ui.Refuse(t, refused).Mark(&name, &tray)
	page.New = Form{Action: h.path("folders"), Fields: []ui.Field{name, tray}, Button: ui.Button{Label: t.T("room.folder.add"), Icon: "plus"}}
	if refused != nil {
		return web.Again(foldersPage, page, refused), nil
	}
	return web.Show(foldersPage, page), nil
}

func (h here) folderTray(b ui.Base, tray space.Tray, chosen map[id.Folder][]id.Circle) FolderTray {
	out := FolderTray{Key: string(tray), Title: b.T("room.tray.firm." + string(tray)), Hint: b.T("room.folder.hint." + string(tray))}
	for _, f := range h.room.Folders {
		if f.Tray != tray {
			continue
		}
		row := FolderRow{Name: space.Trail(f.ID, h.room.Folders)}
		if tray != space.ClientTray {
			row.Reach, row.Shared = h.reach(chosen[f.ID])
			row.Change = h.path("folders", string(f.ID))
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// reach says who will see what is filed into a folder with this choice.
func (h here) reach(circles []id.Circle) (sentence string, shared bool) {
	house := h.house()
	if len(circles) == 0 || len(circles) == 1 && circles[0] == house.Firm {
		return h.r.Printer.T("room.folder.nobody"), false
	}
	if slices.Contains(circles, house.Client) {
		circles = append(slices.Clone(circles), house.Firm)
	}
	return h.r.Printer.T("room.folder.reach", h.audience(circles)), !h.internal(circles)
}

// DoAddFolder makes a folder.
func (p *Pages) DoAddFolder(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	_, err = p.Spaces.AddFolder(r.Context(), r.Actor, space.NewFolder{Space: h.room.ID, Tray: space.Tray(r.Value("tray")), Name: r.Value("name")})
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict:
		if err != nil {
			return p.folders(h, err)
		}
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("folders"), "folder_added"), nil
}

// Folder asks to whom one folder addresses.
func (p *Pages) Folder(r *web.Request) (web.Answer, error) { return p.folder(r, nil) }

func (p *Pages) folder(r *web.Request, refused error) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.Folder](r, "folder")
	if err != nil {
		return nil, err
	}
	f, err := p.Spaces.FolderAudience(r.Context(), r.Actor, of)
	if err != nil {
		return nil, err
	}
	if f.Space != h.room.ID {
		return nil, web.Absent()
	}
	chosen := f.Circles
	if len(chosen) == 0 {
		chosen = []id.Circle{h.house().Firm}
	}
	name := space.Trail(f.ID, h.room.Folders)
	page := FolderChoice{Base: h.base(name), Name: name, Action: h.path("folders", string(of))}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.room.Name}, ui.Link{Href: h.path("folders"), Label: page.T("room.tab.folders")})
	page.Current, _ = h.reach(f.Circles)
	page.Circles = *h.choice(page.T("room.folder.who"), chosen)
	page.Circles.Hint = page.T("room.folder.who_hint")
	page.Button = ui.Button{Label: page.T("room.folder.choose"), Look: ui.Primary}
	back := ui.Refuse(r.Printer, refused)
	back.Ask(&page.Circles)
	page.Summary = back.Mark()
	if refused != nil {
		return web.Again(folderPage, page, refused), nil
	}
	return web.Show(folderPage, page), nil
}

// DoAddressFolder chooses to whom one folder addresses; the firm alone is no
// choice, as everywhere.
func (p *Pages) DoAddressFolder(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.Folder](r, "folder")
	if err != nil {
		return nil, err
	}
	firm := h.house().Firm
	var circles []id.Circle
	for _, c := range r.Values("circle") {
		if id.Circle(c) != firm {
			circles = append(circles, id.Circle(c))
		}
	}
	err = p.Spaces.SetFolderAudience(r.Context(), r.Actor, of, circles)
	if fault.Is(err, fault.Invalid) {
		return p.folder(r, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("folders"), "folder_addressed"), nil
}

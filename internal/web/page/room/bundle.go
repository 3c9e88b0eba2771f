package room

import (
	"strconv"
	"strings"
	"time"

	"cenacle/internal/bundle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Bundle is what unpacking an archive would do, before it is done.
type Bundle struct {
	ui.Base
	Heading string
	Planned Planned
	Where   Form // chooses the place and looks again
	Do      *BundleDo
	Back    string
}

// BundleDo files, and goes on filing.
type BundleDo struct {
	Action      string
	Hidden      []ui.Hidden
	Consequence string
	Done, Total int // of a work under way
	Button      ui.Button
}

var bundlePage = ui.Parse[Bundle](files, "bundle.tmpl", "part.tmpl")

// bundleTime is how long one request files: a page answers while she still looks.
const bundleTime = 8 * time.Second

// landing is the place that a form names, or the firm's tray.
func (h here) landing() bundle.Place {
	tray, folder, _ := strings.Cut(h.r.Value("place"), "/")
	if tray == "" {
		tray = string(space.FirmTray)
	}
	return bundle.Place{Space: h.room.ID, Tray: space.Tray(tray), Folder: id.Folder(folder)}
}

// landings offers the places where a bundle may land.
func (h here) landings(now bundle.Place) ui.Field {
	return h.places(place(now.Tray, now.Folder), space.FirmTray, space.SharedTray)
}

// Archive says what unpacking a ZIP file of the space would do.
func (p *Pages) Archive(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	d, err := p.shown(h, of)
	if err != nil {
		return nil, err
	}
	at := h.landing()
	page := Bundle{Base: h.base(d.Title), Heading: d.Title, Back: h.path("documents", string(of))}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()}, ui.Link{Href: page.Back, Label: d.Title})
	if done, total := number(r, "from"), number(r, "of"); done > 0 && done < total {
		page.Do = h.unpacking(of, at, done, total)
		return web.Show(bundlePage, page), nil
	}
	plan, err := p.Bundles.Look(r.Context(), r.Actor, of, at)
	if fault.Is(err, fault.Invalid) {
		return p.document(h, of, err, memo.New{})
	}
	if err != nil {
		return nil, err
	}
	page.Planned = h.planned(plan)
	page.Where = Form{Action: h.path("documents", string(of), "archive"), Fields: []ui.Field{h.landings(at)}, Button: ui.Button{Label: page.T("room.bundle.look"), Small: true}}
	if plan.Count[bundle.New] > 0 {
		page.Do = h.unpacking(of, at, 0, len(plan.Files))
		page.Do.Button.Label = page.N("room.bundle.do", plan.Count[bundle.New])
	}
	return web.Show(bundlePage, page), nil
}

func number(r *web.Request, name string) int {
	n, err := strconv.Atoi(r.Value(name))
	if err != nil {
		return 0
	}
	return n
}

func (h here) unpacking(of id.Item, at bundle.Place, done, total int) *BundleDo {
	t := h.r.Printer
	return &BundleDo{
		Action:      h.path("documents", string(of), "archive"),
		Hidden:      []ui.Hidden{{Name: "place", Value: place(at.Tray, at.Folder)}, {Name: "from", Value: strconv.Itoa(done)}},
		Consequence: t.T("room.bundle.consequence"), Done: done, Total: total,
		Button: ui.Button{Label: t.T("room.bundle.go_on"), Look: ui.Primary, Icon: "folder"},
	}
}

// DoUnpack files what an archive holds, for some seconds at a time.
func (p *Pages) DoUnpack(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	at := h.landing()
	out, err := p.Bundles.Unpack(r.Context(), r.Actor, bundle.Unpacking{Archive: of, Place: at, From: number(r, "from"), Time: bundleTime})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.TooLarge) {
		return p.document(h, of, err, memo.New{})
	}
	if err != nil {
		return nil, err
	}
	if out.Next < out.Total {
		query := "?place=" + place(at.Tray, at.Folder) + "&from=" + strconv.Itoa(out.Next) + "&of=" + strconv.Itoa(out.Total)
		return web.See(h.path("documents", string(of), "archive") + query), nil
	}
	return web.Done(h.path(), "unpacked"), nil
}

// archived reports whether a document is a ZIP file that its page offers to
// unpack.
func archived(d document.Detail) bool {
	media, _, _ := strings.Cut(d.Current.Media, ";")
	return media == "application/zip"
}

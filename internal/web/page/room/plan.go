package room

import (
	"strconv"
	"strings"

	"cenacle/internal/bundle"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Planned is what filing a bundle would do, as a page shows it: what cannot be
// filed first, then the tree.
type Planned struct {
	Totals  []string
	Refused []BundleLine
	Tree    []Branch
	Rest    string // how many lines are not shown, or empty
}

// Branch is one folder of a bundle, with the files in it.
type Branch struct {
	ID, Name, Note string
	Files          []BundleLine
}

// BundleLine is one file with what is said of it.
type BundleLine struct {
	Name, Note, Href string
	Size             int64
}

// Import is what filing a folder would do. The page that has the files shows
// its part « plan » and sends those whose numbers New has.
type Import struct {
	ui.Base
	Planned Planned
	Place   ui.Field
	Tray    string
	Folder  string
	New     string // numbers of the entries that will be filed, separated by spaces
	Do      string // the button, empty when there is nothing to file
	Summary ui.Summary
}

var importPage = ui.Parse[Import](files, "import.tmpl", "part.tmpl")

const bundleLines = 1000 // lines of the tree on a page, and refused ones

// planned puts a plan into words.
func (h here) planned(plan bundle.Plan) Planned {
	t := h.r.Printer
	out := Planned{Totals: []string{t.N("room.bundle.new", plan.Count[bundle.New], t.Bytes(plan.Bytes))}}
	for _, state := range []bundle.State{bundle.Known, bundle.Refused, bundle.Left} {
		if n := plan.Count[state]; n > 0 {
			out.Totals = append(out.Totals, t.N("room.bundle."+string(state), n))
		}
	}
	made := map[string]bool{}
	for _, f := range plan.Folders {
		made[f.Path] = !f.Exists
	}
	branches, hidden := map[string]int{}, 0
	for n, f := range plan.Files {
		switch {
		case f.State == bundle.Left:
		case n >= bundleLines:
			hidden++
		case f.State == bundle.Refused:
			out.Refused = append(out.Refused, BundleLine{Name: f.Path, Note: t.Fault(f.Why)})
		default:
			h.grow(&out, branches, made, f)
		}
	}
	if hidden > 0 {
		out.Rest = t.N("room.bundle.rest", hidden)
	}
	return out
}

// grow puts one file into its folder of the tree.
func (h here) grow(out *Planned, branches map[string]int, made map[string]bool, f bundle.File) {
	t, path := h.r.Printer, strings.Join(f.Folders, "/")
	at, grown := branches[path]
	if !grown {
		at = len(out.Tree)
		branches[path] = at
		b := Branch{ID: "branch-" + strconv.Itoa(at), Name: strings.Join(f.Folders, " › ")}
		if b.Name == "" {
			b.Name = t.T("room.bundle.loose")
		} else if made[path] {
			b.Note = t.T("room.bundle.made")
		}
		out.Tree = append(out.Tree, b)
	}
	line := BundleLine{Name: f.Name, Size: f.Size}
	if f.State == bundle.Known {
		line.Note = t.T("room.bundle.twice")
		if f.Twin.Document != "" {
			line.Href = h.path("documents", string(f.Twin.Document))
			line.Note = t.T("room.bundle.since", i18n.Day(f.Twin.Came))
		}
	}
	out.Tree[at].Files = append(out.Tree[at].Files, line)
}

// DoPlanImport says what filing a folder would do, and writes nothing: the files
// are named by path, size and sha256, in turn.
func (p *Pages) DoPlanImport(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	at := h.landing()
	entries, err := listed(r)
	var plan bundle.Plan
	if err == nil {
		plan, err = p.Bundles.Plan(r.Context(), r.Actor, at, entries)
	}
	page := Import{Base: h.base(r.Printer.T("room.import.title")), Tray: string(at.Tray), Folder: string(at.Folder)}
	if fault.Is(err, fault.Invalid) {
		page.Summary = ui.Refuse(r.Printer, err).Mark()
		return web.Again(importPage, page, err), nil
	}
	if err != nil {
		return nil, err
	}
	page.Planned = h.planned(plan)
	page.Place = h.landings(at)
	page.Place.ID = "import-place"
	var fresh []string
	for n, f := range plan.Files {
		if f.State == bundle.New {
			fresh = append(fresh, strconv.Itoa(n))
		}
	}
	if page.New = strings.Join(fresh, " "); len(fresh) > 0 {
		page.Do = r.Printer.N("room.bundle.do", len(fresh))
	}
	return web.Show(importPage, page), nil
}

// listed reads the files that a form names.
func listed(r *web.Request) ([]bundle.Entry, error) {
	paths, sizes, sums := r.Values("path"), r.Values("size"), r.Values("sha256")
	if len(paths) == 0 || len(sizes) != len(paths) || len(sums) != len(paths) {
		return nil, fault.New(fault.Invalid, "upload.form")
	}
	out := make([]bundle.Entry, len(paths))
	for i := range paths {
		size, err := strconv.ParseUint(sizes[i], 10, 63)
		if err != nil {
			return nil, fault.New(fault.Invalid, "upload.form").Because(err)
		}
		out[i] = bundle.Entry{Path: paths[i], Size: int64(size), SHA256: sums[i]}
	}
	return out, nil
}

package api

import (
	"time"

	"cenacle/internal/bundle"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// Landing is where a bundle lands.
type Landing struct {
	Tray   string    `json:"tray,omitempty" enum:"firm shared" doc:"absent: the firm’s"`
	Folder id.Folder `json:"folder,omitempty" doc:"of that tray; absent: the tray itself"`
}

func (l Landing) in(of id.Space) bundle.Place {
	at := bundle.Place{Space: of, Tray: space.Tray(l.Tray), Folder: l.Folder}
	if at.Tray == "" {
		at.Tray = space.FirmTray
	}
	return at
}

// Import is a folder tree about to be filed.
type Import struct {
	InSpace
	Landing
	Entries []ImportEntry `json:"entries" fault:"entries" doc:"5,000 at most"`
}

// ImportEntry is one file of it.
type ImportEntry struct {
	Path   string `json:"path" doc:"below where it lands, with slashes"`
	Size   int64  `json:"size" doc:"bytes"`
	SHA256 string `json:"sha256,omitempty" doc:"of the bytes, hexadecimal: what is there already is recognised by it"`
}

// ImportPlan is what will happen; nothing has been written.
type ImportPlan struct {
	Folders []ImportFolder `json:"folders" doc:"that are needed, the outer ones first"`
	Files   []ImportFile   `json:"files"`
	New     int            `json:"new" doc:"files that will be filed"`
	Bytes   int64          `json:"bytes" doc:"of these"`
}

// ImportFolder is one that is needed.
type ImportFolder struct {
	Path   string `json:"path"`
	Exists bool   `json:"exists"`
}

// ImportFile is one file with what will become of it.
type ImportFile struct {
	Path  string  `json:"path"`
	Size  int64   `json:"size"`
	State string  `json:"state" enum:"new known left refused" doc:"left: what an operating system keeps in folders for itself"`
	Why   string  `json:"why,omitempty" doc:"of a refused one, in words"`
	Known id.Item `json:"known,omitempty" doc:"the document that has the same bytes"`
}

func (n *Nouns) previewImport(r *Request, in Import) (ImportPlan, error) {
	entries := make([]bundle.Entry, len(in.Entries))
	for i, e := range in.Entries {
		entries[i] = bundle.Entry{Path: e.Path, Size: e.Size, SHA256: e.SHA256}
	}
	p, err := n.Bundles.Plan(r.Context(), r.Actor, in.Landing.in(in.Space), entries)
	return planOf(r, p), err
}

func planOf(r *Request, p bundle.Plan) ImportPlan {
	out := ImportPlan{Folders: []ImportFolder{}, Files: []ImportFile{}, New: p.Count[bundle.New], Bytes: p.Bytes}
	for _, f := range p.Folders {
		out.Folders = append(out.Folders, ImportFolder{f.Path, f.Exists})
	}
	for _, f := range p.Files {
		one := ImportFile{Path: f.Path, Size: f.Size, State: string(f.State), Known: f.Twin.Document}
		if f.Why != nil {
			one.Why = r.Printer.Fault(f.Why)
		}
		out.Files = append(out.Files, one)
	}
	return out
}

// InArchive looks into a document that is a ZIP file.
type InArchive struct {
	InDocument
	Tray   string    `query:"tray" enum:"firm shared" doc:"absent: the firm’s"`
	Folder id.Folder `query:"folder" doc:"of that tray; absent: the tray itself"`
}

func (n *Nouns) previewArchive(r *Request, in InArchive) (ImportPlan, error) {
	d, err := n.Documents.Show(r.Context(), r.Actor, in.Document)
	if err != nil {
		return ImportPlan{}, err
	}
	p, err := n.Bundles.Look(r.Context(), r.Actor, in.Document, Landing{in.Tray, in.Folder}.in(d.Space))
	return planOf(r, p), err
}

// Unpacking files what a ZIP file holds.
type Unpacking struct {
	InDocument
	Landing
	From int `json:"from,omitempty" doc:"the file to go on from: next of the last answer"`
}

// UnpackedFiles is what was done of it, in at most 20 seconds.
type UnpackedFiles struct {
	Filed   int `json:"filed"`
	Known   int `json:"known" doc:"whose bytes were there"`
	Refused int `json:"refused"`
	Next    int `json:"next" doc:"where to go on; equals total once all is done"`
	Total   int `json:"total"`
}

func (n *Nouns) unpack(r *Request, in Unpacking) (UnpackedFiles, error) {
	d, err := n.Documents.Show(r.Context(), r.Actor, in.Document)
	if err != nil {
		return UnpackedFiles{}, err
	}
	out, err := n.Bundles.Unpack(r.Context(), r.Actor, bundle.Unpacking{
		Archive: in.Document, Place: in.Landing.in(d.Space), From: in.From, Time: 20 * time.Second,
	})
	return UnpackedFiles{out.Count[bundle.New], out.Count[bundle.Known], out.Count[bundle.Refused] + out.Count[bundle.Left], out.Next, out.Total}, err
}

// Package bundle files many things at once: a folder with what is in it, or what
// lies in a ZIP file. It says first what will happen (which folders will be made,
// which bytes are there already, which names are refused), and writes nothing
// until it is told to.
//
// It refuses to share by filing: what comes in a bundle is the firm's alone,
// whatever the folder it lands in addresses to. It refuses to follow a path out
// of its place, to believe what an archive says of its sizes, and to file twice
// the bytes that the space has: so that a work that was cut is simply begun
// again. Every document is filed by package document and every folder made by
// package space, with their rights and their lines in the journal.
//
// Start at [Service.Plan] and [Service.Unpack].
package bundle

import (
	"context"
	"encoding/hex"
	"strings"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/worker"
)

const (
	maxEntries = 5000 // of one bundle
	maxDepth   = 12   // folders inside folders, below where the bundle lands
)

// Service is the use cases of bundles. Safe for concurrent use.
type Service struct {
	office    *act.Office
	spaces    *space.Service
	documents *document.Service
	readers   *worker.Pool
	limit     int64 // bytes of one document
}

// NewService returns the use cases over an office, its spaces and documents, and the
// readers of archives. limit is the largest document, in bytes.
func NewService(office *act.Office, spaces *space.Service, documents *document.Service, readers *worker.Pool, limit int64) *Service {
	return &Service{office, spaces, documents, readers, limit}
}

// Place is where a bundle lands. Folder is of that tray; empty: the tray itself.
type Place struct {
	Space  id.Space
	Tray   space.Tray
	Folder id.Folder
}

// Entry is one file of a bundle as its sender names it. SHA256 is hexadecimal,
// empty when nobody has read the bytes yet.
type Entry struct {
	Path   string
	Size   int64
	SHA256 string
}

// State is what will become of an entry.
type State string

const (
	New     State = "new"     // it will be filed
	Known   State = "known"   // its bytes are in the space, or come earlier in the bundle
	Left    State = "left"    // what an operating system leaves in folders: not filed
	Refused State = "refused" // Why says the reason
)

// File is one entry with what will become of it.
type File struct {
	Entry
	Folders []string // below the place, from the outside in
	Name    string
	State   State
	Why     error         // of a refused one
	Twin    document.Twin // of a known one that lies in the space
}

// Folder is one that the bundle needs.
type Folder struct {
	Path   string // below the place, with slashes
	Exists bool
}

// Plan is what will happen.
type Plan struct {
	Place   Place
	Folders []Folder
	Files   []File
	Count   map[State]int
	Bytes   int64 // of what will be filed
}

// Plan says what would happen with a bundle, to somebody who may file it. It
// writes nothing. A bundle of more than 5,000 files is Invalid.
func (s *Service) Plan(ctx context.Context, by authz.Actor, at Place, entries []Entry) (p Plan, err error) {
	defer fault.Op(&err, "bundle.Plan(%s)", at.Space)
	if len(entries) > maxEntries {
		return p, fault.New(fault.Invalid, "bundle.many", maxEntries).In("entries")
	}
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		shelves, err := open(a, by, at)
		if err != nil {
			return err
		}
		p = Plan{Place: at, Count: map[State]int{}}
		seen := map[string]bool{}
		for _, e := range entries {
			f := s.judge(e)
			if f.State == New {
				if err := recognise(a, by, at.Space, &f, seen); err != nil {
					return err
				}
			}
			p.add(f)
		}
		p.gather(at, shelves)
		return nil
	})
	return p, err
}

// open decides the right to file at a place and returns the folders of its space.
func open(a *act.Act, by authz.Actor, at Place) ([]space.Folder, error) {
	if _, err := circle.Enter(a, by, at.Space, authz.DocumentFile); err != nil {
		return nil, err
	}
	if at.Tray != space.FirmTray && at.Tray != space.SharedTray {
		return nil, fault.New(fault.Invalid, "document.unknown_tray").In("tray")
	}
	shelves, err := space.Folders(a, at.Space)
	if err != nil {
		return nil, err
	}
	if at.Folder == "" {
		return shelves, nil
	}
	for _, f := range shelves {
		if f.ID == at.Folder && f.Tray == at.Tray {
			return shelves, nil
		}
	}
	return nil, fault.New(fault.Invalid, "document.unknown_folder").In("folder")
}

func (p *Plan) add(f File) {
	p.Files = append(p.Files, f)
	p.Count[f.State]++
	if f.State == New {
		p.Bytes += f.Size
	}
}

// gather lists the folders that what will be filed needs, the outer ones first.
func (p *Plan) gather(at Place, shelves []space.Folder) {
	seen := map[string]bool{}
	for _, f := range p.Files {
		if f.State != New {
			continue
		}
		for n := range f.Folders {
			names := f.Folders[:n+1]
			full := strings.Join(names, "/")
			if key := strings.ToLower(full); !seen[key] {
				seen[key] = true
				_, exists := find(shelves, at, names)
				p.Folders = append(p.Folders, Folder{full, exists})
			}
		}
	}
}

// judge says what will become of an entry, from its name and size alone.
func (s *Service) judge(e Entry) File {
	f := File{Entry: e, State: New}
	f.Folders, f.Name, f.Why = split(e.Path)
	switch {
	case f.Why != nil:
	case noise(f.Folders, f.Name):
		f.State = Left
	case e.Size < 0 || e.Size > s.limit:
		f.Why = fault.New(fault.TooLarge, "bundle.large")
	}
	if f.Why != nil {
		f.State = Refused
	}
	return f
}

// split reads a path as a bundle gives it: relative, with slashes of either
// kind, leading nowhere but below its place.
func split(text string) (folders []string, name string, why error) {
	text = strings.ReplaceAll(text, `\`, "/")
	if strings.HasPrefix(text, "/") || strings.ContainsRune(text, 0) || len(text) > 1 && text[1] == ':' {
		return nil, "", fault.New(fault.Invalid, "bundle.path")
	}
	parts := strings.Split(text, "/")
	if len(parts)-1 > maxDepth {
		return nil, "", fault.New(fault.Invalid, "bundle.deep", maxDepth)
	}
	for i, part := range parts {
		if part == "." || part == ".." || fold.Name(part) == "" {
			return nil, "", fault.New(fault.Invalid, "bundle.path")
		}
		parts[i] = fold.Name(part)
	}
	return parts[:len(parts)-1], parts[len(parts)-1], nil
}

// noise is what operating systems leave in folders for themselves.
func noise(folders []string, name string) bool {
	for _, f := range folders {
		if f == "__MACOSX" {
			return true
		}
	}
	switch strings.ToLower(name) {
	case ".ds_store", "thumbs.db", "desktop.ini":
		return true
	}
	return strings.HasPrefix(name, "._")
}

// recognise marks an entry whose bytes the actor may read in the space, or that
// came before in the same bundle.
func recognise(a *act.Act, by authz.Actor, in id.Space, f *File, seen map[string]bool) error {
	raw, err := hex.DecodeString(f.SHA256)
	if err != nil || len(raw) != 32 {
		return nil // nobody has read them yet; filing will
	}
	if seen[f.SHA256] {
		f.State = Known
		return nil
	}
	seen[f.SHA256] = true
	twin, found, err := document.TwinIn(a, by, in, [32]byte(raw))
	if found {
		f.State, f.Twin = Known, twin
	}
	return err
}

// find follows names down from a place, as far as there are folders.
func find(shelves []space.Folder, at Place, names []string) (id.Folder, bool) {
	here := at.Folder
	for _, name := range names {
		next, found := child(shelves, at.Tray, here, name)
		if !found {
			return "", false
		}
		here = next
	}
	return here, true
}

// child is the folder of a name in another one. Names are compared as those who
// make folders do.
func child(shelves []space.Folder, tray space.Tray, parent id.Folder, name string) (id.Folder, bool) {
	for _, f := range shelves {
		if f.Tray == tray && f.Parent == parent && fold.File(f.Name) == fold.File(name) {
			return f.ID, true
		}
	}
	return "", false
}

// shelve returns the folder at the end of a path below a place, and makes what
// is missing of it.
func (s *Service) shelve(ctx context.Context, by authz.Actor, at Place, names []string) (id.Folder, error) {
	by.Once = authz.Once{} // each folder is an act of its own, and making it twice makes one
	for tries := 0; ; tries++ {
		var shelves []space.Folder
		err := s.office.See(ctx, by.Firm, func(a *act.Act) (err error) {
			shelves, err = open(a, by, at)
			return err
		})
		if err != nil {
			return "", err
		}
		here := at.Folder
		for _, name := range names {
			next, found := child(shelves, at.Tray, here, name)
			if !found {
				var made space.Folder
				if made, err = s.spaces.AddFolder(ctx, by, space.NewFolder{Space: at.Space, Tray: at.Tray, Parent: here, Name: name}); err != nil {
					break
				}
				next = made.ID
			}
			here = next
		}
		if !fault.Is(err, fault.Conflict) || tries > 2 { // somebody made it at the same moment
			return here, err
		}
	}
}

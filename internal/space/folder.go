package space

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

const (
	maxFolders = 2000 // in one space
	maxDepth   = 16   // folders inside folders
)

// NewFolder asks for a folder in a tray, or inside Parent.
type NewFolder struct {
	Space  id.Space
	Tray   Tray
	Parent id.Folder // optional; of the same tray
	Name   string
}

// AddFolder makes a folder. Faults: Conflict when its place has one of that
// name, or the space too many.
func (s *Service) AddFolder(ctx context.Context, by authz.Actor, n NewFolder) (f Folder, err error) {
	defer fault.Op(&err, "space.AddFolder(%s)", n.Space)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, n.Space, authz.SpaceManage); err != nil {
			return err
		}
		shelves, err := Folders(a, n.Space)
		if err != nil {
			return err
		}
		f = Folder{ID: id.New[id.Folder](a.Now), Parent: n.Parent, Tray: n.Tray, Name: fold.Name(n.Name)}
		if err := fits(f, shelves); err != nil {
			return err
		}
		if f.Matter, err = matterOf(a, n.Space, f.Parent, shelves); err != nil {
			return err
		}
		var last int64
		if err := a.Row(lastPosition, []any{n.Space}, &last); err != nil {
			return err
		}
		box, err := a.SpaceBox(n.Space)
		if err != nil {
			return err
		}
		name := box.SealText(folderPlace(f.ID), f.Name)
		if err := a.Write(insertFolder, f.ID, n.Space, f.Matter, f.Parent, f.Tray, name, last+1); err != nil {
			return err
		}
		return recordFolder(a, by, "folder.added", n.Space, f)
	})
	return f, err
}

// MoveFolder gives a folder another name, another parent of its tray, or both;
// what lies in it goes along.
func (s *Service) MoveFolder(ctx context.Context, by authz.Actor, of id.Folder, parent id.Folder, name string) (err error) {
	defer fault.Op(&err, "space.MoveFolder(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		f, shelves, in, err := openFolder(a, by, of, authz.SpaceManage)
		if err != nil {
			return err
		}
		f.Parent, f.Name = parent, fold.Name(name)
		if err := fits(f, shelves); err != nil {
			return err
		}
		if f.Matter, err = matterOf(a, in, f.Parent, shelves); err != nil {
			return err
		}
		box, err := a.SpaceBox(in)
		if err != nil {
			return err
		}
		if err := a.Write(updateFolder, f.ID, f.Parent, f.Matter, box.SealText(folderPlace(f.ID), f.Name)); err != nil {
			return err
		}
		return recordFolder(a, by, "folder.moved", in, f)
	})
}

// RemoveFolder takes away a folder that holds no other; vacant says, in the
// same act, whether it holds anything else.
func (s *Service) RemoveFolder(ctx context.Context, by authz.Actor, of id.Folder, vacant func(*act.Act, id.Space, Folder) error) (err error) {
	defer fault.Op(&err, "space.RemoveFolder(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		f, shelves, in, err := openFolder(a, by, of, authz.SpaceManage)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(shelves, func(other Folder) bool { return other.Parent == of }) {
			return fault.New(fault.Conflict, "space.folder_full")
		}
		if err := vacant(a, in, f); err != nil {
			return err
		}
		if err := a.Write(deleteFolderCircles, of); err != nil {
			return err
		}
		if err := a.Write(deleteFolder, of); err != nil {
			return err
		}
		return recordFolder(a, by, "folder.removed", in, f)
	})
}

// fits says whether a folder may stand where it wants to, among the others of
// its space.
func fits(f Folder, shelves []Folder) error {
	if f.Name == "" {
		return fault.New(fault.Invalid, "space.folder_nameless").In("name")
	}
	if !slices.Contains(Trays(), f.Tray) {
		return fault.New(fault.Invalid, "space.folder_where").In("tray")
	}
	if len(shelves) >= maxFolders {
		return fault.New(fault.Conflict, "space.folders_many", maxFolders)
	}
	byID := map[id.Folder]Folder{}
	for _, other := range shelves {
		byID[other.ID] = other
		if other.ID != f.ID && other.Tray == f.Tray && other.Parent == f.Parent && fold.File(other.Name) == fold.File(f.Name) {
			return fault.New(fault.Conflict, "space.folder_exists").In("name")
		}
	}
	at := f.Parent
	for depth := 1; at != ""; depth++ {
		holder, known := byID[at]
		if !known || holder.Tray != f.Tray || holder.ID == f.ID {
			return fault.New(fault.Invalid, "space.folder_where").In("parent")
		}
		if depth >= maxDepth {
			return fault.New(fault.Conflict, "space.folder_deep", maxDepth)
		}
		at = holder.Parent
	}
	return nil
}

// matterOf is the matter of a parent, or the first of the space.
func matterOf(a *act.Act, in id.Space, parent id.Folder, shelves []Folder) (id.Matter, error) {
	for _, f := range shelves {
		if f.ID == parent {
			return f.Matter, nil
		}
	}
	matters, err := Matters(a, in)
	if err != nil || len(matters) == 0 {
		return "", err
	}
	return matters[0].ID, nil
}

// shelved is what the journal keeps of a folder.
type shelved struct {
	Tray   Tray      `json:"tray"`
	Parent id.Folder `json:"parent,omitempty"`
}

func recordFolder(a *act.Act, by authz.Actor, kind string, in id.Space, f Folder) error {
	house, err := circle.HouseOf(a, in)
	if err != nil {
		return err
	}
	a.Signal(in, house.Firm)
	_, err = a.Record(by, kind, in, string(f.ID), shelved{f.Tray, f.Parent})
	return err
}

// openFolder finds a folder and enters its space for an action.
func openFolder(a *act.Act, by authz.Actor, of id.Folder, do authz.Action) (f Folder, all []Folder, in id.Space, err error) {
	err = a.Row(selectFolderSpace, []any{of}, &in)
	if errors.Is(err, store.ErrNoRow) {
		return f, nil, "", fault.Absent()
	}
	if err != nil {
		return f, nil, "", err
	}
	if _, err := circle.Enter(a, by, in, do); err != nil {
		return f, nil, "", err
	}
	if all, err = Folders(a, in); err != nil {
		return f, nil, "", err
	}
	at := slices.IndexFunc(all, func(other Folder) bool { return other.ID == of })
	if at < 0 {
		return f, nil, "", fault.Absent()
	}
	return all[at], all, in, nil
}

// FolderAudience is to whom a folder addresses by itself what is filed into it
// without a choice; no circle: the firm alone, as everywhere.
type FolderAudience struct {
	Folder
	Space   id.Space
	Circles []id.Circle
}

// FolderAudience returns what was chosen for a folder to those who may know
// who is in what.
func (s *Service) FolderAudience(ctx context.Context, by authz.Actor, of id.Folder) (out FolderAudience, err error) {
	defer fault.Op(&err, "space.FolderAudience(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if out.Folder, _, out.Space, err = openFolder(a, by, of, authz.CircleSee); err != nil {
			return err
		}
		out.Circles, err = Audience(a, out.Space, of)
		return err
	})
	return out, err
}

// FolderAudiences returns what was chosen for each folder of a space that
// chooses anything.
func (s *Service) FolderAudiences(ctx context.Context, by authz.Actor, of id.Space) (out map[id.Folder][]id.Circle, err error) {
	defer fault.Op(&err, "space.FolderAudiences(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, of, authz.CircleSee); err != nil {
			return err
		}
		box, err := a.SpaceBox(of)
		if err != nil {
			return err
		}
		out = map[id.Folder][]id.Circle{}
		return a.Each(selectSpaceCircles, []any{of}, func(scan func(...any) error) error {
			var f id.Folder
			c, err := chosen(box, of, &f, scan)
			out[f] = append(out[f], c)
			return err
		})
	})
	return out, err
}

// SetFolderAudience chooses to whom a folder addresses by itself; no circle
// ends it. What lies in the folder already stays addressed as it is.
func (s *Service) SetFolderAudience(ctx context.Context, by authz.Actor, of id.Folder, circles []id.Circle) (err error) {
	defer fault.Op(&err, "space.SetFolderAudience(%s)", of)
	circles = slices.Compact(slices.Sorted(slices.Values(circles)))
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		f, _, in, err := openFolder(a, by, of, authz.SpaceManage)
		if err != nil {
			return err
		}
		if f.Tray == ClientTray {
			return fault.New(fault.Invalid, "space.folder_deposits").In("circle")
		}
		known, err := circle.List(a, in)
		if err != nil {
			return err
		}
		box, err := a.SpaceBox(in)
		if err != nil {
			return err
		}
		if err := a.Write(deleteFolderCircles, of); err != nil {
			return err
		}
		for _, c := range circles {
			if !slices.ContainsFunc(known, func(k circle.Circle) bool { return k.ID == c }) {
				return fault.New(fault.Invalid, "item.unknown_circle").In("circle")
			}
			mac := box.MAC("folder_circle", audienceFields(in, of, c, by.Person, store.Micros(a.Now))...)
			if err := a.Write(insertFolderCircle, of, c, in, by.Person, store.Micros(a.Now), mac); err != nil {
				return err
			}
		}
		_, err = a.Record(by, "folder.addressed", in, string(of), addressed{circles})
		return err
	})
}

// addressed is what the journal keeps of a choice.
type addressed struct {
	Circles []id.Circle `json:"circles"`
}

// Audience reads the circles chosen for a folder of an entered space.
func Audience(a *act.Act, in id.Space, of id.Folder) ([]id.Circle, error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, err
	}
	var out []id.Circle
	err = a.Each(selectFolderCircles, []any{of}, func(scan func(...any) error) error {
		var f id.Folder
		c, err := chosen(box, in, &f, scan)
		out = append(out, c)
		return err
	})
	return out, err
}

// chosen reads a row of a choice and checks it.
func chosen(box *vault.Box, in id.Space, of *id.Folder, scan func(...any) error) (id.Circle, error) {
	var c id.Circle
	var by id.Person
	var created int64
	var mac []byte
	if err := scan(of, &c, &by, &created, &mac); err != nil {
		return "", err
	}
	return c, box.CheckMAC(mac, "folder_circle", audienceFields(in, *of, c, by, created)...)
}

func audienceFields(in id.Space, of id.Folder, c id.Circle, by id.Person, created int64) []string {
	return []string{string(in), string(of), string(c), string(by), strconv.FormatInt(created, 10)}
}

// Folders returns the folders of an entered space in their order, each before
// those it holds.
func Folders(a *act.Act, s id.Space) ([]Folder, error) {
	box, err := a.SpaceBox(s)
	if err != nil {
		return nil, err
	}
	held := map[id.Folder][]Folder{}
	err = a.Each(selectFolders, []any{s}, func(scan func(...any) error) error {
		var f Folder
		var name []byte
		if err := scan(&f.ID, &f.Matter, &f.Parent, &f.Tray, &name); err != nil {
			return err
		}
		f.Name, err = box.OpenText(folderPlace(f.ID), name)
		held[f.Parent] = append(held[f.Parent], f)
		return err
	})
	if err != nil {
		return nil, err
	}
	return unfold(held, "", 0), nil
}

func unfold(held map[id.Folder][]Folder, in id.Folder, depth int) (out []Folder) {
	if depth > maxDepth { // only in a database that was written to from outside
		return nil
	}
	for _, f := range held[in] {
		out = append(append(out, f), unfold(held, f.ID, depth+1)...)
	}
	return out
}

// Trail is the name of a folder after those that hold it, as one line.
func Trail(of id.Folder, all []Folder) string {
	var names []string
	for range maxDepth + 1 {
		at := slices.IndexFunc(all, func(f Folder) bool { return f.ID == of })
		if at < 0 {
			break
		}
		names = append(names, all[at].Name)
		of = all[at].Parent
	}
	slices.Reverse(names)
	return strings.Join(names, " › ")
}

func folderPlace(f id.Folder) vault.Place {
	return vault.Place{Table: "folder", Column: "name", Row: string(f)}
}

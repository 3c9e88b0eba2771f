package document

import (
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Shelf is a place where documents lie: a folder, or the tray itself.
type Shelf struct {
	Space  id.Space
	Tray   space.Tray
	Folder id.Folder // empty: the tray itself, without its folders
}

// Entry is a document as a drive lists it: little, and fast.
type Entry struct {
	ID       id.Item
	Name     string // see [Shown]; several may have the same
	Deposit  id.Deposit
	Author   id.Person
	Created  time.Time
	Version  id.Version // the current one
	Size     int64      // bytes
	Media    string
	Modified time.Time // since when it is the current one
}

// Entries returns all documents on a shelf that the actor may see, oldest
// first. The caller has entered the space.
func Entries(a *act.Act, by authz.Actor, f authz.Facts, at Shelf) (out []Entry, err error) {
	after := id.Item("")
	for {
		page, last, err := entries(a, by, f, at, after)
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
		if last == "" {
			return out, nil
		}
		after = last
	}
}

// candidate is a row of a list before the rule has seen it.
type candidate struct {
	Entry
	header item.Header
}

// entries reads the page after one document; last is empty on the last page.
func entries(a *act.Act, by authz.Actor, f authz.Facts, at Shelf, after id.Item) (out []Entry, last id.Item, err error) {
	box, err := a.SpaceBox(at.Space)
	if err != nil {
		return nil, "", err
	}
	found := make([]candidate, 0, 16)
	args := []any{by.Person, store.Micros(a.Now), at.Space, at.Tray, at.Folder, after, maxPage}
	err = a.Each(selectShelf, args, func(scan func(...any) error) error {
		c, err := scanEntry(box, at.Space, scan)
		found = append(found, c)
		return err
	})
	if err != nil || len(found) == 0 {
		return nil, "", err
	}
	if err := addressEntries(a, box, at, found); err != nil {
		return nil, "", err
	}
	for _, c := range found {
		if authz.Decide(by, authz.DocumentRead, resource(a, c.header), f).Allowed {
			out = append(out, c.Entry)
		}
	}
	if len(found) == maxPage {
		last = found[maxPage-1].ID
	}
	return out, last, nil
}

// scanEntry reads a row of [entryColumns], checks its MACs and opens its names.
func scanEntry(box *vault.Box, in id.Space, scan func(...any) error) (c candidate, err error) {
	v := stored{}
	var internal, created, modified int64
	var title, itemMAC, media, versionMAC, name []byte
	h := item.Header{Space: in, Kind: item.Document}
	err = scan(&c.ID, &c.Deposit, &title, &h.Author, &h.Nature, &internal, &created, &itemMAC,
		&v.ID, &v.Number, &v.Author, &v.Size, &media, &modified, &versionMAC, &v.blob, &v.wrapped, &v.digestHash, &name)
	if err != nil {
		return c, err
	}
	h.ID, h.Internal, v.Created = c.ID, internal == 1, store.Time(modified)
	if err := item.Verify(box, h, itemMAC); err != nil {
		return c, err
	}
	if err := box.CheckMAC(versionMAC, "version", v.fields(c.ID)...); err != nil {
		return c, err
	}
	shown, err := box.OpenText(titlePlace(c.ID), title)
	if err != nil {
		return c, err
	}
	file := ""
	if extension(shown) == "" {
		if file, err = box.OpenText(versionPlace("name", v.ID), name); err != nil {
			return c, err
		}
	}
	c.header, c.Author = h, h.Author
	c.Name, c.Created = Shown(shown, file), store.Time(created)
	c.Version, c.Size, c.Modified = v.ID, v.Size, v.Created
	c.Media, err = box.OpenText(versionPlace("media", v.ID), media)
	return c, err
}

// addressEntries reads the addresses of a page of a shelf in one statement.
func addressEntries(a *act.Act, box *vault.Box, at Shelf, page []candidate) error {
	row := make(map[id.Item]int, len(page))
	for i := range page {
		row[page[i].ID] = i
	}
	args := []any{at.Space, at.Tray, at.Folder, page[0].ID, page[len(page)-1].ID}
	return a.Each(selectShelfAddresses, args, func(scan func(...any) error) error {
		var it id.Item
		var to authz.Address
		var sent, extended int64
		var mac []byte
		if err := scan(&it, &to.Circle, &sent, &extended, &mac); err != nil {
			return err
		}
		to.Sent, to.Extended = store.Time(sent), extended == 1
		if i, listed := row[it]; listed {
			page[i].header.Audience = append(page[i].header.Audience, to)
		}
		return item.VerifyAddress(box, it, to, mac)
	})
}

// EntriesNamed returns the documents on a shelf that a drive shows under this
// very name and the actor may see, oldest first. It costs the same whatever
// lies there. The caller has entered the space.
func EntriesNamed(a *act.Act, by authz.Actor, f authz.Facts, at Shelf, name string) ([]Entry, error) {
	box, err := a.SpaceBox(at.Space)
	if err != nil {
		return nil, err
	}
	var found []candidate
	args := []any{at.Space, nameHash(box, element(name)), at.Tray, at.Folder, maxPage}
	err = a.Each(selectNamed, args, func(scan func(...any) error) error {
		c, err := scanEntry(box, at.Space, scan)
		found = append(found, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, c := range found {
		locked, _, err := item.Load(a, at.Space, item.Document, c.ID)
		if err != nil {
			return nil, err
		}
		if _, err := authz.Open(locked, by, authz.DocumentRead, f); err == nil {
			out = append(out, c.Entry)
		}
	}
	return out, nil
}

// FoldersInUse returns the folders of a tray in which the actor sees a
// document. The caller has entered the space.
func FoldersInUse(a *act.Act, by authz.Actor, in id.Space, tray space.Tray) (map[id.Folder]bool, error) {
	out := map[id.Folder]bool{}
	err := a.Each(selectFoldersInUse, []any{by.Person, store.Micros(a.Now), in, tray}, func(scan func(...any) error) error {
		var f id.Folder
		err := scan(&f)
		out[f] = true
		return err
	})
	return out, err
}

// EntryOf is one document that the actor may read. The caller has entered the
// space.
func EntryOf(a *act.Act, by authz.Actor, f authz.Facts, in id.Space, of id.Item) (Entry, error) {
	locked, _, err := item.Load(a, in, item.Document, of)
	if err != nil {
		return Entry{}, err
	}
	if _, err := authz.Open(locked, by, authz.DocumentRead, f); err != nil {
		return Entry{}, err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return Entry{}, err
	}
	c, err := scanEntry(box, in, func(dest ...any) error { return a.Row(selectEntry, []any{of}, dest...) })
	return c.Entry, err
}

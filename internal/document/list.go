package document

import (
	"context"
	"errors"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/search"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

const (
	defaultPage = 100
	maxPage     = 1000
	maxFound    = 50 // of one space in a search
)

// ListQuery asks for a page of documents: Limit of them (100 by default, 1,000
// at most) that come after After, the last one shown. An empty Tray is all
// three, and then Folder is ignored; an empty Folder is the whole tray.
type ListQuery struct {
	Space  id.Space
	Tray   space.Tray
	Folder id.Folder
	After  id.Item
	Limit  int
}

// List returns the documents of a space that the actor may see, the newest
// first. It costs the same number of statements whatever the page.
func (s *Service) List(ctx context.Context, by authz.Actor, q ListQuery) (out []Document, err error) {
	defer fault.Op(&err, "document.List(%s)", q.Space)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, err = ListIn(a, by, q)
		return err
	})
	return out, err
}

// ListIn is List inside a running act.
func ListIn(a *act.Act, by authz.Actor, q ListQuery) ([]Document, error) {
	facts, err := circle.Enter(a, by, q.Space, authz.SpaceSee)
	if err != nil {
		return nil, err
	}
	after, limit := string(q.After), q.Limit
	if after == "" {
		after = beyond
	}
	if limit <= 0 {
		limit = defaultPage
	}
	limit = min(limit, maxPage)
	if q.Tray == "" {
		return list(a, by, facts, selectSpace, after, limit)
	}
	return list(a, by, facts, selectTray, q.Tray, after, q.Folder, limit)
}

// Hit is a document found by its title, with the space it lies in.
type Hit struct {
	Document
	SpaceName string
}

// Search finds documents by the words of their titles in every space of which
// the actor is an active member: the spaces as her desk orders them, the newest
// documents first, at most fifty of a space.
func (s *Service) Search(ctx context.Context, by authz.Actor, text string) (out []Hit, err error) {
	defer fault.Op(&err, "document.Search")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out = nil
		return own(a, by, func(sp space.Space) error {
			found, err := searchIn(a, by, sp, text)
			out = append(out, found...)
			return err
		})
	})
	return out, err
}

// own visits the spaces of which the actor is an active member; a link is
// confined to its own.
func own(a *act.Act, by authz.Actor, visit func(space.Space) error) error {
	if by.Scope != "" {
		if _, err := circle.Enter(a, by, by.Scope, authz.SpaceSee); err != nil {
			return err
		}
		sp, err := space.Load(a, by.Scope)
		if err != nil {
			return err
		}
		return visit(sp)
	}
	page := space.Page{Limit: defaultPage}
	for {
		spaces, err := space.Own(a, by, page)
		if err != nil || len(spaces) == 0 {
			return err
		}
		for _, sp := range spaces {
			if err := visit(sp); err != nil {
				return err
			}
			page.Changed, page.After = sp.Changed, sp.ID
		}
	}
}

func searchIn(a *act.Act, by authz.Actor, sp space.Space, text string) ([]Hit, error) {
	facts, err := circle.Enter(a, by, sp.ID, authz.SpaceSee)
	if err != nil {
		return nil, err
	}
	box, err := a.SpaceBox(sp.ID)
	if err != nil {
		return nil, err
	}
	query := search.Query(box, text)
	if len(query) == 0 {
		return nil, nil
	}
	terms := search.Args(sp.ID, query)[1:]
	found, err := list(a, by, facts, selectFound, append(terms, maxFound)...)
	if err != nil {
		return nil, err
	}
	out := make([]Hit, len(found))
	for i, d := range found {
		out[i] = Hit{Document: d, SpaceName: sp.Name}
	}
	return out, nil
}

// list reads documents with a statement that already leaves out what the actor
// may not see, checks the MAC of every row that carries a right, and lets the
// rule decide each one again: the two must agree, and if they did not, the
// stricter would hold.
func list(a *act.Act, by authz.Actor, f authz.Facts, stmt store.FirmStmt, rest ...any) ([]Document, error) {
	box, err := a.SpaceBox(f.Space)
	if err != nil {
		return nil, err
	}
	var out []Document
	args := append([]any{by.Person, store.Micros(a.Now), f.Space}, rest...)
	err = a.Each(stmt, args, func(scan func(...any) error) error {
		d, err := scanDocument(box, scan)
		out = append(out, d)
		return err
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	if err := address(a, box, out); err != nil {
		return nil, err
	}
	seen := out[:0]
	for _, d := range out {
		on := resource(a, item.Header{Space: d.Space, Author: d.Author, Nature: d.Nature, Internal: d.Internal, Audience: d.Audience})
		if !authz.Decide(by, authz.DocumentRead, on, f).Allowed {
			continue
		}
		if !f.Role.Inside() {
			d.Audience = nil
		}
		seen = append(seen, d)
	}
	return seen, signed(a, seen)
}

// scanDocument reads a row of [columns], checks its MACs and opens its title.
func scanDocument(box *vault.Box, scan func(...any) error) (Document, error) {
	var d Document
	var v stored
	var internal, created, versionCreated, read int64
	var title, media, itemMAC, versionMAC []byte
	err := scan(&d.ID, &d.Space, &d.Folder, &d.Tray, &d.Deposit, &title,
		&d.Author, &d.Nature, &internal, &created, &itemMAC,
		&v.ID, &v.Number, &v.Author, &v.Size, &media, &versionCreated, &versionMAC, &v.blob, &v.wrapped, &v.digestHash,
		&read)
	if err != nil {
		return d, err
	}
	d.Internal, d.Created, d.Read = internal == 1, store.Time(created), read == 1
	v.Created = store.Time(versionCreated)
	h := item.Header{ID: d.ID, Space: d.Space, Kind: item.Document, Author: d.Author, Nature: d.Nature, Internal: d.Internal}
	if err := item.Verify(box, h, itemMAC); err != nil {
		return d, err
	}
	if err := box.CheckMAC(versionMAC, "version", v.fields(d.ID)...); err != nil {
		return d, err
	}
	if d.Title, err = box.OpenText(titlePlace(d.ID), title); err != nil {
		return d, err
	}
	v.Media, err = box.OpenText(versionPlace("media", v.ID), media)
	d.Current = v.Version
	return d, err
}

// address reads the addresses of a page of documents, newest first, in one
// statement.
func address(a *act.Act, box *vault.Box, page []Document) error {
	at := make(map[id.Item]*Document, len(page))
	for i := range page {
		at[page[i].ID] = &page[i]
	}
	args := []any{page[0].Space, page[len(page)-1].ID, page[0].ID}
	return a.Each(selectAddresses, args, func(scan func(...any) error) error {
		var it id.Item
		var to authz.Address
		var sent, extended int64
		var mac []byte
		if err := scan(&it, &to.Circle, &sent, &extended, &mac); err != nil {
			return err
		}
		d := at[it]
		if d == nil {
			return nil
		}
		to.Sent, to.Extended = store.Time(sent), extended == 1
		d.Audience = append(d.Audience, to)
		return item.VerifyAddress(box, it, to, mac)
	})
}

// signed writes the authors' names beside their documents.
func signed(a *act.Act, page []Document) error {
	var people []id.Person
	for _, d := range page {
		people = append(people, d.Author)
	}
	names, err := firm.Names(a, people)
	if err != nil {
		return err
	}
	for i := range page {
		page[i].AuthorName = names[page[i].Author]
	}
	return nil
}

// one reads the document of an opened item, with its addresses.
func one(a *act.Act, by authz.Actor, h item.Header) (Document, error) {
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return Document{}, err
	}
	page := make([]Document, 1)
	err = a.Each(selectOne, []any{by.Person, h.ID}, func(scan func(...any) error) error {
		page[0], err = scanDocument(box, scan)
		return err
	})
	if err == nil && page[0].ID == "" {
		return Document{}, fault.Absent().Because(errors.New("document: an item without its document"))
	}
	if err != nil {
		return Document{}, err
	}
	page[0].Audience = h.Audience
	return page[0], signed(a, page)
}

package document

import (
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
)

// Brought is bytes that came before the parties of a forum, as somebody sees them.
type Brought struct {
	Version
	Title  string
	Tabled bool // it is on the common table still
}

var (
	selectTitles = store.ForFirm(`
select id, title from document
where firm_id = $1 and id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)

	selectVersionsOf = store.ForFirm(`
select document_id, id, number, author_id, size, media, created_at, mac, blob_id, key, digest_hash, name, reason, digest
from version where firm_id = $1 and document_id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
order by document_id, number desc`)
)

// BroughtOf returns those of some exhibits of a space that the actor may read, by
// their versions. The caller has entered the space.
func BroughtOf(a *act.Act, by authz.Actor, f authz.Facts, some []exhibit.Exhibit) (map[id.Version]Brought, error) {
	of := make([]id.Item, len(some))
	for i, e := range some {
		of[i] = e.Item
	}
	slices.Sort(of)
	known, err := item.LoadAll(a, item.Document, slices.Compact(of))
	if err != nil {
		return nil, err
	}
	headers := make(map[id.Item]item.Header, len(known))
	for it, locked := range known {
		h, err := authz.Open(locked, by, authz.DocumentRead, f)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		headers[it] = h
	}
	return brought(a, f, headers)
}

// brought reads the versions of opened documents that their reader sees.
func brought(a *act.Act, f authz.Facts, headers map[id.Item]item.Header) (map[id.Version]Brought, error) {
	house, err := circle.HouseOf(a, f.Space)
	if err != nil {
		return nil, err
	}
	of := make([]id.Item, 0, len(headers))
	for it := range headers {
		of = append(of, it)
	}
	titles, all, err := titled(a, f.Space, of)
	if err != nil {
		return nil, err
	}
	out := map[id.Version]Brought{}
	for it, h := range headers {
		for _, v := range shown(all[it], h.Audience, f) {
			out[v.ID] = Brought{Version: v, Title: titles[it], Tabled: slices.Contains(circlesOf(h.Audience), house.All)}
		}
	}
	return out, nil
}

// titled reads the titles of documents and their versions, the newest first.
func titled(a *act.Act, in id.Space, of []id.Item) (titles map[id.Item]string, all map[id.Item][]Version, err error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, nil, err
	}
	titles, all = map[id.Item]string{}, map[id.Item][]Version{}
	for some := range store.Batches(of) {
		err := a.Each(selectTitles, some, func(scan func(...any) error) error {
			var it id.Item
			var sealed []byte
			if err := scan(&it, &sealed); err != nil {
				return err
			}
			titles[it], err = box.OpenText(titlePlace(it), sealed)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		err = a.Each(selectVersionsOf, some, func(scan func(...any) error) error {
			var it id.Item
			var v versionRow
			if err := scan(append([]any{&it}, v.dest()...)...); err != nil {
				return err
			}
			opened, err := v.open(box, it)
			all[it] = append(all[it], opened.Version)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return titles, all, nil
}

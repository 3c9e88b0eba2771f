package document

import (
	"cmp"
	"maps"
	"slices"

	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// harvest finds documents in their titles or in their contents ([walk.Finder]). Where
// they stand is known from an index alone.
type harvest struct {
	*look
	where Where
	limit int
	title map[id.Space][][]byte // what a document has that is found in its title
	out   []Hit                 // the newest first, at most limit
}

// Terms are those of titles or of contents.
func (h *harvest) Terms(of id.Space, box *vault.Box) [][]byte {
	q := search.NewQuery(box, h.find.Text)
	if h.title[of] = q.Title; h.where == InTitle {
		return q.Title
	}
	return q.Contents
}

// At is where a document stands.
func (h *harvest) At(m mark) id.Item { return m.id }

// Read reads the next marks of a space.
func (h *harvest) Read(of id.Space, terms [][]byte, before, from id.Item, n int) ([]mark, error) {
	args := append([]any{h.by.Person, store.Micros(h.act.Now), of}, search.Args(terms)...)
	args = append(args, before, from, h.find.Tray, n)
	if h.where == InTitle {
		return marks(h.act, n, markTitled, args)
	}
	return marks(h.act, n, markContaining, append(args, search.Args(h.title[of])...))
}

// Named marks those of some documents that do not have all words in their titles, when
// they are looked for in contents.
func (h *harvest) Named(these []search.Claim) (map[id.Space][]mark, error) {
	at := make(map[id.Item]id.Space, len(these))
	for i, c := range these {
		at[c.Item], these[i].Terms = c.Space, h.title[c.Space]
	}
	if h.where == InContents {
		titled, err := search.Having(h.act.Tx, these)
		if err != nil {
			return nil, err
		}
		for _, c := range titled {
			delete(at, c.Item)
		}
	}
	out := map[id.Space][]mark{}
	for args := range store.Batches(slices.Sorted(maps.Keys(at))) {
		page, err := marks(h.act, len(args), markSeveral, append(args, h.find.Tray))
		if err != nil {
			return nil, err
		}
		for _, m := range page {
			out[at[m.id]] = append(out[at[m.id]], m)
		}
	}
	return out, nil
}

// Open adds those of the marked documents that the actor sees and that are of the kind
// she asked for.
func (h *harvest) Open(these map[id.Space][]mark) (kept []id.Item, err error) {
	if err := h.enter(slices.Sorted(maps.Keys(these))); err != nil {
		return nil, err
	}
	var all []*shelf
	for of, page := range these {
		if _, entered := h.entered[of]; entered {
			all = append(all, &shelf{space: of, page: page})
		}
	}
	if err := h.service.fetch(h.act, all, nil); err != nil {
		return nil, err
	}
	var shown []Document
	for _, s := range all {
		if shown, err = s.open(shown, h.by, h.entered[s.space]); err != nil {
			return nil, err
		}
	}
	for _, d := range shown {
		if h.find.Look == "" || d.Current.Look() == h.find.Look {
			h.out = append(h.out, Hit{Document: d, Where: h.where})
		}
	}
	slices.SortFunc(h.out, func(x, y Hit) int { return cmp.Compare(y.ID, x.ID) })
	h.out = h.out[:min(len(h.out), h.limit)]
	for _, d := range h.out {
		kept = append(kept, d.ID)
	}
	return kept, nil
}

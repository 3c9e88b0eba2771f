package document

import (
	"cmp"
	"maps"
	"slices"

	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/store"
	"cenacle/internal/walk"
)

// harvest takes the newest hits of some spaces. Where documents stand is known from an
// index alone; a space is entered, a document opened and decided on only when none that
// is newer is left that nobody has looked at.
type harvest struct {
	*look
	where  Where
	limit  int
	wanted map[id.Space]search.Query
	terms  map[id.Space][][]byte // of the spaces that were looked into, the rarest first
	out    []Hit                 // the newest first, at most limit
}

// among adds the newest of some spaces that are older than before.
func (h *harvest) among(some []id.Space, before id.Item) error {
	if err := h.ask(some); err != nil {
		return err
	}
	var longest []search.Asked
	for _, of := range some {
		if terms := termsOf(h.wanted[of], h.where); len(terms) > 0 {
			longest = append(longest, search.Asked{Space: of, Term: terms[0]})
		}
	}
	newest, err := search.Newest(h.act.Tx, longest, before)
	if err != nil {
		return err
	}
	field := walk.Newest[mark]{Limit: h.limit, Most: mostLooks * h.limit, At: func(m mark) id.Item { return m.id }, Read: h.read}
	for of, bound := range newest {
		field.Add(of, before, bound)
	}
	for {
		var has []id.Item
		for _, d := range h.out {
			has = append(has, d.ID)
		}
		next, err := field.Next(has)
		if err != nil || len(next) == 0 {
			return err
		}
		if err := h.open(next); err != nil {
			return err
		}
	}
}

// told adds those of some items, the newest first, that have the words indeed: of which
// the register says so may have another name by now.
func (h *harvest) told(all []walk.Place) error {
	for some := range slices.Chunk(all, store.Batch) {
		if some[0].Item < h.oldest() {
			return nil
		}
		var in []id.Space
		of, places := make([]id.Item, len(some)), map[id.Item]id.Space{}
		for i, p := range some {
			of[i], places[p.Item], in = p.Item, p.Space, append(in, p.Space)
		}
		if err := h.ask(in); err != nil {
			return err
		}
		having, err := h.having(some)
		if err != nil {
			return err
		}
		these := map[id.Space][]mark{}
		for args := range store.Batches(of) {
			page, err := marks(h.act, len(some), markSeveral, append(args, h.find.Tray))
			if err != nil {
				return err
			}
			for _, m := range page {
				if in := places[m.id]; having[m.id] {
					these[in] = append(these[in], m)
				}
			}
		}
		if err := h.open(these); err != nil {
			return err
		}
	}
	return nil
}

// having are those of some items that have all words where they are looked for, and
// when that is in contents not all of them in their titles.
func (h *harvest) having(some []walk.Place) (map[id.Item]bool, error) {
	claims := func(terms func(search.Query) [][]byte) (out []search.Claim) {
		for _, p := range some {
			if p.Item >= h.from() {
				out = append(out, search.Claim{Space: p.Space, Item: p.Item, Terms: terms(h.wanted[p.Space])})
			}
		}
		return out
	}
	out := map[id.Item]bool{}
	found, err := search.Having(h.act.Tx, claims(func(q search.Query) [][]byte { return termsOf(q, h.where) }))
	for _, c := range found {
		out[c.Item] = len(c.Terms) > 0
	}
	if err != nil || h.where == InTitle {
		return out, err
	}
	found, err = search.Having(h.act.Tx, claims(func(q search.Query) [][]byte { return q.Title }))
	for _, c := range found {
		out[c.Item] = false
	}
	return out, err
}

// ask makes the query for each of some spaces whose key is there.
func (h *harvest) ask(in []id.Space) error {
	boxes, err := h.act.SpaceBoxes(in)
	if err != nil {
		return err
	}
	for of, box := range boxes {
		if _, known := h.wanted[of]; !known {
			h.wanted[of] = search.NewQuery(box, h.find.Text)
		}
	}
	return nil
}

// oldest is what is older than that is not asked for.
func (h *harvest) oldest() id.Item {
	if len(h.out) == h.limit {
		return max(h.from(), h.out[h.limit-1].ID)
	}
	return h.from()
}

// read reads the next marks of a space, from the rarest of the terms.
func (h *harvest) read(of id.Space, before id.Item, n int) ([]mark, error) {
	terms, err := h.rarest(of)
	if err != nil || terms == nil {
		return nil, err
	}
	args := append([]any{h.by.Person, store.Micros(h.act.Now), of}, search.Args(terms)...)
	args = append(args, before, h.oldest(), h.find.Tray, n)
	if h.where == InTitle {
		return marks(h.act, n, markTitled, args)
	}
	return marks(h.act, n, markContaining, append(args, search.Args(h.wanted[of].Title)...))
}

// rarest orders the terms of a space: none when nothing there has all of them.
func (h *harvest) rarest(of id.Space) ([][]byte, error) {
	if terms, known := h.terms[of]; known {
		return terms, nil
	}
	terms, _, err := search.Rarest(h.act.Tx, of, termsOf(h.wanted[of], h.where))
	h.terms[of] = terms
	return terms, err
}

// open adds those of the marked documents that the actor sees and that are of the kind
// she asked for.
func (h *harvest) open(these map[id.Space][]mark) error {
	if err := h.enter(slices.Sorted(maps.Keys(these))); err != nil {
		return err
	}
	var all []*shelf
	for of, page := range these {
		if _, entered := h.entered[of]; entered {
			all = append(all, &shelf{space: of, page: page})
		}
	}
	if err := h.service.fetch(h.act, all, nil); err != nil {
		return err
	}
	var shown []Document
	for _, s := range all {
		var err error
		if shown, err = s.open(shown, h.by, h.entered[s.space]); err != nil {
			return err
		}
	}
	for _, d := range shown {
		if h.find.Look == "" || d.Current.Look() == h.find.Look {
			h.out = append(h.out, Hit{Document: d, Where: h.where})
		}
	}
	slices.SortFunc(h.out, func(x, y Hit) int { return cmp.Compare(y.ID, x.ID) })
	h.out = h.out[:min(len(h.out), h.limit)]
	return nil
}

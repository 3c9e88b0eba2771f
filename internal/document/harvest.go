package document

import (
	"cmp"
	"slices"

	"cenacle/internal/id"
	"cenacle/internal/search"
)

// harvest takes the newest hits of some rooms. Where documents stand is known from an
// index alone; a document is opened, decided on and named only when no newer one is left
// that nobody has looked at.
type harvest struct {
	*look
	where Where
	limit int
	rooms []*room
	out   []Hit // the newest first, at most limit
}

// add brings a room in which something was found before an item.
func (h *harvest) add(r *room, before id.Item) (err error) {
	var some bool
	r.terms, some, err = search.Rarest(h.act.Tx, r.space.ID, termsOf(r.wanted, h.where))
	if err == nil && some {
		r.before, r.looks = before, mostLooks
		h.rooms = append(h.rooms, r)
	}
	return err
}

// reap returns the newest of the hits there were and of those of the rooms. What the
// rule or the kind of file refuses makes room for an older one.
func (h *harvest) reap() ([]Hit, error) {
	for {
		if err := h.ripen(); err != nil {
			return nil, err
		}
		next := h.next()
		if len(next) == 0 {
			return h.out, nil
		}
		for _, r := range h.rooms {
			if len(next[r]) == 0 {
				continue
			}
			if err := h.open(r, next[r]); err != nil {
				return nil, err
			}
		}
		slices.SortFunc(h.out, func(x, y Hit) int { return cmp.Compare(y.ID, x.ID) })
		h.out = h.out[:min(len(h.out), h.limit)]
	}
}

// ripen reads on in each room until it has as many marks as could be wanted of it alone.
func (h *harvest) ripen() error {
	for _, r := range h.rooms {
		for r.looks > 0 && len(r.ripe) < h.limit {
			page, err := h.marks(r, h.where, r.terms, r.before, h.limit)
			if err != nil {
				return err
			}
			r.looks--
			if len(page) < h.limit {
				r.looks = 0
			} else {
				r.before = page[len(page)-1].id
			}
			r.ripe = append(r.ripe, page...)
		}
	}
	return nil
}

// next takes from the rooms the marks that are among the newest, beside the hits
// there are.
func (h *harvest) next() map[*room][]mark {
	type place struct {
		id id.Item
		of *room // nil: a hit already
	}
	var all []place
	for _, d := range h.out {
		all = append(all, place{id: d.ID})
	}
	for _, r := range h.rooms {
		for _, m := range r.ripe {
			all = append(all, place{m.id, r})
		}
	}
	slices.SortFunc(all, func(x, y place) int { return cmp.Compare(y.id, x.id) })
	taken := map[*room][]mark{}
	for _, p := range all[:min(len(all), h.limit)] {
		if p.of != nil {
			taken[p.of] = append(taken[p.of], p.of.ripe[0])
			p.of.ripe = p.of.ripe[1:]
		}
	}
	return taken
}

// open adds those of the marked documents of a room that the actor sees and that are
// of the kind she asked for.
func (h *harvest) open(r *room, these []mark) error {
	shown, err := h.service.opened(r.view, these, nil)
	if err != nil {
		return err
	}
	shown = slices.DeleteFunc(shown, func(d Document) bool { return h.find.Look != "" && d.Current.Look() != h.find.Look })
	if err := r.view.finish(shown); err != nil {
		return err
	}
	for _, d := range shown {
		h.out = append(h.out, Hit{Document: d, SpaceName: r.space.Name, Where: h.where})
	}
	return nil
}

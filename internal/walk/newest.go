package walk

import (
	"cmp"
	"slices"

	"cenacle/internal/id"
)

// Newest takes the newest of what some spaces have. Candidates are read a few at a
// time, and only where the newest may be left.
type Newest[C any] struct {
	Limit int             // how many are wanted
	Most  int             // how many of one space are read
	At    func(C) id.Item // where a candidate stands
	Read  Reader[C]
	left  []*plot[C]
}

// Reader reads at most n candidates of a space that are older than before, the newest
// first; fewer are all there are.
type Reader[C any] func(of id.Space, before id.Item, n int) ([]C, error)

// plot is one of the spaces.
type plot[C any] struct {
	space  id.Space
	before id.Item // where its next page begins
	bound  id.Item // nothing that was not read yet is newer
	ripe   []C     // what was read and nobody has taken, the newest first
	step   int     // how many were read last
	left   int     // how many may still be read; none when there is nothing more
}

// firstStep is how many candidates of a space are read at first; then twice as many
// each time.
const firstStep = 4

// Add brings a space of which nothing before an item is newer than bound.
func (w *Newest[C]) Add(of id.Space, before, bound id.Item) {
	w.left = append(w.left, &plot[C]{space: of, before: before, bound: bound, left: w.Most})
}

// Next takes, of the newest that there are beside those one has, the candidates, by
// their spaces and the newest first: none when no newer one is left.
func (w *Newest[C]) Next(has []id.Item) (map[id.Space][]C, error) {
	if err := w.ripen(has); err != nil {
		return nil, err
	}
	type place struct {
		at id.Item
		of *plot[C] // nil: one has it
	}
	var all []place
	for _, at := range has {
		all = append(all, place{at: at})
	}
	for _, p := range w.left {
		for _, c := range p.ripe {
			all = append(all, place{w.At(c), p})
		}
	}
	slices.SortFunc(all, func(x, y place) int { return cmp.Compare(y.at, x.at) })
	taken := map[id.Space][]C{}
	for _, p := range all[:min(len(all), w.Limit)] {
		if p.of != nil {
			taken[p.of.space] = append(taken[p.of.space], p.of.ripe[0])
			p.of.ripe = p.of.ripe[1:]
		}
	}
	return taken, nil
}

// ripen reads on where the newest may be, until as many are known as are wanted of
// which none that was not read is newer.
func (w *Newest[C]) ripen(has []id.Item) error {
	for {
		var p *plot[C]
		for _, other := range w.left {
			if other.left > 0 && (p == nil || other.bound > p.bound) {
				p = other
			}
		}
		if p == nil || w.known(has, p.bound) >= w.Limit {
			return nil
		}
		p.step = min(max(2*p.step, firstStep, w.Limit/len(w.left)), p.left)
		page, err := w.Read(p.space, p.before, p.step)
		if err != nil {
			return err
		}
		p.ripe = append(p.ripe, page...)
		if p.left -= p.step; len(page) < p.step {
			p.left = 0
			continue
		}
		p.before = w.At(page[len(page)-1])
		p.bound = p.before
	}
}

// known is how many there are from an item on.
func (w *Newest[C]) known(has []id.Item, bound id.Item) (n int) {
	for _, at := range has {
		if at >= bound {
			n++
		}
	}
	for _, p := range w.left {
		for _, c := range p.ripe {
			if w.At(c) >= bound {
				n++
			}
		}
	}
	return n
}

// Package walk leads a search through the spaces of a person, those with the newest
// items first, so that whoever wants the newest twenty of something need not look
// through three thousand spaces.
//
// A search that names a space, or is made by somebody who has few, looks there. Any
// other asks the firm's register of words (package search) and gets the spaces that it
// names, or, for words that are everywhere, the items; for what the register does not
// know, the walk follows the firm's newest items. Where most of what it meets is in
// spaces that are not hers, it goes through hers instead, in no order.
//
// Nothing here decides about rights. A walk may lead to a space where the rule then
// says no; it never leaves out one of hers in which something may be found.
package walk

import (
	"maps"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/search"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

const (
	few        = 64   // spaces that are simply all looked through
	stretch    = 256  // items of the firm whose spaces are looked at next
	told       = 64   // items that the register names whose spaces are looked at next
	mostWalked = 4096 // items after which the spaces that are left are simply gone through
)

// Ground is where a search may find something: in some spaces, in all of hers, or in
// some and in those of the items that the register names.
type Ground struct {
	some   []id.Space
	all    bool
	posted *search.Posted
}

// In is the ground of a search in these spaces.
func In(these ...id.Space) Ground { return Ground{some: these} }

// Everywhere is the ground of a search that asks no register.
func Everywhere() Ground { return Ground{all: true} }

// Few is the ground of a search in all of her spaces, if they are few.
func Few(a *act.Act, by authz.Actor) (g Ground, are bool, err error) {
	hers, more, err := space.AtMost(a, by, few)
	return In(hers...), !more, err
}

// Over is the ground of a search in those of her spaces that the register names.
func Over(a *act.Act, by authz.Actor, p search.Places) (Ground, error) {
	if p.Everywhere && p.Posted == nil {
		return Everywhere(), nil
	}
	hers, err := space.HersAmong(a, by, p.Spaces)
	return Ground{some: hers, posted: p.Posted}, err
}

// Told reports whether the register names the very items.
func (g Ground) Told() bool { return g.posted != nil }

// Items are those that a walk follows: all before one, and none before another.
type Items struct {
	Newest       store.FirmStmt // id and space of the firm's newest before $2, at most $3
	Before, From id.Item
}

// Walk is a way through a ground.
type Walk struct {
	Ground
	items  Items
	act    *act.Act
	by     authz.Actor
	seen   map[id.Space]bool
	hers   map[id.Space]bool // of those, the ones that the register led to
	newest id.Item
	walked int
	last   id.Space // the last of hers that was gone through
	ended  bool
}

// Through begins a walk.
func (g Ground) Through(a *act.Act, by authz.Actor, items Items) *Walk {
	return &Walk{Ground: g, items: items, act: a, by: by, seen: map[id.Space]bool{}, hers: map[id.Space]bool{}, newest: items.Before}
}

// Newest is what every item of a space that has not come yet is older than.
func (w *Walk) Newest() id.Item { return w.newest }

// Next gives some more spaces, each of which comes once, and false when there are none.
func (w *Walk) Next() ([]id.Space, bool, error) {
	if w.ended {
		return nil, false, nil
	}
	if w.posted != nil {
		some, err := w.tell()
		return some, true, err
	}
	if !w.all {
		w.ended = true
		return w.unseen(w.some), true, nil
	}
	if w.walked < mostWalked {
		some, err := w.stretch()
		return some, true, err
	}
	return w.rest()
}

// stretch gives the spaces of the next items of the firm.
func (w *Walk) stretch() ([]id.Space, error) {
	var of []id.Space
	n := 0
	err := w.act.Each(w.items.Newest, []any{w.newest, stretch}, func(scan func(...any) error) error {
		var in id.Space
		err := scan(&w.newest, &in)
		of = append(of, in)
		n++
		return err
	})
	if err != nil {
		return nil, err
	}
	w.walked += n
	w.ended = n < stretch
	return space.HersAmong(w.act, w.by, w.unseen(of))
}

// tell gives the spaces of the next items that the register names, after those that
// it may lack. Where most are not hers, the walk goes on through hers.
func (w *Walk) tell() ([]id.Space, error) {
	if len(w.some) > 0 {
		some := w.unseen(w.some)
		w.some = nil
		return some, nil
	}
	items, err := w.posted.Next(w.newest, told)
	if err != nil {
		return nil, err
	}
	of, err := item.Spaces(w.act, items)
	if err != nil {
		return nil, err
	}
	in := slices.Sorted(maps.Values(of))
	if len(items) > 0 {
		w.newest = items[len(items)-1]
	}
	hers, err := space.HersAmong(w.act, w.by, w.unseen(in))
	for _, of := range hers {
		w.hers[of] = true
	}
	for _, of := range in {
		if !w.hers[of] {
			w.walked++
		}
	}
	w.ended = len(items) < told || w.newest < w.items.From
	if w.walked >= mostWalked && !w.ended {
		w.posted, w.all = nil, true
	}
	return hers, err
}

// rest gives the next of hers, in no order.
func (w *Walk) rest() ([]id.Space, bool, error) {
	hers, err := space.Hers(w.act, w.by, w.last, stretch)
	if err != nil || len(hers) == 0 {
		return nil, false, err
	}
	w.last = hers[len(hers)-1]
	return w.unseen(hers), true, nil
}

// unseen are those of some spaces that have not come before, each once.
func (w *Walk) unseen(some []id.Space) (out []id.Space) {
	for _, s := range some {
		if !w.seen[s] {
			w.seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

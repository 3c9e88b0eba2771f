// Package walk leads a search through the spaces of a person, those with the newest
// items first, so that whoever wants the newest twenty of something need not look
// through three thousand spaces.
//
// A search that names a space, or is made by somebody who has few, looks there. Any
// other asks the firm's register of words (package search) and gets the spaces that it
// names, or, for words that are everywhere, the very items; for what the register does
// not know, the walk follows the firm's newest items. Where most of what it meets is in
// spaces that are not hers, it goes through hers instead, in no order.
//
// Start at [Search].
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
	told       = 32   // items that the register names which are looked at next
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
	seen   map[id.Space]bool // those that came
	hers   map[id.Space]bool // whether they are, of those that the register led to
	newest id.Item
	before id.Item // what is newer has been told, if anything was
	walked int
	last   id.Space // the last of hers that was gone through
	ended  bool
}

// Step is some spaces, each of which comes once, or some items of hers that the register
// names, the newest first, which are in none of these.
type Step struct {
	Spaces []id.Space
	Told   []Place
	Before id.Item // what is newer in the spaces has been told
}

// Place is where an item stands.
type Place struct {
	Item  id.Item
	Space id.Space
}

// Through begins a walk.
func (g Ground) Through(a *act.Act, by authz.Actor, items Items) *Walk {
	return &Walk{Ground: g, items: items, act: a, by: by, seen: map[id.Space]bool{}, hers: map[id.Space]bool{}, newest: items.Before, before: items.Before}
}

// Newest is what every item that has not come yet is older than.
func (w *Walk) Newest() id.Item { return w.newest }

// Next gives the next step, and false when there is none.
func (w *Walk) Next() (s Step, more bool, err error) {
	if w.ended {
		return s, false, nil
	}
	s.Before = w.before
	switch {
	case w.posted != nil && len(w.some) > 0: // what the register may lack
		s.Spaces, w.some = w.unseen(w.some), nil
	case w.posted != nil:
		s.Told, err = w.tell()
	case !w.all:
		w.ended = true
		s.Spaces = w.unseen(w.some)
	case w.walked < mostWalked:
		s.Spaces, err = w.stretch()
	default:
		s.Spaces, err = w.rest()
	}
	return s, true, err
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

// tell gives those of the next items that the register names which are hers. Where most
// are not, the walk goes on through her spaces.
func (w *Walk) tell() (out []Place, err error) {
	items, err := w.posted.Next(w.newest, told)
	if err != nil {
		return nil, err
	}
	of, err := item.Spaces(w.act, items)
	if err != nil {
		return nil, err
	}
	if err := w.own(slices.Sorted(maps.Values(of))); err != nil {
		return nil, err
	}
	for _, it := range items {
		switch in := of[it]; {
		case !w.hers[in]: // what is erased is in none
			w.walked++
		case !w.seen[in]:
			out = append(out, Place{it, in})
		}
	}
	if len(items) > 0 {
		w.newest = items[len(items)-1]
		w.before = w.newest
	}
	w.ended = len(items) < told || w.newest < w.items.From
	if w.walked >= mostWalked && !w.ended {
		w.posted, w.all = nil, true
	}
	return out, nil
}

// own finds out which of some spaces are hers.
func (w *Walk) own(some []id.Space) error {
	some = slices.DeleteFunc(some, func(s id.Space) bool { _, known := w.hers[s]; return known })
	hers, err := space.HersAmong(w.act, w.by, some)
	for _, of := range some {
		w.hers[of] = slices.Contains(hers, of)
	}
	return err
}

// rest gives the next of hers, in no order.
func (w *Walk) rest() ([]id.Space, error) {
	hers, err := space.Hers(w.act, w.by, w.last, stretch)
	if err != nil || len(hers) == 0 {
		w.ended = true
		return nil, err
	}
	w.last = hers[len(hers)-1]
	return w.unseen(hers), nil
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

package walk

import (
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Finder finds things of one kind by their words. C is a candidate: what is known of a
// thing before anybody has decided over it.
type Finder[C any] interface {
	// Terms are what a thing of a space must have, the longest word first; without any,
	// nothing is found there. It is asked once for each space.
	Terms(of id.Space, box *vault.Box) [][]byte
	// Read reads at most n candidates of a space that have the terms, of which the first
	// is the rarest, are older than before and not older than from: the newest first.
	Read(of id.Space, terms [][]byte, before, from id.Item, n int) ([]C, error)
	// Named are those of some items, which have the terms of their space.
	Named(these []search.Claim) (map[id.Space][]C, error)
	At(c C) id.Item
	// Open enters spaces, decides over candidates and keeps those that the actor sees. It
	// returns where all that is kept stands, the newest first and no more than wanted.
	Open(these map[id.Space][]C) ([]id.Item, error)
}

const mostRead = 10 // candidates of one space for each thing that is wanted

// Search goes through a ground until as many things are found as are wanted and none that
// is left can be newer. A space is entered, and a thing opened, only when none that is
// newer is left that nobody has looked at.
func Search[C any](g Ground, a *act.Act, by authz.Actor, items Items, wanted int, f Finder[C]) error {
	s := seeking[C]{act: a, from: items.From, wanted: wanted, Finder: f, terms: map[id.Space][][]byte{}, rarest: map[id.Space][][]byte{}}
	way := g.Through(a, by, items)
	for s.oldest() < way.Newest() {
		step, more, err := way.Next()
		if err != nil || !more {
			return err
		}
		if err := s.told(step.Told); err != nil {
			return err
		}
		if err := s.among(step.Spaces, step.Before); err != nil {
			return err
		}
	}
	return nil
}

// seeking is a search under way.
type seeking[C any] struct {
	Finder[C]
	act    *act.Act
	from   id.Item
	wanted int
	terms  map[id.Space][][]byte // the longest first
	rarest map[id.Space][][]byte // of the spaces that were looked into, the rarest first
	has    []id.Item             // where what was found stands, the newest first
}

// told looks at some items, the newest first, that are said to have the words: one may
// have another name by now.
func (s *seeking[C]) told(all []Place) error {
	for some := range slices.Chunk(all, store.Batch) {
		if some[0].Item < s.oldest() {
			return nil
		}
		var in []id.Space
		for _, p := range some {
			in = append(in, p.Space)
		}
		if err := s.ask(in); err != nil {
			return err
		}
		var claims []search.Claim
		for _, p := range some {
			if terms := s.terms[p.Space]; len(terms) > 0 && p.Item >= s.from {
				claims = append(claims, search.Claim{Space: p.Space, Item: p.Item, Terms: terms})
			}
		}
		claims, err := search.Having(s.act.Tx, claims)
		if err != nil {
			return err
		}
		these, err := s.Named(claims)
		if err != nil {
			return err
		}
		if s.has, err = s.Open(these); err != nil {
			return err
		}
	}
	return nil
}

// among looks for the newest of some spaces that are older than before.
func (s *seeking[C]) among(some []id.Space, before id.Item) error {
	if err := s.ask(some); err != nil {
		return err
	}
	var longest []search.Asked
	for _, of := range some {
		if terms := s.terms[of]; len(terms) > 0 {
			longest = append(longest, search.Asked{Space: of, Term: terms[0]})
		}
	}
	newest, err := search.Newest(s.act.Tx, longest, before)
	if err != nil {
		return err
	}
	field := Newest[C]{Limit: s.wanted, Most: mostRead * s.wanted, At: s.At, Read: s.read}
	for of, bound := range newest {
		field.Add(of, before, bound)
	}
	for {
		next, err := field.Next(s.has)
		if err != nil || len(next) == 0 {
			return err
		}
		if s.has, err = s.Open(next); err != nil {
			return err
		}
	}
}

// read reads on in a space, unless nothing there has all of the terms.
func (s *seeking[C]) read(of id.Space, before id.Item, n int) (_ []C, err error) {
	terms, known := s.rarest[of]
	if !known {
		if terms, _, err = search.Rarest(s.act.Tx, of, s.terms[of]); err != nil {
			return nil, err
		}
		s.rarest[of] = terms
	}
	if terms == nil {
		return nil, nil
	}
	return s.Read(of, terms, before, s.oldest(), n)
}

// ask makes the terms for each of some spaces whose key is there.
func (s *seeking[C]) ask(in []id.Space) error {
	boxes, err := s.act.SpaceBoxes(in)
	if err != nil {
		return err
	}
	for of, box := range boxes {
		if _, known := s.terms[of]; !known {
			s.terms[of] = s.Terms(of, box)
		}
	}
	return nil
}

// oldest is what is older than that is not asked for.
func (s *seeking[C]) oldest() id.Item {
	if len(s.has) == s.wanted {
		return max(s.from, s.has[s.wanted-1])
	}
	return s.from
}

package document

import (
	"slices"

	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

const (
	fewSpaces    = 64   // that are simply all looked through
	mostUnlearnt = 256  // versions that the register may lack
	stretch      = 256  // documents of the firm whose spaces are looked at next
	mostWalked   = 4096 // documents after which the spaces that are left are simply gone through
)

// places are the spaces that a search goes through: some, or all of hers.
type places struct {
	some []id.Space
	all  bool
}

// begin finds out where to look. Nothing is decided by it but that the actor may
// see the one space that she has named.
func (l *look) begin() error {
	if of := l.named(); of != "" {
		_, err := l.enter([]id.Space{of})
		l.confine([]id.Space{of})
		return err
	}
	hers, more, err := space.AtMost(l.act, l.by, fewSpaces)
	if err != nil {
		return err
	}
	if !more {
		l.confine(hers)
		return nil
	}
	title, contents, err := l.registered()
	if err != nil {
		return err
	}
	l.places = map[Where]places{}
	for where, p := range map[Where]search.Places{InTitle: title, InContents: contents} {
		at := places{all: p.Everywhere}
		if !at.all {
			if at.some, err = space.HersAmong(l.act, l.by, p.Spaces); err != nil {
				return err
			}
		}
		l.places[where] = at
	}
	return nil
}

// confine has all of the search in some spaces.
func (l *look) confine(in []id.Space) {
	l.places = map[Where]places{InTitle: {some: in}, InContents: {some: in}}
}

var (
	// Versions that the register lacks, each with the space of the document whose
	// current one it is.
	selectUnregistered = store.ForFirm(`
select coalesce(d.space_id, '') from version v
left join document d on d.firm_id = $1 and d.id = v.document_id and d.version_id = v.id
where v.firm_id = $1 and v.worded < 2 order by v.id limit $2`)

	// The spaces of the newest documents of the firm before one.
	selectStretch = store.ForFirm(`
select id, space_id from document where firm_id = $1 and id < $2 order by id desc limit $3`)
)

// registered asks the register, and adds what it lacks. Where it lacks much, there
// may be something everywhere.
func (l *look) registered() (title, contents search.Places, err error) {
	var lacks []id.Space
	n := 0
	err = l.act.Each(selectUnregistered, []any{mostUnlearnt}, func(scan func(...any) error) error {
		var of id.Space
		err := scan(&of)
		if n++; of != "" {
			lacks = append(lacks, of)
		}
		return err
	})
	if err != nil {
		return title, contents, err
	}
	if n == mostUnlearnt {
		return search.Places{Everywhere: true}, search.Places{Everywhere: true}, nil
	}
	box, err := l.act.FirmBox()
	if err != nil {
		return title, contents, err
	}
	if title, contents, err = search.Registered(l.act.Tx, box, l.find.Text); err != nil {
		return title, contents, err
	}
	title.Spaces, contents.Spaces = append(title.Spaces, lacks...), append(contents.Spaces, lacks...)
	return title, contents, nil
}

// walk goes through spaces, those with the newest documents first.
type walk struct {
	*look
	places
	seen   map[id.Space]bool
	newest id.Item // no document of a space that has not come yet is this new
	walked int
	last   id.Space // the last of hers that was gone through
	ended  bool
}

// walkIn begins before a document.
func (l *look) walkIn(where Where, before id.Item) *walk {
	return &walk{look: l, places: l.places[where], seen: map[id.Space]bool{}, newest: before}
}

// next gives some more spaces, and false when there are none.
func (w *walk) next() ([]id.Space, bool, error) {
	if w.ended {
		return nil, false, nil
	}
	if w.walked < mostWalked && (w.all || len(w.some) > fewSpaces) {
		some, err := w.stretch()
		return some, true, err
	}
	if w.all {
		return w.rest()
	}
	w.ended = true
	return w.unseen(w.some), true, nil
}

// stretch gives the spaces of the next documents of the firm.
func (w *walk) stretch() ([]id.Space, error) {
	var of []id.Space
	n := 0
	err := w.act.Each(selectStretch, []any{w.newest, stretch}, func(scan func(...any) error) error {
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
	of = w.unseen(of)
	if w.all {
		return space.HersAmong(w.act, w.by, of)
	}
	return slices.DeleteFunc(of, func(s id.Space) bool { return !slices.Contains(w.some, s) }), nil
}

// rest gives the next of hers, in no order.
func (w *walk) rest() ([]id.Space, bool, error) {
	hers, err := space.Hers(w.act, w.by, w.last, stretch)
	if err != nil || len(hers) == 0 {
		return nil, false, err
	}
	w.last = hers[len(hers)-1]
	return w.unseen(hers), true, nil
}

// unseen are those of some spaces that have not come before, each once.
func (w *walk) unseen(some []id.Space) (out []id.Space) {
	for _, s := range some {
		if !w.seen[s] {
			w.seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

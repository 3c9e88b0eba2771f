package document

import (
	"maps"
	"slices"

	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/search"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

const (
	fewSpaces    = 64   // that are simply all looked through
	mostUnlearnt = 256  // versions that the register may lack
	stretch      = 256  // documents of the firm whose spaces are looked at next
	told         = 64   // documents that the register names whose spaces are looked at next
	mostWalked   = 4096 // documents after which the spaces that are left are simply gone through
)

// places are the spaces that a search goes through: some, or all of hers, or some
// and those of the documents that the register names.
type places struct {
	some   []id.Space
	all    bool
	posted *search.Posted
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
		at := places{all: p.Everywhere && p.Posted == nil, posted: p.Posted}
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

const unregistered = `
select coalesce(d.space_id, '') from version v
left join document d on d.firm_id = $1 and d.id = v.document_id and d.version_id = v.id
where v.firm_id = $1 and `

var (
	// Versions that the register lacks, each with the space of the document whose
	// current one it is: what was not read yet, and what an earlier program has read.
	selectUnregistered = store.ForFirm(unregistered + `v.worded < 2 order by v.id limit $2`)
	selectUnposted     = store.ForFirm(unregistered + `v.worded = 2 order by v.id limit $2`)

	// The spaces of the newest documents of the firm before one.
	selectStretch = store.ForFirm(`
select id, space_id from document where firm_id = $1 and id < $2 order by id desc limit $3`)
)

// registered asks the register, and adds what it lacks. Where it lacks much, there
// may be something everywhere.
func (l *look) registered() (title, contents search.Places, err error) {
	var lacks []id.Space
	n := 0
	for _, stmt := range []store.FirmStmt{selectUnregistered, selectUnposted} {
		err := l.act.Each(stmt, []any{mostUnlearnt}, func(scan func(...any) error) error {
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
	}
	if n >= mostUnlearnt {
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
	hers   map[id.Space]bool // of those, the ones that the register led to
	newest id.Item           // no document of a space that has not come yet is this new
	walked int
	last   id.Space // the last of hers that was gone through
	ended  bool
}

// walkIn begins before a document.
func (l *look) walkIn(where Where, before id.Item) *walk {
	return &walk{look: l, places: l.places[where], seen: map[id.Space]bool{}, hers: map[id.Space]bool{}, newest: l.until(before)}
}

// next gives some more spaces, and false when there are none.
func (w *walk) next() ([]id.Space, bool, error) {
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
	return space.HersAmong(w.act, w.by, w.unseen(of))
}

// tell gives the spaces of the next documents that the register names, after those
// that it may lack. Where most are not hers, the walk goes on through hers.
func (w *walk) tell() ([]id.Space, error) {
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
	w.ended = len(items) < told || w.newest < w.from()
	if w.walked >= mostWalked && !w.ended {
		w.posted, w.all = nil, true
	}
	return hers, err
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

package document

import (
	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

const (
	fewSpaces    = store.Batch // spaces of a person that are simply all looked through
	mostUnlearnt = 256         // versions that the register may lack
	stride       = store.Batch // spaces that are looked through at once
)

// places are the spaces that a search goes through: some, or all of hers.
type places struct {
	some []space.Recent
	all  bool
}

// begin finds out where to look. Nothing is decided by it but that the actor may
// see the one space that she has named.
func (l *look) begin() error {
	if of := l.named(); of != "" {
		if _, err := l.enter([]id.Space{of}); err != nil {
			return err
		}
		return l.confine([]space.Recent{{ID: of, Changed: l.act.Now}})
	}
	hers, more, err := space.AtMost(l.act, l.by, fewSpaces)
	if err != nil {
		return err
	}
	if !more {
		return l.confine(hers)
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
func (l *look) confine(in []space.Recent) error {
	l.places = map[Where]places{InTitle: {some: in}, InContents: {some: in}}
	return nil
}

var (
	// Versions that the register lacks, each with the space of the document whose
	// current one it is.
	selectUnregistered = store.ForFirm(`
select coalesce(d.space_id, '') from version v
left join document d on d.firm_id = $1 and d.id = v.document_id and d.version_id = v.id
where v.firm_id = $1 and v.worded < 2 order by v.id limit $2`)
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

// walk gives the spaces to look through, the last changed first, a few at a time.
func (l *look) walk(where Where) func() ([]space.Recent, error) {
	at := l.places[where]
	if at.all {
		var last space.Recent
		return func() ([]space.Recent, error) {
			some, err := space.Hers(l.act, l.by, last, stride)
			if len(some) > 0 {
				last = some[len(some)-1]
			}
			return some, err
		}
	}
	return func() ([]space.Recent, error) {
		some := at.some[:min(stride, len(at.some))]
		at.some = at.some[len(some):]
		return some, nil
	}
}

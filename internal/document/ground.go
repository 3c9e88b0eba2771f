package document

import (
	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/store"
	"cenacle/internal/walk"
)

const mostUnlearnt = 256 // versions that the register may lack

// begin finds out where to look. Nothing is decided by it but that the actor may
// see the one space that she has named.
func (l *look) begin() error {
	if of := l.named(); of != "" {
		l.confine(walk.In(of))
		return l.enter([]id.Space{of})
	}
	hers, few, err := walk.Few(l.act, l.by)
	if err != nil {
		return err
	}
	if few {
		l.confine(hers)
		return nil
	}
	title, contents, err := l.registered()
	if err != nil {
		return err
	}
	l.ground = map[Where]walk.Ground{}
	for where, p := range map[Where]search.Places{InTitle: title, InContents: contents} {
		if l.ground[where], err = walk.Over(l.act, l.by, p); err != nil {
			return err
		}
	}
	return nil
}

// confine has all of the search on one ground.
func (l *look) confine(in walk.Ground) {
	l.ground = map[Where]walk.Ground{InTitle: in, InContents: in}
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

	selectLatest = store.ForFirm(`
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

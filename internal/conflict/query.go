package conflict

import "cenacle/internal/store"

var (
	// The next spaces after $3, with whether a wall keeps $2 from them.
	selectSpaces = store.ForFirm(`
select s.id, (select count(*) from wall w where w.firm_id = $1 and w.space_id = s.id and w.person_id = $2)
from space s where s.firm_id = $1 and s.id > $3 order by s.id limit $4`)

	insertAlias = store.ForFirm(`
insert into alias (firm_id, id, space_id, kind, name, added_by, added_at, mac) values ($1, $2, $3, $4, $5, $6, $7, $8)`)

	deleteAlias = store.ForFirm(`delete from alias where firm_id = $1 and id = $2`)

	selectAliases = store.ForFirm(`select id, kind, name, mac from alias where firm_id = $1 and space_id = $2 order by id`)
)

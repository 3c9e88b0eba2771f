package freeze

import "cenacle/internal/store"

var (
	insertFreeze = store.ForFirm(`
insert into space_freeze (firm_id, id, space_id, frozen_by, frozen_at, kept, thawed_by, thawed_at, reason, mac)
values ($1, $2, $3, $4, $5, $6, '', 0, $7, $8)`)

	updateThawed = store.ForFirm(`
update space_freeze set thawed_by = $3, thawed_at = $4, reason = $5, mac = $6 where firm_id = $1 and id = $2 and thawed_at = 0`)

	selectLast = store.ForFirm(`
select id, space_id, frozen_by, frozen_at, kept, thawed_by, thawed_at, reason, mac
from space_freeze where firm_id = $1 and space_id = $2 order by id desc limit 1`)
)

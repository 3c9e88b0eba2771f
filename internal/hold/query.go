package hold

import "cenacle/internal/store"

var (
	insertHold = store.ForFirm(`
insert into hold (firm_id, id, space_id, document_id, placed_by, placed_at, reason, lifted_by, lifted_at, lift_reason, mac)
values ($1, $2, $3, $4, $5, $6, $7, '', 0, $8, $9)`)

	updateLifted = store.ForFirm(`
update hold set lifted_by = $3, lifted_at = $4, lift_reason = $5, mac = $6 where firm_id = $1 and id = $2`)

	selectHolds = store.ForFirm(`
select id, space_id, document_id, placed_by, placed_at, reason, lifted_by, lifted_at, lift_reason, mac
from hold where firm_id = $1 and space_id = $2 order by id desc`)

	selectHold = store.ForFirm(`
select id, space_id, document_id, placed_by, placed_at, reason, lifted_by, lifted_at, lift_reason, mac
from hold where firm_id = $1 and id = $2`)
)

package invitation

import "cenacle/internal/store"

var (
	insertLink = store.ForFirm(`
insert into access_link (firm_id, hash, id, space_id, person_id, created_at, expires_at, used_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)

	selectLink = store.ForFirm(`
select hash, id, space_id, person_id, created_at, expires_at, used_at, mac
from access_link where firm_id = $1 and hash = $2`)

	selectUnused = store.ForFirm(`
select hash, id, space_id, person_id, created_at, expires_at, used_at, mac
from access_link
where firm_id = $1 and space_id = $2 and person_id = $3 and used_at = 0 and expires_at > $4`)

	updateLink = store.ForFirm(`
update access_link set expires_at = $4, used_at = $5, mac = $6
where firm_id = $1 and hash = $2 and used_at = 0 and expires_at = $3`)
)

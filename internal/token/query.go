package token

import "cenacle/internal/store"

var (
	insertToken = store.ForFirm(`
insert into access_token (firm_id, id, person_id, hash, use, name, pass, created_at, expires_at, seen_at, ended_at, era, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10, $11)`)

	selectByHash = store.ForFirm(`
select id, person_id, hash, use, name, pass, created_at, expires_at, seen_at, ended_at, era, mac
from access_token where firm_id = $1 and hash = $2`)

	selectToken = store.ForFirm(`
select id, person_id, hash, use, name, pass, created_at, expires_at, seen_at, ended_at, era, mac
from access_token where firm_id = $1 and id = $2`)

	selectTokens = store.ForFirm(`
select id, person_id, hash, use, name, pass, created_at, expires_at, seen_at, ended_at, era, mac
from access_token where firm_id = $1 and person_id = $2 and era = $3 order by id desc limit $4`)

	selectUnended = store.ForFirm(`
select id, person_id, hash, use, name, pass, created_at, expires_at, seen_at, ended_at, era, mac
from access_token where firm_id = $1 and person_id = $2 and ended_at = 0 order by id`)

	// By the index of the person's own: "+ 0" keeps SQLite from that of all that live.
	countLive = store.ForFirm(`
select count(*) from access_token
where firm_id = $1 and person_id = $2 and era = $3 and ended_at = 0 and expires_at + 0 > $4`)

	endToken = store.ForFirm(`
update access_token set ended_at = $3, mac = $4 where firm_id = $1 and id = $2 and ended_at = 0`)

	touchToken = store.ForFirm(`
update access_token set seen_at = $3 where firm_id = $1 and id = $2 and seen_at < $3`)

	deleteOld = store.ForFirm(`delete from access_token where firm_id = $1 and expires_at <= $2`)
)

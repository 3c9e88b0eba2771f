package drive

import "cenacle/internal/store"

var (
	insertScratch = store.ForFirm(`
insert into drive_scratch (firm_id, id, space_id, person_id, place, shelf, kind, plan, body, blob_id, key, size, made_at, touched_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)`)

	// $2 space, $3 place.
	selectScratch = store.ForFirm(`
select id, kind, plan, body, blob_id, key, size, made_at, touched_at
from drive_scratch where firm_id = $1 and space_id = $2 and place = $3`)

	selectShelf = store.ForFirm(`
select id, kind, plan, body, blob_id, key, size, made_at, touched_at
from drive_scratch where firm_id = $1 and space_id = $2 and shelf = $3 order by id`)

	// $2 space, $3 person, $4 made since.
	selectAsides = store.ForFirm(`
select id, kind, plan, body, blob_id, key, size, made_at, touched_at
from drive_scratch where firm_id = $1 and space_id = $2 and person_id = $3 and kind = 'aside' and made_at >= $4 order by id`)

	countScratch = store.ForFirm(`
select count(*), coalesce(sum(size), 0) from drive_scratch where firm_id = $1 and space_id = $2 and person_id = $3`)

	// What has come gets its place.
	updatePlace = store.ForFirm(`
update drive_scratch set place = $3, shelf = $4, kind = $5, plan = $6, size = $7, touched_at = $8 where firm_id = $1 and id = $2`)

	updatePlan = store.ForFirm(`update drive_scratch set plan = $3 where firm_id = $1 and id = $2`)

	// What goes leaves its place; its bytes are removed next.
	updateGone = store.ForFirm(`
update drive_scratch set kind = 'gone', place = $3, shelf = $3 where firm_id = $1 and id = $2`)

	deleteScratch = store.ForFirm(`delete from drive_scratch where firm_id = $1 and id = $2`)

	// What is to be removed: older than $2, or gone; $3 how many.
	selectStale = store.ForFirm(`
select id, blob_id from drive_scratch where firm_id = $1 and touched_at < $2 order by touched_at limit $3`)

	insertLock = store.ForFirm(`
insert into drive_lock (firm_id, id, space_id, person_id, place, owner, deep, shared, life, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)

	// $2 space, $3 now.
	selectLocks = store.ForFirm(`
select id, person_id, place, owner, deep, shared, life, expires_at
from drive_lock where firm_id = $1 and space_id = $2 and expires_at > $3 order by id`)

	updateLock = store.ForFirm(`update drive_lock set life = $3, expires_at = $4 where firm_id = $1 and id = $2`)

	// The file that a locked name has become: $3 its new place, $4 that of the name.
	updateLocked = store.ForFirm(`
update drive_lock set place = $3 where firm_id = $1 and space_id = $2 and expires_at > 0 and place = $4`)

	deleteLock = store.ForFirm(`delete from drive_lock where firm_id = $1 and id = $2`)

	deleteLocks = store.ForFirm(`delete from drive_lock where firm_id = $1 and expires_at <= $2`)
)

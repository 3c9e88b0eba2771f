package space

import "cenacle/internal/store"

var (
	insertSpace = store.ForFirm(`
insert into space (firm_id, id, name, profile, model, state, notice, lead_id, created_at, changed_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)`)

	insertMatter = store.ForFirm(`
insert into matter (firm_id, id, space_id, name, state, created_at)
values ($1, $2, $3, $4, 'open', $5)`)

	insertFolder = store.ForFirm(`
insert into folder (firm_id, id, space_id, matter_id, parent_id, tray, name, position)
values ($1, $2, $3, $4, $5, $6, $7, $8)`)

	selectSpace = store.ForFirm(`
select name, profile, model, state, notice, lead_id, created_at, changed_at
from space where firm_id = $1 and id = $2`)

	selectSpaces = store.ForFirm(`
select id, name, profile, model, state, notice, lead_id, created_at, changed_at
from space where firm_id = $1 and id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)

	selectMatters = store.ForFirm(`
select id, name, state from matter where firm_id = $1 and space_id = $2 order by id`)

	selectFolders = store.ForFirm(`
select id, matter_id, parent_id, tray, name from folder
where firm_id = $1 and space_id = $2 order by position, id`)

	lastPosition = store.ForFirm(`
select coalesce(max(position), 0) from folder where firm_id = $1 and space_id = $2`)

	selectFolderSpace = store.ForFirm(`select space_id from folder where firm_id = $1 and id = $2`)

	updateFolder = store.ForFirm(`
update folder set parent_id = $3, matter_id = $4, name = $5 where firm_id = $1 and id = $2`)

	deleteFolder = store.ForFirm(`delete from folder where firm_id = $1 and id = $2`)

	selectFolderCircles = store.ForFirm(`
select folder_id, circle_id, chosen_by, created_at, mac from folder_circle
where firm_id = $1 and folder_id = $2 order by circle_id`)

	selectSpaceCircles = store.ForFirm(`
select folder_id, circle_id, chosen_by, created_at, mac from folder_circle
where firm_id = $1 and space_id = $2 order by folder_id, circle_id`)

	insertFolderCircle = store.ForFirm(`
insert into folder_circle (firm_id, folder_id, circle_id, space_id, chosen_by, created_at, mac)
values ($1, $2, $3, $4, $5, $6, $7)`)

	deleteFolderCircles = store.ForFirm(`delete from folder_circle where firm_id = $1 and folder_id = $2`)

	// The actor's own spaces: an active membership and no wall. $2 person,
	// $3 now, $4 the last change already shown (µs; very large at first), $5
	// the space it was on, $6 how many.
	selectOwn = store.ForFirm(`
select s.id, s.name, s.profile, s.model, s.state, s.notice, s.lead_id, s.created_at, s.changed_at
from membership m cross join space s
where m.firm_id = $1 and m.person_id = $2 and m.since <= $3 and (m.until = 0 or m.until > $3)
  and s.firm_id = $1 and s.id = m.space_id
  and not exists (select 1 from wall w where w.firm_id = $1 and w.space_id = s.id and w.person_id = $2)
  and (s.changed_at < $4 or s.changed_at = $4 and s.id < $5)
order by s.changed_at desc, s.id desc
limit $6`)

	// The same for who has many: along the changes of the firm.
	selectOwnOfMany = store.ForFirm(`
select s.id, s.name, s.profile, s.model, s.state, s.notice, s.lead_id, s.created_at, s.changed_at
from space s cross join membership m
where s.firm_id = $1 and s.changed_at <= $4 and (s.changed_at < $4 or s.id < $5)
  and m.firm_id = $1 and m.space_id = s.id and m.person_id = $2 and m.since <= $3 and (m.until = 0 or m.until > $3)
  and not exists (select 1 from wall w where w.firm_id = $1 and w.space_id = s.id and w.person_id = $2)
order by s.changed_at desc, s.id desc
limit $6`)

	// $2 person, $3 now, $4 the one before.
	selectHers = store.ForFirm(`
select space_id from membership
where firm_id = $1 and person_id = $2 and space_id > $4 and since <= $3 and (until = 0 or until > $3)
order by space_id limit $5`)

	// Those of $4 to $19 that are hers.
	selectHersAmong = store.ForFirm(`
select space_id from membership
where firm_id = $1 and person_id = $2 and since <= $3 and (until = 0 or until > $3)
  and space_id in ($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`)

	// Those of hers that demand something of who enters.
	selectDemanding = store.ForFirm(`
select m.space_id from membership m cross join space s
where m.firm_id = $1 and m.person_id = $2 and m.since <= $3 and (m.until = 0 or m.until > $3)
  and s.firm_id = $1 and s.id = m.space_id and (s.notice like '% second_factor' or s.notice like '% passkey')
order by m.space_id limit $4`)

	selectSome = store.ForFirm(`select space_id from membership where firm_id = $1 and person_id = $2 limit $3`)

	updateName = store.ForFirm(`
update space set name = $3, changed_at = $4 where firm_id = $1 and id = $2`)

	updateChanged = store.ForFirm(`
update space set changed_at = $3 where firm_id = $1 and id = $2`)

	countOpen = store.ForFirm(`
select count(*) from space where firm_id = $1 and state = 'open'`)
)

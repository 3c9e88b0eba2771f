package circle

import "cenacle/internal/store"

var (
	insertStandIn = store.ForFirm(`
insert into stand_in (firm_id, space_id, person_id, absence_id, away_id, until, former, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8)`)

	deleteStandIn = store.ForFirm(`delete from stand_in where firm_id = $1 and space_id = $2 and person_id = $3`)

	selectStandIn = store.ForFirm(`
select space_id, person_id, absence_id, away_id, until, former, mac from stand_in
where firm_id = $1 and space_id = $2 and person_id = $3`)

	selectStandIns = store.ForFirm(`
select space_id, person_id, absence_id, away_id, until, former, mac from stand_in
where firm_id = $1 and space_id = $2`)

	selectStandInsFor = store.ForFirm(`
select space_id, person_id, absence_id, away_id, until, former, mac from stand_in
where firm_id = $1 and space_id = $2 and away_id = $3`)

	selectStandInsOf = store.ForFirm(`
select space_id, person_id, absence_id, away_id, until, former, mac from stand_in
where firm_id = $1 and absence_id = $2 order by space_id limit $3`)

	selectStandInsBy = store.ForFirm(`
select space_id, person_id, absence_id, away_id, until, former, mac from stand_in
where firm_id = $1 and person_id = $2 order by space_id`)

	insertStay = store.ForFirm(`
insert into circle_member (firm_id, circle_id, person_id, space_id, since, until, entered_by, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8)`)

	updateStay = store.ForFirm(`
update circle_member set since = $4, until = $5, entered_by = $6, mac = $7
where firm_id = $1 and circle_id = $2 and person_id = $3`)

	// What person $3 has not read in space $2 awaits person $4 as well.
	insertAwaited = store.ForFirm(`
insert into unread (firm_id, person_id, space_id, item_id, since)
select u.firm_id, $4, u.space_id, u.item_id, $5
from unread u join item i on i.firm_id = $1 and i.id = u.item_id
where u.firm_id = $1 and u.space_id = $2 and u.person_id = $3 and u.since <= $5 and i.author_id <> $4
  and not exists (select 1 from read_mark r where r.firm_id = $1 and r.item_id = u.item_id and r.person_id = $4)
on conflict (firm_id, person_id, space_id, item_id) do nothing`)
)

package vigilance

import "cenacle/internal/store"

var (
	insertEdition = store.ForFirm(`
insert into vigilance (firm_id, space_id, number, made_by, made_at, due_on, content, mac) values ($1, $2, $3, $4, $5, $6, $7, $8)`)

	// The former edition wants nothing any more.
	updateFormer = store.ForFirm(`update vigilance set due_on = '' where firm_id = $1 and space_id = $2 and number = $3`)

	selectLast = store.ForFirm(`
select space_id, number, made_by, made_at, due_on, content, mac from vigilance
where firm_id = $1 and space_id = $2 order by number desc limit 1`)

	selectEdition = store.ForFirm(`
select space_id, number, made_by, made_at, due_on, content, mac from vigilance where firm_id = $1 and space_id = $2 and number = $3`)

	selectEditions = store.ForFirm(`
select space_id, number, made_by, made_at, due_on, content, mac from vigilance
where firm_id = $1 and space_id = $2 order by number desc limit $3`)

	// What is to be looked at until a day, in the spaces for which a lawyer answers.
	selectDue = store.ForFirm(`
select v.space_id, v.number, v.made_by, v.made_at, v.due_on, v.content, v.mac from vigilance v cross join space s
where v.firm_id = $1 and v.due_on <> '' and v.due_on <= $3 and s.firm_id = $1 and s.id = v.space_id and s.lead_id = $2
order by v.due_on, v.space_id limit $4`)

	selectScreening = store.ForFirm(`
select list, open, made_at, content, mac from vigilance_screening where firm_id = $1 and space_id = $2`)

	upsertScreening = store.ForFirm(`
insert into vigilance_screening (firm_id, space_id, list, open, made_at, content, mac) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (firm_id, space_id) do update
set list = excluded.list, open = excluded.open, made_at = excluded.made_at, content = excluded.content, mac = excluded.mac`)

	deleteScreening = store.ForFirm(`delete from vigilance_screening where firm_id = $1 and space_id = $2`)

	// The dossiers that were not compared with a list.
	selectUnscreened = store.ForFirm(`
select v.space_id from vigilance v
where v.firm_id = $1 and v.number = 1 and v.space_id > $2
  and not exists (select 1 from vigilance_screening s where s.firm_id = $1 and s.space_id = v.space_id and s.list = $3)
order by v.space_id limit $4`)

	// Those in which a likeness waits for a lawyer who answers for the space.
	selectLikened = store.ForFirm(`
select v.space_id from vigilance_screening v cross join space s
where v.firm_id = $1 and v.open > 0 and s.firm_id = $1 and s.id = v.space_id and s.lead_id = $2
order by v.space_id limit $3`)

	deleteEditions = store.ForFirm(`delete from vigilance where firm_id = $1 and space_id = $2`)
)

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

	deleteEditions = store.ForFirm(`delete from vigilance where firm_id = $1 and space_id = $2`)
)

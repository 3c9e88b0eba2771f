package slot

import "cenacle/internal/store"

const columns = `
select id, space_id, person_id, made_by, made_at, until_at, outcome, choice, event_id, ended_at, content, mac
from proposal where firm_id = $1`

var (
	insertProposal = store.ForFirm(`
insert into proposal (firm_id, id, space_id, person_id, made_by, made_at, until_at, outcome, choice, event_id, ended_at, content, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)

	updateProposal = store.ForFirm(`
update proposal set outcome = $3, choice = $4, event_id = $5, ended_at = $6, mac = $7 where firm_id = $1 and id = $2`)

	selectProposal = store.ForFirm(columns + ` and id = $2`)

	selectProposals = store.ForFirm(columns + ` and space_id = $2 order by id desc limit $3`)

	countWaiting = store.ForFirm(`
select count(*) from proposal where firm_id = $1 and space_id = $2 and outcome = '' and until_at > $3`)
)

package slot

import "cenacle/internal/store"

const columns = `
select id, space_id, person_id, made_by, made_at, until_at, outcome, choice, event_id, ended_at, content, mac
from proposal where firm_id = $1`

const (
	waitingOf = `
select r.space_id, r.person_id, count(*), min(r.made_at), min(r.until_at)`

	waitingIn = `
where m.firm_id = $1 and m.person_id = $2 and m.space_id >= $4 and m.space_id <= $5
  and m.since <= $3 and (m.until = 0 or m.until > $3)
  and r.firm_id = $1 and r.outcome = '' and r.space_id = m.space_id and r.until_at > $3
  and (m.role in ('lead', 'colleague', 'assistant') or r.person_id = $2)
  and exists (
    select 1 from membership o where o.firm_id = $1 and o.space_id = r.space_id and o.person_id = r.person_id
      and o.since <= $3 and (o.until = 0 or o.until > $3))
  and not exists (select 1 from wall w where w.firm_id = $1 and w.space_id = m.space_id and w.person_id = $2)
group by r.space_id, r.person_id`
)

var (
	insertProposal = store.ForFirm(`
insert into proposal (firm_id, id, space_id, person_id, made_by, made_at, until_at, outcome, choice, event_id, ended_at, content, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)

	updateProposal = store.ForFirm(`
update proposal set outcome = $3, choice = $4, event_id = $5, ended_at = $6, mac = $7 where firm_id = $1 and id = $2`)

	selectProposal = store.ForFirm(columns + ` and id = $2`)

	// All that were ever proposed to person $3.
	selectProposedTo = store.ForFirm(columns + ` and space_id = $2 and person_id = $3 order by id`)

	updatePerson = store.ForFirm(`update proposal set person_id = $3, mac = $4 where firm_id = $1 and id = $2`)

	selectProposals = store.ForFirm(columns + ` and space_id = $2 order by id desc limit $3`)

	// What waits, in the spaces of $4 to $5 that the actor ($2, at $3) is a member of: on
	// the firm's side all of it, for everybody else her own. One who is in many spaces
	// begins from what waits in the firm.
	selectWaiting       = store.ForFirm(waitingOf + ` from membership m cross join proposal r` + waitingIn)
	selectWaitingOfMany = store.ForFirm(waitingOf + ` from proposal r cross join membership m` + waitingIn)

	countWaiting = store.ForFirm(`
select count(*) from proposal where firm_id = $1 and space_id = $2 and outcome = '' and until_at > $3`)
)

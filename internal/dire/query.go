package dire

import "cenacle/internal/store"

const (
	dires = `
select id, space_id, party_id, number, rank, filed_by, filed_at, missed, recap, digest, content, entry_id, mac
from dire where firm_id = $1`

	lines = `
select dire_id, line, state, verdict, settled_by, settled_at, digest, answer, entry_id, mac
from dire_line where firm_id = $1`

	// What is open, and who waits for it, in the spaces of person $2 from $4 to $5: the
	// dires of parties, which the firm's side does not file itself.
	// The last is how many experts conduct an assessment there now.
	waitingOf = `
select l.space_id, m.role, count(*), min(d.filed_at),
  (select count(*) from membership e
   where e.firm_id = $1 and e.space_id = l.space_id and e.role = 'expert' and e.since <= $3 and (e.until = 0 or e.until > $3))`

	waitingIn = `
join dire d on d.firm_id = $1 and d.id = l.dire_id
join circle c on c.firm_id = $1 and c.id = d.party_id and c.kind = 'party'
where m.firm_id = $1 and m.person_id = $2 and m.space_id >= $4 and m.space_id <= $5
  and m.since <= $3 and (m.until = 0 or m.until > $3)
  and l.firm_id = $1 and l.space_id = m.space_id and l.state = 'open'
  and not exists (select 1 from wall w where w.firm_id = $1 and w.space_id = m.space_id and w.person_id = $2)
group by l.space_id, m.role`
)

var (
	insertDire = store.ForFirm(`
insert into dire (firm_id, id, space_id, party_id, number, rank, filed_by, filed_at, missed, recap, digest, content, entry_id, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`)

	selectDire  = store.ForFirm(dires + ` and id = $2`)
	selectDires = store.ForFirm(dires + ` and space_id = $2 order by number`)

	selectNumbers = store.ForFirm(`
select coalesce(max(number), 0) + 1, coalesce(max(case when party_id = $3 then rank end), 0) + 1
from dire where firm_id = $1 and space_id = $2`)

	insertLine = store.ForFirm(`
insert into dire_line (firm_id, dire_id, line, space_id, state, verdict, settled_by, settled_at, digest, answer, entry_id, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)

	updateLine = store.ForFirm(`
update dire_line set state = $5, verdict = $6, settled_by = $7, settled_at = $8, digest = $9, answer = $10, entry_id = $11, mac = $12
where firm_id = $1 and dire_id = $2 and line = $3 and space_id = $4`)

	selectLines     = store.ForFirm(lines + ` and dire_id = $2 order by line`)
	selectLinesOfIn = store.ForFirm(lines + ` and space_id = $2 order by dire_id, line`)

	upsertDraft = store.ForFirm(`
insert into dire_draft (firm_id, space_id, person_id, content, saved_at) values ($1, $2, $3, $4, $5)
on conflict (firm_id, space_id, person_id) do update set content = excluded.content, saved_at = excluded.saved_at`)

	selectDraft = store.ForFirm(`
select content, saved_at from dire_draft where firm_id = $1 and space_id = $2 and person_id = $3`)

	deleteDraft = store.ForFirm(`
delete from dire_draft where firm_id = $1 and space_id = $2 and person_id = $3`)

	// Of person $2, in the spaces where she is a member at $3.
	countDrafts = store.ForFirm(`
select count(*) from membership m cross join dire_draft d
where m.firm_id = $1 and m.person_id = $2 and m.since <= $3 and (m.until = 0 or m.until > $3)
  and d.firm_id = $1 and d.space_id = m.space_id and d.person_id = $2`)

	upsertAnswerDraft = store.ForFirm(`
insert into dire_answer_draft (firm_id, dire_id, line, space_id, person_id, content, saved_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (firm_id, dire_id, line) do update set person_id = excluded.person_id, content = excluded.content, saved_at = excluded.saved_at`)

	selectAnswerDrafts = store.ForFirm(`
select line, content from dire_answer_draft where firm_id = $1 and dire_id = $2 order by line`)

	deleteAnswerDraft = store.ForFirm(`
delete from dire_answer_draft where firm_id = $1 and dire_id = $2 and line = $3`)

	insertDay = store.ForFirm(`
insert into dire_day (firm_id, id, space_id, last_day, set_by, set_at, entry_id, mac) values ($1, $2, $3, $4, $5, $6, $7, $8)`)

	selectDay = store.ForFirm(`
select id, last_day, set_by, set_at, entry_id, mac from dire_day where firm_id = $1 and space_id = $2 order by id desc limit 1`)

	countService = store.ForFirm(`
select count(*) from dire_service where firm_id = $1 and dire_id = $2 and party_id = $3 and what = $4`)

	insertService = store.ForFirm(`
insert into dire_service (firm_id, dire_id, party_id, what, space_id, person_id, at, entry_id, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)

	selectServices = store.ForFirm(`
select dire_id, party_id, what, person_id, at, entry_id, mac
from dire_service where firm_id = $1 and space_id = $2 order by dire_id, party_id, what`)

	selectWaiting       = store.ForFirm(waitingOf + ` from membership m cross join dire_line l` + waitingIn)
	selectWaitingOfMany = store.ForFirm(waitingOf + ` from dire_line l cross join membership m` + waitingIn)
)

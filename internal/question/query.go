package question

import "cenacle/internal/store"

const columns = `
select id, space_id, number, scope, party_id, asked_by, asked_at, withdrawn_at, entry_id, content, mac from question where firm_id = $1`

const (
	waitingOf = `
select q.space_id, count(*), min(q.asked_at), max(case when m.role in ('lead', 'colleague', 'expert') then 1 else 0 end)`

	// Of a party that asked, its own; of those who answer, all.
	waitingIn = `
where m.firm_id = $1 and m.person_id = $2 and m.space_id >= $4 and m.space_id <= $5
  and m.since <= $3 and (m.until = 0 or m.until > $3)
  and q.firm_id = $1 and q.open = 1 and q.space_id = m.space_id
  and (m.role in ('lead', 'colleague', 'expert') or exists (
    select 1 from circle_member c where c.firm_id = $1 and c.circle_id = q.party_id and c.person_id = $2
      and c.since <= $3 and (c.until = 0 or c.until > $3)))
  and not exists (select 1 from wall w where w.firm_id = $1 and w.space_id = m.space_id and w.person_id = $2)
group by q.space_id`
)

var (
	insertQuestion = store.ForFirm(`
insert into question (firm_id, id, space_id, number, scope, party_id, asked_by, asked_at, withdrawn_at, open, entry_id, content, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)

	updateWithdrawn = store.ForFirm(`update question set withdrawn_at = $3, open = 0, mac = $4 where firm_id = $1 and id = $2`)

	updateOpen = store.ForFirm(`update question set open = $3 where firm_id = $1 and id = $2`)

	selectNumber = store.ForFirm(`select coalesce(max(number), 0) + 1 from question where firm_id = $1 and space_id = $2`)

	countOpen = store.ForFirm(`select count(*) from question where firm_id = $1 and space_id = $2 and party_id = $3 and open = 1`)

	selectQuestion = store.ForFirm(columns + ` and id = $2`)

	selectQuestions = store.ForFirm(columns + ` and space_id = $2 order by number desc limit $3`)

	insertAnswer = store.ForFirm(`
insert into question_answer (firm_id, entry_id, question_id, space_id, answered_by, answered_at, content, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8)`)

	selectAnswers = store.ForFirm(`
select entry_id, answered_by, answered_at, content, mac from question_answer
where firm_id = $1 and question_id = $2 order by answered_at, entry_id`)

	// Who is in many spaces begins from what waits in the firm.
	selectWaiting       = store.ForFirm(waitingOf + ` from membership m cross join question q` + waitingIn)
	selectWaitingOfMany = store.ForFirm(waitingOf + ` from question q cross join membership m` + waitingIn)
)

package request

import (
	"cenacle/internal/store"
)

const columns = `
select id, space_id, person_id, author_id, position, state, name, note, reason, due, avoided, reminders, reminded_at, created_at, changed_at, mac
from request where firm_id = $1 and `

const (
	avoided = `
where m.firm_id = $1 and m.person_id = $2 and m.since <= $3 and (m.until = 0 or m.until > $3)
  and r.firm_id = $1 and r.space_id = m.space_id and r.avoided = 1
  and not exists (select 1 from wall w where w.firm_id = $1 and w.space_id = m.space_id and w.person_id = $2)`

	waitingOf = `
select r.space_id, r.person_id, r.state, count(*), min(r.changed_at), min(case when r.due = '' then '9999-12-31' else r.due end)`

	waitingIn = `
where m.firm_id = $1 and m.person_id = $2 and m.space_id >= $4 and m.space_id <= $5
  and m.since <= $3 and (m.until = 0 or m.until > $3)
  and r.firm_id = $1 and r.space_id = m.space_id and r.space_id >= $4 and r.space_id <= $5 and r.state in ('asked', 'redo', 'deposited', 'lacking')
  and (m.role in ('lead', 'colleague', 'assistant') or r.person_id = $2 or m.role = 'expert' and r.author_id = $2)
  and exists (
    select 1 from membership o where o.firm_id = $1 and o.space_id = r.space_id and o.person_id = r.person_id
      and o.since <= $3 and (o.until = 0 or o.until > $3))
  and not exists (select 1 from wall w where w.firm_id = $1 and w.space_id = m.space_id and w.person_id = $2)
group by r.space_id, r.person_id, r.state`
)

var (
	insertRequest = store.ForFirm(`
insert into request (firm_id, id, space_id, person_id, author_id, position, state, name, note, reason, due, avoided, reminders, reminded_at, created_at, changed_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, $13, $14, $15)`)

	updateState = store.ForFirm(`
update request set state = $3, reason = $4, reminders = $5, changed_at = $6, mac = $7 where firm_id = $1 and id = $2`)

	updateReminded = store.ForFirm(`
update request set reminders = $3, reminded_at = $4 where firm_id = $1 and id = $2`)

	selectOne = store.ForFirm(columns + `id = $2`)

	selectSpace = store.ForFirm(columns + `space_id = $2 order by position, id limit $3`)

	// Those whose turn it is the person's ($3).
	selectHers = store.ForFirm(columns + `space_id = $2 and state in ('asked', 'redo') and person_id = $3 order by position, id`)

	// All that was ever asked of person $3.
	selectAskedOf = store.ForFirm(columns + `space_id = $2 and person_id = $3 order by position, id`)

	updatePerson = store.ForFirm(`update request set person_id = $3, mac = $4 where firm_id = $1 and id = $2`)

	lastPosition = store.ForFirm(`
select coalesce(max(position), 0), count(*) from request where firm_id = $1 and space_id = $2`)

	insertAnswer = store.ForFirm(`
insert into request_document (firm_id, request_id, document_id, added_at) values ($1, $2, $3, $4)
on conflict (firm_id, request_id, document_id) do nothing`)

	selectAnswers = store.ForFirm(`
select d.request_id, d.document_id, d.added_at
from request r cross join request_document d
where r.firm_id = $1 and r.space_id = $2 and d.firm_id = $1 and d.request_id = r.id
order by d.added_at, d.document_id`)

	// Of the spaces that the actor ($2, at $3) is a member of.
	countAvoided       = store.ForFirm(`select count(*) from membership m cross join request r` + avoided)
	countAvoidedOfMany = store.ForFirm(`select count(*) from request r cross join membership m` + avoided)

	// What waits, in the spaces of $4 to $5 that the actor ($2, at $3) is a member
	// of: on the firm's side all of it, for everybody else her own.
	// One who is in many spaces begins from what waits in the firm.
	selectWaiting       = store.ForFirm(waitingOf + ` from membership m cross join request r` + waitingIn)
	selectWaitingOfMany = store.ForFirm(waitingOf + ` from request r cross join membership m` + waitingIn)

	// Where a client of this space is one elsewhere.
	selectElsewhere = store.ForFirm(`
select distinct o.space_id
from membership c cross join membership o
where c.firm_id = $1 and c.space_id = $2 and c.role = 'client'
  and o.firm_id = $1 and o.person_id = c.person_id and o.role = 'client' and o.space_id <> $2
order by o.space_id desc limit $3`)
)

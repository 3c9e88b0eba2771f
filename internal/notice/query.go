package notice

import "cenacle/internal/store"

var (
	selectChoice = store.ForFirm(`
select daily, quiet_from, quiet_to from notice_choice where firm_id = $1 and person_id = $2`)

	putChoice = store.ForFirm(`
insert into notice_choice (firm_id, person_id, daily, quiet_from, quiet_to, changed_at) values ($1, $2, $3, $4, $5, $6)
on conflict (firm_id, person_id) do update set
  daily = excluded.daily, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, changed_at = excluded.changed_at`)

	insertMute = store.ForFirm(`
insert into notice_mute (firm_id, space_id, person_id, muted_at) values ($1, $2, $3, $4)
on conflict (firm_id, space_id, person_id) do nothing`)

	deleteMute = store.ForFirm(`delete from notice_mute where firm_id = $1 and space_id = $2 and person_id = $3`)

	countMute = store.ForFirm(`select count(*) from notice_mute where firm_id = $1 and space_id = $2 and person_id = $3`)

	selectMutedBy = store.ForFirm(`select space_id, muted_at from notice_mute where firm_id = $1 and person_id = $2`)

	selectMutedIn = store.ForFirm(`select person_id, muted_at from notice_mute where firm_id = $1 and space_id = $2`)

	putLeft = store.ForFirm(`
insert into notice_left (firm_id, space_id, person_id, left_at) values ($1, $2, $3, $4)
on conflict (firm_id, space_id, person_id) do update set left_at = excluded.left_at`)

	selectLeft = store.ForFirm(`select left_at from notice_left where firm_id = $1 and space_id = $2 and person_id = $3`)

	insertWaiting = store.ForFirm(`
insert into notice_waiting (firm_id, id, person_id, kind, payload, due_at) values ($1, $2, $3, $4, $5, $6)
on conflict (firm_id, id) do nothing`)

	updateDue = store.ForFirm(`update notice_waiting set due_at = $3 where firm_id = $1 and person_id = $2`)

	updateDueOne = store.ForFirm(`update notice_waiting set due_at = $3 where firm_id = $1 and id = $2`)

	countDue = store.ForFirm(`select count(*) from notice_waiting where firm_id = $1 and person_id = $2 and due_at <= $3`)

	selectDue = store.ForFirm(`
select id, kind, payload from notice_waiting where firm_id = $1 and person_id = $2 and due_at <= $3 order by id`)

	deleteWaiting = store.ForFirm(`delete from notice_waiting where firm_id = $1 and id = $2`)

	putRefusal = store.ForFirm(`
insert into notice_refusal (firm_id, person_id, mailbox, code, refused_at) values ($1, $2, $3, $4, $5)
on conflict (firm_id, person_id) do update set
  mailbox = excluded.mailbox, code = excluded.code,
  refused_at = case when notice_refusal.mailbox = excluded.mailbox then notice_refusal.refused_at else excluded.refused_at end`)

	selectRefusal = store.ForFirm(`
select mailbox, code, refused_at from notice_refusal where firm_id = $1 and person_id = $2`)

	deleteRefusal = store.ForFirm(`delete from notice_refusal where firm_id = $1 and person_id = $2`)

	// Of those who are or were in space $2.
	selectRefusalsIn = store.ForFirm(`
select m.person_id, r.mailbox, r.code, r.refused_at
from membership m cross join notice_refusal r
where m.firm_id = $1 and m.space_id = $2 and r.firm_id = $1 and r.person_id = m.person_id`)
)

package webhook

import "cenacle/internal/store"

var (
	insertWebhook = store.ForFirm(`
insert into webhook (firm_id, id, owner_id, address, secret, former, former_until, kinds, state, reason, created_at, mac, position, failing_since)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0)`)

	updateWebhook = store.ForFirm(`
update webhook set address = $4, secret = $5, former = $6, former_until = $7, kinds = $8, state = $9, reason = $10, mac = $12
where firm_id = $1 and id = $2 and owner_id = $3 and created_at = $11`)

	selectWebhook = store.ForFirm(`
select id, owner_id, address, secret, former, former_until, kinds, state, reason, created_at, mac, position, failing_since
from webhook where firm_id = $1 and id = $2`)

	selectLive = store.ForFirm(`
select id, owner_id, address, secret, former, former_until, kinds, state, reason, created_at, mac, position, failing_since
from webhook where firm_id = $1 and state <> 'ended' order by id`)

	countLive = store.ForFirm(`select count(*) from webhook where firm_id = $1 and state <> 'ended'`)

	// Those that have not looked at all $2 entries.
	selectBehind = store.ForFirm(`
select id from webhook where firm_id = $1 and state <> 'ended' and state = 'active' and position < $2`)

	// On from $4, unless another has gone on meanwhile.
	updatePosition = store.ForFirm(`update webhook set position = $3 where firm_id = $1 and id = $2 and position = $4`)
	rewind         = store.ForFirm(`update webhook set position = $3 where firm_id = $1 and id = $2 and position > $3`)
	updateFailing  = store.ForFirm(`update webhook set failing_since = $3 where firm_id = $1 and id = $2`)

	insertNotice = store.ForFirm(`
insert into webhook_notice (firm_id, id, webhook_id, position, kind, state, attempts, due_at, status, failure, created_at, tried_at)
values ($1, $2, $3, $4, $5, 'waiting', 0, $6, 0, '', $6, 0)
on conflict (firm_id, webhook_id, position) do nothing`)

	// One test is kept for each webhook, the last.
	putPing = store.ForFirm(`
insert into webhook_notice (firm_id, id, webhook_id, position, kind, state, attempts, due_at, status, failure, created_at, tried_at)
values ($1, $2, $3, -1, $4, 'waiting', 0, $5, 0, '', $5, 0)
on conflict (firm_id, webhook_id, position) do update
set id = $2, state = 'waiting', attempts = 0, due_at = $5, status = 0, failure = '', created_at = $5, tried_at = 0`)

	selectDue = store.ForFirm(`
select id, position, kind, attempts from webhook_notice
where firm_id = $1 and webhook_id = $2 and state = 'waiting' and due_at <= $3 order by position limit 1`)

	selectNextDue = store.ForFirm(`
select coalesce(min(due_at), 0) from webhook_notice where firm_id = $1 and webhook_id = $2 and state = 'waiting'`)

	// Whoever counts the attempt sends.
	takeNotice = store.ForFirm(`
update webhook_notice set attempts = attempts + 1, due_at = $4, tried_at = $5
where firm_id = $1 and id = $2 and attempts = $3 and state = 'waiting'`)

	settleNotice = store.ForFirm(`
update webhook_notice set state = $4, due_at = $5, status = $6, failure = $7
where firm_id = $1 and id = $2 and attempts = $3 and state = 'waiting'`)

	deleteNotice  = store.ForFirm(`delete from webhook_notice where firm_id = $1 and id = $2`)
	deleteWaiting = store.ForFirm(`delete from webhook_notice where firm_id = $1 and webhook_id = $2 and state = 'waiting'`)
	deleteOld     = store.ForFirm(`delete from webhook_notice where firm_id = $1 and created_at < $2 and state <> 'waiting'`)

	postpone = store.ForFirm(`
update webhook_notice set due_at = $3 where firm_id = $1 and webhook_id = $2 and state = 'waiting' and due_at < $3`)
	hasten = store.ForFirm(`
update webhook_notice set due_at = $3 where firm_id = $1 and webhook_id = $2 and state = 'waiting' and due_at > $3`)

	replayOne = store.ForFirm(`
update webhook_notice set state = 'waiting', attempts = 0, due_at = $4, status = 0, failure = '', created_at = $4
where firm_id = $1 and webhook_id = $2 and id = $3 and state <> 'waiting'`)
	replayFailed = store.ForFirm(`
update webhook_notice set state = 'waiting', attempts = 0, due_at = $3, status = 0, failure = '', created_at = $3
where firm_id = $1 and webhook_id = $2 and state = 'failed'`)
	replayFrom = store.ForFirm(`
update webhook_notice set state = 'waiting', attempts = 0, due_at = $4, status = 0, failure = '', created_at = $4
where firm_id = $1 and webhook_id = $2 and position >= $3 and state <> 'waiting'`)

	selectMark = store.ForFirm(`
select state, created_at, position from webhook_notice where firm_id = $1 and webhook_id = $2 and id = $3`)

	selectNotices = store.ForFirm(`
select id, position, kind, state, attempts, due_at, status, failure, created_at, tried_at from webhook_notice
where firm_id = $1 and webhook_id = $2 and (created_at < $3 or created_at = $3 and position < $4)
order by created_at desc, position desc limit $5`)
	selectFailed = store.ForFirm(`
select id, position, kind, state, attempts, due_at, status, failure, created_at, tried_at from webhook_notice
where firm_id = $1 and webhook_id = $2 and state = 'failed' and (created_at < $3 or created_at = $3 and position < $4)
order by created_at desc, position desc limit $5`)

	countWaiting = store.ForFirm(`
select count(*) from webhook_notice where firm_id = $1 and webhook_id = $2 and state = 'waiting'`)
	countFailed = store.ForFirm(`
select count(*) from webhook_notice where firm_id = $1 and webhook_id = $2 and state = 'failed'`)
)

package overview

import (
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

const (
	unreadByOthers = `
select i.space_id, o.person_id, i.kind, count(*), ` + since + `, max(i.id)`

	// Since when the first of what is unread u has waited.
	since = `min(case when u.since > 0 then u.since else i.created_at end)`

	// That an item i is for another member o too, if she is one now.
	otherSees = ` (i.nature in ('', 'officielle', 'piece')
    or i.nature in ('defense', 'conseil', 'juriste') and o.role not in ('guest', 'reader', 'expert', 'clerk')
    or i.nature = 'entre_avocats' and o.role not in ('client', 'reader', 'expert', 'clerk'))
  and exists (
    select 1 from audience b
    join circle_member d on d.firm_id = $1 and d.circle_id = b.circle_id and d.person_id = o.person_id and d.space_id = o.space_id
    where b.firm_id = $1 and b.item_id = i.id and (b.extended = 1 or d.since <= b.sent_at)
      and d.since <= $3 and (d.until = 0 or d.until > $3))`

	// Bounds of spaces stand elsewhere: SQLite takes those that every row is within for
	// a way to find few of them, and reads whoever is outside the firm anywhere.
	ofOthers = `
  h.firm_id = $1 and h.person_id = $2
  and o.firm_id = $1 and o.space_id = h.space_id and o.person_id <> $2
  and o.role in ('client', 'guest', 'reader', 'expert', 'clerk') and o.since <= $3 and (o.until = 0 or o.until > $3)
  and u.firm_id = $1 and u.person_id = o.person_id and u.space_id = o.space_id
  and i.firm_id = $1 and i.id = u.item_id and i.author_id <> o.person_id and i.internal = 0
  and` + otherSees + `
  and not exists (select 1 from read_mark r where r.firm_id = $1 and r.item_id = i.id and r.person_id = o.person_id)
  and` + authz.Visible + `
group by i.space_id, o.person_id, i.kind`

	toApproveOf = `
select p.space_id, count(*), min(p.asked_at), max(p.document_id)`

	asked = `
where h.firm_id = $1 and h.person_id = $2 and h.space_id >= $4 and h.space_id <= $5 and h.role = 'lead'
  and h.since <= $3 and (h.until = 0 or h.until > $3)
  and p.firm_id = $1 and p.space_id = h.space_id and p.state = 'asked'
  and i.firm_id = $1 and i.id = p.document_id and` + authz.Visible + `
group by p.space_id`

	awaitedOf = `
select i.space_id, i.id, t.reply_by, i.created_at, i.author_id,
  case when w.role in ('lead', 'colleague', 'assistant') then 1 else 0 end`

	unanswered = `
where h.firm_id = $1 and h.person_id = $2 and h.space_id >= $4 and h.space_id <= $5
  and t.firm_id = $1 and t.space_id = h.space_id and t.reply_by <> '' and t.settled = 0 and t.asks = ''
  and i.firm_id = $1 and i.id = t.id and i.kind = 'memo' and i.internal = 0
  and w.firm_id = $1 and w.space_id = i.space_id and w.person_id = i.author_id and` + authz.Visible + `
  and not` + memo.Answered + `
order by t.reply_by, i.id`

	unacknowledged = `
where h.firm_id = $1 and h.person_id = $2 and h.space_id >= $4 and h.space_id <= $5
  and t.firm_id = $1 and t.space_id = h.space_id and t.asks <> '' and t.acknowledged = 0
  and i.firm_id = $1 and i.id = t.id and i.kind = 'memo'
  and exists (select 1 from space s where s.firm_id = $1 and s.id = t.space_id and s.state = 'open')
  and o.firm_id = $1 and o.space_id = h.space_id and o.since <= $3 and (o.until = 0 or o.until > $3)
  and (o.person_id = $2 or h.role in ('lead', 'colleague', 'assistant') and (i.internal = 0 or i.author_id = $2))
  and` + memo.Asked + `and` + otherSees + ` and` + authz.Visible + `
order by i.id`

	unacknowledgedOf = `
select i.space_id, o.person_id, i.id, t.reply_by, i.created_at`
)

var (
	// What the actor ($2, at $3) may read and has not: per space, from $4 to
	// $5, and kind; a date of hers is among it once another has changed it. The table of
	// what is unread says where to look.
	selectUnread = store.ForFirm(`
select i.space_id, i.kind, count(*), ` + since + `, max(i.id)
from unread u
join item i on i.firm_id = $1 and i.id = u.item_id
where u.firm_id = $1 and u.person_id = $2 and u.space_id >= $4 and u.space_id <= $5
  and (i.author_id <> $2 or i.kind = 'event') and` + authz.Visible + `
  and not exists (select 1 from read_mark r where r.firm_id = $1 and r.item_id = i.id and r.person_id = $2)
group by i.space_id, i.kind`)

	// Of these memos those that name the actor.
	selectMentioned = store.ForFirm(`
select i.space_id, count(*), ` + since + `, max(i.id)
from unread u cross join mention n cross join item i
where u.firm_id = $1 and u.person_id = $2 and u.space_id >= $4 and u.space_id <= $5
  and n.firm_id = $1 and n.memo_id = u.item_id and n.person_id = $2
  and i.firm_id = $1 and i.id = u.item_id and` + authz.Visible + `
  and not exists (select 1 from read_mark r where r.firm_id = $1 and r.item_id = i.id and r.person_id = $2)
group by i.space_id`)

	// What members outside the firm have not read, among what the actor sees
	// herself: per space, person and kind. The order of the joins is that of
	// the work: her spaces, who else is there, what waits for each.
	selectUnreadByOthers = store.ForFirm(unreadByOthers + `
from membership h cross join membership o cross join unread u cross join item i
where h.space_id >= $4 and h.space_id <= $5 and` + ofOthers)

	// What the actor, who answers for these spaces, is asked to approve: from
	// her spaces, or from all that waits for an approval.
	selectToApprove       = store.ForFirm(toApproveOf + ` from membership h cross join approval p cross join item i` + asked)
	selectToApproveOfMany = store.ForFirm(toApproveOf + ` from approval p cross join membership h cross join item i` + asked)

	// Memos that await an answer from the other side and have none: inside is 1 when
	// the firm's side asked. What asks to be acknowledged is awaited of each person.
	selectAwaited       = store.ForFirm(awaitedOf + ` from membership h cross join memo t cross join item i cross join membership w` + unanswered)
	selectAwaitedOfMany = store.ForFirm(awaitedOf + ` from memo t cross join membership h cross join item i cross join membership w` + unanswered)

	// Who has not acknowledged a memo that asks it of her: the actor, and for the firm's
	// side those outside it, and whom she has asked herself.
	selectUnacknowledged       = store.ForFirm(unacknowledgedOf + ` from membership h cross join memo t cross join item i cross join membership o` + unacknowledged)
	selectUnacknowledgedOfMany = store.ForFirm(unacknowledgedOf + ` from memo t cross join membership h cross join item i cross join membership o` + unacknowledged)
)

// asking is how the statements of a desk go to work.
type asking struct {
	many                                               bool
	page                                               []id.Space // that is shown, if they are many
	unreadByOthers, awaited, unacknowledged, toApprove store.FirmStmt
}

// way goes through the spaces of the actor, or through what waits in the whole firm
// when she is in many of them.
func way(a *act.Act, by authz.Actor, of id.Space, page []id.Space) (asking, error) {
	if of == "" {
		many, err := space.Many(a, by)
		if err != nil || many {
			return asking{true, page, selectUnreadInSome, selectAwaitedOfMany, selectUnacknowledgedOfMany, selectToApproveOfMany}, err
		}
	}
	return asking{false, nil, selectUnreadByOthers, selectAwaited, selectUnacknowledged, selectToApprove}, nil
}

package agenda

import (
	"cenacle/internal/authz"
	"cenacle/internal/store"
)

const (
	columns = `
select e.id, e.space_id, e.starts_at, e.ends_at, e.cancelled, e.revision, e.changed_by, e.changed_at, e.content, e.mac,
  (select count(*) from read_mark r where r.firm_id = $1 and r.item_id = e.id and r.person_id = $2)`

	among = `
where h.firm_id = $1 and h.person_id = $2
  and e.firm_id = $1 and e.space_id = h.space_id and e.ends_at >= $4
  and i.firm_id = $1 and i.id = e.id and` + authz.Visible

	within = `
  and h.space_id >= $6 and h.space_id <= $7`

	// In each of few spaces what has not ended is looked at. The index of time, which
	// "+ 0" keeps SQLite from, has the dates of all spaces.
	onward = `
  and e.repeats = 0 and e.starts_at + 0 < $5 and e.starts_at + 0 >= $8 and (e.starts_at > $8 or e.id > $9)
order by e.starts_at, e.id limit $10`

	onwardInTime = `
  and e.repeats = 0 and e.starts_at < $5 and e.starts_at >= $8 and (e.starts_at > $8 or e.id > $9)
order by e.starts_at, e.id limit $10`

	again = `
  and e.repeats = 1 and e.starts_at < $5`
)

var (
	insertEvent = store.ForFirm(`
insert into event (firm_id, id, space_id, starts_at, ends_at, cancelled, revision, changed_by, changed_at, content, mac, origin_id, repeats)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)

	updateEvent = store.ForFirm(`
update event set starts_at = $3, ends_at = $4, cancelled = $5, revision = $6, changed_by = $7, changed_at = $8, content = $9, mac = $10, repeats = $11
where firm_id = $1 and id = $2`)

	selectEvent = store.ForFirm(`
select e.id, e.space_id, e.starts_at, e.ends_at, e.cancelled, e.revision, e.changed_by, e.changed_at, e.content, e.mac,
  (select count(*) from read_mark r where r.firm_id = $1 and r.item_id = e.id and r.person_id = $3)
from event e where e.firm_id = $1 and e.id = $2`)

	insertPast = store.ForFirm(`
insert into event_past (firm_id, event_id, revision, changed_by, changed_at, content, mac)
values ($1, $2, $3, $4, $5, $6, $7)`)

	selectPast = store.ForFirm(`
select revision, changed_by, changed_at, content, mac from event_past
where firm_id = $1 and event_id = $2 order by revision desc`)

	// The deadlines that are reckoned from an event.
	selectFollowing = store.ForFirm(`
select id from event where firm_id = $1 and origin_id = $2 order by starts_at, id`)

	// What the actor ($2, at $3) sees in the spaces of $6 to $7 that she is a member
	// of: what lies in time between $4 and $5 and does not come again, after the event
	// that begins at $8 and has the identifier $9; $10 how many.
	// One who is in many spaces begins from time.
	selectEvents       = store.ForFirm(columns + ` from membership h cross join event e cross join item i` + among + within + onward)
	selectEventsOfMany = store.ForFirm(columns + ` from event e cross join membership h cross join item i` + among + within + onwardInTime)

	// Likewise what comes again; over many spaces it is found by when it ends.
	selectSeries       = store.ForFirm(columns + ` from membership h cross join event e cross join item i` + among + within + again)
	selectSeriesOfMany = store.ForFirm(columns + ` from event e cross join membership h cross join item i` + among + again)
)

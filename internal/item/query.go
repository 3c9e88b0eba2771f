package item

import "cenacle/internal/store"

var (
	insertItem = store.ForFirm(`
insert into item (firm_id, id, space_id, matter_id, kind, author_id, nature, internal, created_at, deleted_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10)`)

	selectItem = store.ForFirm(`
select space_id, kind, author_id, nature, internal, created_at, deleted_at, mac
from item where firm_id = $1 and id = $2`)

	selectItems = store.ForFirm(`
select id, space_id, kind, author_id, nature, internal, created_at, deleted_at, mac
from item where firm_id = $1 and id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)

	// With its age, which is not asked for: SQLite would rather walk a whole index that
	// has the two others than find each by its key.
	selectSpaces = store.ForFirm(`
select id, space_id, created_at from item
where firm_id = $1 and id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)

	updateNature = store.ForFirm(`update item set nature = $3, mac = $4 where firm_id = $1 and id = $2`)

	insertAudience = store.ForFirm(`
insert into audience (firm_id, item_id, circle_id, sent_at, extended, sent_by, mac)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (firm_id, item_id, circle_id) do nothing`)

	updateExtended = store.ForFirm(`
update audience set extended = 1, mac = $4 where firm_id = $1 and item_id = $2 and circle_id = $3`)

	selectAudience = store.ForFirm(`
select circle_id, sent_at, extended, mac from audience
where firm_id = $1 and item_id = $2 order by sent_at, circle_id`)

	selectAudiences = store.ForFirm(`
select item_id, circle_id, sent_at, extended, mac from audience
where firm_id = $1 and item_id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
order by item_id, sent_at, circle_id`)

	// Whoever is in a circle that item $2 was sent to, at $3, and has not read it;
	// who is in two of them comes twice and is written once.
	insertUnread = store.ForFirm(`
insert into unread (firm_id, person_id, space_id, item_id, since)
select i.firm_id, c.person_id, i.space_id, i.id, $3
from item i cross join audience a cross join circle_member c
where i.firm_id = $1 and i.id = $2
  and a.firm_id = $1 and a.item_id = i.id
  and c.firm_id = $1 and c.circle_id = a.circle_id and (c.until = 0 or c.until > $3) and c.person_id <> i.author_id
  and not exists (select 1 from read_mark r where r.firm_id = $1 and r.item_id = i.id and r.person_id = c.person_id)
on conflict (firm_id, person_id, space_id, item_id) do nothing`)

	// The author of item $2, when she is in a circle that it was sent to, at $3, and is not
	// person $4.
	insertUnreadByAuthor = store.ForFirm(`
insert into unread (firm_id, person_id, space_id, item_id, since)
select i.firm_id, i.author_id, i.space_id, i.id, $3
from item i
where i.firm_id = $1 and i.id = $2 and i.author_id <> $4
  and exists (
    select 1 from audience a
    join circle_member c on c.firm_id = $1 and c.circle_id = a.circle_id and c.person_id = i.author_id
    where a.firm_id = $1 and a.item_id = i.id and (c.until = 0 or c.until > $3))
on conflict (firm_id, person_id, space_id, item_id) do nothing`)

	deleteReadsOfOthers = store.ForFirm(`delete from read_mark where firm_id = $1 and item_id = $2 and person_id <> $3`)

	deleteUnread = store.ForFirm(`
delete from unread
where firm_id = $1 and person_id = $3 and item_id = $2
  and space_id = (select i.space_id from item i where i.firm_id = $1 and i.id = $2)`)

	insertRead = store.ForFirm(`
insert into read_mark (firm_id, item_id, person_id, read_at) values ($1, $2, $3, $4)
on conflict (firm_id, item_id, person_id) do nothing`)

	selectReads = store.ForFirm(`
select person_id, read_at from read_mark where firm_id = $1 and item_id = $2 order by read_at`)
)

// The trash.
var (
	updateDeleted = store.ForFirm(`update item set deleted_at = $3 where firm_id = $1 and id = $2`)

	selectSenders = store.ForFirm(`
select circle_id, sent_at, extended, sent_by from audience
where firm_id = $1 and item_id = $2 order by sent_at, circle_id`)

	deleteAddress = store.ForFirm(`delete from audience where firm_id = $1 and item_id = $2 and circle_id = $3`)

	deleteAudience = store.ForFirm(`delete from audience where firm_id = $1 and item_id = $2`)

	insertTrash = store.ForFirm(`
insert into trash (firm_id, item_id, space_id, deleted_by, deleted_at, audience, mac)
values ($1, $2, $3, $4, $5, $6, $7)`)

	deleteTrash = store.ForFirm(`delete from trash where firm_id = $1 and item_id = $2`)

	selectTrash = store.ForFirm(`
select t.item_id, t.space_id, t.deleted_by, t.deleted_at, t.audience, t.mac, i.kind, i.author_id, i.nature, i.internal, i.created_at, i.mac
from trash t join item i on i.firm_id = $1 and i.id = t.item_id
where t.firm_id = $1 and t.item_id = $2`)

	// $2 space, the last deleted first, after the one deleted at $3 with the
	// identifier $4; $5 how many.
	selectTrashed = store.ForFirm(`
select t.item_id, t.space_id, t.deleted_by, t.deleted_at, t.audience, t.mac, i.kind, i.author_id, i.nature, i.internal, i.created_at, i.mac
from trash t join item i on i.firm_id = $1 and i.id = t.item_id
where t.firm_id = $1 and t.space_id = $2 and (t.deleted_at < $3 or t.deleted_at = $3 and t.item_id < $4)
order by t.deleted_at desc, t.item_id desc limit $5`)

	// What an earlier program deleted.
	selectLoose = store.ForFirm(`
select i.id from item i
where i.firm_id = $1 and i.deleted_at <> 0
  and not exists (select 1 from trash t where t.firm_id = $1 and t.item_id = i.id)
order by i.id limit $2`)

	deleteReads = store.ForFirm(`delete from read_mark where firm_id = $1 and item_id = $2`)

	// Who is or was in the space $3 may have it waiting.
	deleteWaiting = store.ForFirm(`
delete from unread where firm_id = $1 and space_id = $3 and item_id = $2
  and person_id in (select m.person_id from membership m where m.firm_id = $1 and m.space_id = $3)`)

	deleteItem = store.ForFirm(`delete from item where firm_id = $1 and id = $2`)
)

package document

import (
	"cenacle/internal/authz"
	"cenacle/internal/store"
)

// beyond sorts after every identifier, whose first digit is at most 7.
const beyond = "8"

// A list reads where its documents stand and which revision of each is current,
// from an index alone; then those revisions that nobody has opened yet.
const (
	// The columns and joins of a document.
	columns = `
select d.id, d.revision, d.space_id, d.folder_id, d.tray, d.deposit_id, d.title,
  i.author_id, i.nature, i.internal, i.created_at, i.deleted_at, i.mac,
  v.id, v.number, v.author_id, v.size, v.media, v.created_at, v.mac, v.blob_id, v.key, v.digest_hash
from document d
join item i on i.firm_id = $1 and i.id = d.id
join version v on v.firm_id = $1 and v.id = d.version_id
where d.firm_id = $1 and `

	// What has words, newest first, from the rarest of them on: SQLite keeps the
	// order of a cross join, and so stops after what is asked for. A word that is
	// given twice is asked for once.
	foundBy = `
select d.id, d.revision from search_term s
cross join document d
cross join item i
where s.firm_id = $1 and s.space_id = $4 and s.term = $5 and s.item_id < $11 and s.item_id >= $12
and d.firm_id = $1 and d.id = s.item_id and i.firm_id = $1 and i.id = s.item_id
and ($13 = '' or d.tray = $13)
and ($6 = $5 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $6))
and ($7 = $5 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $7))
and ($8 = $5 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $8))
and ($9 = $5 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $9))
and ($10 = $5 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $10))
and ` + authz.Visible

	foundOrder = `
order by s.item_id desc limit $14`

	several = `($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`

	// The addresses of what such a list shows.
	addresses = `
select a.item_id, a.circle_id, a.sent_at, a.extended, a.mac
from document d
join audience a on a.firm_id = $1 and a.item_id = d.id
where d.firm_id = $1 and `
)

var (
	// $2 space, $3 before this one, $4 how many.
	markSpace = store.ForFirm(`
select d.id, d.revision from document d
where d.firm_id = $1 and d.space_id = $2 and d.id < $3
order by d.id desc limit $4`)

	// $2 space, $3 tray, $4 folder ('' for all), $5 before this one, $6 how many.
	markTray = store.ForFirm(`
select d.id, d.revision from document d
where d.firm_id = $1 and d.space_id = $2 and d.tray = $3 and d.id < $5 and ($4 = '' or d.folder_id = $4)
order by d.id desc limit $6`)

	// $2 space, $3 one document.
	markOne = store.ForFirm(`
select d.id, d.revision from document d where d.firm_id = $1 and d.space_id = $2 and d.id = $3`)

	// $2 the actor, $3 now, $4 space, $5 to $10 the terms, $11 before and $12
	// from, $13 tray ('' for all), $14 how many.
	markTitled = store.ForFirm(foundBy + foundOrder)

	// The same, but for those that have the terms $15 to $20 in their titles.
	markContaining = store.ForFirm(foundBy + `
and not (exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $15)
  and ($16 = $15 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $16))
  and ($17 = $15 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $17))
  and ($18 = $15 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $18))
  and ($19 = $15 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $19))
  and ($20 = $15 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $20)))` + foundOrder)

	// Several documents, of whatever spaces, in tray $18 ('' for all); as selectUnreadOf.
	markSeveral = store.ForFirm(`
select d.id, d.revision from document d
where d.firm_id = $1 and d.id in ` + several + ` and ($18 = '' or d.tray = $18) and d.version_id <> ''`)

	// One document; its item was decided on before.
	selectOne = store.ForFirm(columns + `d.id = $2`)

	// $2 space, $3 tray ('' for all), $4 folder ('' for all), $5 from, $6 to.
	selectRange = store.ForFirm(columns + `
d.space_id = $2 and d.id >= $5 and d.id <= $6 and ($3 = '' or d.tray = $3) and ($4 = '' or d.folder_id = $4)`)

	selectAddresses = store.ForFirm(addresses + `
d.space_id = $2 and d.id >= $5 and d.id <= $6 and ($3 = '' or d.tray = $3) and ($4 = '' or d.folder_id = $4)
order by a.item_id, a.sent_at, a.circle_id`)

	// Several documents, of whatever spaces.
	selectSeveral = store.ForFirm(columns + `d.id in ` + several)

	selectAddressesOf = store.ForFirm(addresses + `d.id in ` + several + `
order by a.item_id, a.sent_at, a.circle_id`)

	// What waits for the actor $2 in space $3, from $4 to $5.
	selectUnread = store.ForFirm(`
select u.item_id from unread u
where u.firm_id = $1 and u.person_id = $2 and u.space_id = $3 and u.item_id >= $4 and u.item_id <= $5`)

	// What waits for the actor $18 of several documents. SQLite would go through an index
	// of all documents, did that one have all that is asked of them.
	selectUnreadOf = store.ForFirm(`
select u.item_id from document d cross join unread u
where d.firm_id = $1 and d.id in ` + several + ` and d.version_id <> ''
  and u.firm_id = $1 and u.person_id = $18 and u.space_id = d.space_id and u.item_id = d.id`)

	// What a list shows of a document has changed.
	updateRevision = store.ForFirm(`
update document set revision = revision + 1 where firm_id = $1 and id = $2`)
)

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

	// $2 the actor, $3 now, $4 space, $5 to $10 the terms of a query, $11 how many.
	markFound = store.ForFirm(`
select d.id, d.revision from document d
join item i on i.firm_id = $1 and i.id = d.id
where d.firm_id = $1 and d.space_id = $4
and d.id in (select s.item_id from search_term s where s.firm_id = $1 and s.space_id = $4 and s.term = $5)
and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $4 and s.item_id = d.id and s.term = $6)
and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $4 and s.item_id = d.id and s.term = $7)
and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $4 and s.item_id = d.id and s.term = $8)
and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $4 and s.item_id = d.id and s.term = $9)
and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $4 and s.item_id = d.id and s.term = $10) and` + authz.Visible + `
order by d.id desc limit $11`)

	// One document; its item was decided on before.
	selectOne = store.ForFirm(columns + `d.id = $2`)

	// $2 space, $3 tray ('' for all), $4 folder ('' for all), $5 from, $6 to.
	selectRange = store.ForFirm(columns + `
d.space_id = $2 and d.id >= $5 and d.id <= $6 and ($3 = '' or d.tray = $3) and ($4 = '' or d.folder_id = $4)`)

	selectAddresses = store.ForFirm(addresses + `
d.space_id = $2 and d.id >= $5 and d.id <= $6 and ($3 = '' or d.tray = $3) and ($4 = '' or d.folder_id = $4)
order by a.item_id, a.sent_at, a.circle_id`)

	// $2 one document.
	selectAddressesOf = store.ForFirm(addresses + `
d.id = $2 order by a.sent_at, a.circle_id`)

	// What waits for the actor $2 in space $3, from $4 to $5.
	selectUnread = store.ForFirm(`
select u.item_id from unread u
where u.firm_id = $1 and u.person_id = $2 and u.space_id = $3 and u.item_id >= $4 and u.item_id <= $5`)

	// What a list shows of a document has changed.
	updateRevision = store.ForFirm(`
update document set revision = revision + 1 where firm_id = $1 and id = $2`)
)

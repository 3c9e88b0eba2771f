package document

import (
	"cenacle/internal/authz"
	"cenacle/internal/store"
)

// What a drive lists of a document.
const (
	entryColumns = `
select d.id, d.deposit_id, d.title, i.author_id, i.nature, i.internal, i.created_at, i.mac,
  v.id, v.number, v.author_id, v.size, v.media, v.created_at, v.mac, v.blob_id, v.key, v.digest_hash, v.name
from document d
join item i on i.firm_id = $1 and i.id = d.id
join version v on v.firm_id = $1 and v.id = d.version_id
where d.firm_id = $1 and `
)

var (
	// $2 the actor, $3 now, $4 space, $5 tray, $6 folder, $7 after this one, $8 how many.
	selectShelf = store.ForFirm(entryColumns + `
d.space_id = $4 and d.tray = $5 and d.folder_id = $6 and d.id > $7 and` + authz.Visible + `
order by d.id limit $8`)

	// $2 space, $3 tray, $4 folder, $5 from, $6 to.
	selectShelfAddresses = store.ForFirm(`
select a.item_id, a.circle_id, a.sent_at, a.extended, a.mac
from audience a
where a.firm_id = $1 and a.item_id in (
  select d.id from document d
  where d.firm_id = $1 and d.space_id = $2 and d.tray = $3 and d.folder_id = $4 and d.id >= $5 and d.id <= $6)`)

	// $2 space, $3 hash of the name, $4 tray, $5 folder, $6 how many.
	selectNamed = store.ForFirm(entryColumns + `
d.space_id = $2 and d.title_hash = $3 and d.tray = $4 and d.folder_id = $5 and i.deleted_at = 0
order by d.id limit $6`)

	selectEntry = store.ForFirm(entryColumns + `d.id = $2`)

	// $2 the actor, $3 now, $4 space, $5 tray.
	selectFoldersInUse = store.ForFirm(`
select distinct d.folder_id from document d
join item i on i.firm_id = $1 and i.id = d.id
where d.firm_id = $1 and d.space_id = $4 and d.tray = $5 and d.folder_id <> '' and` + authz.Visible)
)

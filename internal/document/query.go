package document

import "cenacle/internal/store"

// unworded are versions whose words the register lacks.
const unworded = `
select v.id, d.id, d.version_id, i.deleted_at from version v
join document d on d.firm_id = $1 and d.id = v.document_id
join item i on i.firm_id = $1 and i.id = v.document_id
where v.firm_id = $1 and `

var (
	insertDocument = store.ForFirm(`
insert into document (firm_id, id, space_id, folder_id, tray, title, title_hash, version_id, deposit_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)

	insertVersion = store.ForFirm(`
insert into version (firm_id, id, document_id, number, author_id, blob_id, key, size, digest, digest_hash, name, media, reason, created_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`)

	selectVersions = store.ForFirm(`
select id, number, author_id, size, media, created_at, mac, blob_id, key, digest_hash, name, reason, digest
from version where firm_id = $1 and document_id = $2 order by number desc`)

	// Where bytes of keyed hash $2 are current, the oldest first. The hash is under the
	// key of their space, which so needs no naming: by it, SQLite would read the space.
	selectTwins = store.ForFirm(`
select v.document_id, v.created_at from version v
join document d on d.firm_id = $1 and d.id = v.document_id and d.version_id = v.id
where v.firm_id = $1 and v.digest_hash = $2 and v.document_id <> $3
order by v.created_at, v.document_id limit 10`)

	// Of each version of a document, what its key stands in.
	selectWrapped = store.ForFirm(`
select id, number, author_id, size, created_at, mac, blob_id, key, digest_hash
from version where firm_id = $1 and document_id = $2 order by number`)

	selectNext = store.ForFirm(`
select id from document where firm_id = $1 and space_id = $2 and id > $3 order by id limit 16`)

	updateWrapped = store.ForFirm(`update version set key = $3, mac = $4 where firm_id = $1 and id = $2`)

	selectName = store.ForFirm(`select name from version where firm_id = $1 and id = $2`)

	countVersion = store.ForFirm(`select count(*) from version where firm_id = $1 and id = $2`)

	countVersions = store.ForFirm(`
select coalesce(max(number), 0) from version where firm_id = $1 and document_id = $2`)

	selectCurrent = store.ForFirm(`select version_id from document where firm_id = $1 and id = $2`)

	updateCurrent = store.ForFirm(`update document set version_id = $3, revision = revision + 1 where firm_id = $1 and id = $2`)

	updateTitle = store.ForFirm(`update document set title = $3, title_hash = $4, revision = revision + 1 where firm_id = $1 and id = $2`)

	selectNames = store.ForFirm(`
select d.title, v.id, v.name from document d
join version v on v.firm_id = $1 and v.id = d.version_id
where d.firm_id = $1 and d.id = $2`)

	// Of a document that is not deleted, for its reader.
	selectReadable = store.ForFirm(`
select d.space_id from document d join item i on i.firm_id = $1 and i.id = d.id
where d.firm_id = $1 and d.id = $2 and i.deleted_at = 0`)

	// The contents of the current version are to be read, those of the others
	// need not be.
	updateUnworded = store.ForFirm(`
update version set worded = case when id = (select version_id from document where firm_id = $1 and id = $2) then 0 else 3 end
where firm_id = $1 and document_id = $2`)

	updateWorded = store.ForFirm(`update version set worded = 3 where firm_id = $1 and id = $2`)

	selectUnworded = store.ForFirm(unworded + `v.worded < 2 order by v.id limit $2`)
	selectRetold   = store.ForFirm(unworded + `v.worded = 2 order by v.id limit $2`)

	selectPlace = store.ForFirm(`select tray, folder_id from document where firm_id = $1 and id = $2`)

	updatePlace = store.ForFirm(`update document set tray = $3, folder_id = $4, revision = revision + 1 where firm_id = $1 and id = $2`)

	updateMatter = store.ForFirm(`update item set matter_id = $3 where firm_id = $1 and id = $2`)

	// What lies in folder $4 of tray $3 of space $2, deleted or not.
	countFolder = store.ForFirm(`
select count(*) from document d join item i on i.firm_id = $1 and i.id = d.id
where d.firm_id = $1 and d.space_id = $2 and d.tray = $3 and d.folder_id = $4 and i.deleted_at = 0`)

	updateLoose = store.ForFirm(`
update document set folder_id = '', revision = revision + 1 where firm_id = $1 and space_id = $2 and tray = $3 and folder_id = $4`)

	countRead = store.ForFirm(`
select count(*) from read_mark where firm_id = $1 and item_id = $2 and person_id = $3`)

	selectFolder = store.ForFirm(`
select matter_id from folder where firm_id = $1 and id = $2 and space_id = $3 and tray = $4`)

	selectWalled = store.ForFirm(`select person_id from wall where firm_id = $1 and space_id = $2`)

	// $2 space, $3 deposit.
	selectDeposited = store.ForFirm(`
select d.id, i.deleted_at, v.id, v.number, v.author_id, v.size, v.media, v.created_at, v.mac,
  v.blob_id, v.key, v.digest_hash, v.name, v.reason, v.digest
from document d
join item i on i.firm_id = $1 and i.id = d.id
join version v on v.firm_id = $1 and v.id = d.version_id
where d.firm_id = $1 and d.space_id = $2 and d.deposit_id = $3 order by v.created_at, d.id`)
)

// Uploads.
var (
	insertUpload = store.ForFirm(`
insert into upload (firm_id, id, space_id, person_id, plan, key, size, sealed_bytes, progress, state, writer, beat, created_at, touched_at)
values ($1, $2, $3, $4, $5, $6, $7, 0, $8, 'open', '', 0, $9, $9)`)

	selectArriving = store.ForFirm(`
select id, plan, key from upload where firm_id = $1 and space_id = $2 and state = 'open'`)

	updateArriving = store.ForFirm(`update upload set key = $3 where firm_id = $1 and id = $2 and state = 'open'`)

	countUploads = store.ForFirm(`
select count(*) from upload where firm_id = $1 and space_id = $2 and person_id = $3 and state = 'open'`)

	// One's own, unless it was dropped or has no size yet: nobody continues a
	// file that came in one piece.
	selectUpload = store.ForFirm(`
select id, space_id, person_id, plan, key, size, sealed_bytes, progress, state, writer, beat, created_at, touched_at
from upload where firm_id = $1 and id = $2 and person_id = $3 and state <> 'dropped' and size >= 0`)

	selectUploads = store.ForFirm(`
select id, space_id, person_id, plan, key, size, sealed_bytes, progress, state, writer, beat, created_at, touched_at
from upload where firm_id = $1 and space_id = $2 and person_id = $3 and state = 'open' and size >= 0 order by id`)

	// Takes the pen: $3 the new writer, $4 and $5 the one before and its last beat.
	updateWriter = store.ForFirm(`
update upload set writer = $3, beat = beat + 1, touched_at = $6
where firm_id = $1 and id = $2 and writer = $4 and beat = $5 and state = 'open'`)

	// Only the writer moves an upload on.
	updateProgress = store.ForFirm(`
update upload set sealed_bytes = $4, progress = $5, touched_at = $6, beat = beat + 1
where firm_id = $1 and id = $2 and writer = $3 and state = 'open'`)

	updateBeat = store.ForFirm(`
update upload set beat = beat + 1 where firm_id = $1 and id = $2 and writer = $3 and state = 'open'`)

	updateReleased = store.ForFirm(`
update upload set writer = '', beat = beat + 1 where firm_id = $1 and id = $2 and writer = $3`)

	// What is done needs neither key nor progress; that it is done is told to
	// who asks again.
	updateDone = store.ForFirm(`
update upload set state = 'done', writer = '', progress = $3, key = $3, touched_at = $4
where firm_id = $1 and id = $2 and state = 'open' and sealed_bytes = size`)

	// The same of a file that came in one piece.
	updateMeasured = store.ForFirm(`
update upload set state = 'done', progress = $3, key = $3, size = $4, sealed_bytes = $4, touched_at = $5
where firm_id = $1 and id = $2 and state = 'open' and size < 0`)

	updateDropped = store.ForFirm(`
update upload set state = 'dropped', writer = '', progress = $3
where firm_id = $1 and id = $2 and state = 'open'`)

	updateLapsed = store.ForFirm(`
update upload set state = 'dropped', writer = '', progress = $3
where firm_id = $1 and touched_at < $2 and state = 'open'`)

	deleteDone = store.ForFirm(`delete from upload where firm_id = $1 and touched_at < $2 and state = 'done'`)

	selectDropped = store.ForFirm(`select id from upload where firm_id = $1 and state = 'dropped' order by id limit $2`)

	countUpload = store.ForFirm(`select count(*) from upload where firm_id = $1 and id = $2`)

	deleteUpload = store.ForFirm(`delete from upload where firm_id = $1 and id = $2 and state = 'dropped'`)
)

// Approvals.
var (
	upsertRule = store.ForFirm(`
insert into approval_rule (firm_id, space_id, demanded, set_by, set_at, mac) values ($1, $2, $3, $4, $5, $6)
on conflict (firm_id, space_id) do update set demanded = excluded.demanded, set_by = excluded.set_by, set_at = excluded.set_at, mac = excluded.mac`)

	selectRule = store.ForFirm(`select demanded, set_by, set_at, mac from approval_rule where firm_id = $1 and space_id = $2`)

	insertApproval = store.ForFirm(`
insert into approval (firm_id, id, space_id, document_id, version_id, digest_hash, state, asked_by, asked_at, decided_by, decided_at, wanted, reason, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0, $10, $11, $12)`)

	updateApproval = store.ForFirm(`
update approval set state = $3, decided_by = $4, decided_at = $5, reason = $6, mac = $7 where firm_id = $1 and id = $2`)

	selectApprovals = store.ForFirm(`
select id, version_id, digest_hash, state, asked_by, asked_at, decided_by, decided_at, wanted, reason, mac
from approval where firm_id = $1 and document_id = $2 order by id desc`)

	deleteApprovals = store.ForFirm(`delete from approval where firm_id = $1 and document_id = $2`)
)

// Recalls, and what the guard learns.
var (
	insertRecall = store.ForFirm(`
insert into recall (firm_id, id, space_id, document_id, entry_id, recalled_by, recalled_at, outcome, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)

	selectRecalls = store.ForFirm(`
select id, entry_id, recalled_by, recalled_at, outcome, mac from recall where firm_id = $1 and document_id = $2 order by id desc`)

	deleteRecalls = store.ForFirm(`delete from recall where firm_id = $1 and document_id = $2`)

	selectUnlearnt = store.ForFirm(`
select v.id, v.document_id, d.space_id, d.deposit_id, v.digest from version v
join document d on d.firm_id = $1 and d.id = v.document_id
where v.firm_id = $1 and v.id > $2 order by v.id limit $3`)
)

// Erasing.
var (
	selectErased = store.ForFirm(`
select blob_id, size, digest, id from version where firm_id = $1 and document_id = $2 order by number`)

	deleteVersions = store.ForFirm(`delete from version where firm_id = $1 and document_id = $2`)

	// What package preview made of its versions.
	deleteRenditions = store.ForFirm(`delete from rendition where firm_id = $1 and document_id = $2`)

	deleteDocument = store.ForFirm(`delete from document where firm_id = $1 and id = $2`)
)

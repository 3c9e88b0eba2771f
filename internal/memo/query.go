package memo

import (
	"cenacle/internal/authz"
	"cenacle/internal/store"
)

var (
	insertThread = store.ForFirm(`
insert into thread (firm_id, id, space_id, document_id, subject, created_at)
values ($1, $2, $3, $4, $5, $6)`)

	selectThread = store.ForFirm(`
select space_id, document_id from thread where firm_id = $1 and id = $2`)

	selectDocumentThread = store.ForFirm(`
select id from thread where firm_id = $1 and document_id = $2 order by id limit 1`)

	// Whether a thread began among colleagues.
	selectFirstInternal = store.ForFirm(`
select i.internal from memo m join item i on i.firm_id = $1 and i.id = m.id
where m.firm_id = $1 and m.thread_id = $2 order by m.id limit 1`)

	// How many memos of thread $4 the actor ($2, at $3) sees.
	countVisible = store.ForFirm(`
select count(*) from item i join memo m on m.firm_id = $1 and m.id = i.id
where i.firm_id = $1 and m.thread_id = $4 and` + authz.Visible)

	// The newest memo of thread $4 that the actor ($2, at $3) sees.
	selectNewest = store.ForFirm(`
select i.id from memo m cross join item i
where m.firm_id = $1 and m.thread_id = $4 and i.firm_id = $1 and i.id = m.id and` + authz.Visible + `
order by m.id desc limit 1`)

	insertMemo = store.ForFirm(`
insert into memo (firm_id, id, space_id, thread_id, body, reply_by, asks) values ($1, $2, $3, $4, $5, $6, $7)`)

	selectAsks = store.ForFirm(`select asks, body from memo where firm_id = $1 and id = $2`)

	insertMention = store.ForFirm(`insert into mention (firm_id, memo_id, person_id) values ($1, $2, $3)`)

	// Of the memos of space $2 from $3 to $4, as selectReaders. For an order by i.id SQLite
	// goes through all items of the firm between the two.
	selectMentions = store.ForFirm(`
select n.memo_id, n.person_id
from item i cross join mention n
where i.firm_id = $1 and i.space_id = $2 and i.kind = 'memo' and i.id >= $3 and i.id <= $4
  and n.firm_id = $1 and n.memo_id = i.id
order by n.memo_id, n.person_id`)

	selectWords = store.ForFirm(`
select m.id, m.thread_id, t.subject, m.body from memo m join thread t on t.firm_id = $1 and t.id = m.thread_id
where m.firm_id = $1 and m.id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)

	insertAcknowledgement = store.ForFirm(`
insert into acknowledgement (firm_id, memo_id, person_id, answer, wording, note, entry_id, answered_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (firm_id, memo_id, person_id) do nothing`)

	// Of the memos of space $2 from $3 to $4, as selectReaders.
	selectAcknowledgements = store.ForFirm(`
select k.memo_id, k.person_id, k.answer, k.wording, k.note, k.entry_id, k.answered_at, k.mac
from item i cross join acknowledgement k
where i.firm_id = $1 and i.space_id = $2 and i.kind = 'memo' and i.id >= $3 and i.id <= $4
  and k.firm_id = $1 and k.memo_id = i.id
order by i.id, k.answered_at`)

	insertReference = store.ForFirm(`
insert into memo_reference (firm_id, memo_id, document_id) values ($1, $2, $3)
on conflict (firm_id, memo_id, document_id) do nothing`)

	// The memos of space $3, newest first, whoever sees them: $4 document ('' for
	// all threads), $5 before this memo, $6 how many; and whether $2 has read each.
	selectPage = store.ForFirm(`
select i.id, i.author_id, i.nature, i.internal, i.created_at, i.deleted_at, i.mac, m.thread_id, t.document_id, t.subject, m.body, m.reply_by, m.asks,
  case when i.author_id = $2 then 1
    else (select count(*) from read_mark r where r.firm_id = $1 and r.item_id = i.id and r.person_id = $2) end
from item i
join memo m on m.firm_id = $1 and m.id = i.id
join thread t on t.firm_id = $1 and t.id = m.thread_id
where i.firm_id = $1 and i.space_id = $3 and i.kind = 'memo' and i.id < $5
  and ($4 = '' or t.document_id = $4)
order by i.id desc limit $6`)

	// The documents that visible memos point to and that the actor sees too.
	selectReferences = store.ForFirm(`
select r.memo_id, r.document_id
from item o cross join memo_reference r cross join item i
where o.firm_id = $1 and o.space_id = $4 and o.kind = 'memo' and o.id >= $5 and o.id <= $6
  and r.firm_id = $1 and r.memo_id = o.id
  and i.firm_id = $1 and i.space_id = $4 and i.id = r.document_id and` + authz.Visible + `
order by r.memo_id, r.document_id`)

	// Of the memos of space $2 from $3 to $4: who reads keeps those that the list
	// has shown her.
	selectReaders = store.ForFirm(`
select r.item_id, r.person_id, r.read_at
from item i cross join read_mark r
where i.firm_id = $1 and i.space_id = $2 and i.kind = 'memo' and i.id >= $3 and i.id <= $4
  and r.firm_id = $1 and r.item_id = i.id
order by i.id, r.read_at`)

	// The same.
	selectSentTo = store.ForFirm(`
select s.item_id, s.circle_id, s.sent_at, s.extended, s.mac
from item i cross join audience s
where i.firm_id = $1 and i.space_id = $2 and i.kind = 'memo' and i.id >= $3 and i.id <= $4
  and s.firm_id = $1 and s.item_id = i.id
order by s.item_id, s.circle_id`)

	upsertDraft = store.ForFirm(`
insert into memo_draft (firm_id, space_id, person_id, place, body, saved_at) values ($1, $2, $3, $4, $5, $6)
on conflict (firm_id, space_id, person_id, place) do update set body = excluded.body, saved_at = excluded.saved_at`)

	deleteDraft = store.ForFirm(`
delete from memo_draft where firm_id = $1 and space_id = $2 and person_id = $3 and place = $4`)

	deleteDraftsOf = store.ForFirm(`
delete from memo_draft where firm_id = $1 and space_id = $2 and person_id = $3`)

	// Of person $2, in the spaces where she is a member at $3.
	countDrafts = store.ForFirm(`
select count(*) from membership m cross join memo_draft d
where m.firm_id = $1 and m.person_id = $2 and m.since <= $3 and (m.until = 0 or m.until > $3)
  and d.firm_id = $1 and d.space_id = m.space_id and d.person_id = $2`)

	selectDraft = store.ForFirm(`
select body, saved_at from memo_draft
where firm_id = $1 and space_id = $2 and person_id = $3 and place = $4`)
)

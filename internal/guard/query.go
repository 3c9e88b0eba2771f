package guard

import "cenacle/internal/store"

var (
	insertName = store.ForFirm(`
insert into known_name (firm_id, hash, space_id) values ($1, $2, $3) on conflict (firm_id, hash, space_id) do nothing`)

	// Which of some names clients of other spaces than $2 have, from which no wall keeps
	// the actor ($3).
	selectKnown = store.ForFirm(`
select distinct k.hash from known_name k
where k.firm_id = $1 and k.space_id <> $2
  and k.hash in ($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
  and not exists (select 1 from wall w where w.firm_id = $1 and w.space_id = k.space_id and w.person_id = $3)`)

	insertBytes = store.ForFirm(`
insert into known_bytes (firm_id, hash, document_id, space_id, deposited) values ($1, $2, $3, $4, $5)
on conflict (firm_id, hash, document_id) do nothing`)

	deleteBytes = store.ForFirm(`delete from known_bytes where firm_id = $1 and document_id = $2`)

	// The other spaces than $3 with the bytes $2, but for those that a wall keeps
	// from the actor ($4).
	selectBytes = store.ForFirm(`
select k.space_id, k.deposited from known_bytes k
where k.firm_id = $1 and k.hash = $2 and k.space_id <> $3
  and not exists (select 1 from wall w where w.firm_id = $1 and w.space_id = k.space_id and w.person_id = $4)`)

	selectMark = store.ForFirm(`select space_id, version_id, rule from known_mark where firm_id = $1`)

	upsertMark = store.ForFirm(`
insert into known_mark (firm_id, space_id, version_id, rule) values ($1, $2, $3, $4)
on conflict (firm_id) do update set space_id = excluded.space_id, version_id = excluded.version_id, rule = excluded.rule`)

	updateMark = store.ForFirm(`update known_mark set version_id = $2 where firm_id = $1`)

	selectSpaces = store.ForFirm(`select id from space where firm_id = $1 and id > $2 order by id limit $3`)

	// The last $3 documents of space $2 with their circles.
	selectSent = store.ForFirm(`
select u.item_id, u.circle_id from audience u
where u.firm_id = $1 and u.item_id in (
  select i.id from item i where i.firm_id = $1 and i.space_id = $2 and i.kind = 'document' and i.deleted_at = 0
  order by i.id desc limit $3)`)

	insertParty = store.ForFirm(`
insert into party (firm_id, id, space_id, name, added_by, added_at, mac) values ($1, $2, $3, $4, $5, $6, $7)`)

	deleteParty = store.ForFirm(`delete from party where firm_id = $1 and id = $2`)

	selectParties = store.ForFirm(`select id, name, mac from party where firm_id = $1 and space_id = $2 order by id`)
)

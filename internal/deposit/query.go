package deposit

import "cenacle/internal/store"

// beyond sorts after every identifier, whose first digit is at most 7.
const beyond = "8"

// What is known of a deposit; its documents are counted while the firm has
// them.
const columns = `
select d.id, d.person_id, d.opened_at, d.closed_at, coalesce(r.id, ''), coalesce(r.number, 0),
  (select count(*) from document o join item i on i.firm_id = $1 and i.id = o.id
    where o.firm_id = $1 and o.deposit_id = d.id and i.deleted_at = 0),
  (select coalesce(sum(v.size), 0) from document o
    join item i on i.firm_id = $1 and i.id = o.id
    join version v on v.firm_id = $1 and v.id = o.version_id
    where o.firm_id = $1 and o.deposit_id = d.id and i.deleted_at = 0)
from deposit d left join receipt r on r.firm_id = $1 and r.deposit_id = d.id
where d.firm_id = $1 and d.space_id = $2 and `

var (
	insertDeposit = store.ForFirm(`
insert into deposit (firm_id, id, space_id, person_id, opened_at, closed_at) values ($1, $2, $3, $4, $5, 0)`)

	selectOpen = store.ForFirm(columns + `d.person_id = $3 and d.closed_at = 0`)

	// The same without counting: what each further document asks.
	selectOpenID = store.ForFirm(`
select id from deposit where firm_id = $1 and space_id = $2 and person_id = $3 and closed_at = 0`)

	selectOne = store.ForFirm(columns + `d.id = $3`)

	// $3 one person's ('' for everybody's), $4 before this one, $5 how many.
	selectPage = store.ForFirm(columns + `
($3 = '' or d.person_id = $3) and d.id < $4
order by d.id desc limit $5`)

	updateClosed = store.ForFirm(`
update deposit set closed_at = $3 where firm_id = $1 and id = $2 and closed_at = 0`)

	updateDepositor = store.ForFirm(`
update deposit set person_id = $4 where firm_id = $1 and space_id = $2 and person_id = $3`)

	updateReceiver = store.ForFirm(`
update receipt set person_id = $4 where firm_id = $1 and space_id = $2 and person_id = $3`)

	lastNumber = store.ForFirm(`
select coalesce(max(number), 0) from receipt where firm_id = $1 and space_id = $2`)

	insertReceipt = store.ForFirm(`
insert into receipt (firm_id, id, space_id, person_id, deposit_id, number, entry_id, statement, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)

	selectReceipt = store.ForFirm(`
select space_id, person_id, deposit_id, number, entry_id, statement, created_at
from receipt where firm_id = $1 and id = $2`)

	// $3 one person's ('' for everybody's), $4 how many.
	selectReceipts = store.ForFirm(`
select id, person_id, deposit_id, number, entry_id, created_at
from receipt where firm_id = $1 and space_id = $2 and ($3 = '' or person_id = $3)
order by number desc limit $4`)
)

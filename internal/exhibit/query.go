package exhibit

import "cenacle/internal/store"

const columns = `select version_id, item_id, space_id, party_id, number, rank, released_at, entry_id, mac from exhibit `

var (
	insertExhibit = store.ForFirm(`
insert into exhibit (firm_id, version_id, item_id, space_id, party_id, number, rank, released_at, entry_id, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)

	selectOfItem  = store.ForFirm(columns + `where firm_id = $1 and item_id = $2 order by rank desc`)
	selectOfSpace = store.ForFirm(columns + `where firm_id = $1 and space_id = $2 order by party_id, number, rank`)

	selectNumber = store.ForFirm(`
select coalesce(max(number), 0) + 1 from exhibit where firm_id = $1 and space_id = $2 and party_id = $3`)

	selectRank = store.ForFirm(`
select coalesce(max(rank), 0) + 1 from exhibit where firm_id = $1 and space_id = $2 and party_id = $3 and number = $4`)

	selectFrom = store.ForFirm(`select space_id, party_id from exhibit where firm_id = $1 and version_id = $2`)

	countService = store.ForFirm(`
select count(*) from exhibit_service where firm_id = $1 and version_id = $2 and party_id = $3 and what = $4`)

	insertService = store.ForFirm(`
insert into exhibit_service (firm_id, version_id, party_id, what, space_id, person_id, at, entry_id, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)

	selectServices = store.ForFirm(`
select version_id, party_id, what, person_id, at, entry_id, mac
from exhibit_service where firm_id = $1 and space_id = $2 order by version_id, party_id, what`)

	// Exhibits that wait, as they are now, for the person $2 in the space $3.
	selectPending = store.ForFirm(`
select e.item_id, e.version_id from unread u
join document d on d.firm_id = $1 and d.id = u.item_id
join exhibit e on e.firm_id = $1 and e.version_id = d.version_id
where u.firm_id = $1 and u.person_id = $2 and u.space_id = $3
order by e.item_id limit 1000`)
)

// What goes on paper.
var (
	insertBranch = store.ForFirm(`
insert into paper_branch (firm_id, party_id, space_id, person_id, at, whom, entry_id, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8)`)

	deleteBranch = store.ForFirm(`delete from paper_branch where firm_id = $1 and party_id = $2`)

	selectBranches = store.ForFirm(`
select party_id, person_id, at, whom, entry_id, mac from paper_branch where firm_id = $1 and space_id = $2 order by party_id`)

	insertPaper = store.ForFirm(`
insert into exhibit_paper (firm_id, version_id, party_id, space_id, person_id, day, at, how, entry_id, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)

	selectPapers = store.ForFirm(`
select version_id, party_id, person_id, day, at, how, entry_id, mac
from exhibit_paper where firm_id = $1 and space_id = $2 order by version_id, party_id`)
)

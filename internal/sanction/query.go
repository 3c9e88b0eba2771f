package sanction

import "cenacle/internal/store"

var (
	selectList = store.ForDirectory(`
select number, published, sha256, entries, source, person_id, made_at, checked_at, content, mac from sanction_list
order by number desc limit 1`)

	insertList = store.ForDirectory(`
insert into sanction_list (number, published, sha256, entries, source, person_id, made_at, checked_at, content, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)

	updateList = store.ForDirectory(`update sanction_list set checked_at = $2, mac = $3 where number = $1`)

	// Of a former edition what it was stays: its date, its hash and its size.
	emptyList = store.ForDirectory(`update sanction_list set content = $2 where number < $1`)

	selectFetch = store.ForDirectory(`select address, due_at, tried_at, failed_since, failure from sanction_fetch where one = 1`)

	beginFetch = store.ForDirectory(`
insert into sanction_fetch (one, address, due_at, tried_at, failed_since, failure) values (1, $1, 0, 0, 0, '') on conflict (one) do nothing`)

	// Whose turn it is: of two nodes one finds the row as it was.
	takeFetch = store.ForDirectory(`update sanction_fetch set address = $1, due_at = $2 where one = 1 and due_at = $3 and address = $4`)

	noteFetch = store.ForDirectory(`update sanction_fetch set due_at = $1, tried_at = $2, failed_since = $3, failure = $4 where one = 1`)

	selectOwn = store.ForFirm(`
select number, published, sha256, entries, source, person_id, made_at, checked_at, content, mac from firm_sanction_list
where firm_id = $1 order by number desc limit 1`)

	insertOwn = store.ForFirm(`
insert into firm_sanction_list (firm_id, number, published, sha256, entries, source, person_id, made_at, checked_at, content, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)

	updateOwn = store.ForFirm(`update firm_sanction_list set checked_at = $3, mac = $4 where firm_id = $1 and number = $2`)

	emptyOwn = store.ForFirm(`update firm_sanction_list set content = $3 where firm_id = $1 and number < $2`)
)

package circle

import "cenacle/internal/store"

var (
	insertSeat = store.ForFirm(`
insert into group_seat (firm_id, space_id, person_id, group_id, since, gave, mac) values ($1, $2, $3, $4, $5, $6, $7)`)

	updateSeat = store.ForFirm(`
update group_seat set since = $5, gave = $6, mac = $7
where firm_id = $1 and space_id = $2 and person_id = $3 and group_id = $4`)

	deleteSeat = store.ForFirm(`
delete from group_seat where firm_id = $1 and space_id = $2 and person_id = $3 and group_id = $4`)

	deleteSeats = store.ForFirm(`delete from group_seat where firm_id = $1 and space_id = $2 and person_id = $3`)

	selectSeatsBy = store.ForFirm(`
select space_id, person_id, group_id, since, gave, mac from group_seat
where firm_id = $1 and space_id = $2 and person_id = $3 order by group_id`)

	selectSeats = store.ForFirm(`
select space_id, person_id, group_id, since, gave, mac from group_seat
where firm_id = $1 and space_id = $2 order by person_id, group_id`)

	selectSeatsIn = store.ForFirm(`
select space_id, person_id, group_id, since, gave, mac from group_seat
where firm_id = $1 and space_id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
order by space_id, person_id, group_id`)

	// Of group $2, given up to $3.
	selectSeatsOf = store.ForFirm(`
select space_id, person_id, group_id, since, gave, mac from group_seat
where firm_id = $1 and group_id = $2 and since <= $3 order by space_id, person_id limit $4`)

	// The same of person $5.
	selectSeatsFor = store.ForFirm(`
select space_id, person_id, group_id, since, gave, mac from group_seat
where firm_id = $1 and group_id = $2 and since <= $3 and person_id = $5 order by space_id limit $4`)
)

package offer

import "cenacle/internal/store"

const rounds = `
select id, space_id, made_by, made_at, until_at, keys_until, outcome, ended_at, content, mac
from offer_round where firm_id = $1`

var (
	insertRound = store.ForFirm(`
insert into offer_round (firm_id, id, space_id, made_by, made_at, until_at, keys_until, outcome, ended_at, content, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)

	updateRound = store.ForFirm(`
update offer_round set outcome = $3, ended_at = $4, mac = $5 where firm_id = $1 and id = $2`)

	selectRound = store.ForFirm(rounds + ` and id = $2`)

	selectRounds = store.ForFirm(rounds + ` and space_id = $2 order by id desc limit $3`)

	countStanding = store.ForFirm(`
select count(*) from offer_round where firm_id = $1 and space_id = $2 and outcome = '' and keys_until > $3`)

	insertOffer = store.ForFirm(`
insert into offer (firm_id, round_id, party_id, space_id, put_by, put_at, entry_id, commitment, mark, digest, sealed, key_at, secret, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`)

	updateOffer = store.ForFirm(`
update offer set put_by = $5, put_at = $6, entry_id = $7, commitment = $8, mark = $9, digest = $10, sealed = $11, key_at = $12, secret = $13, mac = $14
where firm_id = $1 and round_id = $2 and party_id = $3 and space_id = $4`)

	selectOffers = store.ForFirm(`
select party_id, put_by, put_at, entry_id, commitment, mark, digest, sealed, key_at, secret, mac
from offer where firm_id = $1 and round_id = $2 order by party_id`)
)

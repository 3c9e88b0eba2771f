package attest

import "cenacle/internal/store"

var (
	insertAttestation = store.ForFirm(`
insert into attestation (firm_id, id, space_id, side_id, person_id, at, statement, entry_id, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)

	selectAttestations = store.ForFirm(`
select id, side_id, person_id, at, entry_id, mac from attestation where firm_id = $1 and space_id = $2 order by id desc limit $3`)

	selectAttestation = store.ForFirm(`
select space_id, side_id, person_id, at, statement, entry_id, mac from attestation where firm_id = $1 and id = $2`)
)

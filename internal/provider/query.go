package provider

import "cenacle/internal/store"

var (
	putProvider = store.ForFirm(`
insert into provider (firm_id, id, audience, trusted, state, data, created_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (firm_id, id) do update set audience = $3, trusted = $4, state = $5, data = $6, mac = $8`)

	selectProvider = store.ForFirm(`
select id, audience, trusted, state, data, created_at, mac,
  (select count(*) from provider_person t where t.firm_id = $1 and t.provider_id = $2)
from provider where firm_id = $1 and id = $2`)

	selectLive = store.ForFirm(`
select p.id, p.audience, p.trusted, p.state, p.data, p.created_at, p.mac,
  (select count(*) from provider_person t where t.firm_id = $1 and t.provider_id = p.id)
from provider p where p.firm_id = $1 and p.state <> 'ended' order by p.id`)

	countLive = store.ForFirm(`select count(*) from provider where firm_id = $1 and state <> 'ended'`)

	selectSubject = store.ForFirm(`
select provider_id, person_id, subject, created_at, certificate, mac from provider_person
where firm_id = $1 and provider_id = $2 and subject = $3`)

	selectTie = store.ForFirm(`
select provider_id, person_id, subject, created_at, certificate, mac from provider_person
where firm_id = $1 and provider_id = $2 and person_id = $3`)

	putTie = store.ForFirm(`
insert into provider_person (firm_id, provider_id, person_id, subject, created_at, certificate, mac)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (firm_id, provider_id, person_id) do update set subject = $4, created_at = $5, certificate = $6, mac = $7`)

	deleteTie = store.ForFirm(`delete from provider_person where firm_id = $1 and provider_id = $2 and person_id = $3`)

	deleteTies = store.ForFirm(`delete from provider_person where firm_id = $1 and provider_id = $2`)
)

package firm

import "cenacle/internal/store"

var (
	insertProfile = store.ForFirm(`
insert into firm_profile (firm_id, name, founder_id, created_at, mac) values ($1, $2, $3, $4, $5)`)

	selectProfile = store.ForFirm(`
select firm_profile.name, founder_id, created_at, firm_profile.mac, from_at, set_by, set_at, factor_demand.mac,
  l.width, l.height, d.width, d.height,
  charter.version, charter.audience, charter.sha256, charter.published_by, charter.published_at, charter.mac
from firm_profile left join factor_demand on factor_demand.firm_id = $1
left join firm_logo l on l.firm_id = $1 and l.dark = 0 left join firm_logo d on d.firm_id = $1 and d.dark = 1
left join charter on charter.firm_id = $1 and charter.version = (select max(version) from charter where firm_id = $1)
where firm_profile.firm_id = $1`)

	insertCharter = store.ForFirm(`
insert into charter (firm_id, version, audience, sha256, content, published_by, published_at, mac) values ($1, $2, $3, $4, $5, $6, $7, $8)`)

	selectCharterText = store.ForFirm(`select content from charter where firm_id = $1 and version = $2`)

	putCharterAnswer = store.ForFirm(`
insert into charter_answer (firm_id, version, person_id, answer, answered_at, mac) values ($1, $2, $3, $4, $5, $6)
on conflict (firm_id, version, person_id) do update set answer = excluded.answer, answered_at = excluded.answered_at, mac = excluded.mac`)

	selectCharterAnswer = store.ForFirm(`
select answer, answered_at, mac from charter_answer where firm_id = $1 and version = $2 and person_id = $3`)

	selectCharterAnswers = store.ForFirm(`
select person_id, answer, answered_at, mac from charter_answer
where firm_id = $1 and version = $2 order by answered_at desc, person_id limit $3`)

	putDemand = store.ForFirm(`
insert into factor_demand (firm_id, from_at, set_by, set_at, mac) values ($1, $2, $3, $4, $5)
on conflict (firm_id) do update set from_at = excluded.from_at, set_by = excluded.set_by, set_at = excluded.set_at, mac = excluded.mac`)

	putCard = store.ForFirm(`
insert into card (firm_id, person_id, role, state, name, email, created_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (firm_id, person_id) do update
set role = $3, state = $4, name = $5, email = $6, mac = $8`)

	selectCard = store.ForFirm(`
select person_id, role, state, name, email, mac from card where firm_id = $1 and person_id = $2`)

	selectCards = store.ForFirm(`
select person_id, role, state, name, email, mac from card
where firm_id = $1 and person_id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)

	selectStaff = store.ForFirm(`
select person_id, role, state, name, email, mac from card
where firm_id = $1 and role <> 'outsider' order by created_at, person_id`)
)

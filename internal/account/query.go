package account

import "cenacle/internal/store"

var (
	insertPerson = store.ForDirectory(`
insert into person (id, email_hash, email, password, language, proven, epoch, era, created_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)

	selectPerson = store.ForDirectory(`
select id, email_hash, email, password, language, proven, epoch, era, created_at, factors, brief, mac
from person where id = $1`)

	selectPeople = store.ForDirectory(`
select id, email_hash, email, password, language, proven, epoch, era, created_at, factors, brief, mac
from person where id in ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`)

	selectByEmail = store.ForDirectory(`
select id, email_hash, email, password, language, proven, epoch, era, created_at, factors, brief, mac
from person where email_hash = $1`)

	updatePerson = store.ForDirectory(`
update person set password = $2, language = $3, proven = $4, epoch = $5, era = $6, factors = $7, brief = $8, mac = $9
where id = $1`)

	insertSession = store.ForDirectory(`
insert into session (hash, id, person_id, epoch, via, firm_id, space_id, agent, address, created_at, seen_at, expires_at, provider, shown_at, at_firm, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`)

	selectSession = store.ForDirectory(`
select hash, id, person_id, epoch, via, firm_id, space_id, agent, address, created_at, seen_at, expires_at, provider, shown_at, at_firm, mac
from session where hash = $1`)

	selectSessions = store.ForDirectory(`
select hash, id, person_id, epoch, via, firm_id, space_id, agent, address, created_at, seen_at, expires_at, provider, shown_at, at_firm, mac
from session where person_id = $1 order by seen_at desc, id`)

	touchSession = store.ForDirectory(`
update session set seen_at = $3, mac = $4 where hash = $1 and seen_at = $2`)

	deleteSession = store.ForDirectory(`delete from session where hash = $1`)

	deleteSessionOf = store.ForDirectory(`delete from session where person_id = $1 and id = $2`)

	deleteSessions = store.ForDirectory(`delete from session where person_id = $1`)

	deleteVouched = store.ForDirectory(`delete from session where provider = $1 and provider <> ''`)

	deleteVouchedOf = store.ForDirectory(`delete from session where provider = $1 and provider <> '' and person_id = $2`)

	deleteExpired = store.ForDirectory(`delete from session where expires_at <= $1 or seen_at <= $2`)

	// $2 now, $3 the end of a window that starts now, $4 how many are allowed,
	// $5 whether each one moves the end. No row comes back when none is left.
	spendAttempt = store.ForDirectory(`
insert into attempt (hash, tries, window_end) values ($1, 1, $3)
on conflict (hash) do update set
  tries = case when attempt.window_end <= $2 then 1 else attempt.tries + 1 end,
  window_end = case when attempt.window_end <= $2 or $5 = 1 then $3 else attempt.window_end end
where attempt.window_end <= $2 or attempt.tries < $4
returning tries`)

	selectAttempt = store.ForDirectory(`select tries, window_end from attempt where hash = $1`)

	refundAttempt = store.ForDirectory(`update attempt set tries = tries - 1 where hash = $1 and tries > 0`)

	deleteAttempts = store.ForDirectory(`delete from attempt where window_end <= $1`)

	insertFirm = store.ForDirectory(`
insert into firm (id, state, created_at) values ($1, 'open', $2) on conflict (id) do nothing`)

	insertAffiliation = store.ForDirectory(`
insert into affiliation (person_id, firm_id, created_at) values ($1, $2, $3)
on conflict (person_id, firm_id) do nothing`)

	selectFirms = store.ForDirectory(`
select f.id from affiliation a join firm f on f.id = a.firm_id
where a.person_id = $1 and f.state = 'open' order by a.created_at, f.id`)

	countAffiliation = store.ForDirectory(`
select count(*) from affiliation a join firm f on f.id = a.firm_id
where a.person_id = $1 and a.firm_id = $2 and f.state = 'open'`)
)

var (
	insertFactor = store.ForDirectory(`
insert into factor (id, person_id, kind, hash, name, secret, last, created_at, used_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)

	selectFactors = store.ForDirectory(`
select id, person_id, kind, hash, name, secret, last, created_at, used_at, mac
from factor where person_id = $1 order by created_at, id`)

	selectKeyHolder = store.ForDirectory(`select person_id from factor where hash = $1 and kind = 'passkey'`)

	// $2 what was accepted last, $3 what is now.
	advanceFactor = store.ForDirectory(`
update factor set last = $3, used_at = $4, secret = $5, mac = $6 where id = $1 and last = $2`)

	updateFactorName = store.ForDirectory(`update factor set name = $2, mac = $3 where id = $1`)

	deleteFactor = store.ForDirectory(`delete from factor where id = $1`)

	deleteFactors = store.ForDirectory(`delete from factor where person_id = $1`)

	deleteFactorsOf = store.ForDirectory(`delete from factor where person_id = $1 and kind = $2`)

	insertChallenge = store.ForDirectory(`
insert into challenge (hash, person_id, epoch, kind, data, expires_at, mac)
values ($1, $2, $3, $4, $5, $6, $7)`)

	selectChallenge = store.ForDirectory(`
select hash, person_id, epoch, kind, data, expires_at, mac from challenge where hash = $1`)

	deleteChallenge = store.ForDirectory(`delete from challenge where hash = $1`)

	deleteChallenges = store.ForDirectory(`delete from challenge where expires_at <= $1`)
)

package circle

import "cenacle/internal/store"

var (
	insertCircle = store.ForFirm(`
insert into circle (firm_id, id, space_id, kind, name, created_at, mac)
values ($1, $2, $3, $4, $5, $6, $7)`)

	selectCircles = store.ForFirm(`
select id, kind, name, mac from circle
where firm_id = $1 and space_id = $2 order by id`)

	insertMembership = store.ForFirm(`
insert into membership (firm_id, space_id, person_id, role, since, until, mac)
values ($1, $2, $3, $4, $5, $6, $7)`)

	updateMembership = store.ForFirm(`
update membership set role = $4, since = $5, until = $6, mac = $7
where firm_id = $1 and space_id = $2 and person_id = $3`)

	selectMembership = store.ForFirm(`
select role, since, until, mac from membership
where firm_id = $1 and space_id = $2 and person_id = $3`)

	// The memberships of person $2 that hold at $3, after space $4.
	selectHeld = store.ForFirm(`
select space_id, role, since, until, mac from membership
where firm_id = $1 and person_id = $2 and space_id > $4 and since <= $3 and (until = 0 or until > $3)
order by space_id limit $5`)

	// What of the people from outside person $2 looks at again, up to $3.
	selectReviews = store.ForFirm(`
select space_id, person_id, review_at from membership
where firm_id = $1 and review_by = $2 and review_at > 0 and review_at <= $3 and until = 0
order by review_at, space_id, person_id limit $4`)

	selectReviewsIn = store.ForFirm(`
select person_id, review_at from membership where firm_id = $1 and space_id = $2 and review_at > 0 and until = 0`)

	updateReview = store.ForFirm(`
update membership set review_at = $4, review_by = $5 where firm_id = $1 and space_id = $2 and person_id = $3`)

	updateReviewer = store.ForFirm(`
update membership set review_by = $3 where firm_id = $1 and space_id = $2 and review_at > 0`)

	selectUnplanned = store.ForFirm(`
select space_id, person_id, since from membership
where firm_id = $1 and review_at = 0 and until = 0 and role in ('client', 'guest', 'reader', 'expert', 'clerk') limit $2`)

	updateCircleName = store.ForFirm(`update circle set name = $3 where firm_id = $1 and id = $2`)

	insertInCircle = store.ForFirm(`
insert into circle_member (firm_id, circle_id, person_id, space_id, since, until, entered_by, mac)
values ($1, $2, $3, $4, $5, 0, $6, $7)`)

	updateEntered = store.ForFirm(`
update circle_member set since = $4, until = 0, entered_by = $5, mac = $6
where firm_id = $1 and circle_id = $2 and person_id = $3`)

	updateEnded = store.ForFirm(`
update circle_member set until = $4, mac = $5 where firm_id = $1 and circle_id = $2 and person_id = $3`)

	// What waits in circle $2 for person $3 who is in it from $4 on: what was
	// opened to newcomers.
	insertUnread = store.ForFirm(`
insert into unread (firm_id, person_id, space_id, item_id, since)
select i.firm_id, c.person_id, i.space_id, i.id, $4
from circle_member c
join audience a on a.firm_id = $1 and a.circle_id = c.circle_id
join item i on i.firm_id = $1 and i.id = a.item_id
where c.firm_id = $1 and c.circle_id = $2 and c.person_id = $3
  and (a.extended = 1 or a.sent_at >= $4) and i.author_id <> c.person_id
  and not exists (select 1 from read_mark r where r.firm_id = $1 and r.item_id = i.id and r.person_id = c.person_id)
on conflict (firm_id, person_id, space_id, item_id) do nothing`)

	selectOwnCircles = store.ForFirm(`
select circle_id, since, until, mac from circle_member
where firm_id = $1 and space_id = $2 and person_id = $3`)

	selectInCircles = store.ForFirm(`
select circle_id, person_id, since, until, entered_by, mac from circle_member
where firm_id = $1 and space_id = $2 order by circle_id, since, person_id`)

	selectBare = store.ForFirm(`select state, notice, lead_id, mac from space where firm_id = $1 and id = $2`)

	updateLead = store.ForFirm(`update space set lead_id = $3, mac = $4 where firm_id = $1 and id = $2`)

	updateNotice = store.ForFirm(`update space set notice = $3, mac = $4 where firm_id = $1 and id = $2`)

	updateStanding = store.ForFirm(`update space set mac = $3 where firm_id = $1 and id = $2 and mac = ''`)

	selectStanding = store.ForFirm(`
select s.state, s.notice, s.lead_id, s.mac,
  (select count(*) from wall w where w.firm_id = $1 and w.space_id = s.id and w.person_id = $3),
  (select count(*) from stand_in x where x.firm_id = $1 and x.space_id = s.id and x.person_id = $3),
  m.role, m.since, m.until, m.mac
from space s left join membership m on m.firm_id = $1 and m.space_id = s.id and m.person_id = $3
where s.firm_id = $1 and s.id = $2`)

	// The same of person $2 in several spaces.
	selectStandings = store.ForFirm(`
select s.id, s.state, s.notice, s.lead_id, s.mac,
  (select count(*) from wall w where w.firm_id = $1 and w.space_id = s.id and w.person_id = $2),
  (select count(*) from stand_in x where x.firm_id = $1 and x.space_id = s.id and x.person_id = $2),
  m.role, m.since, m.until, m.mac
from space s left join membership m on m.firm_id = $1 and m.space_id = s.id and m.person_id = $2
where s.firm_id = $1 and s.id in ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`)

	selectCirclesIn = store.ForFirm(`
select space_id, circle_id, since, until, mac from circle_member
where firm_id = $1 and person_id = $2
  and space_id in ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`)

	insertWall = store.ForFirm(`
insert into wall (firm_id, space_id, person_id, created_at, raised_by, until, reason, mac) values ($1, $2, $3, $4, $5, $6, $7, $8)`)

	selectWalls = store.ForFirm(`
select person_id, created_at, raised_by, until, reason, mac from wall
where firm_id = $1 and space_id = $2 order by created_at, person_id`)

	selectWall = store.ForFirm(`
select person_id, created_at, raised_by, until, reason, mac from wall
where firm_id = $1 and space_id = $2 and person_id = $3`)

	deleteWall = store.ForFirm(`delete from wall where firm_id = $1 and space_id = $2 and person_id = $3`)

	selectMembers = store.ForFirm(`
select space_id, person_id, role, since, until, mac from membership
where firm_id = $1 and space_id = $2 order by since, person_id`)

	selectMembersIn = store.ForFirm(`
select space_id, person_id, role, since, until, mac from membership
where firm_id = $1 and space_id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
order by space_id, since, person_id`)
)

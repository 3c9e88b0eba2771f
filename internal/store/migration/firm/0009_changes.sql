-- Reading that costs what it shows, however many spaces a firm has.

-- The last changed spaces of a firm, for the lists of who is in many of them.
create index space_changed on space (firm_id, changed_at, id);

-- The spaces of a person, without looking at each membership.
create index membership_spaces on membership (firm_id, person_id, space_id, since, until);
drop index membership_person;

-- Experts and the clerks of judges are outside the firm too.
drop index membership_outside;
create index membership_outside on membership (firm_id, space_id, person_id, role, since, until)
  where role in ('client', 'guest', 'reader', 'expert', 'clerk');

drop index membership_unplanned;
create index membership_unplanned on membership (firm_id, space_id, person_id)
  where review_at = 0 and until = 0 and role in ('client', 'guest', 'reader', 'expert', 'clerk');

-- What is said of how a forum goes, each by itself; without a row nothing is.
create table forum_term (
  firm_id text not null,
  space_id text not null,
  name text not null, -- instant: µs at which what its parties have set for it comes before all
  value text not null,
  set_by text not null,
  set_at bigint not null,
  entry_id text not null, -- of the journal
  mac bytea not null, -- over all of it
  primary key (firm_id, space_id, name),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

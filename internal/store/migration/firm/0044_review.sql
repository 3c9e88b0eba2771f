-- When whoever answers for a space looks again at somebody from outside the firm who
-- is in it, and who that is: a hint without right, and so under no MAC. The former
-- program lets people in without a date; the sweep gives them one.
alter table membership add column review_at bigint not null default 0; -- 0: none yet; -1: the space is erased
alter table membership add column review_by text not null default '';

create index membership_review on membership (firm_id, review_by, review_at)
  where review_at > 0 and until = 0;

create index membership_unplanned on membership (firm_id, space_id, person_id)
  where review_at = 0 and until = 0 and role in ('client', 'guest', 'reader');

-- After how many months. Without a row: twelve.
create table review_rule (
  firm_id text not null primary key,
  months bigint not null,
  set_by text not null,
  set_at bigint not null
);

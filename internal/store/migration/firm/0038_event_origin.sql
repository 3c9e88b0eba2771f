-- The event that a deadline is reckoned from, so that it is found when that one is
-- moved. It finds and grants nothing: what a deadline rests on is sealed with its words.
alter table event add column origin_id text not null default '';

create index event_origin on event (firm_id, origin_id, starts_at, id);

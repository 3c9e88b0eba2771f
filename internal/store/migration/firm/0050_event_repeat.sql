-- Events that come again. Their rule is sealed with their words; starts_at and ends_at
-- are those of the first of their dates and of the last, so that any part of time finds
-- them. The column finds and grants nothing.
alter table event add column repeats bigint not null default 0;

create index event_series on event (firm_id, space_id, repeats, ends_at, starts_at, id) where repeats = 1;
create index event_series_end on event (firm_id, repeats, ends_at, space_id, starts_at, id) where repeats = 1;

-- 1 since a memo is found by the words of its subject and its text.
alter table memo add column worded bigint not null default 0;

create index memo_unworded on memo (firm_id, space_id, id) where worded = 0;

-- 1 once everyone whom a memo asks has acknowledged it, which stays so: it waits for
-- each of them until then, with a date or without one. The sweep says it.
alter table memo add column acknowledged bigint not null default 0;

create index memo_asking on memo (firm_id, space_id, id) where asks <> '' and acknowledged = 0;

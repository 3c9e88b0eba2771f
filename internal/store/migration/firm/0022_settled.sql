-- 1 once what a memo asks was answered or acknowledged by the other side, which
-- stays so: lists of what is awaited look no further. The sweep says it.
alter table memo add column settled bigint not null default 0;

create index memo_open on memo (firm_id, space_id, id) where reply_by <> '' and settled = 0;
drop index memo_asked;

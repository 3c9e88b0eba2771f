-- 1 once a document is found by the contents of this version, or need not be.
alter table version add column worded bigint not null default 0;

create index version_unworded on version (firm_id, id) where worded = 0;

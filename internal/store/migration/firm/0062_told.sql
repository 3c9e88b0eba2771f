-- Who has announced an absence for somebody else, who could not. It is in the MAC where it is not empty.
alter table absence add column told_by text not null default '';

create index absence_told on absence (firm_id, ends) where told_by <> '';

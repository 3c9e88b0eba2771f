-- The dossier de vigilance of the client of a space, edition by edition. Nothing of it is an
-- item: the firm's side alone reads it.
create table vigilance (
  firm_id text not null,
  space_id text not null,
  number bigint not null, -- of the edition, from 1
  made_by text not null,
  made_at bigint not null,
  due_on text not null, -- civil date on which it is to be looked at again; empty: never, or a former edition
  content bytea not null,
  mac bytea not null, -- over all but due_on, and the content, which bears its own
  primary key (firm_id, space_id, number),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index vigilance_due on vigilance (firm_id, due_on, space_id) where due_on <> '';

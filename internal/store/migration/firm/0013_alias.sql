-- Other names under which the people of a space are known: for conflicts of interests.
create table alias (
  firm_id text not null,
  id text not null,
  space_id text not null,
  kind text not null, -- birth · used · company · relative
  name bytea not null,
  added_by text not null,
  added_at bigint not null,
  mac bytea not null,
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index alias_space on alias (firm_id, space_id, id);

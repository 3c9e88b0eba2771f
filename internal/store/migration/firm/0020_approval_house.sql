-- Whether the whole firm demands that what goes to people outside it is approved
-- before. The former program looks at the rules of spaces alone.
create table approval_house (
  firm_id text not null,
  demanded bigint not null, -- 1: yes
  set_by text not null,
  set_at bigint not null,
  mac bytea not null,
  primary key (firm_id)
);

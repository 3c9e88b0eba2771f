-- From when the firm's own people show a second factor. The former program asks nobody
-- for more than she has.
create table factor_demand (
  firm_id text not null,
  from_at bigint not null, -- 0: not demanded
  set_by text not null,
  set_at bigint not null,
  mac bytea not null,
  primary key (firm_id)
);

-- Links by which one person hands papers in without an account.
create table deposit_link (
  firm_id text not null,
  id text not null,
  hash bytea not null, -- keyed hash of the token; of none that anybody has until it is mailed
  space_id text not null,
  person_id text not null, -- whose link it is, and under whom it files
  request_id text not null, -- the one paper it is for; '' for whatever is asked of her
  made_by text not null,
  made_at bigint not null,
  expires_at bigint not null,
  revoked_at bigint not null, -- 0: it stands
  mac bytea not null,
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create unique index deposit_link_hash on deposit_link (firm_id, hash);
create index deposit_link_space on deposit_link (firm_id, space_id, id);

-- Who vouches for people at the door of the firm (OpenID Connect).
create table provider (
  firm_id text not null,
  id text not null,
  audience text not null, -- staff · clients
  trusted bigint not null, -- 1: the addresses that it has verified, of its domains, are hers
  state text not null, -- draft · active · ended
  data bytea not null, -- sealed: its name, issuer, domains, who we are to it; empty once ended
  created_at bigint not null,
  mac bytea not null,
  primary key (firm_id, id)
);

create index provider_live on provider (firm_id, id) where state <> 'ended';

-- For whom it does: somebody there is somebody here.
create table provider_person (
  firm_id text not null,
  provider_id text not null,
  person_id text not null,
  subject bytea not null, -- keyed hash of who she is there
  created_at bigint not null,
  mac bytea not null,
  primary key (firm_id, provider_id, person_id),
  unique (firm_id, provider_id, subject),
  foreign key (firm_id, provider_id) references provider (firm_id, id)
);

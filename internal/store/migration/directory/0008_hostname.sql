-- The names at which firms are reached besides the public address of the house. A name
-- may be claimed by several firms and is active for one; a former one is given to no
-- other firm for a while.
create table hostname (
  firm_id text not null references firm (id),
  hash bytea not null, -- keyed hash of the name
  name bytea not null, -- sealed
  state text not null, -- claimed · active · former
  since bigint not null, -- of this state
  mac bytea not null,
  primary key (firm_id, hash)
);

create unique index hostname_active on hostname (hash) where state = 'active';

-- A session that was opened at a firm's own name opens nothing elsewhere. An older
-- program finds that the row is not what it knows how to check.
alter table session add column at_firm text not null default ''; -- whose name; empty at the public address

-- What the parties of a forum have put before each other: exact bytes, under a number
-- of their party that is never given twice. A row outlives its document: the number
-- stays taken.
create table exhibit (
  firm_id text not null,
  version_id text not null, -- the bytes
  item_id text not null,
  space_id text not null,
  party_id text not null, -- the circle that communicated it; the firm's, for its own side
  number bigint not null, -- from 1
  rank bigint not null, -- 0: as it was first; 1: bis
  released_at bigint not null,
  entry_id text not null, -- of the journal
  mac bytea not null, -- over all of it
  primary key (firm_id, version_id),
  unique (firm_id, space_id, party_id, number, rank)
);

create index exhibit_item on exhibit (firm_id, item_id, rank);

-- What became of it at each other party: the first time only.
create table exhibit_service (
  firm_id text not null,
  version_id text not null,
  party_id text not null, -- that received it
  what text not null, -- notified · opened
  space_id text not null,
  person_id text not null, -- of that party
  at bigint not null,
  entry_id text not null, -- of the journal
  mac bytea not null, -- over all of it
  primary key (firm_id, version_id, party_id, what)
);

create index exhibit_service_space on exhibit_service (firm_id, space_id, version_id, party_id, what);

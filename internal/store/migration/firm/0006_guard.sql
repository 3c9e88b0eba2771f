-- The wrong-recipient guard. Keyed hashes under the firm's key, so that names
-- and bytes of different spaces can be compared without being told.
create table known_name (
  firm_id text not null,
  hash bytea not null,
  space_id text not null, -- of a client who is called so
  primary key (firm_id, hash, space_id)
);

create table known_bytes (
  firm_id text not null,
  hash bytea not null,
  document_id text not null,
  space_id text not null,
  deposited bigint not null, -- 1: a client put them there
  primary key (firm_id, hash, document_id)
);

create index known_bytes_document on known_bytes (firm_id, document_id);

-- How far earlier spaces and versions have been learnt.
create table known_mark (
  firm_id text not null primary key,
  space_id text not null,
  version_id text not null
);

-- Adverse parties of a space, as the firm writes them.
create table party (
  firm_id text not null,
  id text not null,
  space_id text not null,
  name bytea not null,
  added_by text not null,
  added_at bigint not null,
  mac bytea not null,
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index party_space on party (firm_id, space_id, id);

-- What was taken back from those outside the firm, and who had opened it.
create table recall (
  firm_id text not null,
  id text not null,
  space_id text not null,
  document_id text not null,
  entry_id text not null, -- the journal entry that proves it
  recalled_by text not null,
  recalled_at bigint not null,
  outcome bytea not null, -- sealed: for each person, when she first opened it
  mac bytea not null,
  primary key (firm_id, id)
);

create index recall_document on recall (firm_id, document_id, id);

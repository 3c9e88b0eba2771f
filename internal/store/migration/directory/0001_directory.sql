-- The directory: who may sign in, to which firms, and nothing of any file.
-- Names and addresses are sealed; look-ups go through keyed hashes.

create table installation (
  id text not null primary key,
  created_at bigint not null,
  directory_key bytea not null -- wrapped under the root key; a wrong root key cannot open it
);

create table firm (
  id text not null primary key,
  state text not null, -- open · closed
  created_at bigint not null
);

create table person (
  id text not null primary key,
  email_hash bytea not null unique,
  email bytea not null, -- sealed
  password bytea not null, -- sealed Argon2id string; empty when she has none
  language text not null,
  proven bigint not null, -- 1: whoever chose the password had shown that the mailbox is hers
  epoch bigint not null, -- raised to end every session at once
  era bigint not null, -- raised to end every program's token at once
  created_at bigint not null,
  mac bytea not null
);

create table affiliation (
  person_id text not null references person (id),
  firm_id text not null references firm (id),
  created_at bigint not null,
  primary key (person_id, firm_id)
);

create table session (
  hash bytea not null primary key,
  id text not null unique, -- public handle of the row, for « Mes accès »
  person_id text not null references person (id),
  epoch bigint not null,
  via text not null, -- password · link
  firm_id text not null, -- a link session is bound to one firm and one space; empty otherwise
  space_id text not null,
  agent bytea not null, -- sealed
  address bytea not null, -- sealed
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null,
  mac bytea not null
);

create index session_person on session (person_id);
create index session_expiry on session (expires_at);

create table attempt (
  hash bytea not null primary key, -- keyed hash of what is braked: an account, a source
  tries bigint not null,
  window_end bigint not null
);

create index attempt_window on attempt (window_end);

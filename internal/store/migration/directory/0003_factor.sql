-- What a person shows besides her password or her mailbox. An older program
-- finds that the row of somebody who has such a thing is not what it knows how
-- to check, and lets her in nowhere, rather than without it.
alter table person add column factors bigint not null default 0; -- second factors she has; her row's MAC counts them
alter table person add column brief bigint not null default 0; -- 1: her password is too short to stand alone

create table factor (
  id text not null primary key,
  person_id text not null references person (id),
  kind text not null, -- totp · passkey · recovery
  hash bytea not null unique, -- keyed hash of a recovery code or of a passkey's credential id; of the id for others
  name bytea not null, -- sealed
  secret bytea not null, -- sealed; empty for a recovery code
  last bigint not null, -- last time step or signature counter that was accepted
  created_at bigint not null,
  used_at bigint not null, -- 0: never
  mac bytea not null
);

create index factor_person on factor (person_id, created_at, id);

-- What stands between one step of signing in, or of adding a factor, and the
-- next: used once, within minutes. It is no session and opens nothing.
create table challenge (
  hash bytea not null primary key, -- keyed hash of a random token
  person_id text not null, -- '' until a passkey says who it is
  epoch bigint not null, -- of the person; a later one ends the challenge
  kind text not null, -- second · totp · passkey · key
  data bytea not null, -- sealed
  expires_at bigint not null,
  mac bytea not null
);

create index challenge_expiry on challenge (expires_at);

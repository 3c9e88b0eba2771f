-- That one of a person's two identities ends and the other one takes its place: the wish,
-- and once the former has ended, the firms where nothing has passed yet. The row outlives
-- the person, and goes a day after it is done.
create table merger (
  former_id text not null primary key, -- who ends
  kept_id text not null,
  id text not null,
  state text not null, -- asked · running · done
  former_epoch bigint not null, -- of each when it was asked; a later one ends the wish
  kept_epoch bigint not null,
  via text not null, -- how the former was shown
  language text not null,
  firms text not null, -- identifiers with a space between
  address bytea not null, -- sealed: the mailbox of the former
  token_hash bytea not null, -- keyed hash of the token mailed there; empty for none
  sure_at bigint not null, -- when that mailbox agreed; 0: not yet
  asked_at bigint not null,
  mac bytea not null
);

create index merger_token on merger (token_hash);
create index merger_kept on merger (kept_id);

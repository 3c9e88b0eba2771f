-- Somebody's wish to be reached, and to sign in, at another mailbox. One at a time; the
-- row goes when it is done, refused or over.
create table mailbox_move (
  person_id text not null primary key references person (id),
  id text not null,
  epoch bigint not null, -- of the person; a later one ends the wish
  twofold bigint not null, -- 1: asked for by who had shown two things
  address bytea not null, -- sealed
  new_hash bytea not null, -- keyed hash of the token mailed there; empty for none
  old_hash bytea not null, -- and to the mailbox that she has
  new_at bigint not null, -- 0: not confirmed from there
  old_at bigint not null,
  asked_at bigint not null,
  mac bytea not null
);

create index mailbox_move_new on mailbox_move (new_hash);
create index mailbox_move_old on mailbox_move (old_hash);
create index mailbox_move_asked on mailbox_move (asked_at);

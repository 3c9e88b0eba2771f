-- The dates of spaces: one row each beside its item, whatever becomes of them.
create table event (
  firm_id text not null,
  id text not null, -- of its item
  space_id text not null,
  starts_at bigint not null,
  ends_at bigint not null, -- starts_at when nobody has said
  cancelled bigint not null, -- 1: it does not take place
  revision bigint not null, -- 1 when it was added
  changed_by text not null, -- who made it what it is
  changed_at bigint not null,
  content bytea not null, -- sealed: kind, title, place, note, days and hours as they were written
  mac bytea not null, -- over all but the sealed column
  primary key (firm_id, id),
  foreign key (firm_id, id) references item (firm_id, id)
);

create index event_time on event (firm_id, space_id, ends_at, starts_at, id);

-- What they were before.
create table event_past (
  firm_id text not null,
  event_id text not null,
  revision bigint not null, -- that ended
  changed_by text not null, -- who ended it
  changed_at bigint not null,
  content bytea not null, -- sealed, as in event
  mac bytea not null,
  primary key (firm_id, event_id, revision),
  foreign key (firm_id, event_id) references event (firm_id, id)
);

-- How a person wants to be told by mail of what is new in this firm. Without a
-- row: at once, at any hour. It decides when she is told, never what she may see.
create table notice_choice (
  firm_id text not null,
  person_id text not null,
  daily bigint not null, -- hour of the one mail of the day; -1: as it comes
  quiet_from bigint not null, -- hours between which nothing leaves;
  quiet_to bigint not null, --   the same twice: there are none
  changed_at bigint not null,
  primary key (firm_id, person_id)
);

-- The spaces of which she wants to be told only what is expected of her.
create table notice_mute (
  firm_id text not null,
  space_id text not null,
  person_id text not null,
  muted_at bigint not null,
  primary key (firm_id, space_id, person_id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index notice_mute_person on notice_mute (firm_id, person_id, space_id);

-- What came at an hour that was not hers, until one mail tells it all. A payload
-- names people, spaces and items by their identifiers, and says nothing else.
create table notice_waiting (
  firm_id text not null,
  id text not null, -- of the job that came too early
  person_id text not null,
  kind text not null, -- of that job
  payload text not null,
  due_at bigint not null,
  primary key (firm_id, id)
);

create index notice_waiting_person on notice_waiting (firm_id, person_id, due_at);

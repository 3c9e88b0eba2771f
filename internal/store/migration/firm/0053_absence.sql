-- Who of the firm's people is away, when, and who stands in for her.
create table absence (
  firm_id text not null,
  id text not null,
  person_id text not null,
  deputy_id text not null,
  starts bigint not null,
  ends bigint not null,
  spaces text not null, -- identifiers with a space between; empty: all of hers
  made_at bigint not null,
  over_at bigint not null, -- 0: not yet
  mac bytea not null,
  primary key (firm_id, id)
);

create index absence_person on absence (firm_id, person_id, ends);
create index absence_deputy on absence (firm_id, deputy_id, ends);

-- In which spaces somebody stands in for another, and what she had there herself,
-- which is given back when it is over.
create table stand_in (
  firm_id text not null,
  space_id text not null,
  person_id text not null,
  absence_id text not null,
  away_id text not null,
  until bigint not null,
  former text not null,
  mac bytea not null,
  primary key (firm_id, space_id, person_id)
);

create index stand_in_away on stand_in (firm_id, space_id, away_id);
create index stand_in_absence on stand_in (firm_id, absence_id, space_id);
create index stand_in_person on stand_in (firm_id, person_id, space_id);

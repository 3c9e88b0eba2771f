-- What each person has lately opened or taken by a browser, so that a great many at
-- once are noticed. A row without an item is when that was last told.
create table taken (
  firm_id text not null,
  person_id text not null,
  item_id text not null,
  at bigint not null,
  primary key (firm_id, person_id, item_id)
);

create index taken_at on taken (firm_id, at);
create index taken_by on taken (firm_id, person_id, at);

-- Documents that come onto the common table of a forum at an instant that was set.
create table release_plan (
  firm_id text not null,
  item_id text not null,
  space_id text not null,
  person_id text not null, -- who set it, and for whom it happens
  at bigint not null,
  replaces text not null, -- a document whose exhibit it takes the place of, or ''
  confirmed bytea not null, -- sealed: what the guard had found and she had read
  stopped text not null, -- '' or why it did not happen
  entry_id text not null, -- of the journal
  mac bytea not null, -- over all but the sealed column
  primary key (firm_id, item_id)
);

create index release_plan_due on release_plan (firm_id, space_id, person_id, at, item_id);

-- Papers asked of people, one row each.
create table request (
  firm_id text not null,
  id text not null,
  space_id text not null,
  person_id text not null, -- of whom it is asked
  author_id text not null, -- who asked, or opened the space with it
  position bigint not null, -- in its checklist
  state text not null, -- asked · deposited · redo · lacking · accepted · waived
  name bytea not null,
  note bytea not null,
  reason bytea not null, -- of the last refusal, lack or waiver
  due text not null, -- civil date, '' when none was given
  avoided bigint not null, -- 1: a paper that was there answered it before it was asked
  reminders bigint not null, -- since it was last asked
  reminded_at bigint not null, -- 0: never
  created_at bigint not null,
  changed_at bigint not null, -- since when its state holds
  mac bytea not null, -- over space, person, author, state, due, changed_at
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index request_space on request (firm_id, space_id, position, id);
create index request_waiting on request (firm_id, space_id, state, person_id) where state in ('asked', 'redo', 'deposited', 'lacking');
create index request_avoided on request (firm_id, space_id, id) where avoided = 1;

-- What answers a request. It gives nobody a right to the document.
create table request_document (
  firm_id text not null,
  request_id text not null,
  document_id text not null,
  added_at bigint not null,
  primary key (firm_id, request_id, document_id),
  foreign key (firm_id, request_id) references request (firm_id, id)
);

-- Spaces whose deposits are switched off; one without a row takes them.
create table deposit_closed (
  firm_id text not null,
  space_id text not null,
  sentence bytea not null, -- where to send instead, in the firm's words
  closed_by text not null,
  closed_at bigint not null,
  mac bytea not null,
  primary key (firm_id, space_id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

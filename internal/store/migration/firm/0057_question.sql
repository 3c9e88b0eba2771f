-- Questions of parties of a forum, numbered, each for whom it was when it was asked.
create table question (
  firm_id text not null,
  id text not null,
  space_id text not null,
  number bigint not null, -- of its forum, from 1
  scope text not null, -- all · firm: the party that asks, and who answers
  party_id text not null, -- the circle of the party that asks
  asked_by text not null,
  asked_at bigint not null,
  withdrawn_at bigint not null, -- 0: it stands
  open bigint not null, -- 1: a line of it waits for an answer; a hint, under no MAC
  entry_id text not null, -- the line of the journal that says so
  content bytea not null, -- sealed: its lines
  mac bytea not null, -- over all but the content, which bears its own, and the hint
  primary key (firm_id, id),
  unique (firm_id, space_id, number),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index question_open on question (firm_id, space_id, party_id, asked_at) where open = 1;

-- What was answered to them, each time.
create table question_answer (
  firm_id text not null,
  entry_id text not null, -- the line of the journal that says so
  question_id text not null,
  space_id text not null,
  answered_by text not null,
  answered_at bigint not null,
  content bytea not null, -- sealed: which lines, the words, and the documents referred to
  mac bytea not null, -- over all but the content
  primary key (firm_id, entry_id),
  foreign key (firm_id, question_id) references question (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index question_answer_of on question_answer (firm_id, question_id, answered_at, entry_id);

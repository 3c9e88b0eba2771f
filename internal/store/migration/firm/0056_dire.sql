-- What the parties of a forum observe or claim before the expert (« dires »), each in
-- numbered lines. What was filed is never changed.
create table dire (
  firm_id text not null,
  id text not null,
  space_id text not null,
  party_id text not null, -- whose it is; the firm's circle for the firm's own side
  number bigint not null, -- of all of the space, from 1
  rank bigint not null, -- of those of its party, from 1
  filed_by text not null,
  filed_at bigint not null,
  missed text not null, -- the last day for dires that it came after; or empty
  recap bigint not null, -- 1: what earlier ones of its party say and it does not recall is given up
  digest text not null, -- SHA-256 of the content, in hexadecimal
  content bytea not null, -- sealed: its words, line by line, the exhibits and lines it names
  entry_id text not null, -- of the journal, which holds the digest
  mac bytea not null, -- over all but the content, which bears its own
  primary key (firm_id, id),
  unique (firm_id, space_id, number),
  unique (firm_id, space_id, party_id, rank),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

-- Where each line of a dire stands.
create table dire_line (
  firm_id text not null,
  dire_id text not null,
  line bigint not null, -- from 1
  space_id text not null,
  state text not null, -- open · answered · abandoned
  verdict text not null, -- accepted · answered · refused · outside; or empty
  settled_by text not null,
  settled_at bigint not null, -- 0: it is open
  digest text not null, -- SHA-256 of the words of the answer, in hexadecimal; or empty
  answer bytea not null, -- sealed
  entry_id text not null, -- of the journal, which says so
  mac bytea not null, -- over all but the answer, which bears its own
  primary key (firm_id, dire_id, line),
  foreign key (firm_id, dire_id) references dire (firm_id, id)
);

create index dire_line_space on dire_line (firm_id, space_id, dire_id, line);
create index dire_line_state on dire_line (firm_id, space_id, state);

-- What somebody of a party is writing, and the answers that are being written.
create table dire_draft (
  firm_id text not null,
  space_id text not null,
  person_id text not null,
  content bytea not null, -- sealed
  saved_at bigint not null,
  primary key (firm_id, space_id, person_id)
);

create table dire_answer_draft (
  firm_id text not null,
  dire_id text not null,
  line bigint not null,
  space_id text not null,
  person_id text not null, -- who wrote it last
  content bytea not null, -- sealed
  saved_at bigint not null,
  primary key (firm_id, dire_id, line),
  foreign key (firm_id, dire_id) references dire (firm_id, id)
);

-- The last day for dires: the newest row answers.
create table dire_day (
  firm_id text not null,
  id text not null,
  space_id text not null,
  last_day text not null, -- a civil date; empty: there is none
  set_by text not null,
  set_at bigint not null,
  entry_id text not null,
  mac bytea not null,
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index dire_day_space on dire_day (firm_id, space_id, id);

-- What became of a dire at each other party: the first time only.
create table dire_service (
  firm_id text not null,
  dire_id text not null,
  party_id text not null, -- that received it
  what text not null, -- notified · opened
  space_id text not null,
  person_id text not null, -- of that party
  at bigint not null,
  entry_id text not null,
  mac bytea not null,
  primary key (firm_id, dire_id, party_id, what),
  foreign key (firm_id, dire_id) references dire (firm_id, id)
);

create index dire_service_space on dire_service (firm_id, space_id, dire_id, party_id, what);

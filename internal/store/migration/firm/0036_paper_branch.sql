-- Parties of a forum that nobody reads for, to whom exhibits are handed on paper.
create table paper_branch (
  firm_id text not null,
  party_id text not null,
  space_id text not null,
  person_id text not null, -- who chose it
  at bigint not null,
  whom bytea not null, -- sealed: to whom and where
  entry_id text not null, -- of the journal
  mac bytea not null, -- over all but the sealed column
  primary key (firm_id, party_id)
);

create index paper_branch_space on paper_branch (firm_id, space_id, party_id);

-- What was handed to them.
create table exhibit_paper (
  firm_id text not null,
  version_id text not null,
  party_id text not null,
  space_id text not null,
  person_id text not null, -- who says so
  day text not null, -- civil date of the handing over
  at bigint not null, -- when it was said
  how bytea not null, -- sealed
  entry_id text not null, -- of the journal
  mac bytea not null, -- over all but the sealed column
  primary key (firm_id, version_id, party_id)
);

create index exhibit_paper_space on exhibit_paper (firm_id, space_id, version_id, party_id);

-- The firm's charter of use, each version of it; the last one is asked for. One for
-- nobody ends the asking.
create table charter (
  firm_id text not null,
  version bigint not null,
  audience text not null, -- '': nobody · team · outside · all
  sha256 bytea not null, -- of the text
  content bytea not null, -- sealed
  published_by text not null,
  published_at bigint not null,
  mac bytea not null,
  primary key (firm_id, version)
);

-- What each answered to a version.
create table charter_answer (
  firm_id text not null,
  version bigint not null,
  person_id text not null,
  answer text not null, -- accepted · declined
  answered_at bigint not null,
  mac bytea not null,
  primary key (firm_id, version, person_id)
);

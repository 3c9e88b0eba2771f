-- What a scanner said of the bytes of a version. One without a row came while
-- no scanner was there.
create table screening (
  firm_id text not null,
  version_id text not null,
  document_id text not null,
  space_id text not null,
  state text not null, -- clean · infected · unscanned
  why text not null, -- of an unscanned one: away · large; '' otherwise
  held bigint not null, -- 1: nobody opens it
  found bytea not null, -- sealed: what was found
  engine text not null, -- the scanner's name of itself and its signatures
  screened_at bigint not null,
  mac bytea not null,
  primary key (firm_id, version_id)
);

create index screening_document on screening (firm_id, document_id);
create index screening_space on screening (firm_id, space_id, document_id);

-- 1 once there is nothing more to ask a scanner about this version.
alter table version add column screened bigint not null default 0;

create index version_unscreened on version (firm_id, id) where screened = 0;

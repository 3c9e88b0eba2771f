-- The list of those whose assets are frozen, for every firm of the installation, edition by
-- edition. It is public; sealed, so that nobody changes it by hand.
create table sanction_list (
  number bigint not null primary key, -- of the edition, from 1
  published text not null, -- civil date
  sha256 text not null, -- of the file it came in
  entries bigint not null,
  source text not null, -- imported · fetched
  person_id text not null, -- empty here
  made_at bigint not null,
  checked_at bigint not null, -- when it was last found to be the one that is published
  content bytea not null, -- sealed; empty of a former edition
  mac bytea not null -- over all but the content, which bears its own
);

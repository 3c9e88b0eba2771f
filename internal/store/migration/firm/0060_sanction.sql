-- The same list, where a firm brought one itself: it works with the one published last.
create table firm_sanction_list (
  firm_id text not null,
  number bigint not null, -- of the edition, from 1
  published text not null, -- civil date
  sha256 text not null, -- of the file it came in
  entries bigint not null,
  source text not null, -- uploaded
  person_id text not null, -- who brought it
  made_at bigint not null,
  checked_at bigint not null, -- when it was last found to be the one that is published
  content bytea not null, -- sealed; empty of a former edition
  mac bytea not null, -- over all but the content, which bears its own
  primary key (firm_id, number)
);

-- What became of comparing those whom a dossier de vigilance names with the list. It goes
-- with the dossier.
create table vigilance_screening (
  firm_id text not null,
  space_id text not null,
  list text not null, -- the hash of the list's file
  open bigint not null, -- likenesses that nobody has decided
  made_at bigint not null,
  content bytea not null, -- sealed
  mac bytea not null, -- over all but the content, which bears its own
  primary key (firm_id, space_id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index vigilance_screening_open on vigilance_screening (firm_id, space_id) where open > 0;

-- What was attested of the adversarial exchange of a forum.
create table attestation (
  firm_id text not null,
  id text not null,
  space_id text not null,
  side_id text not null, -- the party whose reception alone it tells; '': all of them
  person_id text not null, -- who had it drawn up
  at bigint not null,
  statement bytea not null, -- sealed; its digest is in the journal
  entry_id text not null, -- of the journal
  mac bytea not null, -- over all but the sealed column
  primary key (firm_id, id)
);

create index attestation_space on attestation (firm_id, space_id, id);

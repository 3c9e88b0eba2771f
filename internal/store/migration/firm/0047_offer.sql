-- Rounds of sealed offers between parties of a forum: all are opened together, or none.
create table offer_round (
  firm_id text not null,
  id text not null,
  space_id text not null,
  made_by text not null,
  made_at bigint not null,
  until_at bigint not null, -- offers are put in before
  keys_until bigint not null, -- and the keys that open them before this
  outcome text not null, -- '': none yet · opened · altered
  ended_at bigint not null, -- 0: no outcome yet
  content bytea not null, -- sealed: what it is about
  mac bytea not null, -- over all but the content, which bears its own
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index offer_round_space on offer_round (firm_id, space_id, id);

-- What a party of a round has put in; a row for each party from the beginning.
create table offer (
  firm_id text not null,
  round_id text not null,
  party_id text not null, -- its circle; the firm's for the side of the firm and its clients
  space_id text not null,
  put_by text not null, -- '' with all that follows: nothing is in
  put_at bigint not null,
  entry_id text not null, -- the line of the journal that says so
  commitment text not null, -- hexadecimal, as the two that follow
  mark text not null, -- of the secret alone
  digest text not null, -- of what the party sealed
  sealed bytea not null, -- which the house cannot open without the secret; sealed once more by the house
  key_at bigint not null, -- when the secret was handed in; 0: it was not
  secret bytea not null, -- sealed
  mac bytea not null, -- over all but the two sealed cells, which bear their own
  primary key (firm_id, round_id, party_id),
  foreign key (firm_id, round_id) references offer_round (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

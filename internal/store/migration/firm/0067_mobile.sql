-- At which mobile telephone a person from outside the firm is sent codes, where an operator
-- has a provider of short messages: without a row they go to her mailbox. Beside the card and
-- not in it, so that an earlier program goes on reading and writing cards.
create table mobile (
  firm_id text not null,
  person_id text not null,
  number bytea not null, -- sealed: E.164
  primary key (firm_id, person_id),
  foreign key (firm_id, person_id) references card (firm_id, person_id)
);

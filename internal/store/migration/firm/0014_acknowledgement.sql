-- What a memo asks its readers to answer: '' · read · understood · approved.
alter table memo add column asks text not null default '';

-- Their answers, once each and for good.
create table acknowledgement (
  firm_id text not null,
  memo_id text not null,
  person_id text not null,
  answer text not null, -- what was asked, or contested
  wording bytea not null, -- sealed: the sentence that she was shown
  note bytea not null, -- sealed: why she contests
  entry_id text not null, -- the journal entry that proves it
  answered_at bigint not null,
  mac bytea not null, -- over all but the sealed columns
  primary key (firm_id, memo_id, person_id),
  foreign key (firm_id, memo_id) references item (firm_id, id)
);

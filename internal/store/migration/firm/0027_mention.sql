-- Whom a memo names with an @, among those who see it. It shows her what to look at
-- first, and gives her no right.
create table mention (
  firm_id text not null,
  memo_id text not null,
  person_id text not null,
  primary key (firm_id, memo_id, person_id),
  foreign key (firm_id, memo_id) references item (firm_id, id)
);

-- When a mail about a space last left to a person, of those that keep her hours: the next
-- one leaves a while after it. Without a row: none has.
create table notice_left (
  firm_id text not null,
  space_id text not null,
  person_id text not null,
  left_at bigint not null,
  primary key (firm_id, space_id, person_id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

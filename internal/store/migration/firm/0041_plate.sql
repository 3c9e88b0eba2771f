-- What stands at the door of the firm: one row, or none.
create table firm_plate (
  firm_id text not null primary key,
  open bigint not null, -- 1: the page is there, whoever vouches
  data bytea not null, -- sealed: its colour, legal notice, mediator
  mac bytea not null
);

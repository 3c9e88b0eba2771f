-- How much a message holds on the networks that the firm uses besides that of the
-- lawyers: one row, or none.
create table message_size (
  firm_id text not null primary key,
  data bytea not null -- sealed: what they are called, and their megabytes
);

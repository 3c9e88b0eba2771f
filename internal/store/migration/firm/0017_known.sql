-- By which rule the names of clients have been learnt: a later one learns them
-- again. The former program writes none, so that its names are learnt again too.
alter table known_mark add column rule bigint not null default 0;

-- Since when something waits for a person: after it was sent to her, or has become
-- new again. 0: since it was made, for all that an earlier program knows.
alter table unread add column since bigint not null default 0;

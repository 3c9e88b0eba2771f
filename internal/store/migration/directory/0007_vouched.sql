-- Sessions of people for whom a provider vouched, in the one firm whose provider it
-- is. An older program finds that the row is not what it knows how to check, and
-- takes such a session for none of its own.
alter table session add column provider text not null default '';
alter table session add column shown_at bigint not null default 0; -- when she last showed the provider that it is she; 0: it did not say

create index session_provider on session (provider) where provider <> '';

-- While the root key is replaced: each of the two wrapped under the other, so that
-- whoever was started with one has both.
create table root_key (
  installation text not null primary key,
  forth bytea not null, -- the new one under the old one
  back bytea not null, -- the old one under the new one
  begun_at bigint not null,
  needed_at bigint not null -- when a node last said that it was started with the old one
);

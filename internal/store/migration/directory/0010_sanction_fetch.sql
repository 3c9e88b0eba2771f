-- What becomes of fetching the list of frozen assets, where the operator says at which
-- address it is: one row, which is also the turn of the node that fetches. It names nobody,
-- and whoever changed it by hand would have the public file fetched once more, or later.
create table sanction_fetch (
  one bigint not null primary key, -- always 1
  address bytea not null, -- keyed hash of the address: another one is fetched from at once
  due_at bigint not null, -- when it is fetched next
  tried_at bigint not null, -- when it was last tried to the end; 0: never
  failed_since bigint not null, -- 0: it works
  failure text not null -- a stable word; empty: it works
);

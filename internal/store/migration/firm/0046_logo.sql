-- The firm's logo: one for light pages, perhaps one for dark ones. Drawn anew by the
-- house from what was sent, which is not kept. Sealed here like all the rest, and shown
-- to everybody.
create table firm_logo (
  firm_id text not null,
  dark bigint not null, -- 1: for dark pages
  picture bytea not null, -- sealed: a PNG
  width bigint not null,
  height bigint not null,
  mac bytea not null,
  primary key (firm_id, dark)
);

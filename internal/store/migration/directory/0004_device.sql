-- Browsers in which people have signed in: whoever signs in from another one is
-- told of by mail. A keyed hash of the person and of a random token in a cookie.
create table device (
  hash bytea not null primary key,
  person_id text not null,
  seen_at bigint not null
);

create index device_person on device (person_id);
create index device_seen on device (seen_at);

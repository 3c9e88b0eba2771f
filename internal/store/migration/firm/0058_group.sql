-- Groups of the firm's own people: who is in them, in which spaces they are, and there
-- in which circle.
create table firm_group (
  firm_id text not null,
  id text not null,
  name bytea not null, -- sealed under the key of the firm
  made_at bigint not null,
  mac bytea not null,
  primary key (firm_id, id)
);

create table group_member (
  firm_id text not null,
  group_id text not null,
  person_id text not null,
  since bigint not null,
  entered_by text not null,
  mac bytea not null,
  primary key (firm_id, group_id, person_id)
);

create index group_member_person on group_member (firm_id, person_id, group_id);

create table group_space (
  firm_id text not null,
  space_id text not null,
  group_id text not null,
  circle_id text not null,
  since bigint not null,
  attached_by text not null,
  mac bytea not null,
  primary key (firm_id, space_id, group_id)
);

create index group_space_group on group_space (firm_id, group_id, space_id);

-- What a group gave somebody in a space: her membership, her circles, each by the
-- beginning that it has, so that it is taken back when nothing else holds it.
create table group_seat (
  firm_id text not null,
  space_id text not null,
  person_id text not null,
  group_id text not null,
  since bigint not null,
  gave text not null,
  mac bytea not null,
  primary key (firm_id, space_id, person_id, group_id)
);

create index group_seat_group on group_seat (firm_id, group_id, space_id, person_id);
create index group_seat_person on group_seat (firm_id, person_id, group_id, space_id);

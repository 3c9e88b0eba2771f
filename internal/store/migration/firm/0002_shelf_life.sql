-- What was deleted: its address is taken out of audience and kept here, sealed,
-- so that an item whose deleted_at somebody resets by hand is nobody's.
create table trash (
  firm_id text not null,
  item_id text not null,
  space_id text not null,
  deleted_by text not null, -- '' when an earlier program deleted it
  deleted_at bigint not null, -- since when its shelf life runs
  audience bytea not null, -- sealed: to whom it was addressed
  mac bytea not null,
  primary key (firm_id, item_id),
  foreign key (firm_id, item_id) references item (firm_id, id)
);

create index trash_space on trash (firm_id, space_id, deleted_at, item_id);

create index item_deleted on item (firm_id, id) where deleted_at <> 0;

-- While one stands, nothing it covers is erased.
create table hold (
  firm_id text not null,
  id text not null,
  space_id text not null,
  document_id text not null, -- '' for the whole space
  placed_by text not null,
  placed_at bigint not null,
  reason bytea not null,
  lifted_by text not null, -- '' while it stands
  lifted_at bigint not null, -- 0 while it stands
  lift_reason bytea not null,
  mac bytea not null, -- over all but the texts
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index hold_space on hold (firm_id, space_id, id);

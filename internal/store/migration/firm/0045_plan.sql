-- How much of the house a firm may use, as the operator decided: one row, or none where
-- it has what every firm has. It stays behind when the firm moves to another house.
create table firm_plan (
  firm_id text not null primary key,
  spaces bigint not null, -- open ones; -1: what every firm has · 0: any number
  colleagues bigint not null, -- of the firm's own people; likewise
  storage bigint not null, -- bytes; likewise
  set_at bigint not null,
  mac bytea not null
);

-- Each upload adds the sizes up where something bounds them.
create index version_size on version (firm_id, size);

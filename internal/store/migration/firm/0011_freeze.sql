-- « Geler mon espace »: everyone outside the firm is shut out of a space at
-- once. Their memberships end, so that taking a row away by hand opens nothing;
-- what they were is kept here, for a lawyer to give back.
create table space_freeze (
  firm_id text not null,
  id text not null,
  space_id text not null,
  frozen_by text not null,
  frozen_at bigint not null,
  kept bytea not null, -- sealed: who was in the space, in which circles, until when
  thawed_by text not null,
  thawed_at bigint not null, -- 0: it stands
  reason bytea not null, -- sealed: why it was thawed
  mac bytea not null,
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index space_freeze_space on space_freeze (firm_id, space_id, id);

-- What the operator did with the firm as a whole, for those whose space it is.
create index journal_entry_host on journal_entry (firm_id, id) where kind in ('firm.exported', 'installation.restored');

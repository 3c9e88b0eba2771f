-- By which the people of the host look at a space, or at the settings of the firm, as
-- long as somebody whose it is has said.
create table support (
  firm_id text not null,
  id text not null,
  space_id text not null, -- '' for the settings of the firm
  given_by text not null,
  given_at bigint not null,
  until bigint not null,
  reason bytea not null, -- sealed
  ended_by text not null, -- '' while nobody has ended it
  ended_at bigint not null, -- 0 while nobody has ended it
  mac bytea not null, -- over all but the text
  primary key (firm_id, id)
);

create index support_space on support (firm_id, space_id, id);
create index support_until on support (firm_id, until, id) where ended_at = 0;

-- What the operator did with the firm as a whole has two kinds more.
drop index journal_entry_host;
create index journal_entry_host on journal_entry (firm_id, id) where kind in ('firm.exported', 'installation.restored', 'support.examined', 'token.lent');

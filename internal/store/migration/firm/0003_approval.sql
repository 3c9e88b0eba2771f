-- Spaces in which what goes to people outside the firm is approved before.
create table approval_rule (
  firm_id text not null,
  space_id text not null,
  demanded bigint not null, -- 1: yes
  set_by text not null,
  set_at bigint not null,
  mac bytea not null,
  primary key (firm_id, space_id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

-- What was asked and decided, of the exact bytes of one version.
create table approval (
  firm_id text not null,
  id text not null,
  space_id text not null,
  document_id text not null,
  version_id text not null,
  digest_hash bytea not null, -- keyed hash of the SHA-256, as the version has it
  state text not null, -- asked · given · refused · void (another version came)
  asked_by text not null,
  asked_at bigint not null,
  decided_by text not null, -- '' while it is asked
  decided_at bigint not null,
  wanted bytea not null, -- sealed: to whom it goes once it is given
  reason bytea not null, -- sealed: why it was refused
  mac bytea not null, -- over all but the sealed columns
  primary key (firm_id, id)
);

create index approval_document on approval (firm_id, document_id, id);
create index approval_asked on approval (firm_id, space_id, document_id) where state = 'asked';

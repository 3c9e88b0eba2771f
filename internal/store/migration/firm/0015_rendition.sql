-- What a version is shown by: made of it, kept beside it, erased with it.
create table rendition (
  firm_id text not null,
  version_id text not null,
  document_id text not null,
  space_id text not null,
  pages bigint not null, -- 0: it cannot be shown
  pdf bytea not null, -- sealed: of a file of an office; empty for what is a PDF itself
  made_at bigint not null,
  primary key (firm_id, version_id)
);

create index rendition_document on rendition (firm_id, document_id);

-- How a document was called and where it lay before its last renaming or
-- moving, so that one gesture undoes it.
create table former (
  firm_id text not null,
  document_id text not null,
  was bytea not null, -- sealed: title and place, who changed them and when
  primary key (firm_id, document_id),
  foreign key (firm_id, document_id) references document (firm_id, id)
);

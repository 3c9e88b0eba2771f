-- In which spaces of the firm a word stands: where a search over many spaces
-- looks. A hint, without right.
create table search_word (
  firm_id text not null,
  word bytea not null, -- keyed hash of a folded word or beginning, under the firm's key
  spaces bytea not null, -- sealed and padded: which; none: too many to be listed
  primary key (firm_id, word)
);

-- worded is 2 since the words of a version are in there too.
create index version_unlearnt on version (firm_id, id) where worded < 2;
drop index version_unworded;

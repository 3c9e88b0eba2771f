-- Which documents have a word that so many spaces have that its list names none:
-- where a search over many spaces looks then. A hint, without right.
create table search_posting (
  firm_id text not null,
  word bytea not null, -- keyed hash of a folded word or beginning, under the firm's key
  part bigint not null, -- 0, 1, 2 …: what was learnt later stands in a later one
  items bytea not null, -- sealed and padded: which
  primary key (firm_id, word, part)
);

-- worded is 3 since the words of a version are in there too. The former program
-- says 2, and looks for what is below it by version_unlearnt.
create index version_unposted on version (firm_id, id) where worded = 2;

-- Dated sendings of one memo to circles of one space or of several.
create table diffusion (
  firm_id text not null,
  id text not null,
  author_id text not null,
  state text not null, -- draft · set · running · done
  words bytea not null, -- sealed; nothing of them once it is done: the memos have them
  at bigint not null, -- when it is to leave, or began to; 0: a draft
  made_at bigint not null,
  ended_at bigint not null, -- 0: not yet
  mac bytea not null, -- over all but the sealed column
  primary key (firm_id, id)
);

create index diffusion_author on diffusion (firm_id, author_id, id);

-- Of a diffusion, what each space gets.
create table diffusion_space (
  firm_id text not null,
  diffusion_id text not null,
  space_id text not null,
  state text not null, -- waiting · sent · left_out
  reason text not null, -- why it was left out
  memo_id text not null, -- '': none
  at bigint not null, -- when that was decided; 0: not yet
  recalled_at bigint not null, -- 0: it was not
  plan bytea not null, -- sealed under the key of the space: to whom, with which documents, what was confirmed
  outcome bytea not null, -- sealed likewise: who had it by which entry of the journal, and who did not
  mac bytea not null, -- over all but the sealed columns
  primary key (firm_id, diffusion_id, space_id)
);

-- Times for a meeting, proposed to one person, who chooses one of them or none.
create table proposal (
  firm_id text not null,
  id text not null,
  space_id text not null,
  person_id text not null, -- whose answer is waited for
  made_by text not null, -- in whose name the meeting is put into the agenda
  made_at bigint not null,
  until_at bigint not null, -- when the last of its times begins: it takes no answer any more
  outcome text not null, -- '': none yet · chosen · declined · withdrawn
  choice bigint not null, -- which of its times, from 0, once chosen
  event_id text not null, -- the meeting, once chosen
  ended_at bigint not null, -- 0: no outcome yet
  content bytea not null, -- sealed: title, place, note, times, circles
  mac bytea not null, -- over all but the content, which bears its own
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index proposal_space on proposal (firm_id, space_id, id);

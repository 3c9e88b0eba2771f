-- Who put somebody into a named circle; '' where her role did.
alter table circle_member add column entered_by text not null default '';

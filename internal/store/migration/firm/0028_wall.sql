-- Who keeps somebody out of a space, until which day, and why. A row that an
-- earlier program wrote has neither.
alter table wall add column raised_by text not null default '';
alter table wall add column until text not null default ''; -- civil date, the last day; empty: until it is lifted
alter table wall add column reason text not null default ''; -- sealed, in base64

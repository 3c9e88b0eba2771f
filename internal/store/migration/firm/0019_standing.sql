-- What of a space decides bears a MAC, in base64: state, level of notices, lead.
-- Empty for a space that an earlier program opened, until its key is replaced.
alter table space add column mac text not null default '';

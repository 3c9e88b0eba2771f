-- Keys are replaced. Of the generations of a key, the newest that does not wait is in
-- use; kept is what stays of all before it, sealed under it, in base64 (of bytes no
-- default is spelt alike on both engines): what opens texts, finds and authenticates
-- rows, and nothing that wraps.
alter table firm_key add column kept text not null default '';
alter table firm_key add column turn bigint not null default 0; -- 0: settled · 1: waits · 2: in use, those before it wrap something still
alter table space_key add column kept text not null default '';
alter table space_key add column turn bigint not null default 0;

-- Which rotations have not ended.
create index space_key_turn on space_key (firm_id, space_id) where turn <> 0;

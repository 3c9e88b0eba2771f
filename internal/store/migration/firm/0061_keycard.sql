-- The certificate on a person's own key by which the firm knows her again; empty for
-- whom an identity provider vouches. An older program, which does not write it, takes a
-- row that has one for none that it knows how to check.
alter table provider_person add column certificate text not null default ''; -- sealed, in base64

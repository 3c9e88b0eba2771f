-- Mailboxes that refuse mail, of the people of a firm: since when, and the last answer. What is
-- new is no longer mailed there, until it is tried again or she has another mailbox.
create table notice_refusal (
  firm_id text not null,
  person_id text not null,
  mailbox bytea not null, -- keyed hash of its address
  code bigint not null, -- of the mail server, such as 550
  refused_at bigint not null,
  primary key (firm_id, person_id)
);

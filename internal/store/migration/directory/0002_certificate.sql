-- What this installation and its certificate authority have of each other (ACME):
-- the certificate with its key, the key of the account, answers to challenges.
-- One place for all nodes, so that any of them answers what one of them was asked.

create table certificate (
  hash bytea not null primary key, -- keyed hash of what it is
  sealed bytea not null,
  written_at bigint not null
);

-- One node at a time asks for a certificate.
create table certificate_turn (
  hash bytea not null primary key, -- keyed hash of the host
  holder text not null,
  ends_at bigint not null
);

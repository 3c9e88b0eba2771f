-- Everything of one firm. firm_id comes first in every key: embedded, the file
-- holds one firm; on PostgreSQL, row-level security is the second wall.
-- Columns of type bytea are sealed, wrapped or keyed hashes unless said.

create table firm_profile (
  firm_id text not null primary key,
  name bytea not null,
  founder_id text not null, -- the one person whose own unproven password opens this firm
  created_at bigint not null,
  mac bytea not null
);

create table firm_key (
  firm_id text not null,
  generation bigint not null,
  wrapped bytea not null, -- under the root key
  created_at bigint not null,
  primary key (firm_id, generation)
);

create table space_key (
  firm_id text not null,
  space_id text not null,
  generation bigint not null,
  wrapped bytea not null, -- under the firm key; its destruction erases the space
  created_at bigint not null,
  primary key (firm_id, space_id, generation)
);

-- The firm's card of a person: her name as the firm writes it, her place in the firm.
create table card (
  firm_id text not null,
  person_id text not null,
  role text not null, -- admin · lawyer · colleague · assistant · outsider
  state text not null, -- active · disabled
  name bytea not null,
  email bytea not null,
  created_at bigint not null,
  mac bytea not null,
  primary key (firm_id, person_id)
);

create index card_staff on card (firm_id, created_at, person_id) where role <> 'outsider';

create table space (
  firm_id text not null,
  id text not null,
  name bytea not null, -- the client, as the firm names the space
  profile text not null, -- particulier · entreprise · penal
  model text not null,
  state text not null, -- open · closed
  notice text not null, -- neutre
  lead_id text not null, -- the lawyer who answers for it
  created_at bigint not null,
  changed_at bigint not null,
  primary key (firm_id, id)
);

create index space_recent on space (firm_id, state, changed_at);

create table matter (
  firm_id text not null,
  id text not null,
  space_id text not null,
  name bytea not null,
  state text not null, -- open · closed
  created_at bigint not null,
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index matter_space on matter (firm_id, space_id, id);

create table folder (
  firm_id text not null,
  id text not null,
  space_id text not null,
  matter_id text not null,
  parent_id text not null, -- folder of the same tray that holds it; '' in the tray itself
  tray text not null, -- firm · client · shared
  name bytea not null,
  position bigint not null,
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index folder_space on folder (firm_id, space_id, position);

create table circle (
  firm_id text not null,
  id text not null,
  space_id text not null,
  kind text not null, -- firm · client · all · named
  name bytea not null, -- empty for the three of the house, which catalogs name
  created_at bigint not null,
  mac bytea not null,
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index circle_space on circle (firm_id, space_id, id);

create table membership (
  firm_id text not null,
  space_id text not null,
  person_id text not null,
  role text not null, -- lead · colleague · assistant · client · guest · reader
  since bigint not null,
  until bigint not null, -- 0: no end
  mac bytea not null,
  primary key (firm_id, space_id, person_id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index membership_person on membership (firm_id, person_id);

create table circle_member (
  firm_id text not null,
  circle_id text not null,
  person_id text not null,
  space_id text not null,
  since bigint not null,
  until bigint not null, -- 0: no end
  mac bytea not null,
  primary key (firm_id, circle_id, person_id),
  foreign key (firm_id, circle_id) references circle (firm_id, id)
);

create index circle_member_person on circle_member (firm_id, space_id, person_id);
create index circle_member_space on circle_member (firm_id, space_id, circle_id, since, person_id);

create table wall (
  firm_id text not null,
  space_id text not null,
  person_id text not null,
  created_at bigint not null,
  mac bytea not null,
  primary key (firm_id, space_id, person_id)
);

-- Anything addressed to circles. What an item is stands in the table of its kind.
create table item (
  firm_id text not null,
  id text not null,
  space_id text not null,
  matter_id text not null,
  kind text not null, -- document · memo
  author_id text not null,
  nature text not null, -- '' · defense · conseil · entre_avocats · officielle · piece · juriste
  internal bigint not null, -- 1: never reaches a role outside the firm, whatever the circle
  created_at bigint not null,
  deleted_at bigint not null, -- 0: present
  mac bytea not null, -- over kind, space, author, nature, internal
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index item_space on item (firm_id, space_id, kind, id);

create table audience (
  firm_id text not null,
  item_id text not null,
  circle_id text not null,
  sent_at bigint not null,
  extended bigint not null, -- 1: the sender opened it to newcomers
  sent_by text not null,
  mac bytea not null,
  primary key (firm_id, item_id, circle_id),
  foreign key (firm_id, item_id) references item (firm_id, id)
);

create index audience_circle on audience (firm_id, circle_id, item_id);

create table read_mark (
  firm_id text not null,
  item_id text not null,
  person_id text not null,
  read_at bigint not null,
  primary key (firm_id, item_id, person_id)
);

-- Whom an item still waits for: of all she may see, what she may not have read.
-- It is where lists of unread items look, so that they cost what is unread and
-- not what is there. A hint, without right: a list decides each row again.
create table unread (
  firm_id text not null,
  person_id text not null,
  space_id text not null,
  item_id text not null,
  primary key (firm_id, person_id, space_id, item_id)
);

create table document (
  firm_id text not null,
  id text not null, -- of its item
  space_id text not null,
  folder_id text not null,
  tray text not null, -- firm · client · shared
  title bytea not null,
  title_hash bytea not null, -- keyed hash of the name that drives show, in NFC
  version_id text not null, -- the current one
  deposit_id text not null, -- '' unless it came in a deposit
  revision bigint not null default 1, -- counts what changes in a list, addresses and deletion too
  primary key (firm_id, id),
  foreign key (firm_id, id) references item (firm_id, id)
);

-- Lists read where documents stand, and in which revision, from these alone.
create index document_tray on document (firm_id, space_id, tray, id, folder_id, revision);
create index document_space on document (firm_id, space_id, id, revision);
create index document_title on document (firm_id, space_id, title_hash, tray, folder_id, id);
create index document_deposit on document (firm_id, deposit_id);

create table version (
  firm_id text not null,
  id text not null,
  document_id text not null,
  number bigint not null,
  author_id text not null,
  blob_id text not null,
  key bytea not null, -- wrapped under the space key
  size bigint not null, -- bytes of the original
  digest bytea not null, -- sealed SHA-256 of the original
  digest_hash bytea not null, -- keyed hash of the same, to recognise identical bytes
  name bytea not null, -- the file name as it was given
  media bytea not null, -- media type found in the bytes
  reason bytea not null,
  created_at bigint not null,
  mac bytea not null,
  primary key (firm_id, id),
  unique (firm_id, document_id, number)
);

create index version_digest on version (firm_id, digest_hash);

create table upload (
  firm_id text not null,
  id text not null,
  space_id text not null,
  person_id text not null,
  plan bytea not null, -- sealed: what it will become, for whom, under which name; repeats space, person and size
  key bytea not null, -- of the version, wrapped under the space key
  size bigint not null,
  sealed_bytes bigint not null, -- plaintext bytes durably sealed so far
  progress bytea not null, -- sealed writer state
  state text not null, -- open · done · dropped
  writer text not null, -- who writes now, '' for nobody
  beat bigint not null, -- counts the writer's signs of life
  created_at bigint not null,
  touched_at bigint not null,
  primary key (firm_id, id)
);

create index upload_person on upload (firm_id, space_id, person_id, state, id);
create index upload_touched on upload (firm_id, touched_at);
create index upload_dropped on upload (firm_id, id) where state = 'dropped';

create table deposit (
  firm_id text not null,
  id text not null,
  space_id text not null,
  person_id text not null,
  opened_at bigint not null,
  closed_at bigint not null, -- 0: still open
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index deposit_space on deposit (firm_id, space_id, id);
create unique index deposit_open on deposit (firm_id, space_id, person_id) where closed_at = 0;

create table receipt (
  firm_id text not null,
  id text not null,
  space_id text not null,
  person_id text not null,
  deposit_id text not null,
  number bigint not null, -- of this space's deposits: 1, 2, 3
  entry_id text not null, -- the journal entry it proves
  statement bytea not null, -- sealed: what it says, in the names of that day
  created_at bigint not null,
  primary key (firm_id, id),
  unique (firm_id, space_id, number),
  unique (firm_id, deposit_id)
);

create table thread (
  firm_id text not null,
  id text not null,
  space_id text not null,
  document_id text not null, -- '' unless it is the conversation of a document
  subject bytea not null,
  created_at bigint not null,
  primary key (firm_id, id),
  foreign key (firm_id, space_id) references space (firm_id, id)
);

create index thread_document on thread (firm_id, document_id, id);

create table memo (
  firm_id text not null,
  id text not null, -- of its item
  space_id text not null,
  thread_id text not null,
  body bytea not null,
  reply_by text not null, -- civil date, '' when no answer is awaited
  primary key (firm_id, id),
  foreign key (firm_id, id) references item (firm_id, id),
  foreign key (firm_id, thread_id) references thread (firm_id, id)
);

create index memo_thread on memo (firm_id, thread_id, id);
create index memo_asked on memo (firm_id, space_id, id) where reply_by <> '';

create table memo_reference (
  firm_id text not null,
  memo_id text not null,
  document_id text not null,
  primary key (firm_id, memo_id, document_id)
);

create table memo_draft (
  firm_id text not null,
  space_id text not null,
  person_id text not null,
  place text not null, -- the thread or document it answers; '' for a new one
  body bytea not null,
  saved_at bigint not null,
  primary key (firm_id, space_id, person_id, place)
);

create table access_link (
  firm_id text not null,
  hash bytea not null, -- keyed hash of the token
  id text not null,
  space_id text not null,
  person_id text not null,
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint not null, -- 0: unused
  mac bytea not null,
  primary key (firm_id, hash)
);

create index access_link_person on access_link (firm_id, space_id, person_id, created_at);

create table search_term (
  firm_id text not null,
  space_id text not null,
  term bytea not null, -- keyed hash of a folded word or prefix
  item_id text not null,
  primary key (firm_id, space_id, term, item_id)
);

create index search_term_item on search_term (firm_id, item_id);

-- The evidence journal. position is null until the sequencer has given one.
create table journal_entry (
  firm_id text not null,
  id text not null,
  space_id text not null, -- '' for acts of the firm itself
  kind text not null,
  record bytea not null, -- the sealed entry, salt included
  leaf bytea not null, -- salted commitment, 32 bytes, not secret
  position bigint,
  created_at bigint not null,
  mac bytea not null, -- over all but position, under the firm key: it outlives an erased space
  primary key (firm_id, id)
);

create unique index journal_entry_position on journal_entry (firm_id, position) where position is not null;
create index journal_entry_space on journal_entry (firm_id, space_id, id);
create index journal_entry_waiting on journal_entry (firm_id, id) where position is null;

create table journal_hash (
  firm_id text not null,
  position bigint not null, -- golang.org/x/mod/sumdb/tlog.StoredHashIndex
  hash bytea not null, -- not secret
  primary key (firm_id, position)
);

create table journal_head (
  firm_id text not null,
  size bigint not null,
  checkpoint text not null, -- signed note, not secret
  created_at bigint not null,
  primary key (firm_id, size)
);

create table journal_key (
  firm_id text not null primary key,
  verifier text not null, -- public; sealed again beside the signer
  signer bytea not null -- sealed
);

create table job (
  firm_id text not null,
  id text not null,
  kind text not null,
  dedupe text not null, -- '' or a keyed hash that at most one waiting job may have
  payload bytea not null,
  run_at bigint not null,
  leased_until bigint not null, -- of a running job; also proves whose lease it is
  attempts bigint not null,
  state text not null, -- waiting · running · dead; a done job has no row
  failure text not null, -- class of the last failure, never its text
  created_at bigint not null,
  primary key (firm_id, id)
);

create index job_due on job (firm_id, state, run_at);
create unique index job_dedupe on job (firm_id, kind, dedupe) where state = 'waiting' and dedupe <> '';

-- What programs hold in a person's name: access tokens and app passwords.
create table access_token (
  firm_id text not null,
  id text not null,
  person_id text not null,
  hash bytea not null, -- keyed hash of the token
  use text not null, -- api · drive
  name bytea not null, -- as the person calls it
  pass bytea not null, -- sealed: spaces, kinds, whether it only reads
  created_at bigint not null,
  expires_at bigint not null,
  seen_at bigint not null, -- 0: never used
  ended_at bigint not null, -- 0: not revoked
  era bigint not null, -- of the person's (directory) when it was made; an earlier one opens nothing
  mac bytea not null, -- over all but seen_at
  primary key (firm_id, id),
  unique (firm_id, hash)
);

create index access_token_person on access_token (firm_id, person_id, id);
create index access_token_age on access_token (firm_id, expires_at);

-- Acts that carried an idempotency key, kept for a day: what came of the key.
create table once (
  firm_id text not null,
  person_id text not null,
  key text not null, -- keyed hash
  request text not null, -- keyed hash of what was asked
  object text not null, -- identifier of what the act made or changed
  created_at bigint not null,
  primary key (firm_id, person_id, key)
);

create index once_age on once (firm_id, created_at);

-- Other programs that are told when something happened; identifiers only.
create table webhook (
  firm_id text not null,
  id text not null,
  owner_id text not null, -- whose rights decide, at each sending, what it is told
  address bytea not null, -- sealed URL
  secret bytea not null, -- sealed
  former bytea not null, -- sealed: the secret before; it signs too until former_until
  former_until bigint not null,
  kinds text not null, -- kinds of events or nouns, separated by spaces; '' for all
  state text not null, -- active · paused · ended
  reason text not null, -- why it is paused: '' (somebody did) · owner · failing · gone
  position bigint not null, -- of the journal: what comes next to be looked at
  failing_since bigint not null, -- 0: the last answer was a good one
  created_at bigint not null,
  mac bytea not null, -- over all but position and failing_since
  primary key (firm_id, id)
);

create index webhook_live on webhook (firm_id, id) where state <> 'ended';

create table webhook_notice (
  firm_id text not null,
  id text not null,
  webhook_id text not null,
  position bigint not null, -- of the event in the journal; -1 for a test
  kind text not null, -- of the event
  state text not null, -- waiting · delivered · failed
  attempts bigint not null, -- also proves who sends it now
  due_at bigint not null, -- of a waiting one
  status bigint not null, -- of the last answer, 0 for none
  failure text not null, -- class of the last failure, '' for none
  created_at bigint not null, -- since when it waits
  tried_at bigint not null,
  primary key (firm_id, id),
  unique (firm_id, webhook_id, position),
  foreign key (firm_id, webhook_id) references webhook (firm_id, id)
);

create index webhook_notice_list on webhook_notice (firm_id, webhook_id, created_at, position);
create index webhook_notice_waiting on webhook_notice (firm_id, webhook_id, position, due_at) where state = 'waiting';
create index webhook_notice_failed on webhook_notice (firm_id, webhook_id, created_at, position) where state = 'failed';
create index webhook_notice_age on webhook_notice (firm_id, created_at);

-- What a folder addresses to whom by itself, chosen by the firm; none: adding
-- is never sharing.
create table folder_circle (
  firm_id text not null,
  folder_id text not null,
  circle_id text not null,
  space_id text not null,
  chosen_by text not null,
  created_at bigint not null,
  mac bytea not null,
  primary key (firm_id, folder_id, circle_id),
  foreign key (firm_id, folder_id) references folder (firm_id, id)
);

create index folder_circle_space on folder_circle (firm_id, space_id, folder_id, circle_id);

-- Locks of WebDAV clients (RFC 4918, 6).
create table drive_lock (
  firm_id text not null,
  id text not null, -- also the opaque part of the lock token
  space_id text not null,
  person_id text not null,
  place text not null, -- what is locked, after all that holds it: identifiers, and the keyed hash of a name to come
  owner bytea not null, -- sealed XML of the client
  deep bigint not null, -- 1: infinite depth
  shared bigint not null, -- 1: others may hold one beside it
  life bigint not null, -- seconds it was given
  expires_at bigint not null,
  primary key (firm_id, id)
);

create index drive_lock_space on drive_lock (firm_id, space_id, expires_at);
create index drive_lock_expiry on drive_lock (firm_id, expires_at);

-- What drives leave beside documents, one person's each, for a day at most:
-- temporary and lock files of programs, files announced empty, and documents
-- that a program has set aside while it saves.
create table drive_scratch (
  firm_id text not null,
  id text not null,
  space_id text not null,
  person_id text not null,
  place bytea not null, -- keyed hash of person, folder and name
  shelf bytea not null, -- keyed hash of person and folder
  kind text not null, -- file · folder · empty · aside; coming and gone while bytes come and go
  plan bytea not null, -- sealed: name, and the document it stands for
  body bytea not null, -- sealed bytes of a small file
  blob_id text not null, -- of a larger one; '' otherwise
  key bytea not null, -- of the blob, wrapped under the space key
  size bigint not null, -- bytes
  made_at bigint not null,
  touched_at bigint not null,
  primary key (firm_id, id),
  unique (firm_id, space_id, place)
);

create index drive_scratch_shelf on drive_scratch (firm_id, space_id, shelf, id);
create index drive_scratch_person on drive_scratch (firm_id, space_id, person_id, kind, id);
create index drive_scratch_age on drive_scratch (firm_id, touched_at);

-- psql -f primary.sql postgres, as a superuser of the primary; then restart it.
-- A commit is acknowledged when a standby has it too: a lost primary loses nothing.
alter system set wal_level = replica;
alter system set max_wal_senders = 10;
alter system set max_replication_slots = 10;
alter system set synchronous_commit = on;
alter system set max_connections = 200; -- 32 for each node, and the operator
alter system set synchronous_standby_names = 'ANY 1 (*)'; -- once pg_basebackup -R has made the standby

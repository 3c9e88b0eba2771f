-- An agenda over many spaces is read in the order of time, as far as it is shown.
create index event_begin on event (firm_id, starts_at, id, ends_at, space_id);

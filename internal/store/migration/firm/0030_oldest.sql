-- What has waited longest in the whole firm, for the desk of who is in many spaces.
create index unread_oldest on unread (firm_id, item_id, person_id, space_id);

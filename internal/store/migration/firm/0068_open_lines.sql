-- The lines of dires that nobody has answered: what waits in all of a firm is read from them.
create index dire_line_open on dire_line (firm_id, space_id, dire_id) where state = 'open';

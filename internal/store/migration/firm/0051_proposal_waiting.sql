-- Times that wait for an answer are counted for the desk of each of the firm's people.
create index proposal_waiting on proposal (firm_id, outcome, space_id, until_at, person_id, made_at) where outcome = '';

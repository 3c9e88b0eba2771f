-- From which spaces a wall keeps a person, for when two identities of hers are made one.
create index wall_person on wall (firm_id, person_id, space_id);

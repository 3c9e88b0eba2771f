-- Who is outside the firm in each space, for what others have not opened in many.
create index membership_outside on membership (firm_id, space_id, person_id, role, since, until)
  where role in ('client', 'guest', 'reader');

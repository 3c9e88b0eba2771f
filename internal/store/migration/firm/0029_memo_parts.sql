-- worded of a memo is 2 since the register knows the memo itself by its words. The
-- former program says 1, and looks for what is below it by memo_unworded.
create index memo_unposted on memo (firm_id, space_id, id) where worded < 2;

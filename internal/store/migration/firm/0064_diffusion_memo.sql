-- Which diffusion has put a memo where it is, for the page that shows the memo.
create index diffusion_space_memo on diffusion_space (firm_id, memo_id);

package lifecycle

import (
	"cenacle/internal/authz"
	"cenacle/internal/store"
)

// Items of a space ($4) from one on ($5; identifiers sort by age) that a person
// ($2) may see now ($3) and has not read: of others, and of her own the dates that others
// have changed. A few are enough: one that is really for her makes the mail true. The table
// of what is unread says where to look: a notice may be of days ago, and of all that the firm
// has got since nothing is read.
var selectNews = store.ForFirm(`
select i.id, i.kind from unread u cross join item i
where u.firm_id = $1 and u.person_id = $2 and u.space_id = $4 and u.item_id >= $5
  and i.firm_id = $1 and i.id = u.item_id and (i.author_id <> $2 or i.kind = 'event')
  and not exists (select 1 from read_mark r where r.firm_id = $1 and r.item_id = i.id and r.person_id = $2)
  and ` + authz.Visible + `
order by u.item_id limit 20`)

// Of these, the memos that she is asked to acknowledge and has not, read or not.
var selectDemands = store.ForFirm(`
select i.id, i.kind from memo m cross join item i
where m.firm_id = $1 and m.space_id = $4 and m.id >= $5 and m.asks <> '' and m.acknowledged = 0
  and i.firm_id = $1 and i.id = m.id and i.author_id <> $2
  and not exists (select 1 from acknowledgement k where k.firm_id = $1 and k.memo_id = i.id and k.person_id = $2)
  and ` + authz.Visible + `
order by m.id limit 20`)

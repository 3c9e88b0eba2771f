package lifecycle

import (
	"cenacle/internal/authz"
	"cenacle/internal/store"
)

// Items of a space ($4) from one on ($5; identifiers sort by age) that a person
// ($2) may see now ($3) and has not read: of others, and of her own the dates that others
// have changed. A few are enough: one that is really for her makes the mail true.
var selectNews = store.ForFirm(`
select i.id, i.kind from item i
where i.firm_id = $1 and i.space_id = $4 and i.id >= $5
  and (i.author_id <> $2 or i.kind = 'event' and exists (
    select 1 from unread u where u.firm_id = $1 and u.person_id = $2 and u.space_id = $4 and u.item_id = i.id))
  and not exists (select 1 from read_mark r where r.firm_id = $1 and r.item_id = i.id and r.person_id = $2)
  and ` + authz.Visible + `
order by i.id limit 20`)

// Of these, the memos that she is asked to acknowledge and has not, read or not.
var selectDemands = store.ForFirm(`
select i.id, i.kind from item i join memo m on m.firm_id = $1 and m.id = i.id
where i.firm_id = $1 and i.space_id = $4 and i.id >= $5 and i.author_id <> $2 and m.asks <> ''
  and not exists (select 1 from acknowledgement k where k.firm_id = $1 and k.memo_id = i.id and k.person_id = $2)
  and ` + authz.Visible + `
order by i.id limit 20`)

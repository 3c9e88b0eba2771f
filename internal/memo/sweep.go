package memo

import (
	"context"

	"cenacle/internal/act"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// swept is how many memos one transaction of a sweep settles.
const swept = 500

// Answered is the SQL condition that the other side has answered a memo: for a memo
// t, its item i and the membership w of its author, the firm as $1. Nothing of it
// can be undone.
const Answered = ` exists (
  select 1 from memo n
  join item j on j.firm_id = $1 and j.id = n.id and j.internal = 0 and j.deleted_at = 0
  join membership x on x.firm_id = $1 and x.space_id = j.space_id and x.person_id = j.author_id
  where n.firm_id = $1 and n.thread_id = t.thread_id and n.id > i.id
    and (case when x.role in ('lead', 'colleague', 'assistant') then 1 else 0 end)
      <> (case when w.role in ('lead', 'colleague', 'assistant') then 1 else 0 end)) `

// Asked is the SQL condition that a memo asks a member to acknowledge it, and she has
// not: for its item i and her membership o, the firm as $1. What goes out is asked
// of those outside the firm, what stays in it of its own people.
const Asked = ` o.person_id <> i.author_id
  and i.internal = (case when o.role in ('lead', 'colleague', 'assistant') then 1 else 0 end)
  and not exists (select 1 from acknowledgement k where k.firm_id = $1 and k.memo_id = i.id and k.person_id = o.person_id) `

var (
	// Memos whose answer has come, which lists of what is awaited need not ask about.
	selectAnswered = store.ForFirm(`
select t.id from memo t cross join item i cross join membership w
where t.firm_id = $1 and t.reply_by <> '' and t.settled = 0 and t.asks = ''
  and i.firm_id = $1 and i.id = t.id
  and w.firm_id = $1 and w.space_id = i.space_id and w.person_id = i.author_id
  and` + Answered + `
limit $2`)

	// Memos that everyone has acknowledged whom they ask. Who is out of the space counts
	// too: when it was frozen, she comes back.
	selectAcknowledged = store.ForFirm(`
select t.id from memo t cross join item i
where t.firm_id = $1 and t.asks <> '' and t.acknowledged = 0
  and i.firm_id = $1 and i.id = t.id
  and not exists (
    select 1 from audience b cross join circle_member d cross join membership o
    where b.firm_id = $1 and b.item_id = i.id
      and d.firm_id = $1 and d.space_id = i.space_id and d.circle_id = b.circle_id and (b.extended = 1 or d.since <= b.sent_at)
      and o.firm_id = $1 and o.space_id = i.space_id and o.person_id = d.person_id
      and` + Asked + `)
limit $2`)

	updateSettled = store.ForFirm(`update memo set settled = 1 where firm_id = $1 and id = $2`)

	updateAcknowledged = store.ForFirm(`update memo set acknowledged = 1 where firm_id = $1 and id = $2`)
)

// Sweep settles the questions of a firm that have their answers, so that lists of
// what is awaited cost what is awaited, and has memos learnt that are not found by
// their words yet. Run it hourly; it is safe beside
// everything else.
func (s *Service) Sweep(ctx context.Context, firm id.Firm) (err error) {
	defer fault.Op(&err, "memo.Sweep(%s)", firm)
	for _, all := range []settling{{selectAnswered, updateSettled}, {selectAcknowledged, updateAcknowledged}} {
		for n := swept; n == swept; {
			err := s.office.Keep(ctx, firm, func(a *act.Act) (err error) {
				n, err = all.some(a)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return s.backfill(ctx, firm)
}

// settling marks what a statement finds done.
type settling struct{ done, mark store.FirmStmt }

// some marks a few, and says how many.
func (s settling) some(a *act.Act) (int, error) {
	var all []id.Item
	err := a.Each(s.done, []any{swept}, func(scan func(...any) error) error {
		var of id.Item
		err := scan(&of)
		all = append(all, of)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, of := range all {
		if err := a.Write(s.mark, of); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

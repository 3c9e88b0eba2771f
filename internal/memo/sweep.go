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

// Answered is the SQL condition that the other side has answered a memo, or
// acknowledged it: for a memo t, its item i and the membership w of its author, the
// firm as $1. Nothing of it can be undone.
const Answered = ` (exists (
    select 1 from memo n
    join item j on j.firm_id = $1 and j.id = n.id and j.internal = 0 and j.deleted_at = 0
    join membership x on x.firm_id = $1 and x.space_id = j.space_id and x.person_id = j.author_id
    where n.firm_id = $1 and n.thread_id = t.thread_id and n.id > i.id
      and (case when x.role in ('lead', 'colleague', 'assistant') then 1 else 0 end)
        <> (case when w.role in ('lead', 'colleague', 'assistant') then 1 else 0 end))
  or exists (
    select 1 from acknowledgement k
    join membership y on y.firm_id = $1 and y.space_id = i.space_id and y.person_id = k.person_id
    where k.firm_id = $1 and k.memo_id = i.id
      and (case when y.role in ('lead', 'colleague', 'assistant') then 1 else 0 end)
        <> (case when w.role in ('lead', 'colleague', 'assistant') then 1 else 0 end))) `

var (
	// Memos whose answer has come, which lists of what is awaited need not ask about.
	selectAnswered = store.ForFirm(`
select t.id from memo t cross join item i cross join membership w
where t.firm_id = $1 and t.reply_by <> '' and t.settled = 0
  and i.firm_id = $1 and i.id = t.id
  and w.firm_id = $1 and w.space_id = i.space_id and w.person_id = i.author_id
  and` + Answered + `
limit $2`)

	updateSettled = store.ForFirm(`update memo set settled = 1 where firm_id = $1 and id = $2`)
)

// Sweep settles the questions of a firm that have their answers, so that lists of
// what is awaited cost what is awaited. Run it hourly; it is safe beside
// everything else.
func (s *Service) Sweep(ctx context.Context, firm id.Firm) (err error) {
	defer fault.Op(&err, "memo.Sweep(%s)", firm)
	for {
		n := 0
		err := s.office.Keep(ctx, firm, func(a *act.Act) error {
			var all []id.Item
			err := a.Each(selectAnswered, []any{swept}, func(scan func(...any) error) error {
				var of id.Item
				err := scan(&of)
				all = append(all, of)
				return err
			})
			if err != nil {
				return err
			}
			n = len(all)
			for _, of := range all {
				if _, err := a.Exec(updateSettled, of); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n < swept {
			return err
		}
	}
}

package document

import (
	"context"

	"cenacle/internal/act"
	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/store"
)

// trusted is how many versions one transaction looks at.
const trusted = 500

var updateFormer = store.ForFirm(`
update version set worded = 3 where firm_id = $1 and id in (
  select id from version where firm_id = $1 and worded = 2 order by id limit $2)`)

// Register notes in the register of the firm what documents are found by, of which
// the index of their spaces knows already; listed is that of [Config]. As long as
// some were registered by an earlier program, which knows no parts, no word is
// given any: what they lack would have to be read again.
func Register(a *act.Act, listed int, all ...search.Words) error {
	whole, err := a.FirmBox()
	if err != nil {
		return err
	}
	former := false
	err = a.Each(selectUnposted, []any{1}, func(func(...any) error) error { former = true; return nil })
	if err != nil {
		return err
	}
	return search.Register{Tx: a.Tx, Firm: whole, Boxes: a.SpaceBoxes, Most: listed, Begin: !former}.Note(all...)
}

// trust takes what an earlier program has registered for what this one would have:
// where no word has parts, none of them lacks anything.
func (s *Service) trust(ctx context.Context, of id.Firm) error {
	for {
		var n int64
		err := s.office.Keep(ctx, of, func(a *act.Act) error {
			begun, err := search.Begun(a.Tx)
			if err != nil || begun {
				n = 0
				return err
			}
			n, err = a.Exec(updateFormer, trusted)
			return err
		})
		if err != nil || n < trusted {
			return err
		}
	}
}

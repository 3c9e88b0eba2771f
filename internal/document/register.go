package document

import (
	"context"

	"cenacle/internal/act"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/store"
	"cenacle/internal/vault"
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
	r := search.Register{Tx: a.Tx, Firm: whole, Most: listed, Begin: !former}
	r.Boxes = func(in []id.Space) (map[id.Space]*vault.Box, error) { return boxesOf(a, in) }
	return r.Note(all...)
}

// boxesOf gives the boxes of spaces, less those whose key is destroyed.
func boxesOf(a *act.Act, in []id.Space) (map[id.Space]*vault.Box, error) {
	if err := a.Ring().Prepare(a.Tx, in); err != nil {
		return nil, err
	}
	out := make(map[id.Space]*vault.Box, len(in))
	for _, of := range in {
		box, err := a.SpaceBox(of)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[of] = box
	}
	return out, nil
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

package agenda

import (
	"context"
	"errors"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Pick returns, of some events that are named alone, those that the actor may see,
// in the order in which they are named. The others are passed over as absent.
func (s *Service) Pick(ctx context.Context, by authz.Actor, which []id.Item) (out []Event, err error) {
	defer fault.Op(&err, "agenda.Pick")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out = nil
		if !by.Pass.Takes(authz.AgendaSee) {
			return nil
		}
		rows := make([]row, 0, len(which))
		for _, one := range which {
			var r row
			err := a.Row(selectEvent, []any{one, by.Person}, r.dest()...)
			if errors.Is(err, store.ErrNoRow) {
				continue
			}
			if err != nil {
				return err
			}
			rows = append(rows, r)
		}
		out, err = reveal(a, by, rows)
		return err
	})
	return out, err
}

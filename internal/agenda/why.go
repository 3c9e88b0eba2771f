package agenda

import (
	"context"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
)

// Why tells the firm's side, of every member of a space, past ones included, whether she
// sees one of its dates, and what decides it.
func (s *Service) Why(ctx context.Context, by authz.Actor, in id.Space, of id.Item) (out []document.Recipient, err error) {
	defer fault.Op(&err, "agenda.Why(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, _, err := load(a, by, in, of, authz.AgendaWhy); err != nil {
			return err
		}
		on, err := item.Standing(a, of)
		if err != nil {
			return err
		}
		out, err = document.Explain(a, on, authz.AgendaSee)
		return err
	})
	return out, err
}

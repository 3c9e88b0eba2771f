package lifecycle

import (
	"context"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// handed is what the journal keeps of a space that passes from one lawyer to
// another.
type handed struct {
	From id.Person `json:"from"`
}

// HandOver has another lawyer of a space answer for it from now on: what waits
// for the lawyer in charge waits for her, and so do the mails. Who did stays as
// her colleague. Invalid in the field person when she is no lawyer of the firm, or
// not in the space.
func (s *Service) HandOver(ctx context.Context, by authz.Actor, of id.Space, to id.Person) (err error) {
	defer fault.Op(&err, "lifecycle.HandOver(%s, %s)", of, to)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, of, authz.SpaceHand); err != nil {
			return err
		}
		card, err := firm.ActiveCard(a, to)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err != nil || card.Role != authz.Lawyer && card.Role != authz.Admin {
			return fault.New(fault.Invalid, "lifecycle.not_lawyer").In("person").Because(err)
		}
		if err := circle.HandOver(a, of, by.Person, to); err != nil {
			return err
		}
		if _, err := a.Record(by, "space.handed_over", of, string(to), handed{by.Person}); err != nil {
			return err
		}
		return space.Changed(a, of)
	})
}

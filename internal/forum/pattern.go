package forum

import (
	"context"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// Pattern returns who sees what the parties of a forum bring and ask from now on.
func (s *Service) Pattern(ctx context.Context, by authz.Actor, in id.Space) (p circle.Pattern, err error) {
	defer fault.Op(&err, "forum.Pattern(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.SpaceSee); err != nil {
			return err
		}
		p, err = circle.PatternOf(a, in)
		return err
	})
	return p, err
}

// SetPattern says who sees what the parties of a forum bring and ask from now on: what has
// come before stays as it was for whom it came. Invalid in the field pattern for what is
// none of the four; Conflict where there is no forum.
func (s *Service) SetPattern(ctx context.Context, by authz.Actor, in id.Space, p circle.Pattern) (err error) {
	defer fault.Op(&err, "forum.SetPattern(%s)", in)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.ForumSet); err != nil {
			return err
		}
		parties, err := circle.Parties(a, in)
		if err == nil && len(parties) == 0 {
			err = fault.New(fault.Conflict, "forum.none")
		}
		if err != nil {
			return err
		}
		return circle.SetPattern(a, by, in, p)
	})
}

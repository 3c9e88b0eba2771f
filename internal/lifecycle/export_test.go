package lifecycle

import (
	"context"

	"cenacle/internal/id"
)

// MergeIn does the work of a merger in one firm, and then stops.
func (s *Service) MergeIn(ctx context.Context, in id.Firm, former id.Person) error {
	m, err := s.accounts.MergerOf(ctx, former)
	if err != nil {
		return err
	}
	kept, err := s.accounts.Person(ctx, m.Kept)
	if err != nil {
		return err
	}
	return s.mergeIn(ctx, in, m, kept)
}

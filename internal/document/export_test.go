package document

import (
	"context"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/walk"
)

// SearchEverywhere is [Service.Search] that asks no register and goes through all
// spaces of the actor, along their changes.
func (s *Service) SearchEverywhere(ctx context.Context, by authz.Actor, q Find) (out []Hit, more Found, err error) {
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		l := s.look(a, by, q)
		l.confine(walk.Everywhere())
		out, more, err = l.page()
		return err
	})
	return out, more, err
}

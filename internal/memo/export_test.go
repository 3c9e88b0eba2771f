package memo

import (
	"context"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/walk"
)

// Mentioned is mentioned, for its table.
func Mentioned(text string, people map[id.Person]string) []id.Person { return mentioned(text, people) }

// Listing has the register list so many spaces of one word of memos.
func (s *Service) Listing(most int) *Service {
	s.listed = most
	return s
}

// SearchEverywhere is [Service.Search] that asks no register and goes through all
// spaces of the actor, along the newest memos.
func (s *Service) SearchEverywhere(ctx context.Context, by authz.Actor, q Find) (out []Hit, err error) {
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, _, err = begin(a, by, q).page(walk.Everywhere())
		return err
	})
	return out, err
}

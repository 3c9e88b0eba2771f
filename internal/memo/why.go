package memo

import (
	"context"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
)

// Sight is who wrote a memo, and for every member of its space, past ones
// included, whether she sees it and what decides it.
type Sight struct {
	Author  id.Person
	Created time.Time
	People  []document.Recipient
}

// Why tells the firm's side who sees a memo, who does not, and why.
func (s *Service) Why(ctx context.Context, by authz.Actor, in id.Space, of id.Item) (out Sight, err error) {
	defer fault.Op(&err, "memo.Why(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		h, _, err := item.Open(a, by, in, item.Memo, of, authz.MemoWhy)
		if err != nil {
			return err
		}
		out.Author, out.Created = h.Author, h.Created
		out.People, err = document.Explain(a, authz.Resource{
			Kind: authz.OfItem, Firm: a.Firm(), Space: h.Space, Owner: h.Author,
			Nature: h.Nature, Internal: h.Internal, Audience: h.Audience,
		}, authz.MemoRead)
		return err
	})
	return out, err
}

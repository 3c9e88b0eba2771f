package document

import (
	"context"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
)

// Send addresses a document to further circles of its space. Extended lets
// those who join them later see it too.
type Send struct {
	Item     id.Item
	Circles  []id.Circle
	Extended bool
	Confirm  []string // findings of the guard that the sender has read (guard.Finding.ID)
}

// Address sends a document to further circles, or, extended, to those who have
// joined one since, and tells those outside the firm who see it for the first
// time. What goes to the client goes to the firm. Where
// an approval is demanded, it is asked instead, and goes when it is given. What
// the guard finds must be confirmed: a fault for each finding in the field
// confirm. Nothing new to send is fault.Conflict.
func (s *Service) Address(ctx context.Context, by authz.Actor, in Send) (err error) {
	defer fault.Op(&err, "document.Address(%s)", in.Item)
	if len(in.Circles) == 0 {
		return fault.New(fault.Invalid, "item.no_circle").In("circle")
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		h, _, err := item.Open(a, by, "", item.Document, in.Item, authz.DocumentAddress)
		if err != nil {
			return err
		}
		if err := s.sendable(a, h); err != nil {
			return err
		}
		house, err := circle.HouseOf(a, h.Space)
		if err != nil {
			return err
		}
		to := slices.DeleteFunc(withFirm(in.Circles, house.Firm, house.Client), func(c id.Circle) bool {
			return slices.ContainsFunc(h.Audience, func(was authz.Address) bool { return was.Circle == c && (was.Extended || !in.Extended) })
		})
		if len(to) == 0 {
			return fault.New(fault.Conflict, "document.already_sent").In("circle")
		}
		all, err := versions(a, h)
		if err != nil {
			return err
		}
		if err := insist(a, by, h, to, in.Confirm); err != nil {
			return err
		}
		wait, err := withheld(a, h.Space, h.ID, all[0].digestHash, to)
		if err != nil {
			return err
		}
		if len(wait) > 0 {
			if err := ask(a, by, h.Space, h.ID, all[0], wantedOf(wait, in.Extended)); err != nil {
				return err
			}
			to = slices.DeleteFunc(to, func(c id.Circle) bool { return slices.Contains(wait, c) })
		}
		if len(to) == 0 {
			return nil
		}
		return s.send(a, by, h, to, in.Extended)
	})
}

// sent is what the journal keeps of a sending.
type sent struct {
	Circles  []id.Circle `json:"circles"`
	Extended bool        `json:"extended"`
}

func (s *Service) send(a *act.Act, by authz.Actor, h item.Header, to []id.Circle, extended bool) error {
	if err := s.sendable(a, h); err != nil {
		return err
	}
	before, err := Recipients(a, resource(a, h))
	if err != nil {
		return err
	}
	if err := item.Address(a, by, h, to, extended); err != nil {
		return err
	}
	if err := revised(a, h.ID); err != nil {
		return err
	}
	if _, err := a.Record(by, "document.addressed", h.Space, string(h.ID), sent{to, extended}); err != nil {
		return err
	}
	now := resource(a, h)
	for _, c := range to {
		now.Audience = append(now.Audience, authz.Address{Circle: c, Sent: a.Now, Extended: extended})
	}
	if err := tabled(a, by, h, to); err != nil {
		return err
	}
	if err := space.Touch(a, h.Space); err != nil {
		return err
	}
	return s.tell(a, by, h.ID, now, before.Will)
}

// revised says that what a list shows of a document has changed; statements
// that change its own row say so themselves.
func revised(a *act.Act, of id.Item) error {
	return a.Write(updateRevision, of)
}

package support

import (
	"context"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/overview"
)

// host is the people of the host, who are nobody of the firm.
func host(of id.Firm) authz.Actor { return authz.Actor{Firm: of, Via: authz.ViaCommand} }

// eyes are those of who gave a permission, reading and no more, on the way of support.
func eyes(a *act.Act, p Permission) (authz.Actor, error) {
	card, err := firm.ActiveCard(a, p.By)
	return authz.Actor{
		Person: p.By, Firm: a.Firm(), Role: card.Role, Scope: p.Space, Via: authz.ViaSupport, Pass: &authz.Pass{ReadOnly: true},
	}, err
}

// standing is a permission that stands, of a space or of the firm's settings. Everything
// else is absent.
func standing(a *act.Act, of id.Support, space bool) (Permission, error) {
	p, err := one(a, of)
	if err == nil && (!p.Stands(a.Now) || (p.Space != "") != space) {
		err = fault.Absent()
	}
	return p, err
}

// LookInto shows the people of the host the first page of a space as who gave the
// permission gets it, less what is hers alone and what is privileged. It is recorded
// before anything is read. Absent when the permission does not stand, or she who gave it
// sees the space no more.
func (s *Service) LookInto(ctx context.Context, of id.Firm, by id.Support, from overview.Sources, q overview.ScreenQuery) (out overview.Seen, err error) {
	defer fault.Op(&err, "support.LookInto(%s)", by)
	if err := s.record(ctx, of, by, true); err != nil {
		return out, err
	}
	err = s.office.See(ctx, of, func(a *act.Act) error {
		p, err := standing(a, by, true)
		if err != nil {
			return err
		}
		as, err := eyes(a, p)
		if err != nil {
			return err
		}
		q.Space = p.Space
		out, err = s.overviews.Supported(a, as, from, q)
		return err
	})
	return out, err
}

// record writes that the host looks at a space, or at the settings, once it is sure that it
// may.
func (s *Service) record(ctx context.Context, of id.Firm, by id.Support, space bool) error {
	return s.office.Do(ctx, of, func(a *act.Act) error {
		p, err := standing(a, by, space)
		if err != nil {
			return err
		}
		as, err := eyes(a, p)
		if err != nil {
			return err
		}
		if err := allow(a, as, p.Space, authz.SpaceSee, authz.FirmSupport); err != nil {
			return fault.Absent().Because(err)
		}
		if space {
			_, err := a.Record(host(of), "support.looked", p.Space, string(p.ID), looked{p.By})
			return err
		}
		_, err = a.Record(host(of), "support.examined", "", string(p.ID), looked{p.By})
		return err
	})
}

// Settings is what the host may look at of a firm as a whole: who its people are, what it
// has decided, and what was done to it; nothing that is in a space.
type Settings struct {
	Profile firm.Profile
	People  []firm.Card
	Acts    []overview.Entry // the latest of the firm itself, newest first
}

// acts is how many of them it shows.
const acts = 50

// Examine shows the people of the host the settings of a firm. It is recorded before
// anything is read. Absent when the permission does not stand, or who gave it administers
// the firm no more.
func (s *Service) Examine(ctx context.Context, of id.Firm, by id.Support) (out Settings, err error) {
	defer fault.Op(&err, "support.Examine(%s)", by)
	if err := s.record(ctx, of, by, false); err != nil {
		return out, err
	}
	var as authz.Actor
	err = s.office.See(ctx, of, func(a *act.Act) error {
		p, err := standing(a, by, false)
		if err != nil {
			return err
		}
		if as, err = eyes(a, p); err != nil {
			return err
		}
		if err := firm.Allow(a, as, authz.FirmSupport); err != nil {
			return err
		}
		if out.Profile, err = firm.ProfileOf(a); err != nil {
			return err
		}
		out.People, err = firm.Staff(a)
		return err
	})
	if err != nil {
		return out, err
	}
	out.Acts, err = s.overviews.Journal(ctx, as, overview.JournalQuery{Limit: acts})
	return out, err
}

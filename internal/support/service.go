package support

import (
	"context"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/overview"
	"cenacle/internal/store"
)

// Service is the use cases of permissions. Safe for concurrent use.
type Service struct {
	office    *act.Office
	overviews *overview.Service
}

// NewService returns the use cases over an office.
func NewService(office *act.Office, overviews *overview.Service) *Service {
	return &Service{office, overviews}
}

// Give lets the people of the host look at what the actor sees of a space, or at the
// settings of her firm, until an instant. Faults in the fields reason and life.
func (s *Service) Give(ctx context.Context, by authz.Actor, n New) (p Permission, err error) {
	defer fault.Op(&err, "support.Give(%s)", n.Space)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := allow(a, by, n.Space, authz.SupportGive, authz.FirmSupportGive); err != nil {
			return err
		}
		if err := n.check(); err != nil {
			return err
		}
		p = Permission{ID: id.New[id.Support](a.Now), Space: n.Space, By: by.Person, Reason: n.Reason, At: a.Now, Until: a.Now.Add(n.Life)}
		b, err := box(a, p.Space)
		if err != nil {
			return err
		}
		err = a.Write(insertOne, p.ID, p.Space, p.By, store.Micros(p.At), store.Micros(p.Until), b.SealText(place(p.ID), p.Reason), b.MAC("support", p.fields()...))
		if err != nil {
			return err
		}
		_, err = a.Record(by, "support.given", p.Space, string(p.ID), given{p.Until})
		return err
	})
	return p, err
}

// End ends a permission at once, also one that somebody else gave: whoever sees it may.
// In is the space that it must be of, empty for the firm's settings. One that is over
// already is fault.Conflict.
func (s *Service) End(ctx context.Context, by authz.Actor, in id.Space, of id.Support) (err error) {
	defer fault.Op(&err, "support.End(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := allow(a, by, in, authz.SupportEnd, authz.FirmSupportEnd); err != nil {
			return err
		}
		p, err := one(a, of)
		if err != nil {
			return err
		}
		seen, err := theirs(a, by, in, []Permission{p})
		if err != nil {
			return err
		}
		switch {
		case p.Space != in || len(seen) == 0:
			return fault.Absent()
		case !p.Stands(a.Now):
			return fault.New(fault.Conflict, "support.over_already")
		}
		return end(a, by, p)
	})
}

func end(a *act.Act, by authz.Actor, p Permission) error {
	b, err := box(a, p.Space)
	if err != nil {
		return err
	}
	p.Ended, p.EndedBy = a.Now, by.Person
	if err := a.Write(endOne, p.ID, p.EndedBy, store.Micros(p.Ended), b.MAC("support", p.fields()...)); err != nil {
		return err
	}
	_, err = a.Record(by, "support.ended", p.Space, string(p.ID), nil)
	return err
}

// List is the permissions of a space, or of the firm's settings, the latest first, those
// that are over included. Whoever is not of the firm sees those of the firm's people and
// her own.
func (s *Service) List(ctx context.Context, by authz.Actor, of id.Space) (out []Permission, err error) {
	defer fault.Op(&err, "support.List(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := allow(a, by, of, authz.SupportSee, authz.FirmSupport); err != nil {
			return err
		}
		if out, err = some(a, selectAll, of, listed); err != nil {
			return err
		}
		if out, err = theirs(a, by, of, out); err != nil {
			return err
		}
		return sign(a, out)
	})
	return out, err
}

// theirs leaves out what is no news of the actor's: what somebody else outside the firm
// has done.
func theirs(a *act.Act, by authz.Actor, of id.Space, page []Permission) ([]Permission, error) {
	if of == "" || by.Role.Inside() {
		return page, nil
	}
	members, err := circle.Members(a, of)
	return slices.DeleteFunc(page, func(p Permission) bool {
		return p.By != by.Person && slices.ContainsFunc(members, func(m circle.Member) bool { return m.Person == p.By && !m.Role.Inside() })
	}), err
}

// Standing is the permissions of a firm that stand, those that end first first, for the
// host: who gave them, of what, why and until when.
func (s *Service) Standing(ctx context.Context, of id.Firm) (out []Permission, err error) {
	defer fault.Op(&err, "support.Standing(%s)", of)
	err = s.office.See(ctx, of, func(a *act.Act) error {
		out, err = some(a, selectStanding, store.Micros(a.Now), listed)
		return err
	})
	return out, err
}

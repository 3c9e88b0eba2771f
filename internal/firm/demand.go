package firm

import (
	"context"
	"errors"
	"strconv"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// MaxGrace is how long a firm may leave its people to add a second factor.
const MaxGrace = 90 * 24 * time.Hour

// Demand is that the firm's own people show a second factor from an instant on; the
// zero value demands nothing.
type Demand struct{ From time.Time }

// Asks reports whether it stands at t.
func (d Demand) Asks(t time.Time) bool { return !d.From.IsZero() && !t.Before(d.From) }

// Later reports whether it will stand, and does not yet.
func (d Demand) Later(t time.Time) bool { return !d.From.IsZero() && t.Before(d.From) }

// demandRow is the demand as it is stored beside the profile, or nothing of it.
type demandRow struct {
	from, at *int64
	by       *string
	mac      *[]byte
}

func (r *demandRow) dest() []any { return []any{&r.from, &r.by, &r.at, &r.mac} }

func (r demandRow) open(box *vault.Box, of id.Firm) (Demand, error) {
	if r.from == nil {
		return Demand{}, nil
	}
	err := box.CheckMAC(*r.mac, "factor_demand", demandFields(of, *r.from, id.Person(*r.by), *r.at)...)
	if err != nil || *r.from == 0 {
		return Demand{}, err
	}
	return Demand{store.Time(*r.from)}, nil
}

func demandFields(of id.Firm, from int64, by id.Person, at int64) []string {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	return []string{string(of), number(from), string(by), number(at)}
}

// demanded is what the journal keeps of it.
type demanded struct {
	From *time.Time `json:"from,omitempty"`
}

// DemandFactors has the firm's own people show a second factor on every way in, after a
// grace in which each adds one. Whoever has none then signs in and finds the page where
// she adds it, and nothing of the firm. Conflict "firm.factor_first" for who has none
// herself: somebody who administers the firm can always enter it. Invalid in the field
// "days" for a grace beyond [MaxGrace].
func (s *Service) DemandFactors(ctx context.Context, by authz.Actor, grace time.Duration) (err error) {
	defer fault.Op(&err, "firm.DemandFactors")
	if err := s.mayDemand(ctx, by); err != nil {
		return err
	}
	if grace < 0 || grace > MaxGrace {
		return fault.New(fault.Invalid, "firm.grace", int(MaxGrace.Hours()/24)).In("days")
	}
	p, err := s.accounts.Person(ctx, by.Person)
	if err != nil {
		return err
	}
	if !p.Guarded {
		return fault.New(fault.Conflict, "firm.factor_first").In("days")
	}
	return s.demand(ctx, by, func(now time.Time) time.Time { return now.Add(grace) })
}

// WaiveFactors demands it no longer; who has a second factor is asked for it as ever.
func (s *Service) WaiveFactors(ctx context.Context, by authz.Actor) (err error) {
	defer fault.Op(&err, "firm.WaiveFactors")
	return s.demand(ctx, by, func(time.Time) time.Time { return time.Time{} })
}

// mayDemand decides before anything is told about what was asked for.
func (s *Service) mayDemand(ctx context.Context, by authz.Actor) error {
	return s.office.See(ctx, by.Firm, func(a *act.Act) error { return Allow(a, by, authz.FirmFactors) })
}

func (s *Service) demand(ctx context.Context, by authz.Actor, from func(now time.Time) time.Time) error {
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.FirmFactors); err != nil {
			return err
		}
		box, err := a.FirmBox()
		if err != nil {
			return err
		}
		now, at, said := store.Micros(a.Now), int64(0), demanded{}
		if f := from(a.Now); !f.IsZero() {
			at, said.From = store.Micros(f), &f
		}
		if err := a.Write(putDemand, at, by.Person, now, box.MAC("factor_demand", demandFields(a.Firm(), at, by.Person, now)...)); err != nil {
			return err
		}
		_, err = a.Record(by, "factors.demanded", "", string(by.Firm), said)
		return err
	})
}

// Demanded is what the firm demands, and who of its people has no second factor, to who
// decides it; to the others of its people the demand alone.
func (s *Service) Demanded(ctx context.Context, by authz.Actor) (d Demand, without []id.Person, err error) {
	defer fault.Op(&err, "firm.Demanded")
	var staff []id.Person
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.FirmPeopleSee); err != nil {
			return err
		}
		p, err := ProfileOf(a)
		if err != nil {
			return err
		}
		d = p.Factors
		if !authz.May(by, authz.FirmFactors, authz.Resource{Kind: authz.OfFirm, Firm: a.Firm()}, authz.Facts{}) {
			return nil
		}
		all, err := Staff(a)
		for _, c := range all {
			if c.State == Active {
				staff = append(staff, c.Person)
			}
		}
		return err
	})
	if err != nil {
		return d, nil, err
	}
	without, err = s.accounts.Unguarded(ctx, staff)
	return d, without, err
}

// guarded demands what the firm does, of who stands in it.
func guarded(in account.Session, p Profile, c Card, now time.Time) error {
	if !c.Role.Inside() || !p.Factors.Asks(now) || in.Via.Twofold() {
		return nil
	}
	return fault.New(fault.Forbidden, "firm.factor_demanded").Because(errUnguarded)
}

// errUnguarded is the cause of what is closed for want of a second factor.
var errUnguarded = errors.New("firm: a second factor is demanded")

// Unguarded reports whether that is why a firm is closed to her.
func Unguarded(err error) bool { return errors.Is(err, errUnguarded) }

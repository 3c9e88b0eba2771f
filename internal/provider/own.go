package provider

import (
	"context"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
)

// Mine is a provider as a person finds it among her means of signing in.
type Mine struct {
	ID   id.Provider
	Name string
	Tied bool // it vouches for her
	Keys bool // it is a key of hers
	Key  *Key // which one, if it is tied
}

// Mine lists the providers of a firm that vouch for a person, or are there to.
func (s *Service) Mine(ctx context.Context, of id.Firm, in account.Session) (out []Mine, err error) {
	defer fault.Op(&err, "provider.Mine(%s)", of)
	person, err := s.accounts.Person(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	err = s.office.See(ctx, of, func(a *act.Act) error {
		card, err := firm.ActiveCard(a, in.Person)
		if err != nil {
			return err
		}
		rows, err := live(a)
		if err != nil {
			return err
		}
		out = nil
		for _, r := range rows {
			if !s.vouches(r) {
				continue
			}
			t, err := tied(a, r.ID, in.Person)
			switch {
			case err == nil:
				key, err := s.key(a, r, t)
				if err != nil {
					return err
				}
				out = append(out, Mine{r.ID, r.Name, true, r.Keys(), key})
			case !fault.Is(err, fault.NotFound):
				return err
			case r.serves(card, person.Email):
				out = append(out, Mine{ID: r.ID, Name: r.Name, Keys: r.Keys()})
			}
		}
		return nil
	})
	return out, err
}

// Forget has nobody vouch for a person any more in the firm, at all. The caller has decided
// the right and records the act.
func Forget(a *act.Act, person id.Person) error {
	rows, err := live(a)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := a.Write(deleteTie, r.ID, person); err != nil {
			return err
		}
	}
	return nil
}

// Part has a provider vouch for a person no more, at her own wish; the sessions that
// it vouched for open nothing from then on. Fault: absent when it does not.
func (s *Service) Part(ctx context.Context, of id.Firm, p id.Provider, in account.Session) (err error) {
	defer fault.Op(&err, "provider.Part(%s)", p)
	err = s.office.Do(ctx, of, func(a *act.Act) error {
		if _, err := tied(a, p, in.Person); err != nil {
			return err
		}
		card, err := firm.ActiveCard(a, in.Person)
		if err != nil {
			return err
		}
		if err := a.Write(deleteTie, p, in.Person); err != nil {
			return err
		}
		by := authz.Actor{Person: in.Person, Firm: of, Role: card.Role, Via: in.Via}
		if _, err := a.Record(by, "provider.parted", "", string(p), nil); err != nil {
			return err
		}
		return a.Follow("notice.factor", string(in.Person), a.Now, invitation.Notice{Person: in.Person})
	})
	if err != nil {
		return err
	}
	return s.accounts.EndVouched(ctx, p, in.Person)
}

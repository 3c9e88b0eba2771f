package firm

import (
	"context"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// Administer has a lawyer of the firm administer it, or no longer. It is decided at
// each request: her open pages change with it. Conflict "firm.not_lawyer" for who is
// none, "firm.last_admin" when nobody else would be left to.
func (s *Service) Administer(ctx context.Context, by authz.Actor, person id.Person, yes bool) (err error) {
	defer fault.Op(&err, "firm.Administer(%s, %t)", person, yes)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.FirmPeopleRank); err != nil {
			return err
		}
		card, err := Colleagueship(a, person)
		if err != nil {
			return err
		}
		if card.State != Active || card.Role != authz.Lawyer && card.Role != authz.Admin {
			return fault.New(fault.Conflict, "firm.not_lawyer")
		}
		if yes {
			return raise(a, by, card)
		}
		return lower(a, by, card)
	})
}

func raise(a *act.Act, by authz.Actor, card Card) error {
	card.Role = authz.Admin
	if err := PutCard(a, by, card); err != nil {
		return err
	}
	_, err := a.Record(by, "firm.admin_given", "", string(card.Person), nil)
	return err
}

func lower(a *act.Act, by authz.Actor, card Card) error {
	if err := Replaceable(a, card.Person); err != nil {
		return err
	}
	card.Role = authz.Lawyer
	if err := PutCard(a, by, card); err != nil {
		return err
	}
	_, err := a.Record(by, "firm.admin_withdrawn", "", string(card.Person), nil)
	return err
}

// Colleagueship is the card of one of the firm's own people, who may have left;
// everybody else is absent.
func Colleagueship(a *act.Act, person id.Person) (Card, error) {
	card, err := CardOf(a, person)
	if err == nil && !card.Role.Inside() {
		return Card{}, fault.Absent()
	}
	return card, err
}

// Replaceable demands that somebody administers the firm besides a person: Conflict
// "firm.last_admin".
func Replaceable(a *act.Act, person id.Person) error {
	staff, err := Staff(a)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(staff, func(c Card) bool { return c.Person != person && c.Role == authz.Admin && c.State == Active }) {
		return fault.New(fault.Conflict, "firm.last_admin")
	}
	return nil
}

// Dismiss closes the access of one of the firm's own people, at once and on every
// way in. Her card stays, and with it her name on what she did. Conflict
// "firm.last_admin". The caller has decided the right and records the act.
func Dismiss(a *act.Act, by authz.Actor, card Card) error {
	if err := Replaceable(a, card.Person); err != nil {
		return err
	}
	card.State = Disabled
	return PutCard(a, by, card)
}

// Left lists the firms where a person's access was closed, for the page that she
// finds after signing in.
func (s *Service) Left(ctx context.Context, of id.Person) ([]Profile, error) {
	firms, err := s.accounts.Firms(ctx, of)
	if err != nil {
		return nil, err
	}
	var out []Profile
	for _, f := range firms {
		err := s.office.See(ctx, f, func(a *act.Act) error {
			card, err := CardOf(a, of)
			if err != nil || card.State == Active {
				return err
			}
			p, err := ProfileOf(a)
			out = append(out, p)
			return err
		})
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	return out, nil
}

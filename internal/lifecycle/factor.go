package lifecycle

import (
	"context"
	"fmt"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
)

// The kinds of journal entries about what a person shows besides her password.
const (
	FactorAdded   = "factor.added"
	FactorRemoved = "factor.removed"
	FactorsReset  = "factor.reset"  // by the operator
	FactorCopied  = "factor.copied" // a passkey whose counter went back was refused
)

// FactorsChanged leaves the evidence in each firm where a person has an active
// card, and has one of them tell her by mail, so that what somebody else did in
// her name does not stay unseen. The change itself is the directory's and is
// made: a crash in between leaves it without line and mail.
func (s *Service) FactorsChanged(ctx context.Context, of id.Person, via authz.Via, kind string) (err error) {
	defer fault.Op(&err, "lifecycle.FactorsChanged(%s)", of)
	return s.tell(ctx, of, func(a *act.Act, card firm.Card, told bool) error {
		by := authz.Actor{Person: of, Firm: a.Firm(), Role: card.Role, Via: via}
		if err := evidence(a, by, kind); err != nil || told {
			return err
		}
		return a.Follow("notice.factor", string(of), a.Now, invitation.Notice{Person: of})
	})
}

// DeviceMet does the same when a person has signed in from a browser that she had
// never used: it may be somebody else. A session that leads into one firm concerns no
// other.
func (s *Service) DeviceMet(ctx context.Context, in account.Session) (err error) {
	of := in.Person
	defer fault.Op(&err, "lifecycle.DeviceMet(%s)", of)
	met := func(a *act.Act, card firm.Card, told bool) error {
		by := authz.Actor{Person: of, Firm: a.Firm(), Role: card.Role, Via: in.Via}
		if _, err := a.Record(by, "device.met", "", string(of), nil); err != nil || told {
			return err
		}
		return a.Follow("notice.device", string(of), a.Now, invitation.Notice{Person: of})
	}
	if in.Firm != "" {
		return s.tellIn(ctx, of, []id.Firm{in.Firm}, met)
	}
	return s.tell(ctx, of, met)
}

// tell acts in each firm where a person has an active card; told says that one
// of them has done so already.
func (s *Service) tell(ctx context.Context, of id.Person, do func(a *act.Act, card firm.Card, told bool) error) error {
	firms, err := s.accounts.Firms(ctx, of)
	if err != nil {
		return err
	}
	return s.tellIn(ctx, of, firms, do)
}

// tellIn is tell in some of her firms.
func (s *Service) tellIn(ctx context.Context, of id.Person, firms []id.Firm, do func(a *act.Act, card firm.Card, told bool) error) error {
	told := false
	for _, f := range firms {
		err := s.office.Do(ctx, f, func(a *act.Act) error {
			card, err := firm.ActiveCard(a, of)
			if err != nil {
				return err
			}
			return do(a, card, told)
		})
		if fault.Is(err, fault.NotFound) {
			continue // a tie without an active card
		}
		if err != nil {
			return err
		}
		told = true
	}
	return nil
}

// evidence writes the line of a change of one of the known kinds.
func evidence(a *act.Act, by authz.Actor, kind string) error {
	switch kind {
	case FactorAdded, FactorRemoved, FactorsReset, FactorCopied:
	default:
		return fmt.Errorf("lifecycle: no kind of change: %s", kind)
	}
	_, err := a.Record(by, kind, "", string(by.Person), nil)
	return err
}

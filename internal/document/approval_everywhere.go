package document

import (
	"context"
	"errors"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// DemandApprovalEverywhere decides whether what goes from any space of the firm to
// people outside it is approved before. What a space demands by itself stays as it
// is; what has been sent is not touched.
func (s *Service) DemandApprovalEverywhere(ctx context.Context, by authz.Actor, demanded bool) (err error) {
	defer fault.Op(&err, "document.DemandApprovalEverywhere")
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.FirmApproval); err != nil {
			return err
		}
		box, err := a.FirmBox()
		if err != nil {
			return err
		}
		now, yes := store.Micros(a.Now), int64(0)
		if demanded {
			yes = 1
		}
		if err := a.Write(upsertHouseRule, yes, by.Person, now, box.MAC("approval_house", houseRuleFields(a.Firm(), yes, by.Person, now)...)); err != nil {
			return err
		}
		_, err = a.Record(by, "approval.demanded", "", string(by.Firm), demand{demanded})
		return err
	})
}

func houseRuleFields(of id.Firm, yes int64, by id.Person, at int64) []string {
	return []string{string(of), number(yes), string(by), number(at)}
}

// ApprovalDemandedEverywhere reports whether the firm demands approval in all of
// its spaces, to its own people.
func (s *Service) ApprovalDemandedEverywhere(ctx context.Context, by authz.Actor) (yes bool, err error) {
	defer fault.Op(&err, "document.ApprovalDemandedEverywhere")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.FirmPeopleSee); err != nil {
			return err
		}
		yes, err = demandedEverywhere(a)
		return err
	})
	return yes, err
}

func demandedEverywhere(a *act.Act) (bool, error) {
	var yes, at int64
	var by id.Person
	var mac []byte
	err := a.Row(selectHouseRule, nil, &yes, &by, &at, &mac)
	if errors.Is(err, store.ErrNoRow) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	box, err := a.FirmBox()
	if err != nil {
		return false, err
	}
	return yes == 1, box.CheckMAC(mac, "approval_house", houseRuleFields(a.Firm(), yes, by, at)...)
}

var (
	upsertHouseRule = store.ForFirm(`
insert into approval_house (firm_id, demanded, set_by, set_at, mac) values ($1, $2, $3, $4, $5)
on conflict (firm_id) do update set demanded = excluded.demanded, set_by = excluded.set_by, set_at = excluded.set_at, mac = excluded.mac`)

	selectHouseRule = store.ForFirm(`select demanded, set_by, set_at, mac from approval_house where firm_id = $1`)
)

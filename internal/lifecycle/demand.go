package lifecycle

import (
	"context"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
)

// Demand is what entering a space demands of everybody in it. Whoever may say how a forum
// goes, and so what any space demands, is told who has nothing by which to show it, level by
// level.
type Demand struct {
	Level   authz.Assurance
	Sets    bool // it is the reader's to say
	Led     bool // an expert conducts the assessment, and says it
	Without map[authz.Assurance][]id.Person
	Names   map[id.Person]string
}

// Demand returns that of a space.
func (s *Service) Demand(ctx context.Context, by authz.Actor, in id.Space) (d Demand, err error) {
	defer fault.Op(&err, "lifecycle.Demand(%s)", in)
	var people []id.Person
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		d, people, err = demandIn(a, by, in)
		return err
	})
	if err != nil || len(people) == 0 {
		return d, err
	}
	d.Without = map[authz.Assurance][]id.Person{}
	for _, need := range authz.Assurances() {
		if d.Without[need], err = s.accounts.Unshown(ctx, people, need); err != nil {
			return d, err
		}
	}
	return d, nil
}

func demandIn(a *act.Act, by authz.Actor, in id.Space) (d Demand, people []id.Person, err error) {
	f, err := circle.Enter(a, by, in, authz.SpaceSee)
	if err != nil {
		return d, nil, err
	}
	d.Level = f.Demand
	if d.Led, err = circle.Led(a, in); err != nil {
		return d, nil, err
	}
	on := authz.Resource{Kind: authz.OfSpace, Firm: a.Firm(), Space: in, Conducted: d.Led}
	d.Sets = authz.May(by, authz.SpaceDemand, on, f)
	if !authz.May(by, authz.ForumSet, on, f) {
		return d, nil, nil
	}
	members, err := circle.Members(a, in)
	if err != nil {
		return d, nil, err
	}
	for _, m := range members {
		if m.Active(a.Now) {
			people = append(people, m.Person)
		}
	}
	d.Names, err = firm.Names(a, people)
	return d, people, err
}

// demanding is what the journal keeps of a demand.
type demanding struct {
	Demand string `json:"demand"`
	Former string `json:"former"`
}

// SetDemand says what entering a space demands from now on, of everybody in it and on every
// way: who has shown less finds nothing of it, and is led to where she shows it. It is the
// expert's to say, where there is one. Conflict "space.demand_first" when the actor has not
// shown so much herself.
func (s *Service) SetDemand(ctx context.Context, by authz.Actor, in id.Space, to authz.Assurance) (err error) {
	defer fault.Op(&err, "lifecycle.SetDemand(%s)", in)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		f, err := circle.EnterLed(a, by, in, authz.SpaceDemand)
		if err != nil {
			return err
		}
		if by.Shown() < to {
			return fault.New(fault.Conflict, "space.demand_first").In("demand")
		}
		if _, err := a.Record(by, "forum.demanded", in, string(in), demanding{to.String(), f.Demand.String()}); err != nil {
			return err
		}
		if err := circle.SetDemand(a, in, to); err != nil {
			return err
		}
		house, err := circle.HouseOf(a, in)
		if err != nil {
			return err
		}
		a.Signal(in, house.All)
		return nil
	})
}

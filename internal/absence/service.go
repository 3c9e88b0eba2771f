package absence

import (
	"context"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
)

// Service announces absences and ends them. It is safe for concurrent use.
type Service struct {
	office *act.Office
	zone   *time.Location
}

// NewService returns the use cases over an office; zone is where days begin.
func NewService(office *act.Office, zone *time.Location) *Service { return &Service{office, zone} }

// Zone is where days begin and end.
func (s *Service) Zone() *time.Location { return s.zone }

// View is what concerns one person: her own absences, those in which she stands in, and
// whom she may choose.
type View struct {
	Person  firm.Card // whose it is, to who administers the firm
	Own     []Absence
	For     []Absence
	Deputy  []firm.Card // who may stand in for her
	Replace int         // in how many spaces she stands in for somebody now
}

// announced is what the journal keeps of an absence.
type announced struct {
	Person id.Person `json:"person,omitempty"` // for whom, when not for oneself
	Deputy id.Person `json:"deputy"`
	First  string    `json:"first"`
	Last   string    `json:"last"`
	Spaces int       `json:"spaces,omitempty"` // 0: all
}

// Show tells one of the firm's people what concerns her.
func (s *Service) Show(ctx context.Context, by authz.Actor) (v View, err error) {
	defer fault.Op(&err, "absence.Show")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.AbsenceSee); err != nil {
			return err
		}
		v, err = view(a, by.Person)
		return err
	})
	return v, err
}

// Now tells one of the firm's people which absences concern her today: her own, and
// those in which she stands in.
func (s *Service) Now(ctx context.Context, by authz.Actor) (own, others []Absence, err error) {
	defer fault.Op(&err, "absence.Now")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.AbsenceSee); err != nil {
			return err
		}
		if own, err = standing(a, selectOwn, by.Person); err != nil {
			return err
		}
		if others, err = standing(a, selectFor, by.Person); err != nil {
			return err
		}
		coming := func(x Absence) bool { return !x.Running(a.Now) }
		own, others = slices.DeleteFunc(own, coming), slices.DeleteFunc(others, coming)
		return sign(a, own, others)
	})
	return own, others, err
}

func view(a *act.Act, of id.Person) (v View, err error) {
	if v.Own, err = standing(a, selectOwn, of); err != nil {
		return v, err
	}
	if v.For, err = standing(a, selectFor, of); err != nil {
		return v, err
	}
	now, err := circle.StandsIn(a, of)
	if err != nil {
		return v, err
	}
	v.Replace = len(now)
	staff, err := firm.Staff(a)
	if err != nil {
		return v, err
	}
	for _, c := range staff {
		if c.Person != of && c.State == firm.Active {
			v.Deputy = append(v.Deputy, c)
		}
	}
	return v, sign(a, v.Own, v.For)
}

// sign writes the names of people.
func sign(a *act.Act, lists ...[]Absence) error {
	var people []id.Person
	for _, all := range lists {
		for _, x := range all {
			people = append(people, x.Person, x.Deputy, x.By)
		}
	}
	names, err := firm.Names(a, people)
	for _, all := range lists {
		for i := range all {
			x := &all[i]
			x.PersonName, x.DeputyName, x.ByName = names[x.Person], names[x.Deputy], names[x.By]
		}
	}
	return err
}

// Announce says that the actor is away, and who stands in for her: from the beginning of
// the first day, or at once when that has begun, until the end of the last. Faults in
// the fields deputy, first, last and space.
func (s *Service) Announce(ctx context.Context, by authz.Actor, n New) (x Absence, err error) {
	defer fault.Op(&err, "absence.Announce(%s)", n.Deputy)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.AbsenceTell); err != nil {
			return err
		}
		x, err = s.announce(a, by, Absence{Person: by.Person}, n)
		return err
	})
	return x, err
}

// AnnounceFor is [Service.Announce] by who administers the firm, for one of its people who
// cannot: in all of her spaces. The administrator does not stand in herself, so that nobody
// lets herself into spaces of others. Absent when there is no such person, and for oneself.
func (s *Service) AnnounceFor(ctx context.Context, by authz.Actor, of id.Person, n New) (x Absence, err error) {
	defer fault.Op(&err, "absence.AnnounceFor(%s, %s)", of, n.Deputy)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := other(a, by, of, authz.AbsenceName); err != nil {
			return err
		}
		n.Spaces = nil
		x, err = s.announce(a, by, Absence{Person: of, By: by.Person}, n)
		return err
	})
	return x, err
}

// other is the card of somebody else of the firm, to who administers it.
func other(a *act.Act, by authz.Actor, of id.Person, do authz.Action) (card firm.Card, err error) {
	if err := firm.Allow(a, by, do); err != nil {
		return card, err
	}
	card, err = firm.ActiveCard(a, of)
	if err == nil && (!card.Role.Inside() || of == by.Person) {
		return firm.Card{}, fault.Absent()
	}
	return card, err
}

// Of tells who administers the firm which absences of somebody else are to come or run, and
// who may stand in for her; in which spaces it tells of none. Absent as [Service.AnnounceFor].
func (s *Service) Of(ctx context.Context, by authz.Actor, of id.Person) (v View, err error) {
	defer fault.Op(&err, "absence.Of(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		card, err := other(a, by, of, authz.FirmPeopleEdit)
		if err != nil {
			return err
		}
		if v, err = view(a, of); err != nil {
			return err
		}
		v.Person, v.For, v.Replace = card, nil, 0
		for i := range v.Own {
			x := &v.Own[i]
			x.Few, x.Spaces = len(x.Spaces), nil
		}
		v.Deputy = slices.DeleteFunc(v.Deputy, func(c firm.Card) bool { return c.Person == by.Person })
		return nil
	})
	return v, err
}

// announce keeps an absence of a person and plans its beginning and its end.
func (s *Service) announce(a *act.Act, by authz.Actor, x Absence, n New) (Absence, error) {
	var wrong fault.Fields
	x.ID, x.Deputy, x.Spaces, x.Made = id.New[id.Absence](a.Now), n.Deputy, split(joined(n.Spaces)), a.Now
	x.Starts, x.Ends = n.span(s.zone, a.Now, &wrong)
	if err := x.check(a, &wrong); err != nil {
		return x, err
	}
	if err := wrong.Err(); err != nil {
		return x, err
	}
	if err := put(a, x); err != nil {
		return x, err
	}
	kept := announced{Deputy: n.Deputy, First: n.First, Last: n.Last, Spaces: len(x.Spaces)}
	if x.By != "" {
		kept.Person = x.Person
	}
	if _, err := a.Record(by, "absence.announced", "", string(x.ID), kept); err != nil {
		return x, err
	}
	if err := a.Follow(BeginJob, string(x.ID), x.Starts, going{Absence: x.ID}); err != nil {
		return x, err
	}
	if err := a.Follow(EndJob, string(x.ID), x.Ends, going{Absence: x.ID}); err != nil {
		return x, err
	}
	signed := []Absence{x}
	err := sign(a, signed)
	return signed[0], err
}

// ender demands that the actor is one of the two, or may have announced it for the other.
func (x Absence) ender(a *act.Act, by authz.Actor) error {
	if by.Person == x.Person || by.Person == x.Deputy {
		return nil
	}
	if x.By == "" {
		return fault.Absent()
	}
	err := firm.Allow(a, by, authz.AbsenceName)
	if fault.Is(err, fault.Forbidden) && !authz.Stale(err) {
		return fault.Absent()
	}
	return err
}

// check demands a deputy who is there, no other absence of either at the time, and
// spaces that are hers.
func (x Absence) check(a *act.Act, wrong *fault.Fields) error {
	card, err := firm.ActiveCard(a, x.Deputy)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || !card.Role.Inside() || x.Deputy == x.Person {
		wrong.Add("deputy", "absence.no_deputy")
	} else if x.Deputy == x.By {
		wrong.Add("deputy", "absence.not_yourself")
	}
	twice := "absence.twice"
	if x.By != "" {
		twice = "absence.twice_other"
	}
	for person, say := range map[id.Person][2]string{x.Person: {"first", twice}, x.Deputy: {"deputy", "absence.deputy_away"}} {
		all, err := standing(a, selectOwn, person)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(o Absence) bool { return o.Starts.Before(x.Ends) && x.Starts.Before(o.Ends) }) {
			wrong.Add(say[0], say[1])
		}
	}
	by := authz.Actor{Person: x.Person, Firm: a.Firm(), Role: authz.Lawyer, Via: authz.ViaJob}
	for _, of := range x.Spaces {
		f, err := circle.Facts(a, by, of)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err != nil || f.Walled || !f.Role.Inside() || !f.Member.Covers(a.Now) {
			wrong.Add("space", "absence.not_hers")
			break
		}
	}
	return nil
}

// End ends an absence before its time, at once in the first spaces and in the others by
// a job: by who is away, or who stands in, and one that was announced for somebody by who
// administers the firm. Absent for anybody else, and when it is over.
func (s *Service) End(ctx context.Context, by authz.Actor, of id.Absence) (err error) {
	defer fault.Op(&err, "absence.End(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.AbsenceEnd); err != nil {
			return err
		}
		x, err := load(a, of)
		if err != nil {
			return err
		}
		if err := x.ender(a, by); err != nil {
			return err
		}
		if !x.Stands(a.Now) {
			return fault.Absent()
		}
		x.Over, x.Ends = a.Now, a.Now
		if err := finish(a, x); err != nil {
			return err
		}
		if _, err := a.Record(by, "absence.ended", "", string(x.ID), nil); err != nil {
			return err
		}
		return standDown(a, by, x)
	})
}

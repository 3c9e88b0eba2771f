package firm

import (
	"context"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
)

// Standing is who someone is in one firm.
type Standing struct {
	Actor   authz.Actor
	Card    Card
	Profile Profile
	Asked   bool // to answer the charter, to which she has not said anything yet
}

// Stand is [Service.Actor] with the firm's profile.
func (s *Service) Stand(ctx context.Context, in account.Session, firm id.Firm) (st Standing, err error) {
	if st, err = s.stand(ctx, in, firm); err != nil {
		return Standing{}, err
	}
	return st, nil
}

// stand is Stand that tells, of a firm which is closed to her for want of a second
// factor, which it is.
func (s *Service) stand(ctx context.Context, in account.Session, firm id.Firm) (st Standing, err error) {
	defer fault.Op(&err, "firm.Stand(%s)", firm)
	if in.Person == "" || in.Firm != "" && in.Firm != firm || in.At != "" && in.At != firm {
		return Standing{}, fault.Absent()
	}
	tied, err := s.accounts.Affiliated(ctx, in.Person, firm)
	if err != nil {
		return Standing{}, err
	}
	if !tied {
		return Standing{}, fault.Absent()
	}
	err = s.office.See(ctx, firm, func(a *act.Act) error {
		if st.Profile, err = ProfileOf(a); err != nil {
			return err
		}
		if st.Card, err = ActiveCard(a, in.Person); err != nil {
			return err
		}
		if err := s.vouched(a, in); err != nil {
			return err
		}
		if st.Actor, err = actor(in, st.Profile, st.Card, a.Now); err != nil {
			return err
		}
		said, asked, err := Bind(a, &st.Actor, st.Profile)
		if err != nil {
			return err
		}
		st.Asked = asked && said == Unanswered
		return guarded(in, st.Profile, st.Card, a.Now)
	})
	return st, err
}

// vouched demands that whoever vouched for a session still does, and would again.
func (s *Service) vouched(a *act.Act, in account.Session) error {
	switch {
	case !in.Via.Vouched():
		return nil
	case s.vouch == nil || in.Provider == "":
		return fault.Absent()
	}
	return s.vouch(a, in)
}

// Actor is who a session acts as in a firm. Whoever has no active card there,
// or comes by another firm's link, finds it absent; so does one whose password
// proves no mailbox, except in the firm that was founded with it. One of its own people
// who shows less than the firm demands is Forbidden: see [Unguarded].
func (s *Service) Actor(ctx context.Context, in account.Session, firm id.Firm) (authz.Actor, Card, error) {
	st, err := s.Stand(ctx, in, firm)
	return st.Actor, st.Card, err
}

func actor(in account.Session, p Profile, c Card, now time.Time) (authz.Actor, error) {
	by := authz.Actor{Person: in.Person, Firm: p.ID, Role: c.Role, Via: in.Via, Stale: !in.Fresh(now)}
	switch {
	case in.Via.Linked():
		by.Role, by.Scope = authz.Outsider, in.Space
		if in.Space == "" {
			return authz.Actor{}, fault.Absent()
		}
	case in.Via.Vouched(): // [Service.Stand] has asked whether its voucher still stands
		if in.Firm != p.ID {
			return authz.Actor{}, fault.Absent()
		}
	case in.Via.Own():
		if !in.Proven && p.Founder != in.Person {
			return authz.Actor{}, fault.Absent()
		}
	default:
		return authz.Actor{}, fault.Absent()
	}
	return by, nil
}

// Doors lists the firms that a session can enter, the oldest tie first, with those that
// it could if a second factor were shown.
func (s *Service) Doors(ctx context.Context, in account.Session) ([]Profile, error) {
	firms, err := s.accounts.Firms(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	var out []Profile
	for _, f := range firms {
		st, err := s.stand(ctx, in, f)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil && !Unguarded(err) {
			return nil, err
		}
		out = append(out, st.Profile)
	}
	return out, nil
}

// People lists the firm's own people, disabled ones included.
func (s *Service) People(ctx context.Context, by authz.Actor) (out []Card, err error) {
	defer fault.Op(&err, "firm.People")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.FirmPeopleSee); err != nil {
			return err
		}
		out, err = Staff(a)
		return err
	})
	return out, err
}

// Colleague is a person about to join the firm's own people.
type Colleague struct {
	Name     string
	Email    string
	Role     authz.FirmRole
	Language i18n.Language
}

// ColleagueNotice is the payload of the job "notice.colleague": her mail with
// the link to choose her password.
type ColleagueNotice struct {
	Person id.Person `json:"person"`
	By     id.Person `json:"by"`
}

// AddColleague gives a person a card among the firm's own people and mails her
// a link to choose her password. Someone whom the firm already knows is a
// conflict, but for one of its own people who had left: she comes back, to no space. So
// is a full plan ([plan.Service.Colleague]).
func (s *Service) AddColleague(ctx context.Context, by authz.Actor, c Colleague) (card Card, err error) {
	defer fault.Op(&err, "firm.AddColleague")
	if err := s.mayAdd(ctx, by); err != nil {
		return Card{}, err
	}
	var wrong fault.Fields
	c.Name = Name(c.Name, "name", &wrong)
	if !c.Role.Inside() {
		wrong.Add("role", "firm.role_unknown")
	}
	if err := wrong.Err(); err != nil {
		return Card{}, err
	}
	p, err := s.Tie(ctx, by.Firm, c.Email, c.Language)
	if err != nil {
		return Card{}, err
	}
	card = Card{Person: p.ID, Role: c.Role, State: Active, Name: c.Name, Email: p.Email}
	return card, s.office.Do(ctx, by.Firm, func(a *act.Act) error { return s.admit(a, by, card) })
}

// mayAdd decides before anybody becomes a person; where there is no room, the form
// says so before it says what is wrong with it.
func (s *Service) mayAdd(ctx context.Context, by authz.Actor) error {
	return s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.FirmPeopleAdd); err != nil {
			return err
		}
		return s.plans.Colleague(a)
	})
}

func (s *Service) admit(a *act.Act, by authz.Actor, c Card) error {
	if err := Allow(a, by, authz.FirmPeopleAdd); err != nil {
		return err
	}
	switch known, err := CardOf(a, c.Person); {
	case err == nil && known.Role.Inside() && known.State == Active:
		return fault.New(fault.Conflict, "firm.already_colleague").In("email")
	case err == nil && known.Role.Inside(): // who had left comes back
	case err == nil:
		return fault.New(fault.Conflict, "firm.is_client").In("email")
	case !fault.Is(err, fault.NotFound):
		return err
	}
	if err := s.plans.Colleague(a); err != nil {
		return err
	}
	if err := PutCard(a, by, c); err != nil {
		return err
	}
	if _, err := a.Record(by, "firm.colleague_added", "", string(c.Person), map[string]any{"role": c.Role}); err != nil {
		return err
	}
	return a.Follow("notice.colleague", string(c.Person), a.Now, ColleagueNotice{c.Person, by.Person})
}

// Tie finds or makes the person of a mailbox and ties her to the firm in the
// directory. It opens nothing yet: a crash before her card leaves a tie to a
// firm where she is nobody.
func (s *Service) Tie(ctx context.Context, firm id.Firm, email string, language i18n.Language) (account.Person, error) {
	person, _, err := s.accounts.Ensure(ctx, email, language)
	if err != nil {
		return account.Person{}, err
	}
	if err := s.accounts.Affiliate(ctx, person, firm); err != nil {
		return account.Person{}, err
	}
	return s.accounts.Person(ctx, person)
}

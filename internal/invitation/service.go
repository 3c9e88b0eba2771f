package invitation

import (
	"context"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
)

// Service is the use cases of links. It is safe for concurrent use.
type Service struct {
	office   *act.Office
	accounts *account.Service
	post     Post
}

// New returns the use cases over an office. No session of a link alone, from now on, gives
// its person what a space of hers demands besides: see [Service.Owes].
func New(office *act.Office, accounts *account.Service) *Service {
	s := &Service{office: office, accounts: accounts}
	accounts.Demand(s.Owes)
	return s
}

// View is what the page behind a link shows before any gesture. FirmName and
// Language are empty for an unknown link; Email, for password managers, is
// there while a link that chooses a password is valid.
type View struct {
	State    State
	FirmName string
	Logos    firm.Logos
	Language i18n.Language
	Password bool // the link chooses a password
	Email    string
}

// Peek tells what a link is and changes nothing. A firm that does not exist, a
// token never issued and a link whose person lost her right look alike.
func (s *Service) Peek(ctx context.Context, of id.Firm, token string) (v View, err error) {
	defer fault.Op(&err, "invitation.Peek(%s)", of)
	var l link
	err = s.office.See(ctx, of, func(a *act.Act) error {
		if l, _, err = s.entitled(a, token); err != nil {
			return err
		}
		profile, err := firm.ProfileOf(a)
		v = View{State: l.state(a.Now), FirmName: profile.Name, Logos: profile.Logos, Password: l.space == ""}
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return View{State: Unknown}, nil
	}
	if err != nil {
		return View{}, err
	}
	p, err := s.accounts.Person(ctx, l.person)
	v.Language = p.Language
	if v.Password && v.State == Valid {
		v.Email = p.Email
	}
	return v, err
}

// entitled finds a link whose person may still do what it is for, as the actor
// she would be. Everything else is absent.
func (s *Service) entitled(a *act.Act, token string) (link, authz.Actor, error) {
	l, err := find(a, token)
	if err != nil {
		return link{}, authz.Actor{}, err
	}
	by, err := holder(a, l.space, l.person)
	return l, by, err
}

// holder is whom a link makes of its person: an outsider confined to the space
// she is a member of, or one of the firm's own people without a space.
func holder(a *act.Act, space id.Space, person id.Person) (authz.Actor, error) {
	card, err := firm.ActiveCard(a, person)
	if err != nil {
		return authz.Actor{}, err
	}
	by := authz.Actor{Person: person, Firm: a.Firm(), Role: card.Role, Scope: space, Via: authz.ViaLink}
	if (space == "") != card.Role.Inside() {
		return authz.Actor{}, fault.Absent()
	}
	if space != "" {
		_, err = circle.Enter(a, by, space, authz.SpaceSee)
	}
	if authz.Demanded(err) > authz.Single {
		err = nil // the link opens her session; what the space demands besides, she is asked there
	}
	return by, err
}

// Use opens a space: of any number of attempts one succeeds and starts a
// session, or asks for her second factor as account.Service.SignIn does. Faults:
// Gone "invitation.used" or "invitation.expired"; absent for
// everything that is no link of an active member; Busy for a source that tried
// too many of those.
func (s *Service) Use(ctx context.Context, of id.Firm, token string, from account.Source) (session string, _ account.Session, err error) {
	defer fault.Op(&err, "invitation.Use(%s)", of)
	var l link
	err = s.office.Do(ctx, of, func(a *act.Act) error {
		var by authz.Actor
		if l, by, err = s.entitled(a, token); err != nil {
			return err
		}
		if l.space == "" {
			return fault.Absent()
		}
		return s.spend(a, by, l)
	})
	if err != nil {
		return "", account.Session{}, s.slow(ctx, err, from)
	}
	return s.accounts.OpenLinkSession(ctx, l.person, of, l.space, from)
}

// spend consumes a link and leaves the evidence.
func (s *Service) spend(a *act.Act, by authz.Actor, l link) error {
	if err := consume(a, l); err != nil {
		return err
	}
	_, err := a.Record(by, "link.used", l.space, string(l.id), nil)
	return err
}

// UsePassword sets the password that the link's person chose and signs her in.
// A password that the rule refuses leaves the link as it was. Faults: those of
// account.Service.NewPassword and of [Service.Use].
func (s *Service) UsePassword(ctx context.Context, of id.Firm, token, text string, from account.Source) (session string, _ account.Session, err error) {
	defer fault.Op(&err, "invitation.UsePassword(%s)", of)
	person, about, err := s.chooser(ctx, of, token)
	if err != nil {
		return "", account.Session{}, s.slow(ctx, err, from)
	}
	password, err := s.accounts.NewPasswordOf(ctx, person, text, about...)
	if err != nil {
		return "", account.Session{}, err
	}
	err = s.office.Do(ctx, of, func(a *act.Act) error {
		l, by, err := s.entitled(a, token)
		if err != nil {
			return err
		}
		return s.spend(a, by, l)
	})
	if err != nil {
		return "", account.Session{}, err
	}
	return s.accounts.ChoosePassword(ctx, person.ID, password, from)
}

// chooser is the person of a valid link that chooses a password, and the words
// that her password must not be made of.
func (s *Service) chooser(ctx context.Context, of id.Firm, token string) (person account.Person, about []string, err error) {
	var who id.Person
	err = s.office.See(ctx, of, func(a *act.Act) error {
		l, _, err := s.entitled(a, token)
		if err != nil {
			return err
		}
		if l.space != "" {
			return fault.Absent()
		}
		switch l.state(a.Now) {
		case Used:
			return gone("invitation.used")
		case Expired:
			return gone("invitation.expired")
		}
		card, err := firm.CardOf(a, l.person)
		if err != nil {
			return err
		}
		profile, err := firm.ProfileOf(a)
		who, about = l.person, []string{card.Name, profile.Name}
		return err
	})
	if err != nil {
		return account.Person{}, nil, err
	}
	person, err = s.accounts.Person(ctx, who)
	return person, about, err
}

// guesses is how many links that are none one source may try.
var guesses = account.Brake{Name: "link.source", Limit: 20, Window: 10 * time.Minute}

// slow counts a link that was none against its source, and says so when there
// were too many.
func (s *Service) slow(ctx context.Context, err error, from account.Source) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	if late := s.accounts.Spend(ctx, account.Charge{Brake: guesses, Key: from.Key()}); late != nil {
		return late
	}
	return err
}

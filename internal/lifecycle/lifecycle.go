// Package lifecycle is what goes across the nouns: opening a firm, opening a
// space and its doors to people, and the mails that follow an act.
//
// The directory and a firm are two databases, so nothing here is one
// transaction over both. Each use case writes first what is harmless alone (a
// person, a firm nobody can reach, a tie that opens nothing) and last what makes
// it real; a crash in between is cured by doing the same again.
//
// Start at [Service.SignUp], [Service.OpenSpace] and [Service.Handlers].
package lifecycle

import (
	"context"
	"errors"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/fold"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/quota"
)

// Service is the use cases across nouns. It is safe for concurrent use.
type Service struct {
	office      *act.Office
	accounts    *account.Service
	firms       *firm.Service
	invitations *invitation.Service
	plans       *quota.Service
}

// New returns the use cases over an office.
func New(office *act.Office, accounts *account.Service, invitations *invitation.Service) *Service {
	return &Service{office: office, accounts: accounts, firms: firm.New(office, accounts), invitations: invitations}
}

// Within has spaces opened as long as there is room for them; without it, as far as a
// plan of the firm's own goes. It is called before the service is used.
func (s *Service) Within(plans *quota.Service) { s.plans = plans }

// SignUp is the one form by which a lawyer opens her firm. From is where she
// sits; without it the operator acts, and no session is opened.
type SignUp struct {
	FirmName string
	Name     string
	Email    string
	Password string
	Language i18n.Language
	From     *account.Source
}

// Founded is a firm that has just been opened. Token is empty when nobody was
// signed in by it.
type Founded struct {
	Firm    id.Firm
	Person  id.Person
	Token   string
	Session account.Session
}

// signUps is how many firms one source, or one person, may open.
var signUps = account.Brake{Name: "sign-up", Limit: 30, Window: time.Hour}

// SignUp opens a firm with its first lawyer, who administers it. All that is
// wrong with the form comes back at once (fields firm, name, email, password).
// A mailbox that has a password must sign in and use [Service.OpenFirm]: it
// gets Conflict "account.unusable"; the brake on sources keeps that answer from
// being asked for many addresses.
func (s *Service) SignUp(ctx context.Context, in SignUp) (_ Founded, err error) {
	defer fault.Op(&err, "lifecycle.SignUp")
	name, lawyer, err := s.checkSignUp(in)
	if err != nil {
		return Founded{}, err
	}
	via := authz.ViaCommand
	if in.From != nil {
		via = authz.ViaPassword
		if err := s.accounts.Spend(ctx, account.Charge{Brake: signUps, Key: in.From.Key()}); err != nil {
			return Founded{}, err
		}
	}
	if err := s.accounts.Free(ctx, in.Email); err != nil {
		return Founded{}, err
	}
	password, err := s.accounts.NewPassword(ctx, in.Password)
	if err != nil {
		return Founded{}, err
	}
	person, _, err := s.accounts.Ensure(ctx, in.Email, in.Language)
	if err != nil {
		return Founded{}, err
	}
	lawyer.Person = person
	return s.found(ctx, via, name, lawyer, account.Opening{Password: &password, From: in.From})
}

func (s *Service) checkSignUp(in SignUp) (firmName string, lawyer firm.Card, err error) {
	var wrong fault.Fields
	firmName = firm.Name(in.FirmName, "firm", &wrong)
	lawyer = firm.Card{Role: authz.Admin, State: firm.Active, Name: firm.Name(in.Name, "name", &wrong)}
	var one *fault.Error
	if lawyer.Email, err = fold.Email(in.Email); errors.As(err, &one) {
		wrong = append(wrong, one.In("email"))
	}
	if errors.As(s.accounts.CheckPassword(in.Password, in.Email, in.Name, in.FirmName), &one) {
		wrong = append(wrong, one)
	}
	return firmName, lawyer, wrong.Err()
}

// OpenFirm opens a further firm for a person who is signed in with her
// password.
func (s *Service) OpenFirm(ctx context.Context, in account.Session, firmName, name string) (_ Founded, err error) {
	defer fault.Op(&err, "lifecycle.OpenFirm(%s)", in.Person)
	if !in.Via.Own() {
		return Founded{}, fault.New(fault.Forbidden, "fault.forbidden")
	}
	var wrong fault.Fields
	firmName = firm.Name(firmName, "firm", &wrong)
	name = firm.Name(name, "name", &wrong)
	if err := wrong.Err(); err != nil {
		return Founded{}, err
	}
	if err := s.accounts.Spend(ctx, account.Charge{Brake: signUps, Key: string(in.Person)}); err != nil {
		return Founded{}, err
	}
	p, err := s.accounts.Person(ctx, in.Person)
	if err != nil {
		return Founded{}, err
	}
	card := firm.Card{Person: p.ID, Role: authz.Admin, State: firm.Active, Name: name, Email: p.Email}
	return s.found(ctx, in.Via, firmName, card, account.Opening{})
}

// found makes the firm's database with its first act, then opens it in the
// directory. What a crash leaves before that is a sealed database that nobody
// can reach; the next try founds another one.
func (s *Service) found(ctx context.Context, via authz.Via, name string, lawyer firm.Card, o account.Opening) (Founded, error) {
	o.Firm, o.Founder = id.New[id.Firm](s.office.Clock()), lawyer.Person
	if _, err := s.office.Store.CreateFirm(ctx, o.Firm); err != nil {
		return Founded{}, err
	}
	by := authz.Actor{Person: lawyer.Person, Firm: o.Firm, Role: lawyer.Role, Via: via}
	err := s.office.Do(ctx, o.Firm, func(a *act.Act) error { return s.firms.Found(a, by, name, lawyer) })
	if err != nil {
		return Founded{}, err
	}
	token, session, err := s.accounts.OpenFirm(ctx, o)
	if err != nil {
		return Founded{}, err
	}
	err = s.office.Keep(ctx, o.Firm, func(a *act.Act) error {
		return a.Follow("notice.welcome", "", a.Now, invitation.Notice{Person: lawyer.Person})
	})
	return Founded{Firm: o.Firm, Person: lawyer.Person, Token: token, Session: session}, err
}

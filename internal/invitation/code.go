package invitation

import (
	"context"
	"errors"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/mail"
)

// Channel is by what a code goes to a person.
type Channel string

const (
	ByMail Channel = "mail"
	ByText Channel = "sms"
)

// Texter sends a short text to a number in E.164; package sms does.
type Texter interface {
	Send(ctx context.Context, to, text string) error
}

// Post is by what codes leave. Without Texts every code goes by mail.
type Post struct {
	Composer *mail.Composer
	Mails    mail.Sender
	Texts    Texter
}

// Through has codes leave by a post; without one none does. It is called before the service
// is used.
func (s *Service) Through(p Post) { s.post = p }

// posting is how long a person waits for her code to leave.
const posting = 15 * time.Second

// Code is where the code of a session goes, or went.
type Code struct {
	Channel Channel
	Where   string    // as she recognises it: « 06 •• •• •• 12 », « c•••@exemple.fr »
	Until   time.Time // when the one that was sent ends; zero: none is awaited
}

// errNoCode is of a session of which nothing demands a code.
var errNoCode = fault.New(fault.Conflict, "invitation.no_code")

// sending is a code about to leave.
type sending struct {
	Code
	by     authz.Actor
	person account.Person
	number string // empty by mail
	firm   string // its name
}

// CodeOf says where the code of a link's session goes, which its space demands. Faults:
// Conflict "invitation.no_code" when nothing demands one of it; those of circle.Enter for a
// space that is closed to it for another reason.
func (s *Service) CodeOf(ctx context.Context, in account.Session) (c Code, err error) {
	defer fault.Op(&err, "invitation.CodeOf(%s)", in.Space)
	to, err := s.address(ctx, in)
	if err != nil {
		return Code{}, err
	}
	to.Until, err = s.accounts.CodeAwaited(ctx, in)
	return to.Code, err
}

// address decides that a code may be sent, and where.
func (s *Service) address(ctx context.Context, in account.Session) (to sending, err error) {
	err = s.see(ctx, in, func(a *act.Act) error {
		if to.by, err = awaits(a, in); err != nil {
			return err
		}
		profile, err := firm.ProfileOf(a)
		to.firm = profile.Name
		if err == nil && s.post.Texts != nil {
			to.number, err = firm.MobileOf(a, in.Person)
		}
		return err
	})
	if err != nil {
		return to, err
	}
	to.person, err = s.accounts.Person(ctx, in.Person)
	to.Channel, to.Where = ByMail, fold.MaskEmail(to.person.Email)
	if to.number != "" {
		to.Channel, to.Where = ByText, fold.MaskMobile(to.number)
	}
	return to, err
}

// see looks into the firm of a session that a link alone has opened: of no other a code is
// demanded.
func (s *Service) see(ctx context.Context, in account.Session, do func(*act.Act) error) error {
	if in.Via != authz.ViaLink {
		return errNoCode
	}
	return s.office.See(ctx, in.Firm, do)
}

// awaits is whom a link's session acts as, while a code is what keeps her out of its space.
func awaits(a *act.Act, in account.Session) (authz.Actor, error) {
	card, err := firm.ActiveCard(a, in.Person)
	if err != nil {
		return authz.Actor{}, err
	}
	by := authz.Actor{Person: in.Person, Firm: a.Firm(), Role: card.Role, Scope: in.Space, Via: in.Via}
	_, err = circle.Enter(a, by, in.Space, authz.SpaceSee)
	switch {
	case err == nil:
		return by, errNoCode
	case authz.Demanded(err) == authz.Confirmed:
		return by, nil
	}
	return by, err
}

// asked is what the journal keeps of a code.
type asked struct {
	Channel Channel `json:"channel"`
}

// SendCode sends the person of a link's session the code that its space demands, in the
// place of the one before: to the telephone that the firm knows of her, where the operator has
// a provider, and then never by mail; else to her mailbox. The answer is what became of it.
// Faults: those of [Service.CodeOf]; Busy past five in an hour; Unavailable
// "invitation.code_unsent" when it did not leave, and is void.
func (s *Service) SendCode(ctx context.Context, in account.Session) (c Code, err error) {
	defer fault.Op(&err, "invitation.SendCode(%s)", in.Space)
	to, err := s.address(ctx, in)
	if err != nil {
		return Code{}, err
	}
	code, err := s.accounts.NewCode(ctx, in)
	if err != nil {
		return Code{}, err
	}
	err = s.office.Do(ctx, in.Firm, func(a *act.Act) error {
		_, err := a.Record(to.by, "code.asked", in.Space, string(in.Person), asked{to.Channel})
		return err
	})
	if err == nil {
		err = s.send(ctx, to, code)
	}
	if err != nil {
		return to.Code, errors.Join(err, s.accounts.ForgetCode(context.WithoutCancel(ctx), in))
	}
	to.Until = s.office.Clock().Add(account.CodeLife)
	return to.Code, nil
}

// send hands a code over, and waits for it to be taken.
func (s *Service) send(ctx context.Context, to sending, code string) error {
	ctx, cancel := context.WithTimeout(ctx, posting)
	defer cancel()
	err := errNoPost
	switch {
	case s.post.Composer == nil:
	case to.number != "":
		err = s.post.Texts.Send(ctx, to.number, s.post.Composer.Text(to.person.Language, code))
	default:
		err = s.mail(ctx, to, code)
	}
	if err != nil {
		return fault.New(fault.Unavailable, "invitation.code_unsent").Because(err)
	}
	return nil
}

var errNoPost = errors.New("invitation: codes leave by nothing")

func (s *Service) mail(ctx context.Context, to sending, code string) error {
	now := s.office.Clock()
	m, err := s.post.Composer.Compose(mail.Envelope{
		Job: id.New[id.Job](now), Date: now, To: to.person.Email, Language: to.person.Language, Of: to.by.Firm, Firm: to.firm,
	}, mail.CodeSent{Code: code})
	if err != nil {
		return err
	}
	return s.post.Mails.Send(ctx, m)
}

// UseCode takes the code that was sent, and goes on in a session that has shown it, in the
// place of the link's. Faults: those of account.Service.UseCode, the same for every code that
// opens nothing, and of [Service.CodeOf].
func (s *Service) UseCode(ctx context.Context, in account.Session, code string, from account.Source) (token string, _ account.Session, err error) {
	defer fault.Op(&err, "invitation.UseCode(%s)", in.Space)
	var by authz.Actor
	err = s.see(ctx, in, func(a *act.Act) error {
		by, err = awaits(a, in)
		return err
	})
	if err != nil {
		return "", account.Session{}, err
	}
	kind := "code.confirmed"
	wrong := s.accounts.UseCode(ctx, in, code)
	if wrong != nil {
		if _, last := errors.AsType[account.Spent](wrong); !last {
			return "", account.Session{}, wrong
		}
		kind = "code.refused" // tried too often
	}
	err = s.office.Do(ctx, in.Firm, func(a *act.Act) error {
		if _, err := awaits(a, in); err != nil {
			return err
		}
		_, err := a.Record(by, kind, in.Space, string(in.Person), nil)
		return err
	})
	if err := errors.Join(wrong, err); err != nil {
		return "", account.Session{}, err
	}
	return s.accounts.Confirm(ctx, in, from)
}

// Owes demands of a session that comes by a link alone, before it gives its person another
// means of signing in, that no space of hers demands a code besides: whoever has the link
// would then have what needs none. Forbidden "account.code_first".
func (s *Service) Owes(ctx context.Context, in account.Session) (err error) {
	defer fault.Op(&err, "invitation.Owes(%s)", in.Person)
	if in.Via != authz.ViaLink {
		return nil
	}
	firms, err := s.accounts.Firms(ctx, in.Person)
	if err != nil {
		return err
	}
	for _, f := range firms {
		if err := s.office.See(ctx, f, func(a *act.Act) error { return owes(a, in.Person) }); err != nil {
			return err
		}
	}
	return nil
}

// held is how many memberships of a person are read at once.
const held = 500

func owes(a *act.Act, person id.Person) error {
	for after, more := id.Space(""), true; more; more = after != "" {
		var all []circle.Held
		var err error
		if all, after, err = circle.HeldBy(a, person, after, held); err != nil {
			return err
		}
		for _, in := range all {
			need, err := circle.DemandOf(a, in.Space)
			if err != nil {
				return err
			}
			if need == authz.Confirmed {
				return account.CodeFirst()
			}
		}
	}
	return nil
}

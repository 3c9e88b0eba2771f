package lifecycle

import (
	"context"
	"errors"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/mail"
)

// MoveJob mails one side of a wish for another mailbox; payload [MoveNotice].
const MoveJob = "notice.mailbox"

// MoveNotice names the wish and the mailbox that is asked.
type MoveNotice struct {
	Person id.Person
	Move   string
	Side   account.Side
}

// MovePath is where a mailed token is confirmed or refused.
func MovePath(token string) string { return "/e/" + token }

// AskMove notes that a person wishes for another mailbox and has both asked by mail, in
// one of her firms. See account.Service.AskMove for the faults.
func (s *Service) AskMove(ctx context.Context, in account.Session, email string) (err error) {
	defer fault.Op(&err, "lifecycle.AskMove(%s)", in.Person)
	m, err := s.accounts.AskMove(ctx, in, email)
	if err != nil {
		return err
	}
	return s.tell(ctx, in.Person, func(a *act.Act, card firm.Card, told bool) error {
		by := authz.Actor{Person: in.Person, Firm: a.Firm(), Role: card.Role, Via: in.Via}
		if _, err := a.Record(by, "mailbox.asked", "", string(in.Person), nil); err != nil || told {
			return err
		}
		ask := func(side account.Side) error {
			return a.Follow(MoveJob, m.ID+string(side), a.Now, MoveNotice{in.Person, m.ID, side})
		}
		return errors.Join(ask(account.OldMailbox), ask(account.NewMailbox))
	})
}

// moving makes the token as it is mailed, so that it stands nowhere else.
func moving(n MoveNotice) errand {
	return errand{
		person: n.Person, at: "/account",
		say: func(path string) mail.Notice {
			if n.Side == account.OldMailbox {
				return mail.MailboxLeft{Path: path}
			}
			return mail.MailboxAsked{Path: path}
		},
		mailbox: func(ctx context.Context, accounts *account.Service) (string, string, error) {
			token, m, err := accounts.IssueMove(ctx, n.Person, n.Move, n.Side)
			if n.Side == account.OldMailbox {
				return m.From, MovePath(token), err
			}
			return m.To, MovePath(token), err
		},
	}
}

// ConfirmMove takes the word of one mailbox, and moves its person when nothing is
// missing any more: done says so.
func (s *Service) ConfirmMove(ctx context.Context, token string) (done bool, m account.Move, err error) {
	defer fault.Op(&err, "lifecycle.ConfirmMove")
	m, err = s.accounts.ConfirmMove(ctx, token)
	if err != nil || !m.Ready(s.office.Clock()) {
		return false, m, err
	}
	return true, m, s.relocate(ctx, m)
}

// RefuseMove ends a wish by the word of one mailbox.
func (s *Service) RefuseMove(ctx context.Context, token string) (err error) {
	defer fault.Op(&err, "lifecycle.RefuseMove")
	m, err := s.accounts.RefuseMove(ctx, token)
	if err != nil {
		return err
	}
	return s.tell(ctx, m.Person, func(a *act.Act, card firm.Card, _ bool) error {
		_, err := a.Record(authz.Actor{Person: m.Person, Firm: a.Firm(), Role: card.Role, Via: authz.ViaLink}, "mailbox.refused", "", string(m.Person), nil)
		return err
	})
}

// SettleMoves moves those whose former mailbox has not refused in time.
func (s *Service) SettleMoves(ctx context.Context) error {
	due, err := s.accounts.DueMoves(ctx)
	if err != nil {
		return err
	}
	for _, m := range due {
		if err := s.relocate(ctx, m); err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}

// relocate moves a person. Her open links go first, which is harmless alone; a crash
// before her mailbox changes leaves the wish, which the next sweep or gesture carries out.
func (s *Service) relocate(ctx context.Context, m account.Move) error {
	if err := s.leaveMailbox(ctx, m.Person, m.To, authz.ViaLink); err != nil {
		return err
	}
	return s.accounts.Relocate(ctx, m)
}

// MoveTo moves a person at the operator's word: see account.Service.MoveTo.
func (s *Service) MoveTo(ctx context.Context, of id.Person, email string) (err error) {
	defer fault.Op(&err, "lifecycle.MoveTo(%s)", of)
	if err := s.accounts.MoveTo(ctx, of, email); err != nil {
		return err
	}
	p, err := s.accounts.Person(ctx, of)
	if err != nil {
		return err
	}
	return s.leaveMailbox(ctx, of, p.Email, authz.ViaCommand)
}

// leaveMailbox voids, in each of her firms, what was mailed to the mailbox that a person
// leaves, and writes the other one onto her card.
func (s *Service) leaveMailbox(ctx context.Context, of id.Person, to string, via authz.Via) error {
	return s.tell(ctx, of, func(a *act.Act, card firm.Card, _ bool) error {
		by := authz.Actor{Person: of, Firm: a.Firm(), Role: card.Role, Via: via}
		card.Email = to
		if err := firm.PutCard(a, by, card); err != nil {
			return err
		}
		if err := invitation.Void(a, "", of); err != nil {
			return err
		}
		for after, more := id.Space(""), true; more; more = after != "" {
			held, next, err := circle.HeldBy(a, of, after, 100)
			if err != nil {
				return err
			}
			for _, h := range held {
				if err := unlink(a, by, h.Space, of); err != nil {
					return err
				}
			}
			after = next
		}
		_, err := a.Record(by, "mailbox.moved", "", string(of), nil)
		return err
	})
}

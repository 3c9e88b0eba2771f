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
	"cenacle/internal/id"
	"cenacle/internal/space"
)

var (
	// mails is how many links a person may be sent because somebody asked.
	mails = account.Brake{Name: "link.mail", Limit: 5, Window: time.Hour, Rolling: true}
	// asks is how many addresses one source may ask links for.
	asks = account.Brake{Name: "link.ask", Limit: 20, Window: 10 * time.Minute}
)

const (
	// perFirm is how many spaces of one firm a forgetful person is sent links
	// for, the last changed first; she finds the others from the mail after.
	perFirm = 5

	// answerTime is how long [Service.RenewByEmail] takes, whomever it is about.
	answerTime = 400 * time.Millisecond
)

// Invite sends a client or a guest of a space a new link, at the wish of one of
// the firm's people.
func (s *Service) Invite(ctx context.Context, by authz.Actor, to id.Space, person id.Person) (err error) {
	defer fault.Op(&err, "invitation.Invite(%s, %s)", to, person)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, to, authz.SpaceInvite); err != nil {
			return err
		}
		if _, err := holder(a, to, person); err != nil {
			return err
		}
		return ask(a, by, Notice{to, person})
	})
}

// Renew mails the person of a link, used or expired as it may be, a new one.
// Whoever holds the old link learns nothing: the mail goes to her mailbox.
// Faults: absent when the link is none or its person lost her right; Busy after
// five such mails in an hour.
func (s *Service) Renew(ctx context.Context, of id.Firm, token string, from account.Source) (err error) {
	defer fault.Op(&err, "invitation.Renew(%s)", of)
	var l link
	var by authz.Actor
	err = s.office.See(ctx, of, func(a *act.Act) error {
		l, by, err = s.entitled(a, token)
		return err
	})
	if err != nil {
		return s.slow(ctx, err, from)
	}
	if err := s.accounts.Spend(ctx, account.Charge{Brake: mails, Key: string(l.person)}); err != nil {
		return err
	}
	return s.office.Do(ctx, of, func(a *act.Act) error { return ask(a, by, Notice{l.space, l.person}) })
}

// ask plans the mail of a new link.
func ask(a *act.Act, by authz.Actor, n Notice) error {
	if _, err := a.Record(by, "link.asked", n.Space, string(n.Person), nil); err != nil {
		return err
	}
	return a.Follow("notice.link", string(n.Space)+"/"+string(n.Person), a.Now, n)
}

// RenewByEmail mails whoever has this mailbox new links to her spaces, and one
// to choose a password where she works for a firm. The answer is the same, and
// takes the same time, for an address that nobody knows and for one that was
// sent too many already; Busy is about the source alone.
func (s *Service) RenewByEmail(ctx context.Context, email string, from account.Source) (err error) {
	defer fault.Op(&err, "invitation.RenewByEmail")
	if err := s.accounts.Spend(ctx, account.Charge{Brake: asks, Key: from.Key()}); err != nil {
		return err
	}
	answer := time.NewTimer(answerTime)
	defer answer.Stop()
	p, err := s.accounts.Find(ctx, email)
	if fault.Is(err, fault.Invalid) {
		return err
	}
	if err == nil {
		err = s.renewAll(ctx, p.ID)
	}
	select {
	case <-answer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Busy) {
		return nil
	}
	return err
}

func (s *Service) renewAll(ctx context.Context, person id.Person) error {
	firms, err := s.accounts.Firms(ctx, person)
	if err != nil {
		return err
	}
	for _, f := range firms {
		wanted, by, err := s.wanted(ctx, f, person)
		if fault.Is(err, fault.NotFound) {
			continue // a tie without an active card
		}
		if err != nil {
			return err
		}
		for _, n := range wanted {
			if err := s.accounts.Spend(ctx, account.Charge{Brake: mails, Key: string(person)}); err != nil {
				return err
			}
			if err := s.office.Do(ctx, f, func(a *act.Act) error { return ask(a, by, n) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// wanted is what a person who lost her way needs from one firm.
func (s *Service) wanted(ctx context.Context, f id.Firm, person id.Person) (out []Notice, by authz.Actor, err error) {
	err = s.office.See(ctx, f, func(a *act.Act) error {
		card, err := firm.ActiveCard(a, person)
		if err != nil {
			return err
		}
		by = authz.Actor{Person: person, Firm: f, Role: card.Role} // via nothing: whoever asks proved nothing
		if card.Role.Inside() {
			out = []Notice{{Person: person}}
			return nil
		}
		own, err := space.Own(a, by, space.Page{Limit: perFirm})
		out = nil
		for _, sp := range own {
			out = append(out, Notice{sp.ID, person})
		}
		return err
	})
	return out, by, err
}

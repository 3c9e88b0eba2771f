package token

import (
	"context"
	"errors"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Service is the use cases of tokens. It is safe for concurrent use.
type Service struct {
	office   *act.Office
	accounts *account.Service
}

// NewService returns the use cases over an office.
func NewService(office *act.Office, accounts *account.Service) *Service {
	return &Service{office: office, accounts: accounts}
}

// Issue makes a token for the actor herself and returns its text, which is
// kept nowhere. Faults: Invalid by field ("name", "use", "life", "spaces",
// "kinds"); Conflict "token.too_many".
func (s *Service) Issue(ctx context.Context, by authz.Actor, n New) (text string, t Token, err error) {
	return s.issue(ctx, by, n, false)
}

// issue is Issue, which writes down when the operator lends herself one.
func (s *Service) issue(ctx context.Context, by authz.Actor, n New, lent bool) (text string, t Token, err error) {
	defer fault.Op(&err, "token.Issue")
	if err := s.allow(ctx, by, authz.TokenGive); err != nil {
		return "", Token{}, err
	}
	if err := n.check(); err != nil {
		return "", Token{}, err
	}
	era, err := s.accounts.Era(ctx, by.Person, by.Firm)
	if err != nil {
		return "", Token{}, err
	}
	text = compose(by.Firm)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := room(a, by, era); err != nil {
			return err
		}
		t = Token{
			ID: id.New[id.Token](a.Now), Person: by.Person, Use: n.Use, Name: n.Name, Pass: n.Pass,
			Created: store.Time(store.Micros(a.Now)), Expires: store.Time(store.Micros(a.Now.Add(n.Life))),
		}
		if err := put(a, t, text, era); err != nil {
			return err
		}
		about := issued{t.Use, t.Expires, t.Pass.ReadOnly, t.Pass.Spaces}
		if lent {
			_, err := a.Record(by, "token.lent", "", string(t.ID), about)
			return err
		}
		_, err := a.Record(by, "token.issued", "", string(t.ID), about)
		return err
	})
	if err != nil {
		return "", Token{}, err
	}
	return text, t, nil
}

// IssueFor is Issue by the operator in a person's name, which stands in « Mes accès » of
// every space of the firm; fault.Absent when she has no active card in the firm.
func (s *Service) IssueFor(ctx context.Context, of id.Firm, to id.Person, n New) (text string, t Token, err error) {
	by := authz.Actor{Person: to, Firm: of, Via: authz.ViaCommand}
	err = s.office.See(ctx, of, func(a *act.Act) error {
		card, err := firm.ActiveCard(a, to)
		by.Role = card.Role
		return err
	})
	if err != nil {
		return "", Token{}, err
	}
	return s.issue(ctx, by, n, true)
}

type issued struct {
	Use      Use        `json:"use"`
	Expires  time.Time  `json:"expires"`
	ReadOnly bool       `json:"read_only"`
	Spaces   []id.Space `json:"spaces,omitempty"`
}

// own demands someone who acts herself, with an active card: no program, and
// nobody who came by a link.
func own(a *act.Act, by authz.Actor, do authz.Action) error {
	if err := firm.Allow(a, by, do); err != nil {
		return err
	}
	_, err := firm.ActiveCard(a, by.Person)
	return err
}

// allow is own before anything is told about what was asked for.
func (s *Service) allow(ctx context.Context, by authz.Actor, do authz.Action) error {
	return s.office.See(ctx, by.Firm, func(a *act.Act) error { return own(a, by, do) })
}

// room demands her right and a place among the tokens of one person.
func room(a *act.Act, by authz.Actor, era int64) error {
	if err := own(a, by, authz.TokenGive); err != nil {
		return err
	}
	var live int
	if err := a.Row(countLive, []any{by.Person, era, store.Micros(a.Now)}, &live); err != nil {
		return err
	}
	if live >= MaxLive {
		return fault.New(fault.Conflict, "token.too_many", MaxLive)
	}
	return nil
}

// mostListed bounds a list: tokens that ended are kept for a while.
const mostListed = 200

// List returns the actor's own tokens, the newest first, with those that were
// revoked or expired and are not forgotten yet. Those that ended with her
// password are not there.
func (s *Service) List(ctx context.Context, by authz.Actor) (out []Token, err error) {
	defer fault.Op(&err, "token.List")
	if err := s.allow(ctx, by, authz.TokenKeep); err != nil {
		return nil, err
	}
	era, err := s.accounts.Era(ctx, by.Person, by.Firm)
	if err != nil {
		return nil, err
	}
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := own(a, by, authz.TokenKeep); err != nil {
			return err
		}
		out, err = list(a, by.Person, era)
		return err
	})
	return out, err
}

// ListOf returns the tokens that are good now of the firm's own people, to
// those who may change who they are; the newest of each person first.
func (s *Service) ListOf(ctx context.Context, by authz.Actor) (out []Token, err error) {
	defer fault.Op(&err, "token.ListOf")
	staff, err := s.staff(ctx, by)
	if err != nil {
		return nil, err
	}
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.FirmPeopleEdit); err != nil {
			return err
		}
		out = nil
		for _, p := range staff {
			hers, err := list(a, p.person, p.era)
			if err != nil {
				return err
			}
			for _, t := range hers {
				if t.Live(a.Now) {
					out = append(out, t)
				}
			}
		}
		return nil
	})
	return out, err
}

// holder is a person with the era of her programs.
type holder struct {
	person id.Person
	era    int64
}

// staff is the firm's own people, in the order they came.
func (s *Service) staff(ctx context.Context, by authz.Actor) (out []holder, err error) {
	var cards []firm.Card
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		err := firm.Allow(a, by, authz.FirmPeopleEdit)
		if err == nil {
			cards, err = firm.Staff(a)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, c := range cards {
		era, err := s.accounts.Era(ctx, c.Person, by.Firm)
		if fault.Is(err, fault.NotFound) {
			continue // a card without a tie: nothing of hers opens
		}
		if err != nil {
			return nil, err
		}
		out = append(out, holder{c.Person, era})
	}
	return out, nil
}

func list(a *act.Act, of id.Person, era int64) (out []Token, err error) {
	err = a.Each(selectTokens, []any{of, era, mostListed}, func(scan func(...any) error) error {
		_, t, err := read(a, scan)
		out = append(out, t)
		return err
	})
	return out, err
}

// Revoke ends one of the actor's own tokens, or, for those who may change who
// the firm's people are, one of theirs. It opens nothing from the commit on;
// one that ended already is no fault.
func (s *Service) Revoke(ctx context.Context, by authz.Actor, which id.Token) (err error) {
	defer fault.Op(&err, "token.Revoke(%s)", which)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := own(a, by, authz.TokenKeep); err != nil {
			return err
		}
		r, _, err := read(a, func(dest ...any) error { return a.Row(selectToken, []any{which}, dest...) })
		if err != nil {
			return err
		}
		if err := mayEnd(a, by, r.person); err != nil {
			return err
		}
		if r.ended != 0 {
			return errEnded
		}
		if err := r.end(a); err != nil {
			return err
		}
		_, err = a.Record(by, "token.revoked", "", string(r.id), map[string]any{"person": r.person})
		return err
	})
	if errors.Is(err, errEnded) {
		return nil
	}
	return err
}

// errEnded undoes the act of revoking what is revoked.
var errEnded = errors.New("token: ended already")

// mayEnd keeps absent whatever is not the actor's own, unless it is of the
// firm's people and she may change who they are.
func mayEnd(a *act.Act, by authz.Actor, of id.Person) error {
	if of == by.Person {
		return nil
	}
	card, err := firm.CardOf(a, of)
	if err != nil {
		return err
	}
	if !card.Role.Inside() || firm.Allow(a, by, authz.FirmPeopleEdit) != nil {
		return fault.Absent()
	}
	return nil
}

// remembered is how long a token that expired is listed.
const remembered = 30 * 24 * time.Hour

// Sweep forgets the tokens of a firm that expired a month ago; the journal
// keeps that they were.
func (s *Service) Sweep(ctx context.Context, of id.Firm) error {
	return s.office.Keep(ctx, of, func(a *act.Act) error {
		return a.Write(deleteOld, store.Micros(a.Now.Add(-remembered)))
	})
}

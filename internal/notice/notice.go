// Package notice is what a person decides about the mails that tell her of something
// new: at which hours they leave, whether one a day gathers them, and of which spaces
// she wants none. What comes at another hour waits, and leaves in one mail.
//
// It decides nothing about rights: who may be told of what is decided when a mail is
// composed, by package lifecycle, which asks here when. It refuses to silence what is
// expected of her or guards her access, and to take a choice from whoever came by a
// mailed link: a mail that was passed on changes nothing. Start at [Service.Choose],
// [Choice.Next] and [Hold].
package notice

import (
	"context"
	"errors"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Service is the use cases of notices. Safe for concurrent use.
type Service struct{ office *act.Office }

// NewService returns the use cases over an office.
func NewService(office *act.Office) *Service { return &Service{office} }

// Settings is what a person has decided. Muted tells since when, by space; those she
// has left are not there.
type Settings struct {
	Choice
	Muted map[id.Space]time.Time
}

// Show returns what the actor has decided.
func (s *Service) Show(ctx context.Context, by authz.Actor) (out Settings, err error) {
	defer fault.Op(&err, "notice.Show")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.NoticeSee); err != nil {
			return err
		}
		if out.Choice, err = ChoiceOf(a, by.Person); err != nil {
			return err
		}
		out.Muted, err = muted(a, by)
		return err
	})
	return out, err
}

// muted are the spaces that the actor has muted and is still in.
func muted(a *act.Act, by authz.Actor) (map[id.Space]time.Time, error) {
	out := map[id.Space]time.Time{}
	err := a.Each(selectMutedBy, []any{by.Person}, func(scan func(...any) error) error {
		var of id.Space
		var at int64
		err := scan(&of, &at)
		out[of] = store.Time(at)
		return err
	})
	if err != nil {
		return nil, err
	}
	for of := range out {
		if _, err := circle.Enter(a, by, of, authz.SpaceSee); fault.Is(err, fault.NotFound) {
			delete(out, of)
		} else if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// chosen is what the journal keeps of a choice.
type chosen struct {
	Daily int `json:"daily"` // -1: as it comes
	From  int `json:"quiet_from"`
	To    int `json:"quiet_to"`
}

// Choose decides when the actor is told, from now on; what waits for her already is
// told by the new choice. Invalid in the fields daily, from and to.
func (s *Service) Choose(ctx context.Context, by authz.Actor, c Choice) (err error) {
	defer fault.Op(&err, "notice.Choose")
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.NoticeChoose); err != nil {
			return err
		}
		if err := c.check(); err != nil {
			return err
		}
		if err := a.Write(putChoice, by.Person, c.Daily, c.From, c.To, store.Micros(a.Now)); err != nil {
			return err
		}
		if err := advance(a, by.Person, c.Next(a.Now)); err != nil {
			return err
		}
		_, err := a.Record(by, "notice.chosen", "", string(by.Person), chosen(c))
		return err
	})
}

// errSame undoes the act of deciding what is decided.
var errSame = errors.New("notice: decided already")

// Mute has the actor told, of one space, only what is expected of her.
func (s *Service) Mute(ctx context.Context, by authz.Actor, of id.Space) (err error) {
	defer fault.Op(&err, "notice.Mute(%s)", of)
	return s.decide(ctx, by, of, func(a *act.Act) error {
		if err := once(a.Exec(insertMute, of, by.Person, store.Micros(a.Now))); err != nil {
			return err
		}
		_, err := a.Record(by, "notice.muted", of, string(by.Person), nil)
		return err
	})
}

// Unmute has her told again of all that is new there.
func (s *Service) Unmute(ctx context.Context, by authz.Actor, of id.Space) (err error) {
	defer fault.Op(&err, "notice.Unmute(%s)", of)
	return s.decide(ctx, by, of, func(a *act.Act) error {
		if err := once(a.Exec(deleteMute, of, by.Person)); err != nil {
			return err
		}
		_, err := a.Record(by, "notice.unmuted", of, string(by.Person), nil)
		return err
	})
}

// once refuses to have changed nothing.
func once(rows int64, err error) error {
	if err == nil && rows == 0 {
		return errSame
	}
	return err
}

// decide changes something of the actor's about a space that she sees.
func (s *Service) decide(ctx context.Context, by authz.Actor, of id.Space, change func(*act.Act) error) error {
	err := s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.NoticeChoose); err != nil {
			return err
		}
		if _, err := circle.Enter(a, by, of, authz.SpaceSee); err != nil {
			return err
		}
		return change(a)
	})
	if errors.Is(err, errSame) {
		return nil
	}
	return err
}

// MutedIn tells the firm's side of a space who of its people has muted it, since when:
// whoever relies on a mail must know that none leaves.
func (s *Service) MutedIn(ctx context.Context, by authz.Actor, of id.Space) (out map[id.Person]time.Time, err error) {
	defer fault.Op(&err, "notice.MutedIn(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, of, authz.CircleSee); err != nil {
			return err
		}
		out = map[id.Person]time.Time{}
		return a.Each(selectMutedIn, []any{of}, func(scan func(...any) error) error {
			var who id.Person
			var at int64
			err := scan(&who, &at)
			out[who] = store.Time(at)
			return err
		})
	})
	return out, err
}

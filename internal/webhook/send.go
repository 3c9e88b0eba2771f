package webhook

import (
	"context"
	"errors"
	"net/http"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/event"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/outbound"
	"cenacle/internal/store"
)

const (
	// claim is how long a notice is left to whoever took it; after a crash it is
	// sent again then.
	claim = time.Minute
	// shift is how long one job goes on sending before it leaves its place to
	// others.
	shift = 30 * time.Second
	// calm is the longest that all that waits is put off because the peer did not
	// answer to one of them.
	calm = time.Hour
	// dead is how long nothing was taken when the peer is left in peace: the
	// least that the attempts to send one event last.
	dead = 18 * time.Hour
	// answered is the class of failure of a status that is not 2xx.
	answered = "answer"
)

// parcel is one notice that this job has taken, ready to be sent.
type parcel struct {
	webhook row
	notice  id.Notice
	attempt int
	message outbound.Message
}

// send sends what is due, in the order of the journal, until nothing is left,
// the peer does not answer, or others are to have their turn; and plans when to
// go on.
func (s *Service) send(ctx context.Context, f id.Firm, of id.Webhook) error {
	begun := s.office.Clock()
	for s.office.Clock().Sub(begun) < shift {
		p, more, err := s.take(ctx, f, of)
		if err != nil {
			return err
		}
		if p == nil && !more {
			break
		}
		if p == nil {
			continue
		}
		answer, err := s.client.Post(ctx, p.message)
		if ctx.Err() != nil {
			return ctx.Err() // the program ends; the notice is taken again in a minute
		}
		silent, err := s.settle(ctx, f, p, answer, err)
		if err != nil {
			return err
		}
		if silent {
			break
		}
	}
	return s.goOn(ctx, f, of)
}

// dropped bounds the notices that one transaction drops because their events
// are not for the owner any more.
const dropped = 100

// take takes the first notice that is due, once its owner's rights are decided
// again; what she may not see any more is dropped. more says that there may be
// further ones though none was taken.
func (s *Service) take(ctx context.Context, f id.Firm, of id.Webhook) (p *parcel, more bool, err error) {
	var r row
	var refused bool
	err = s.office.Keep(ctx, f, func(a *act.Act) error {
		p, more = nil, false
		if r, err = load(a, of); err != nil || r.State != Active {
			return err
		}
		var by authz.Actor
		if by, refused, err = r.owner(a); err != nil || refused {
			return err
		}
		for range dropped {
			if p, more, err = s.takeOne(a, by, r); err != nil || p != nil || !more {
				return err
			}
		}
		return nil
	})
	if err == nil && refused {
		return nil, false, s.stop(ctx, f, r, OwnerGone)
	}
	return p, more, err
}

func (s *Service) takeOne(a *act.Act, by authz.Actor, r row) (*parcel, bool, error) {
	p := &parcel{webhook: r}
	var position int64
	var kind string
	err := a.Row(selectDue, []any{r.ID, store.Micros(a.Now)}, &p.notice, &position, &kind, &p.attempt)
	if errors.Is(err, store.ErrNoRow) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	e := event.Event{Kind: ping, Object: string(r.ID), At: a.Now}
	if kind != ping {
		e, err = s.events.At(a, by, position)
	}
	if fault.Is(err, fault.NotFound) {
		err := a.Write(deleteNotice, p.notice)
		return nil, true, err
	}
	if err != nil {
		return nil, false, err
	}
	taken, err := a.Exec(takeNotice, p.notice, p.attempt, store.Micros(a.Now.Add(claim)), store.Micros(a.Now))
	if err != nil || taken == 0 {
		return nil, true, err
	}
	p.attempt++
	raw, err := body(a.Firm(), e)
	if err != nil {
		return nil, false, err
	}
	secrets := [][]byte{r.secret}
	if len(r.former) > 0 && r.FormerUntil.After(a.Now) {
		secrets = append(secrets, r.former)
	}
	p.message = outbound.Message{Address: r.Address, Header: headers(p.notice, a.Now, raw, secrets...), Body: raw}
	return p, false, nil
}

// settle notes how a sending ended. silent says that the peer did not answer at
// all, so that there is no use in sending it more now.
func (s *Service) settle(ctx context.Context, f id.Firm, p *parcel, answer outbound.Answer, failed error) (silent bool, err error) {
	failure, silent := judge(answer, failed)
	pause, last := wait(p.attempt, chance())
	gone := answer.Status == http.StatusGone
	state := Waiting
	switch {
	case failure == "":
		state = Delivered
	case last || gone:
		state = Failed
	}
	err = s.office.Keep(ctx, f, func(a *act.Act) error {
		due := store.Micros(a.Now.Add(pause))
		if err := a.Write(settleNotice, p.notice, p.attempt, state, due, answer.Status, failure); err != nil {
			return err
		}
		if silent && state == Waiting {
			if err := a.Write(postpone, p.webhook.ID, store.Micros(a.Now.Add(min(pause, calm)))); err != nil {
				return err
			}
		}
		return p.webhook.fares(a, failure == "")
	})
	since := p.webhook.FailingSince
	switch {
	case err != nil:
		return silent, err
	case gone:
		return silent, s.stop(ctx, f, p.webhook, Gone)
	case state == Failed && !since.IsZero() && s.office.Clock().Sub(since) >= dead:
		return silent, s.stop(ctx, f, p.webhook, Failing)
	}
	return silent, nil
}

// fares notes since when nothing was taken.
func (r row) fares(a *act.Act, well bool) error {
	since := int64(0)
	if !well {
		since = store.Micros(a.Now)
	}
	if well == r.FailingSince.IsZero() {
		return nil
	}
	return a.Write(updateFailing, r.ID, since)
}

// judge says what class of failure an answer is, empty for none.
func judge(answer outbound.Answer, err error) (failure string, silent bool) {
	var e *outbound.Error
	switch {
	case answer.Status >= 200 && answer.Status < 300:
		return "", false // whatever else it says
	case answer.Status != 0:
		return answered, false
	case errors.As(err, &e):
		return string(e.Failure), true
	}
	return string(outbound.Wrong), true
}

// goOn plans the sending of what waits longest.
func (s *Service) goOn(ctx context.Context, f id.Firm, of id.Webhook) error {
	return s.office.Keep(ctx, f, func(a *act.Act) error {
		r, err := load(a, of)
		if err != nil || r.State != Active {
			return err
		}
		var due int64
		if err := a.Row(selectNextDue, []any{of}, &due); err != nil || due == 0 {
			return err
		}
		return sendLater(a, of, store.Time(due))
	})
}

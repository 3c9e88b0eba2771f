package webhook

import (
	"context"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/event"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/outbound"
	"cenacle/internal/store"
)

// Service is the use cases of webhooks. It is safe for concurrent use.
type Service struct {
	office *act.Office
	events *event.Service
	client *outbound.Client
}

// NewService returns the use cases over an office.
func NewService(office *act.Office, events *event.Service, client *outbound.Client) *Service {
	return &Service{office, events, client}
}

// may demands the right to keep webhooks, for somebody who acts herself or by a
// program to which she has left all of it: what a webhook tells could go beyond
// a narrower pass.
func may(a *act.Act, by authz.Actor, do authz.Action) error {
	if err := firm.Allow(a, by, do); err != nil {
		return err
	}
	if by.Pass != nil && by.Pass.Kinds != nil {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	return nil
}

// Create begins to tell an address what happens from now on, with the rights of
// the actor, and returns the secret that signs, which is shown once. Faults:
// Invalid by field ("address", "kinds"); Conflict "webhook.too_many".
func (s *Service) Create(ctx context.Context, by authz.Actor, n New) (w Webhook, secret string, err error) {
	defer fault.Op(&err, "webhook.Create")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error { return may(a, by, authz.FirmTell) })
	if err != nil {
		return Webhook{}, "", err
	}
	if n, err = s.check(n); err != nil {
		return Webhook{}, "", err
	}
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := room(a, by); err != nil {
			return err
		}
		position, err := s.office.Journal.Size(a.Tx)
		if err != nil {
			return err
		}
		r := row{secret: newSecret(), Webhook: Webhook{
			ID: id.New[id.Webhook](a.Now), Owner: by.Person, Address: n.Address, Kinds: n.Kinds, State: Active,
			Created: store.Time(store.Micros(a.Now)),
		}}
		secret = secretText(r.secret)
		if err := r.put(a, insertWebhook, position); err != nil {
			return err
		}
		if _, err := a.Record(by, "webhook.created", "", string(r.ID), changed{Kinds: n.Kinds}); err != nil {
			return err
		}
		w, err = r.shown(a, by)
		return err
	})
	if err != nil {
		return Webhook{}, "", err
	}
	return w, secret, nil
}

func room(a *act.Act, by authz.Actor) error {
	if err := may(a, by, authz.FirmTell); err != nil {
		return err
	}
	var live int
	if err := a.Row(countLive, nil, &live); err != nil {
		return err
	}
	if live >= Most {
		return fault.New(fault.Conflict, "webhook.too_many", Most)
	}
	return nil
}

// changed is what the journal keeps of an act; never an address or a secret.
type changed struct {
	Kinds  []string   `json:"kinds,omitempty"`
	What   string     `json:"what,omitempty"` // address · secret · state
	State  State      `json:"state,omitempty"`
	Reason Reason     `json:"reason,omitempty"`
	Count  int64      `json:"count,omitempty"`
	From   *time.Time `json:"from,omitempty"`
}

// List returns the firm's webhooks that are not ended, oldest first.
func (s *Service) List(ctx context.Context, by authz.Actor) (out []Webhook, err error) {
	defer fault.Op(&err, "webhook.List")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := may(a, by, authz.FirmConnect); err != nil {
			return err
		}
		rows, err := live(a)
		if err != nil {
			return err
		}
		out = make([]Webhook, len(rows))
		for i, r := range rows {
			if out[i], err = r.shown(a, by); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// Show returns one webhook; an ended one is absent.
func (s *Service) Show(ctx context.Context, by authz.Actor, of id.Webhook) (w Webhook, err error) {
	defer fault.Op(&err, "webhook.Show(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		r, err := open(a, by, of)
		if err != nil {
			return err
		}
		w, err = r.shown(a, by)
		return err
	})
	return w, err
}

func open(a *act.Act, by authz.Actor, of id.Webhook) (row, error) {
	if err := may(a, by, authz.FirmConnect); err != nil {
		return row{}, err
	}
	return load(a, of)
}

// mine is open for what only the owner may do, whose rights the webhook has:
// anybody else would be told what is for her.
func mine(a *act.Act, by authz.Actor, of id.Webhook) (row, error) {
	if err := may(a, by, authz.FirmTell); err != nil {
		return row{}, err
	}
	r, err := load(a, of)
	if err == nil && r.Owner != by.Person {
		return row{}, fault.New(fault.Forbidden, "webhook.not_owner")
	}
	return r, err
}

// Change gives a webhook of one's own another address and other kinds. What
// waits goes to the new address.
func (s *Service) Change(ctx context.Context, by authz.Actor, of id.Webhook, n New) (err error) {
	defer fault.Op(&err, "webhook.Change(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		_, err := mine(a, by, of)
		return err
	})
	if err != nil {
		return err
	}
	if n, err = s.check(n); err != nil {
		return err
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r, err := mine(a, by, of)
		if err != nil {
			return err
		}
		r.Address, r.Kinds = n.Address, n.Kinds
		return r.change(a, by, changed{What: "address", Kinds: n.Kinds})
	})
}

// change writes the row and its line in the journal.
func (r row) change(a *act.Act, by authz.Actor, c changed) error {
	if err := r.put(a, updateWebhook); err != nil {
		return err
	}
	_, err := a.Record(by, "webhook.changed", "", string(r.ID), c)
	return err
}

// Rotate gives a webhook of one's own a new secret, shown once. For a day the
// former one signs as well, so that the receiver can change over at leisure.
func (s *Service) Rotate(ctx context.Context, by authz.Actor, of id.Webhook) (secret string, err error) {
	defer fault.Op(&err, "webhook.Rotate(%s)", of)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r, err := mine(a, by, of)
		if err != nil {
			return err
		}
		r.former, r.FormerUntil = r.secret, store.Time(store.Micros(a.Now.Add(overlap)))
		r.secret = newSecret()
		secret = secretText(r.secret)
		return r.change(a, by, changed{What: "secret"})
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// Pause stops a webhook where it stands: nothing is sent until it is resumed,
// and nothing is lost.
func (s *Service) Pause(ctx context.Context, by authz.Actor, of id.Webhook) (err error) {
	defer fault.Op(&err, "webhook.Pause(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r, err := open(a, by, of)
		if err != nil {
			return err
		}
		r.State, r.Reason = Paused, ByHand
		return r.change(a, by, changed{What: "state", State: Paused})
	})
}

// Resume goes on where a webhook was paused: what happened meanwhile is sent
// now. Conflict "webhook.owner_gone" when its owner may not keep webhooks.
func (s *Service) Resume(ctx context.Context, by authz.Actor, of id.Webhook) (err error) {
	defer fault.Op(&err, "webhook.Resume(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r, err := open(a, by, of)
		if err != nil {
			return err
		}
		_, refused, err := r.owner(a)
		if err != nil {
			return err
		}
		if refused {
			return fault.New(fault.Conflict, "webhook.owner_gone")
		}
		r.State, r.Reason = Active, ByHand
		if err := a.Write(updateFailing, of, 0); err != nil {
			return err
		}
		if err := a.Write(hasten, of, store.Micros(a.Now)); err != nil {
			return err
		}
		if err := wake(a, of); err != nil {
			return err
		}
		return r.change(a, by, changed{What: "state", State: Active})
	})
}

// End forgets a webhook's address, secrets and what waits for it.
func (s *Service) End(ctx context.Context, by authz.Actor, of id.Webhook) (err error) {
	defer fault.Op(&err, "webhook.End(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r, err := open(a, by, of)
		if err != nil {
			return err
		}
		r.State, r.Reason, r.Address, r.secret, r.former = Ended, ByHand, "", nil, nil
		if err := r.put(a, updateWebhook); err != nil {
			return err
		}
		if err := a.Write(deleteWaiting, of); err != nil {
			return err
		}
		_, err = a.Record(by, "webhook.ended", "", string(of), nil)
		return err
	})
}

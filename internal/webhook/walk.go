package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/event"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/store"
)

// The jobs of this package: one finds what a webhook is to be told, the other
// sends it. SendJob waits for servers of strangers (outbox.Config.Slow).
const (
	WalkJob = "webhook.walk"
	SendJob = "webhook.send"
)

// errand is the payload of both.
type errand struct {
	Webhook id.Webhook `json:"webhook"`
}

// Handlers are the jobs of webhooks.
func (s *Service) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{WalkJob: handle(s.walk), SendJob: handle(s.send)}
}

func handle(work func(context.Context, id.Firm, id.Webhook) error) outbox.Handler {
	return func(ctx context.Context, f id.Firm, j outbox.Job) (err error) {
		defer fault.Op(&err, "%s(%s)", j.Kind, j.ID)
		var e errand
		if err := json.Unmarshal(j.Payload, &e); err != nil {
			return fmt.Errorf("payload: %w", err)
		}
		err = work(ctx, f, e.Webhook)
		if fault.Is(err, fault.NotFound) {
			return nil // it was ended meanwhile
		}
		return err
	}
}

// Placed has every webhook of a firm that has not looked at all size entries of
// the journal look on: give it to act.Sequencer.Tell.
func (s *Service) Placed(ctx context.Context, f id.Firm, size int64) (err error) {
	defer fault.Op(&err, "webhook.Placed")
	var behind []id.Webhook
	err = s.office.See(ctx, f, func(a *act.Act) error {
		return a.Each(selectBehind, []any{size}, func(scan func(...any) error) error {
			var w id.Webhook
			err := scan(&w)
			behind = append(behind, w)
			return err
		})
	})
	if err != nil || len(behind) == 0 {
		return err
	}
	return s.office.Keep(ctx, f, func(a *act.Act) error {
		for _, w := range behind {
			if err := a.Follow(WalkJob, string(w), a.Now, errand{w}); err != nil {
				return err
			}
		}
		return nil
	})
}

// wake has a webhook look on and send.
func wake(a *act.Act, of id.Webhook) error {
	if err := a.Follow(WalkJob, string(of), a.Now, errand{of}); err != nil {
		return err
	}
	return sendSoon(a, of)
}

func sendSoon(a *act.Act, of id.Webhook) error {
	return a.Follow(SendJob, string(of)+"/now", a.Now, errand{of})
}

// sendLater plans a sending for what waits until then. A sooner one does not
// stand in its way, nor does it stand in the way of a sooner one.
func sendLater(a *act.Act, of id.Webhook, due time.Time) error {
	return a.Follow(SendJob, string(of)+"/"+strconv.FormatInt(due.Unix()/60, 10), due, errand{of})
}

// walk goes through the journal to its end.
func (s *Service) walk(ctx context.Context, f id.Firm, of id.Webhook) error {
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if more, err = s.step(ctx, f, of); err != nil {
			return err
		}
	}
	return nil
}

// stride is how many events one transaction writes down.
const stride = 200

// step looks at the next entries of the journal with the rights that the owner
// has now, and writes down in one transaction what is to be sent and how far
// was looked. It reads in another one, so that writers need not wait; when two
// walk at once, one of them writes and the other looks again.
func (s *Service) step(ctx context.Context, f id.Firm, of id.Webhook) (more bool, err error) {
	var r row
	var events []event.Event
	var next int64
	var refused bool
	err = s.office.See(ctx, f, func(a *act.Act) error {
		if r, err = load(a, of); err != nil || r.State != Active {
			return err
		}
		var by authz.Actor
		if by, refused, err = r.owner(a); err != nil || refused {
			return err
		}
		events, next, err = s.events.In(a, by, event.Query{After: r.position, Kinds: r.Kinds, Limit: stride})
		return err
	})
	switch {
	case err != nil || r.State != Active:
		return false, err
	case refused:
		return false, s.stop(ctx, f, r, OwnerGone)
	case next == r.position:
		return false, nil
	}
	return true, s.office.Keep(ctx, f, func(a *act.Act) error {
		moved, err := a.Exec(updatePosition, of, next, r.position)
		if err != nil || moved == 0 || len(events) == 0 {
			return err
		}
		for _, e := range events {
			if err := a.Write(insertNotice, id.New[id.Notice](a.Now), of, e.Position, e.Kind, store.Micros(a.Now)); err != nil {
				return err
			}
		}
		return sendSoon(a, of)
	})
}

// stop pauses a webhook for a reason that nobody chose.
func (s *Service) stop(ctx context.Context, f id.Firm, r row, why Reason) error {
	return s.office.Do(ctx, f, func(a *act.Act) error {
		r, err := load(a, r.ID)
		if err != nil {
			return err
		}
		r.State, r.Reason = Paused, why
		by := authz.Actor{Person: r.Owner, Firm: f, Via: authz.ViaJob}
		return r.change(a, by, changed{What: "state", State: Paused, Reason: why})
	})
}

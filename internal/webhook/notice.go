package webhook

import (
	"context"
	"errors"
	"math"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Standing is where the sending of one event stands.
type Standing string

const (
	Waiting   Standing = "waiting"
	Delivered Standing = "delivered" // the peer answered 2xx
	Failed    Standing = "failed"    // given up; it can be sent again
)

// Notice is one event on its way to one webhook. Its ID is the webhook-id of
// every attempt. Kind is "ping" for a test, and empty for whoever does not own
// the webhook. Status is that of the last answer, 0 for none; Failure is a
// class of package outbound, or "answer" for a status that is not 2xx.
type Notice struct {
	ID       id.Notice
	Kind     string
	State    Standing
	Attempts int
	Status   int
	Failure  string
	Created  time.Time // since when it waits or waited
	Tried    time.Time // zero: not yet
	Due      time.Time // of a waiting one
}

// Log asks for the last notices of a webhook, or for those that failed: Limit
// of them (1 to 200), older than Before unless it is empty.
type Log struct {
	Webhook id.Webhook
	Failed  bool
	Before  id.Notice
	Limit   int
}

const mostListed = 200

// Keep is how long what was sent, or given up, stays in the log.
const Keep = 30 * 24 * time.Hour

// Notices returns a page of the log, the newest first. A notice to go on from
// that is not there any more is absent.
func (s *Service) Notices(ctx context.Context, by authz.Actor, l Log) (out []Notice, err error) {
	defer fault.Op(&err, "webhook.Notices(%s)", l.Webhook)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		r, err := open(a, by, l.Webhook)
		if err != nil {
			return err
		}
		created, position := int64(math.MaxInt64), int64(0)
		if l.Before != "" {
			var state Standing
			if err := a.Row(selectMark, []any{l.Webhook, l.Before}, &state, &created, &position); err != nil {
				return absent(err)
			}
		}
		stmt := selectNotices
		if l.Failed {
			stmt = selectFailed
		}
		out = nil
		args := []any{l.Webhook, created, position, min(max(l.Limit, 1), mostListed)}
		return a.Each(stmt, args, func(scan func(...any) error) error {
			n, err := readNotice(scan)
			if r.Owner != by.Person && n.Kind != ping {
				n.Kind = ""
			}
			out = append(out, n)
			return err
		})
	})
	return out, err
}

func readNotice(scan func(...any) error) (n Notice, err error) {
	var position, due, created, tried int64
	err = scan(&n.ID, &position, &n.Kind, &n.State, &n.Attempts, &due, &n.Status, &n.Failure, &created, &tried)
	n.Created, n.Tried = store.Time(created), store.Time(tried)
	if n.State == Waiting {
		n.Due = store.Time(due)
	}
	return n, err
}

// Ping sends a test that tells nothing; it shows in the log. Conflict
// "webhook.paused" unless the webhook is active.
func (s *Service) Ping(ctx context.Context, by authz.Actor, of id.Webhook) (n id.Notice, err error) {
	defer fault.Op(&err, "webhook.Ping(%s)", of)
	err = s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		if _, err := running(a, by, of); err != nil {
			return err
		}
		n = id.New[id.Notice](a.Now)
		if err := a.Write(putPing, n, of, ping, store.Micros(a.Now)); err != nil {
			return err
		}
		if err := a.Settle(by, string(n)); err != nil {
			return err
		}
		return sendSoon(a, of)
	})
	return n, err
}

// running is open for what is of use to an active webhook only.
func running(a *act.Act, by authz.Actor, of id.Webhook) (row, error) {
	r, err := open(a, by, of)
	if err == nil && r.State != Active {
		return row{}, fault.New(fault.Conflict, "webhook.paused")
	}
	return r, err
}

// Replay sends one notice again, under the same identifier, whatever became of
// it. Conflict "webhook.waits" when it waits to be sent anyway.
func (s *Service) Replay(ctx context.Context, by authz.Actor, of id.Webhook, n id.Notice) (err error) {
	defer fault.Op(&err, "webhook.Replay(%s, %s)", of, n)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := running(a, by, of); err != nil {
			return err
		}
		var state Standing
		var created, position int64
		if err := a.Row(selectMark, []any{of, n}, &state, &created, &position); err != nil {
			return absent(err)
		}
		if state == Waiting {
			return fault.New(fault.Conflict, "webhook.waits")
		}
		if err := a.Write(replayOne, of, n, store.Micros(a.Now)); err != nil {
			return err
		}
		return replayed(a, by, of, changed{Count: 1})
	})
}

// ReplayFailed sends everything again that was given up and is still in the
// log, and returns how much that is. Conflict "webhook.nothing_failed" when it
// is nothing.
func (s *Service) ReplayFailed(ctx context.Context, by authz.Actor, of id.Webhook) (count int, err error) {
	defer fault.Op(&err, "webhook.ReplayFailed(%s)", of)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := running(a, by, of); err != nil {
			return err
		}
		n, err := a.Exec(replayFailed, of, store.Micros(a.Now))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "webhook.nothing_failed")
		}
		count = int(n)
		return replayed(a, by, of, changed{Count: n})
	})
	return count, err
}

// ReplaySince sends everything again that happened since an instant of the last
// thirty days, with what happened up to a minute before; what was sent already
// keeps its identifier. Invalid in the field "from".
func (s *Service) ReplaySince(ctx context.Context, by authz.Actor, of id.Webhook, from time.Time) (err error) {
	defer fault.Op(&err, "webhook.ReplaySince(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := running(a, by, of); err != nil {
			return err
		}
		if from.After(a.Now) || from.Before(a.Now.Add(-Keep)) {
			return fault.New(fault.Invalid, "webhook.replay_when").In("from")
		}
		position, err := s.events.From(a, from)
		if err != nil {
			return err
		}
		if err := a.Write(replayFrom, of, position, store.Micros(a.Now)); err != nil {
			return err
		}
		if err := a.Write(rewind, of, position); err != nil {
			return err
		}
		return replayed(a, by, of, changed{From: &from})
	})
}

func replayed(a *act.Act, by authz.Actor, of id.Webhook, c changed) error {
	if err := wake(a, of); err != nil {
		return err
	}
	_, err := a.Record(by, "webhook.replayed", "", string(of), c)
	return err
}

// Sweep removes what has left the log of a firm's webhooks.
func (s *Service) Sweep(ctx context.Context, f id.Firm) error {
	return s.office.Keep(ctx, f, func(a *act.Act) error {
		return a.Write(deleteOld, store.Micros(a.Now.Add(-Keep)))
	})
}

func absent(err error) error {
	if errors.Is(err, store.ErrNoRow) {
		return fault.Absent().Because(err)
	}
	return err
}

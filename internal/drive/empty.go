package drive

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/store"
)

// Settle is the handler of [EmptyJob]. A file that is locked is still being
// written: it waits. Whoever announced it files it, with the rights she has
// now.
func (s *Service) Settle(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "drive.Settle")
	var e Empty
	if err := json.Unmarshal(j.Payload, &e); err != nil {
		return fmt.Errorf("drive: payload of %s: %w", EmptyJob, err)
	}
	by := authz.Actor{Person: e.Person, Firm: of, Via: authz.ViaDrive}
	at, wait, err := s.announced(ctx, &by, e)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil // something has followed, or she may not go there any more
	case err != nil:
		return err
	case wait > 0:
		return s.keep(ctx, by, func(v *visit) error {
			return v.a.Follow(EmptyJob, string(e.Scratch)+"/"+v.a.Now.Format(time.TimeOnly), v.a.Now.Add(wait), e)
		})
	}
	err = s.file(ctx, by, at, Incoming{Body: noBytes{}})
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return nil // she may not file it any more; the sweep forgets the rest
	}
	return err
}

// announced finds what an announcement stands for, and how long it is still to
// wait.
func (s *Service) announced(ctx context.Context, by *authz.Actor, e Empty) (at spot, wait time.Duration, err error) {
	err = s.see(ctx, *by, func(v *visit) error {
		card, err := firm.ActiveCard(v.a, e.Person)
		if err != nil {
			return err
		}
		by.Role, v.by.Role = card.Role, card.Role
		if at, err = v.walk(e.Path); err != nil {
			return err
		}
		if at.row == nil || at.row.id != e.Scratch || at.row.kind != empty {
			return fault.Absent().Because(errGone)
		}
		wait, err = v.waits(at)
		return err
	})
	return at, wait, err
}

// waits is until when a lock of the actor shows that she still writes.
func (v *visit) waits(at spot) (wait time.Duration, err error) {
	all, err := v.locks(at.in.space)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	chain, err := v.chain(at)
	if err != nil {
		return 0, err
	}
	for _, h := range all {
		if i, ok := h.reaches(chain); ok && i == len(chain)-1 && h.person == v.by.Person {
			wait = max(wait, h.expires.Sub(v.a.Now)+time.Second)
		}
	}
	return min(wait, keepEmpty), nil
}

// expired drops the locks that have ended and returns the scratch that has.
func (s *Service) expired(ctx context.Context, of id.Firm) (map[id.Scratch]id.Blob, error) {
	old := map[id.Scratch]id.Blob{}
	err := s.office.Keep(ctx, of, func(a *act.Act) error {
		clear(old)
		if err := a.Write(deleteLocks, store.Micros(a.Now)); err != nil {
			return err
		}
		return a.Each(selectStale, []any{store.Micros(age(a.Now)), stale}, func(scan func(...any) error) error {
			var r id.Scratch
			var b id.Blob
			err := scan(&r, &b)
			old[r] = b
			return err
		})
	})
	return old, err
}

// forget removes a row.
func (s *Service) forget(ctx context.Context, of id.Firm, r id.Scratch) error {
	return s.office.Keep(ctx, of, func(a *act.Act) error {
		return a.Write(deleteScratch, r)
	})
}

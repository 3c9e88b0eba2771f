package vigilance

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/space"
)

// Jobs of dossiers.
const (
	WatchJob  = "vigilance.watch"  // payload [Watch]: have who answers for the space look at it again
	EraseJob  = "vigilance.erase"  // payload [Watch]: all of it, once the law no longer wants it kept
	NoticeJob = "notice.vigilance" // payload [Notice]: to one lawyer, that something is to be looked at
)

// Watch names the edition of a dossier that is to be looked at; changed meanwhile, another
// stands in its place, with a day of its own.
type Watch struct {
	Space   id.Space
	Edition int
}

// Notice names who is told.
type Notice struct {
	Watch
	Person id.Person
}

// hour is that of the morning at which dossiers are looked at.
const hour = 9

// morning is when the work of a civil day begins.
func (s *Service) morning(day string) time.Time {
	at, _ := time.ParseInLocation(time.DateOnly, day, s.zone) // reckoned here
	return time.Date(at.Year(), at.Month(), at.Day(), hour, 0, 0, 0, s.zone)
}

// Watch is the handler of [WatchJob]: one mail to the lawyer who answers for the space
// then. Nothing leaves for a dossier that was changed meanwhile.
func (s *Service) Watch(ctx context.Context, of id.Firm, j outbox.Job) error {
	return s.waking(j, func(w Watch) error {
		return s.office.Keep(ctx, of, func(a *act.Act) error {
			e, err := one(a, selectLast, w.Space)
			if err != nil || e.Number != w.Edition || len(e.Wants(s.law, s.Today(a.Now))) == 0 {
				return err
			}
			sp, err := space.Load(a, w.Space)
			if err != nil {
				return err
			}
			return a.Follow(NoticeJob, string(w.Space)+strconv.Itoa(w.Edition), a.Now, Notice{w, sp.Lead})
		})
	})
}

// Waits demands that the lawyer who was to be told still answers for the space, that who
// is told, she or who stands in for her, may see its dossier, and that nobody has looked
// at it meanwhile.
func Waits(a *act.Act, by authz.Actor, n Notice) error {
	if _, err := circle.Enter(a, by, n.Space, authz.VigilanceSee); err != nil {
		return err
	}
	sp, err := space.Load(a, n.Space)
	if err != nil {
		return err
	}
	e, err := one(a, selectLast, n.Space)
	if err == nil && (sp.Lead != n.Person || e.Number != n.Edition) {
		err = fault.Absent()
	}
	return err
}

// erased is what the journal keeps of an erasure.
type erased struct {
	Editions int64 `json:"editions"`
}

// Erase is the handler of [EraseJob]: it leaves nothing of a dossier whose relation ended
// so long ago that the law wants it kept no more. One that goes on, or ended later, stays.
func (s *Service) Erase(ctx context.Context, of id.Firm, j outbox.Job) error {
	return s.waking(j, func(w Watch) error {
		return s.office.Do(ctx, of, func(a *act.Act) error {
			e, err := one(a, selectLast, w.Space)
			if err != nil {
				return err
			}
			if until := e.until(s.law); until == "" || until >= s.Today(a.Now) {
				return fault.Absent()
			}
			n, err := a.Exec(deleteEditions, w.Space)
			if err != nil {
				return err
			}
			if err := a.Write(deleteScreening, w.Space); err != nil {
				return err
			}
			_, err = a.Record(authz.Actor{Person: e.By, Firm: a.Firm(), Via: authz.ViaJob}, "vigilance.erased", w.Space, string(w.Space), erased{n})
			return err
		})
	})
}

// waking reads what a job was written for; whose space was erased meanwhile is done.
func (s *Service) waking(j outbox.Job, do func(Watch) error) (err error) {
	defer fault.Op(&err, "vigilance.%s", j.Kind)
	var w Watch
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return fmt.Errorf("payload: %w", err)
	}
	if err := do(w); !fault.Is(err, fault.NotFound) {
		return err
	}
	return nil
}

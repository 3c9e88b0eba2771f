package request

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/store"
)

// Jobs of requests.
const (
	LadderJob   = "request.ladder"  // payload [Notice]: look whether somebody is to be reminded
	NoticeJob   = "notice.request"  // payload [Notice]: papers were asked of her
	ReminderJob = "notice.reminder" // payload [Notice]: they still are
	OverdueJob  = "notice.overdue"  // payload [Overdue]: to her lawyers, once reminders have had no answer
)

// Notice names whom to tell of the requests of a space. Whether any waits for
// her is decided again when the mail is composed.
type Notice struct {
	Space  id.Space
	Person id.Person
}

// Overdue names the lawyer to be told that somebody has not answered.
type Overdue struct {
	Space  id.Space
	Person id.Person // the lawyer
	Of     id.Person // who has not answered
}

// rung is one step of the ladder: so many days after a paper was asked for.
type rung struct {
	Days int    `json:"days"`
	Tell string `json:"tell"` // person · firm
}

//go:embed ladder.json
var ladderFile []byte

// ladder reads the steps; the program carries them, so a fault is one of ours.
func ladder() (out struct {
	Since string `json:"since"`
	Rungs []rung `json:"rungs"`
}, err error) {
	err = json.Unmarshal(ladderFile, &out)
	return out, err
}

// tell plans one notice of what is asked of a person; several requests within
// a minute make one.
func tell(a *act.Act, in id.Space, person id.Person) error {
	return a.Follow(NoticeJob, string(in)+string(person), a.Now.Add(time.Minute), Notice{in, person})
}

// climbFrom plans the look at the ladder that follows a number of reminders.
// Several may wait: each looks at what is still due, and does nothing when that
// is nothing.
func climbFrom(a *act.Act, in id.Space, person id.Person, since time.Time, reminders int) error {
	l, err := ladder()
	if err != nil || reminders >= len(l.Rungs) {
		return err
	}
	at := since.AddDate(0, 0, l.Rungs[reminders].Days)
	return a.Follow(LadderJob, string(in)+string(person)+at.Format(time.DateOnly), at, Notice{in, person})
}

// Climb is the handler of [LadderJob]: one mail for all that a person has left
// unanswered long enough, or, at the last step, one to each of her lawyers. An
// answer, « je ne l'ai pas » and a waiver take a request off the ladder by
// themselves, since only those that are still asked stand on it.
func (s *Service) Climb(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "request.Climb")
	var n Notice
	if err := json.Unmarshal(j.Payload, &n); err != nil {
		return fmt.Errorf("request: payload of %s: %w", LadderJob, err)
	}
	err = s.office.Keep(ctx, of, func(a *act.Act) error { return climb(a, n) })
	if fault.Is(err, fault.NotFound) {
		return nil // the space was erased
	}
	return err
}

func climb(a *act.Act, n Notice) error {
	l, err := ladder()
	if err != nil {
		return err
	}
	hers, err := waiting(a, n)
	if err != nil {
		return err
	}
	tell := map[string]bool{}
	for _, r := range hers {
		climbed := r.Reminders
		for climbed < len(l.Rungs) && !a.Now.Before(r.Changed.AddDate(0, 0, l.Rungs[climbed].Days)) {
			tell[l.Rungs[climbed].Tell] = true
			climbed++
		}
		if climbed > r.Reminders {
			if err := a.Write(updateReminded, r.ID, climbed, store.Micros(a.Now)); err != nil {
				return err
			}
		}
		if err := climbFrom(a, n.Space, n.Person, r.Changed, climbed); err != nil {
			return err
		}
	}
	switch by := (authz.Actor{Person: n.Person, Firm: a.Firm(), Role: authz.Outsider, Via: authz.ViaJob}); {
	case tell["person"]:
		if err := remind(a, by, n); err != nil {
			return err
		}
	case tell["firm"]:
		return overdue(a, n)
	}
	return nil
}

// waiting are the requests that still wait for an active member.
func waiting(a *act.Act, n Notice) ([]Request, error) {
	if err := askable(a, n.Space, n.Person); err != nil {
		if fault.Is(err, fault.Invalid) {
			return nil, nil // she has left
		}
		return nil, err
	}
	return read(a, n.Space, selectHers, n.Space, n.Person)
}

func remind(a *act.Act, by authz.Actor, n Notice) error {
	if _, err := a.Record(by, "request.reminded", n.Space, string(n.Person), nil); err != nil {
		return err
	}
	return a.Follow(ReminderJob, string(n.Space)+string(n.Person), a.Now, n)
}

func overdue(a *act.Act, n Notice) error {
	members, err := circle.Members(a, n.Space)
	if err != nil {
		return err
	}
	for _, m := range members {
		if !m.Active(a.Now) || m.Role != authz.Lead && m.Role != authz.Colleague {
			continue
		}
		if err := a.Follow(OverdueJob, string(n.Space)+string(n.Person)+string(m.Person), a.Now, Overdue{n.Space, m.Person, n.Person}); err != nil {
			return err
		}
	}
	return nil
}

// apart is how long two reminders by hand are apart.
const apart = 12 * time.Hour

// Remind reminds a person now of all that a space still asks of her. Faults:
// Invalid in the field person; Conflict when nothing waits for her, Busy when she was reminded in the last
// twelve hours.
func (s *Service) Remind(ctx context.Context, by authz.Actor, in id.Space, person id.Person) (err error) {
	defer fault.Op(&err, "request.Remind(%s)", in)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.RequestSeek); err != nil {
			return err
		}
		if err := askable(a, in, person); err != nil {
			return err
		}
		n := Notice{in, person}
		hers, err := waiting(a, n)
		if err != nil {
			return err
		}
		if len(hers) == 0 {
			return fault.New(fault.Conflict, "request.nothing_waits")
		}
		for _, r := range hers {
			if a.Now.Sub(r.Reminded) < apart {
				return fault.New(fault.Busy, "request.reminded_lately")
			}
		}
		for _, r := range hers {
			if err := a.Write(updateReminded, r.ID, r.Reminders, store.Micros(a.Now)); err != nil {
				return err
			}
		}
		return remind(a, by, n)
	})
}

// Waits demands that something is still asked of the person who is to be told.
func Waits(a *act.Act, by authz.Actor, in id.Space) error {
	return still(a, by, Notice{in, by.Person})
}

// WaitsFor demands, of a lawyer who is to be told, that somebody still has not
// answered.
func WaitsFor(a *act.Act, by authz.Actor, o Overdue) error {
	return still(a, by, Notice{o.Space, o.Of})
}

func still(a *act.Act, by authz.Actor, n Notice) error {
	f, err := circle.Facts(a, by, n.Space)
	if err != nil {
		return err
	}
	hers, err := waiting(a, n)
	if err != nil {
		return err
	}
	for _, r := range hers {
		if authz.Decide(by, authz.RequestSee, private(a, r), f).Allowed {
			return nil
		}
	}
	return fault.Absent()
}

package agenda

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/outbox"
	"cenacle/internal/store"
)

// Jobs of agendas.
const (
	RemindJob = "agenda.remind" // payload [Reminder]: look whether an event is still near
	NoticeJob = "notice.date"   // payload [Notice]: to one person, that something is
)

// Reminder names an event that is near, and when it begins: moved meanwhile, it has
// another.
type Reminder struct {
	Space id.Space
	Event id.Item
	From  int64 // µs
}

// Notice names whom to remind of an event. Whether it still is to be, and is for
// her, is decided again when the mail is composed.
type Notice struct {
	Reminder
	Person id.Person
}

// morning is the hour, of the day before, at which people are reminded.
const morning = 9

// remindAt is when people are reminded of what begins at from.
func remindAt(from time.Time) time.Time {
	y, m, d := from.Date()
	return time.Date(y, m, d-1, morning, 0, 0, 0, from.Location())
}

// plan has people reminded of an event on the morning before; of a series, of the
// next of its dates, which plans the one after it. Of what is nearer than that they have
// just been told.
func (s *Service) plan(a *act.Act, e Event) error {
	for _, o := range e.Occurrences(s.zone) {
		at := remindAt(o.From.In(s.zone))
		if o.Cancelled || !a.Now.Before(at) {
			continue
		}
		return a.Follow(RemindJob, string(e.ID)+number(store.Micros(o.From)), at, Reminder{e.Space, e.ID, store.Micros(o.From)})
	}
	return nil
}

// Remind is the handler of [RemindJob]: one mail for each of those outside the firm
// who see the event; of what stays within the firm, for each of its own people who
// do. Nothing leaves for an event that was moved or cancelled meanwhile.
func (s *Service) Remind(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "agenda.Remind")
	var r Reminder
	if err := json.Unmarshal(j.Payload, &r); err != nil {
		return fmt.Errorf("agenda: payload of %s: %w", RemindJob, err)
	}
	err = s.office.Keep(ctx, of, func(a *act.Act) error {
		e, _, err := stored(a, r.Space, r.Event, "")
		if err == nil && e.Repeats() {
			err = s.plan(a, e)
		}
		if err != nil {
			return err
		}
		if err := s.remind(a, r); !fault.Is(err, fault.NotFound) {
			return err
		}
		return nil // this date was moved or cancelled; the next one is planned
	})
	if fault.Is(err, fault.NotFound) {
		return nil // moved, cancelled, or erased with its space
	}
	return err
}

func (s *Service) remind(a *act.Act, r Reminder) error {
	e, on, err := near(a, r, s.zone)
	if err != nil {
		return err
	}
	members, err := document.Explain(a, on, authz.AgendaSee)
	if err != nil {
		return err
	}
	told := 0
	for _, m := range members {
		if !m.Sees || m.Role.Inside() != on.Internal {
			continue
		}
		told++
		if err := a.Follow(NoticeJob, string(r.Event)+string(m.Person)+number(r.From), a.Now, Notice{r, m.Person}); err != nil {
			return err
		}
	}
	if told == 0 {
		return nil
	}
	_, err = a.Record(authz.Actor{Person: e.By, Firm: a.Firm(), Via: authz.ViaJob}, "agenda.reminded", r.Space, string(r.Event), nil)
	return err
}

// near is an event, or the date of a series, as it stands; absent unless it still
// begins then, and is still to be.
func near(a *act.Act, r Reminder, zone *time.Location) (Event, authz.Resource, error) {
	on, err := item.Standing(a, r.Event)
	if err != nil {
		return Event{}, on, err
	}
	e, _, err := stored(a, r.Space, r.Event, "")
	if err != nil {
		return e, on, err
	}
	for _, o := range e.Occurrences(zone) {
		if !o.Cancelled && store.Micros(o.From) == r.From && (a.Now.Before(o.To) || a.Now.Before(o.From)) {
			return e, on, nil
		}
	}
	return e, on, fault.Absent()
}

// Near demands, of a person who is to be reminded, that the event still is to be,
// and that she may see it. The clock of the act is in the zone of the house.
func Near(a *act.Act, by authz.Actor, n Notice) error {
	if _, _, err := near(a, n.Reminder, a.Now.Location()); err != nil {
		return err
	}
	_, _, err := item.Open(a, by, n.Space, item.Event, n.Event, authz.AgendaSee)
	return err
}

// Called is what an event is called; the caller has opened it.
func Called(a *act.Act, in id.Space, of id.Item) (string, error) {
	e, _, err := stored(a, in, of, "")
	return e.Title, err
}

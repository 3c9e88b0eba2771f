package group

import (
	"context"
	"encoding/json"
	"fmt"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// EnterJob lets who joined a group into the spaces that the act left, LeaveJob takes
// people out of those that it left.
const (
	EnterJob = "group.enter"
	LeaveJob = "group.leave"
)

// atOnce is how many seats one transaction changes.
const atOnce = 40

// going is the payload of both jobs.
type going struct {
	Group  id.Group  `json:"group"`
	Person id.Person `json:"person,omitempty"` // of [LeaveJob]: empty for everybody
	By     id.Person `json:"by"`
	After  id.Space  `json:"after,omitempty"` // of [EnterJob]: the last space that was looked at
	Until  int64     `json:"until,omitempty"` // of [LeaveJob]: seats that were given later stay (µs)
}

func read(j outbox.Job) (g going, err error) {
	if err = json.Unmarshal(j.Payload, &g); err != nil {
		err = fmt.Errorf("group: payload of %s: %w", j.Kind, err)
	}
	return g, err
}

func (g going) actor(a *act.Act) authz.Actor {
	return authz.Actor{Person: g.By, Firm: a.Firm(), Via: authz.ViaJob}
}

// Enter is the handler of [EnterJob].
func (s *Service) Enter(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "group.Enter")
	g, err := read(j)
	if err != nil {
		return err
	}
	return s.office.Keep(ctx, of, func(a *act.Act) error {
		now, err := load(a, g.Group)
		if fault.Is(err, fault.NotFound) {
			return nil // dissolved meanwhile
		}
		if err != nil {
			return err
		}
		p, in := now.find(g.Person)
		if !in {
			return nil
		}
		return seat(a, g.actor(a), p, g)
	})
}

// seat lets who joined into the next spaces, and plans the rest.
func seat(a *act.Act, by authz.Actor, p Person, g going) error {
	all, next, err := attached(a, selectAttached, atOnce, g.Group, g.After, atOnce)
	if err != nil {
		return err
	}
	for _, x := range all {
		if err := sit(a, by, x, p); err != nil {
			return err
		}
		if err := space.Changed(a, x.Space); err != nil {
			return err
		}
	}
	if next == "" {
		return nil
	}
	g.After = next
	return a.Follow(EnterJob, "", a.Now, g)
}

// Leave is the handler of [LeaveJob].
func (s *Service) Leave(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "group.Leave")
	g, err := read(j)
	if err != nil {
		return err
	}
	return s.office.Keep(ctx, of, func(a *act.Act) error { return unseat(a, g.actor(a), g) })
}

// unseat takes people out of the next spaces, and plans the rest.
func unseat(a *act.Act, by authz.Actor, g going) error {
	all, more, err := circle.SeatsOf(a, g.Group, g.Person, store.Time(g.Until), atOnce)
	if err != nil {
		return err
	}
	for _, one := range all {
		if err := rise(a, by, one); err != nil {
			return err
		}
		if err := space.Changed(a, one.Space); err != nil {
			return err
		}
	}
	if !more {
		return nil
	}
	return a.Follow(LeaveJob, "", a.Now, g)
}

// joined is what the journal of a space keeps of who is let in by a group.
type joined struct {
	Role  authz.Role `json:"role"`
	Group id.Group   `json:"group"`
}

// entered is what it keeps of who enters or leaves its circle by one.
type entered struct {
	Person id.Person `json:"person"`
	Group  id.Group  `json:"group"`
}

// sit puts one of a group into a space that it is in. What is left there of an earlier
// time in the group ends first, so that she sees nothing of what was sent before.
func sit(a *act.Act, by authz.Actor, x Attached, p Person) error {
	card, err := firm.ActiveCard(a, p.Person)
	if fault.Is(err, fault.NotFound) || err == nil && !card.Role.Inside() {
		return nil // she has left the firm
	}
	if err != nil {
		return err
	}
	if err := former(a, by, x, p); err != nil {
		return err
	}
	role := authz.Colleague
	if card.Role == authz.FirmAssistant {
		role = authz.Assistant
	}
	m, _, err := circle.Sit(a, circle.Seat{Group: x.Group, Space: x.Space, Person: p.Person}, role, x.Circle, by.Person)
	switch {
	case err != nil:
	case m.Place:
		_, err = a.Record(by, "member.joined", x.Space, string(p.Person), joined{role, x.Group})
	case m.Circle != "":
		_, err = a.Record(by, "circle.entered", x.Space, string(m.Circle), entered{p.Person, x.Group})
	}
	return err
}

// former ends a seat that a job has not taken away yet.
func former(a *act.Act, by authz.Actor, x Attached, p Person) error {
	seats, err := circle.SeatsBy(a, x.Space, p.Person)
	if err != nil {
		return err
	}
	for _, one := range seats {
		if one.Group == x.Group && one.Since.Before(p.Since) {
			return rise(a, by, one)
		}
	}
	return nil
}

// rise ends a seat.
func rise(a *act.Act, by authz.Actor, s circle.Seat) error {
	m, err := circle.Unseat(a, s)
	switch {
	case err != nil:
	case m.Place:
		_, err = a.Record(by, "member.left", s.Space, string(s.Person), moved{s.Group})
	case m.Circle != "":
		_, err = a.Record(by, "circle.left", s.Space, string(m.Circle), entered{s.Person, s.Group})
	}
	return err
}

package absence

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/space"
)

// BeginJob has the deputy stand in where an absence begins, EndJob gives back what she
// had herself where one is over. Neither is what ends her right: that has an instant.
const (
	BeginJob = "absence.begin"
	EndJob   = "absence.end"
)

// atOnce is how many spaces one transaction changes.
const atOnce = 40

// going is the payload of both jobs: on with the spaces after one.
type going struct {
	Absence id.Absence `json:"absence"`
	After   id.Space   `json:"after,omitempty"`
}

// stood is what the journal of a space keeps.
type stood struct {
	Away  id.Person `json:"away"`
	Until time.Time `json:"until"`
}

func read(j outbox.Job) (g going, err error) {
	if err = json.Unmarshal(j.Payload, &g); err != nil {
		err = fmt.Errorf("absence: payload of %s: %w", j.Kind, err)
	}
	return g, err
}

// Begin is the handler of [BeginJob].
func (s *Service) Begin(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "absence.Begin")
	g, err := read(j)
	if err != nil {
		return err
	}
	return s.office.Keep(ctx, of, func(a *act.Act) error {
		x, err := load(a, g.Absence)
		if err != nil || !x.Running(a.Now) {
			return err
		}
		if there, err := both(a, x); err != nil || !there {
			return err // she has left the firm meanwhile
		}
		return stand(a, x, g.After)
	})
}

// stand has the deputy stand in in the next spaces, and plans the rest.
func stand(a *act.Act, x Absence, after id.Space) error {
	held, next, err := circle.HeldBy(a, x.Person, after, atOnce)
	if err != nil {
		return err
	}
	for _, h := range held {
		if x.Spaces != nil && !slices.Contains(x.Spaces, h.Space) {
			continue
		}
		if err := standIn(a, x, h.Space); err != nil {
			return err
		}
	}
	if next == "" {
		return nil
	}
	return a.Follow(BeginJob, string(x.ID), a.Now, going{x.ID, next})
}

// standIn has the deputy stand in in one space, where she can.
func standIn(a *act.Act, x Absence, in id.Space) error {
	stands, err := circle.Stand(a, circle.StandIn{Absence: x.ID, Space: in, Person: x.Deputy, Away: x.Person, Until: x.Ends})
	if err != nil || !stands {
		return err
	}
	by := authz.Actor{Person: cmp.Or(x.By, x.Person), Firm: a.Firm(), Via: authz.ViaJob}
	if _, err := a.Record(by, "absence.stands_in", in, string(x.Deputy), stood{x.Person, x.Ends}); err != nil {
		return err
	}
	return space.Changed(a, in)
}

// Cover is the handler of [circle.ArrivedJob]: who stands in for somebody in all of her
// spaces does so in one that she has come into since.
func (s *Service) Cover(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "absence.Cover")
	var at circle.Arrived
	if err := json.Unmarshal(j.Payload, &at); err != nil {
		return fmt.Errorf("absence: payload of %s: %w", j.Kind, err)
	}
	return s.office.Keep(ctx, of, func(a *act.Act) error {
		all, err := standing(a, selectOwn, at.Person)
		if err != nil {
			return err
		}
		for _, x := range all {
			if !x.Running(a.Now) || x.Spaces != nil {
				continue
			}
			there, err := both(a, x)
			if err != nil || !there {
				return err
			}
			if err := standIn(a, x, at.Space); err != nil {
				return err
			}
		}
		return nil
	})
}

// both reports whether who is away and who stands in are of the firm still.
func both(a *act.Act, x Absence) (bool, error) {
	for _, p := range []id.Person{x.Person, x.Deputy} {
		if _, err := firm.ActiveCard(a, p); fault.Is(err, fault.NotFound) {
			return false, nil
		} else if err != nil {
			return false, err
		}
	}
	return true, nil
}

// Finish is the handler of [EndJob].
func (s *Service) Finish(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "absence.Finish")
	g, err := read(j)
	if err != nil {
		return err
	}
	return s.office.Keep(ctx, of, func(a *act.Act) error {
		x, err := load(a, g.Absence)
		if err != nil || x.Stands(a.Now) {
			return err
		}
		return standDown(a, authz.Actor{Person: x.Person, Firm: a.Firm(), Via: authz.ViaJob}, x)
	})
}

// standDown ends it in the next spaces, and plans the rest.
func standDown(a *act.Act, by authz.Actor, x Absence) error {
	all, err := circle.StandInsOf(a, x.ID, atOnce)
	if err != nil {
		return err
	}
	for _, s := range all {
		if _, _, err := circle.StandDown(a, s.Space, s.Person); err != nil {
			return err
		}
		if _, err := a.Record(by, "absence.stood_down", s.Space, string(x.Deputy), stood{x.Person, x.Ends}); err != nil {
			return err
		}
		if err := space.Changed(a, s.Space); err != nil {
			return err
		}
	}
	if len(all) < atOnce {
		return nil
	}
	return a.Follow(EndJob, string(x.ID)+" rest", a.Now, going{Absence: x.ID})
}

package lifecycle

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
)

// maxWallReason is the most characters of a reason.
const maxWallReason = 500

// Wall is one that stands, with the names of the two people.
type Wall struct {
	circle.Wall
	Name   string
	ByName string
	Over   bool // its last day has passed: nothing stops that she is let in again
}

// NewWall is a wall about to be raised; Until is its last day, or empty.
type NewWall struct {
	Space  id.Space
	Person id.Person
	Until  string
	Reason string
}

// walled is what the journal keeps of a wall, never why in words of a file.
type walled struct {
	Until string `json:"until,omitempty"`
}

// Walls tells the lawyers of a space whom one of them keeps out of it, and why.
func (s *Service) Walls(ctx context.Context, by authz.Actor, in id.Space) (out []Wall, err error) {
	defer fault.Op(&err, "lifecycle.Walls(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.WallSee); err != nil {
			return err
		}
		all, err := circle.Walls(a, in)
		if err != nil {
			return err
		}
		var people []id.Person
		for _, w := range all {
			people = append(people, w.Person, w.By)
		}
		names, err := firm.Names(a, people)
		for _, w := range all {
			out = append(out, Wall{w, names[w.Person], names[w.By], w.Over(a.Now)})
		}
		return err
	})
	return out, err
}

// RaiseWall keeps a member of a space, or a colleague who might become one, out
// of it: from that moment nothing in it is hers, on any channel, and nobody lets
// her in until it is lifted or its last day has passed. She is not told. Faults
// in the fields person, until and reason.
func (s *Service) RaiseWall(ctx context.Context, by authz.Actor, n NewWall) (err error) {
	defer fault.Op(&err, "lifecycle.RaiseWall(%s, %s)", n.Space, n.Person)
	return s.walling(ctx, by, n.Space, authz.WallRaise, func(a *act.Act) error {
		if err := n.check(a.Now); err != nil {
			return err
		}
		if n.Person == by.Person {
			return fault.New(fault.Invalid, "lifecycle.wall_self").In("person")
		}
		if err := concerned(a, n.Space, n.Person); err != nil {
			return err
		}
		if err := circle.Raise(a, n.Space, circle.Wall{Person: n.Person, By: by.Person, Until: n.Until, Reason: n.Reason}); err != nil {
			return err
		}
		if err := unlink(a, by, n.Space, n.Person); err != nil {
			return err
		}
		_, err := a.Record(by, "wall.raised", n.Space, string(n.Person), walled{n.Until})
		return err
	})
}

// LiftWall lets a person be added to a space again. It gives her nothing back.
func (s *Service) LiftWall(ctx context.Context, by authz.Actor, in id.Space, person id.Person) (err error) {
	defer fault.Op(&err, "lifecycle.LiftWall(%s, %s)", in, person)
	return s.walling(ctx, by, in, authz.WallLift, func(a *act.Act) error {
		if err := circle.Unwall(a, in, person); err != nil {
			return err
		}
		_, err := a.Record(by, "wall.lifted", in, string(person), nil)
		return err
	})
}

// walling runs an act on the walls of a space and tells its open pages.
func (s *Service) walling(ctx context.Context, by authz.Actor, of id.Space, do authz.Action, run func(*act.Act) error) error {
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, of, do); err != nil {
			return err
		}
		if err := run(a); err != nil {
			return err
		}
		return circle.Announce(a, of)
	})
}

func (n *NewWall) check(now time.Time) error {
	n.Reason = strings.TrimSpace(n.Reason)
	var wrong fault.Fields
	switch {
	case n.Reason == "" || !utf8.ValidString(n.Reason):
		wrong.Add("reason", "lifecycle.wall_reason_missing")
	case utf8.RuneCountInString(n.Reason) > maxWallReason:
		wrong.Add("reason", "lifecycle.wall_reason_long", maxWallReason)
	}
	if n.Until != "" {
		if _, err := time.Parse(time.DateOnly, n.Until); err != nil {
			wrong.Add("until", "lifecycle.wall_until_unreadable")
		} else if (circle.Wall{Until: n.Until}).Over(now) {
			wrong.Add("until", "lifecycle.wall_until_past")
		}
	}
	return wrong.Err()
}

// concerned demands that somebody is or was a member of a space, or is one of the
// firm's own people.
func concerned(a *act.Act, in id.Space, person id.Person) error {
	members, err := circle.Members(a, in)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(members, func(m circle.Member) bool { return m.Person == person }) {
		return nil
	}
	_, err = insider(a, person)
	if fault.Is(err, fault.Invalid) {
		err = fault.New(fault.Invalid, "lifecycle.wall_nobody").In("person").Because(err)
	}
	return err
}

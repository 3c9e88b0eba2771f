package lifecycle

import (
	"context"
	"encoding/json"
	"fmt"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/mail"
	"cenacle/internal/notice"
	"cenacle/internal/outbox"
)

// gathers makes the handler of [notice.GatherJob]: all that waited for her hour and
// may still be told is told in one mail, which says of how many spaces and of none
// which.
func (p post) gathers(plans map[string]plan) outbox.Handler {
	return func(ctx context.Context, f id.Firm, j outbox.Job) (err error) {
		defer fault.Op(&err, "lifecycle.%s(%s)", j.Kind, j.ID)
		var n notice.Gather
		if err := json.Unmarshal(j.Payload, &n); err != nil {
			return fmt.Errorf("payload: %w", err)
		}
		var g gathering
		err = p.office.Keep(ctx, f, func(a *act.Act) (err error) {
			g, err = gather(a, n.Person, plans, j.Attempt > 1)
			return err
		})
		if err != nil {
			return err
		}
		if e, any := g.errand(f); any {
			err := p.send(ctx, g.by, j, e)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		return p.office.Keep(ctx, f, func(a *act.Act) error { return notice.Told(a, g.done) })
	}
}

// gathering is what is due to a person: what of it may still be told, and all that need not
// wait any more once it has been.
type gathering struct {
	by     authz.Actor
	tell   []errand
	spaces map[id.Space]bool
	done   []notice.Waiting
}

// gather is what is due to a person. Of a space that a mail has just left about it waits on,
// unless this is another attempt at that mail.
func gather(a *act.Act, of id.Person, plans map[string]plan, again bool) (gathering, error) {
	g := gathering{spaces: map[id.Space]bool{}}
	due, err := notice.Due(a, of)
	if err != nil {
		return g, err
	}
	for _, w := range due {
		read, known := plans[w.Kind]
		if !known {
			return g, fmt.Errorf("no plan for %s", w.Kind)
		}
		e, err := read(w.Payload)
		if err != nil {
			return g, err
		}
		if err := g.take(a, w, e, again); err != nil {
			return g, err
		}
	}
	return g, nil
}

// take is one thing that is due.
func (g *gathering) take(a *act.Act, w notice.Waiting, e errand, again bool) error {
	by, err := e.reader(a)
	if fault.Is(err, fault.NotFound) {
		g.done = append(g.done, w) // gone, read, or no longer for her
		return nil
	}
	if err != nil {
		return err
	}
	if !again && !g.spaces[e.space] {
		rested, err := notice.Rested(a, e.space, e.person)
		if err != nil {
			return err
		}
		if rested = e.inTime(a, rested); rested.After(a.Now) {
			return notice.Postpone(a, e.person, w, rested)
		}
		if err := e.begins(a); err != nil {
			return err
		}
	}
	g.by, g.tell, g.spaces[e.space], g.done = by, append(g.tell, e), true, append(g.done, w)
	return nil
}

// errand is the one mail for all of it: of one space what is expected of her before
// what is new; of several that there is something in them.
func (g gathering) errand(of id.Firm) (errand, bool) {
	if len(g.tell) == 0 {
		return errand{}, false
	}
	first := g.tell[0]
	for _, e := range g.tell {
		if e.kind < first.kind {
			first = e
		}
	}
	if len(g.spaces) > 1 {
		first = errand{
			person: first.person, at: place(of, ""),
			say: func(path string) mail.Notice { return mail.Gathered{Path: path, Spaces: len(g.spaces)} },
		}
	}
	first.left = g.left
	return first, true
}

// left keeps of each that the mail has left.
func (g gathering) left(a *act.Act, by authz.Actor) error {
	for _, e := range g.tell {
		if e.left == nil {
			continue
		}
		if err := e.left(a, by); err != nil {
			return err
		}
	}
	return nil
}

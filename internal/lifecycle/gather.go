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
		err = p.office.See(ctx, f, func(a *act.Act) (err error) {
			g, err = gather(a, n.Person, plans)
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
		return p.office.Keep(ctx, f, func(a *act.Act) error { return notice.Told(a, g.due) })
	}
}

// gathering is what is due to a person: all of it, and what of it may still be told.
type gathering struct {
	due    []notice.Waiting
	by     authz.Actor
	tell   []errand
	spaces map[id.Space]bool
}

func gather(a *act.Act, of id.Person, plans map[string]plan) (gathering, error) {
	g := gathering{spaces: map[id.Space]bool{}}
	var err error
	if g.due, err = notice.Due(a, of); err != nil {
		return g, err
	}
	for _, w := range g.due {
		read, known := plans[w.Kind]
		if !known {
			return g, fmt.Errorf("no plan for %s", w.Kind)
		}
		e, err := read(w.Payload)
		if err != nil {
			return g, err
		}
		by, err := e.reader(a)
		if fault.Is(err, fault.NotFound) {
			continue // gone, read, or no longer for her
		}
		if err != nil {
			return g, err
		}
		g.by, g.tell, g.spaces[e.space] = by, append(g.tell, e), true
	}
	return g, nil
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

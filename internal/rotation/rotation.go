// Package rotation replaces keys while servers run: the root key of the
// installation, the key of a firm, the key of a space. What they wrap is wrapped
// again; documents keep their own keys and their bytes are not touched.
//
// It refuses to destroy an old key before a whole pass has found nothing under it,
// to end the old root key while a node runs that was started with it, and to leave
// a half-way state that anybody must know of: each step is a transaction, the rows
// say how far it came, and running it again goes on from there. Two that run at
// once do the work of one.
//
// Start at [Rotation.Spaces]; what each step promises is said in package vault
// (rotate.go, root.go) and doc/decisions/034-rotation.md.
package rotation

import (
	"context"
	"errors"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/drive"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/vault"
)

// Kind is the journal's line of a key of the firm that was replaced.
const Kind = "firm.rekeyed"

// pause is between two steps: by then every node has looked again, and what it did
// with what it knew before has ended.
const pause = vault.Recheck + 2*time.Second

// Rotation replaces keys of one installation.
type Rotation struct {
	Office *act.Office
	// Wait waits between two steps. nil: by the clock of the machine.
	Wait func(context.Context, time.Duration) error
}

// Count is what a rotation did.
type Count struct {
	Keys  int // that were replaced
	Under int // keys that stand under them, all of them looked at in the last pass
	Moved int // of these, how many were wrapped again, in all passes
}

func (c *Count) add(o Count) {
	c.Keys, c.Under, c.Moved = c.Keys+o.Keys, c.Under+o.Under, c.Moved+o.Moved
}

func (r *Rotation) pause(ctx context.Context) error {
	if r.Wait != nil {
		return r.Wait(ctx, pause)
	}
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Firm replaces the key of a firm, under which the keys of its spaces stand.
func (r *Rotation) Firm(ctx context.Context, f id.Firm) (_ Count, err error) {
	defer fault.Op(&err, "rotation.Firm(%s)", f)
	return r.turn(ctx, f, []id.Space{""})
}

// Spaces replaces the keys of spaces of a firm, under which the keys of their
// documents stand. A space that is erased meanwhile is left.
func (r *Rotation) Spaces(ctx context.Context, f id.Firm, of []id.Space) (_ Count, err error) {
	defer fault.Op(&err, "rotation.Spaces(%s)", f)
	return r.turn(ctx, f, of)
}

// All are the spaces of a firm that have a key.
func (r *Rotation) All(ctx context.Context, f id.Firm) (all []id.Space, err error) {
	defer fault.Op(&err, "rotation.All(%s)", f)
	err = r.Office.See(ctx, f, func(a *act.Act) error {
		for after := id.Space(""); ; {
			page, err := a.Ring().Spaces(a.Tx, after)
			if err != nil || len(page) == 0 {
				return err
			}
			all, after = append(all, page...), page[len(page)-1]
		}
	})
	return all, err
}

// turn replaces the key of each space, and of the firm for "", all in step: the
// pauses are made once.
func (r *Rotation) turn(ctx context.Context, f id.Firm, of []id.Space) (done Count, err error) {
	since, of, err := r.left(ctx, f, of)
	if err != nil {
		return done, err
	}
	if err := r.each(ctx, f, of, begin(since)); err != nil {
		return done, err
	}
	if err := r.pause(ctx); err != nil { // every node opens what the new key seals
		return done, err
	}
	if err := r.each(ctx, f, of, func(a *act.Act, s id.Space) error { return a.Ring().Use(a.Tx, s) }); err != nil {
		return done, err
	}
	for clean := false; !clean; {
		clean = true
		for _, s := range of {
			c, err := r.sweep(ctx, f, s)
			done.Moved += c.Moved
			if err != nil {
				return done, err
			}
		}
		if err := r.pause(ctx); err != nil { // nobody reads with what was there before
			return done, err
		}
		done.Under, done.Keys = 0, 0
		for _, s := range of {
			c, err := r.sweep(ctx, f, s)
			done.add(c)
			if err != nil {
				return done, err
			}
			if c.Moved > 0 {
				clean = false
				continue
			}
			if err := r.retire(ctx, f, s); err != nil {
				return done, err
			}
			done.Keys++
		}
	}
	return done, nil
}

// each does a step with every key, each in its transaction.
func (r *Rotation) each(ctx context.Context, f id.Firm, of []id.Space, step func(*act.Act, id.Space) error) error {
	for _, s := range of {
		err := r.Office.Keep(ctx, f, func(a *act.Act) error { return step(a, s) })
		if err != nil && !erased(s, err) {
			return err
		}
	}
	return nil
}

// erased reports an error that means that a space is there no more.
func erased(s id.Space, err error) bool { return s != "" && fault.Is(err, fault.NotFound) }

// left are the keys that are still to be replaced, and when that began. All keys of
// a run are made at its beginning, by their rows; so a run that finds some under way
// goes on with that one, and knows which of the others it had finished.
func (r *Rotation) left(ctx context.Context, f id.Firm, of []id.Space) (since time.Time, left []id.Space, err error) {
	finished := map[id.Space]time.Time{}
	err = r.Office.See(ctx, f, func(a *act.Act) error {
		for _, s := range of {
			stage, made, err := a.Ring().Stage(a.Tx, s)
			switch {
			case erased(s, err):
			case err != nil:
				return err
			case stage == vault.Steady:
				finished[s] = made
			case made.After(since):
				since = made
			}
		}
		return nil
	})
	if since.IsZero() {
		since = r.Office.Clock().Truncate(time.Microsecond)
	}
	for _, s := range of {
		if finished[s].Before(since) {
			left = append(left, s)
		}
	}
	return since, left, err
}

// begin makes the next generation, unless an earlier run has.
func begin(since time.Time) func(*act.Act, id.Space) error {
	return func(a *act.Act, s id.Space) error {
		stage, _, err := a.Ring().Stage(a.Tx, s)
		if err != nil || stage != vault.Steady {
			return err
		}
		if s != "" {
			if err := circle.SealStanding(a, s); err != nil {
				return err
			}
		}
		return a.Ring().Begin(a.Tx, s, since)
	}
}

// sweep looks once at everything under a key.
func (r *Rotation) sweep(ctx context.Context, f id.Firm, s id.Space) (c Count, err error) {
	if s == "" {
		err = r.sweepFirm(ctx, f, &c)
	} else if err = r.sweepSpace(ctx, f, s, &c); erased(s, err) {
		err = nil
	}
	return c, err
}

func (r *Rotation) sweepFirm(ctx context.Context, f id.Firm, c *Count) error {
	for at := (vault.Mark{}); ; {
		var seen, moved int
		var next vault.Mark
		err := r.Office.Keep(ctx, f, func(a *act.Act) (err error) {
			seen, moved, next, err = a.Ring().RewrapSpaces(a.Tx, at)
			return err
		})
		if err != nil || seen == 0 {
			return err
		}
		c.Under, c.Moved, at = c.Under+seen, c.Moved+moved, next
	}
}

func (r *Rotation) sweepSpace(ctx context.Context, f id.Firm, s id.Space, c *Count) error {
	for _, few := range []func(*act.Act, id.Space) (int, int, error){document.RewrapArriving, drive.Rewrap} {
		var seen, moved int
		err := r.Office.Keep(ctx, f, func(a *act.Act) (err error) {
			seen, moved, err = few(a, s)
			return err
		})
		if err != nil {
			return err
		}
		c.Under, c.Moved = c.Under+seen, c.Moved+moved
	}
	for at := id.Item(""); ; {
		var seen, moved int
		var next id.Item
		err := r.Office.Keep(ctx, f, func(a *act.Act) (err error) {
			seen, moved, next, err = document.Rewrap(a, s, at)
			return err
		})
		if err != nil {
			return err
		}
		c.Under, c.Moved, at = c.Under+seen, c.Moved+moved, next
		if next == "" {
			return nil
		}
	}
}

// rekeyed is what the journal keeps of it.
type rekeyed struct {
	Key   string   `json:"key"` // root · firm · space
	Space id.Space `json:"space,omitempty"`
}

// retire destroys the old key, and writes down that it did.
func (r *Rotation) retire(ctx context.Context, f id.Firm, s id.Space) error {
	line := rekeyed{"firm", s}
	if s != "" {
		line.Key = "space"
	}
	err := r.Office.Do(ctx, f, func(a *act.Act) error {
		stage, _, err := a.Ring().Stage(a.Tx, s)
		if err != nil {
			return err
		}
		if stage == vault.Steady {
			return errDone // by another run
		}
		if err := a.Ring().Retire(a.Tx, s); err != nil {
			return err
		}
		return record(a, line)
	})
	if errors.Is(err, errDone) || erased(s, err) {
		return nil
	}
	return err
}

// errDone ends a transaction that has nothing to do.
var errDone = errors.New("rotation: nothing to do")

func record(a *act.Act, line rekeyed) error {
	by := authz.Actor{Firm: a.Firm(), Via: authz.ViaCommand}
	_, err := a.Record(by, Kind, "", string(line.Space), line)
	return err
}

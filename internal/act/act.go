// Package act is the frame of every act: one transaction of the firm in which
// the change, its line in the evidence journal and the jobs that follow commit
// together or not at all, and after which the waiting pages are told.
//
// It knows no noun and decides no right. Start at [Office.Do]; what only
// keeps the house (drafts, read marks, upload offsets) goes through
// [Office.Keep] and leaves no evidence; what only reads goes through
// [Office.See].
package act

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/live"
	"cenacle/internal/outbox"
	"cenacle/internal/store"
	"cenacle/internal/trace"
	"cenacle/internal/vault"
)

// ErrUnrecorded ends an act that wrote no line in the journal: it did not
// happen.
var ErrUnrecorded = errors.New("act: nothing was recorded in the journal")

// Office is what every noun works with. Woken is told, after each commit,
// which firm has new entries to sequence and jobs to run; it must not block.
type Office struct {
	Store   *store.Store
	Ring    *vault.Ring
	Journal *journal.Journal
	Live    *live.Hub
	Clock   func() time.Time
	Woken   func(id.Firm)
}

// Act is one running transaction of a firm. It ends with the function it was
// given to.
type Act struct {
	*store.Tx
	Now    time.Time
	office *Office

	recorded int
	settled  bool
	signals  []live.Signal
	known    map[any]any
	behalf   map[standIn]id.Person
	reads    bool // and changes nothing

	firm   *vault.Box // as it was had last
	spaces map[id.Space]*vault.Box
}

// Do runs an act. fn may run again when the database asks for a retry, so it
// touches nothing but the act.
func (o *Office) Do(ctx context.Context, firm id.Firm, fn func(*Act) error) error {
	return o.change(ctx, firm, trace.Act(ctx, "do"), func(a *Act) error {
		if err := fn(a); err != nil {
			return err
		}
		if a.recorded == 0 {
			return ErrUnrecorded
		}
		return nil
	})
}

// Keep changes what is not evidence: drafts, read marks, upload offsets,
// leases, expiries.
func (o *Office) Keep(ctx context.Context, firm id.Firm, fn func(*Act) error) error {
	return o.change(ctx, firm, trace.Act(ctx, "keep"), fn)
}

// See reads one consistent state of the firm and changes nothing.
func (o *Office) See(ctx context.Context, firm id.Firm, fn func(*Act) error) (err error) {
	t := timing{span: trace.Act(ctx, "see")}
	defer func() { t.end(err) }()
	f, err := o.Store.Firm(ctx, firm)
	if err != nil {
		return err
	}
	return f.View(ctx, func(tx *store.Tx) error {
		defer t.attempt(tx)
		a := o.begin(tx)
		a.reads = true
		return fn(a)
	})
}

func (o *Office) change(ctx context.Context, firm id.Firm, span *trace.Span, fn func(*Act) error) (err error) {
	t := timing{span: span}
	defer func() { t.end(err) }()
	f, err := o.Store.Firm(ctx, firm)
	if err != nil {
		return err
	}
	var done *Act
	err = f.Update(ctx, func(tx *store.Tx) error {
		defer t.attempt(tx)
		done = o.begin(tx)
		return fn(done)
	})
	if err != nil {
		return err
	}
	for _, s := range done.signals {
		o.Live.Publish(s)
	}
	o.Woken(firm)
	return nil
}

// begin returns an act that has the key of its firm, where there is one: who needs it and
// has it not is told why.
func (o *Office) begin(tx *store.Tx) *Act {
	a := &Act{Tx: tx, Now: o.Clock(), office: o}
	_, _ = a.FirmBox()
	return a
}

// Alone keeps others on all nodes away from what name stands for in a firm, who
// ask for it too, until release is called. See [store.Store.Alone].
func (o *Office) Alone(ctx context.Context, firm id.Firm, name string) (release func(), err error) {
	return o.Store.Alone(ctx, string(firm)+" "+name)
}

// timing is what the span of a transaction says: its statements, and how often it
// was begun.
type timing struct {
	span                 *trace.Span
	statements, attempts int
}

func (t *timing) attempt(tx *store.Tx) {
	t.attempts++
	t.statements += tx.Statements()
}

func (t *timing) end(err error) {
	if t.span == nil {
		return
	}
	t.span.Number("cenacle.statements", int64(t.statements))
	t.span.Number("cenacle.attempts", int64(t.attempts))
	kind := ""
	if err != nil {
		kind = fault.KindOf(err).String()
	}
	t.span.End(kind)
}

// FirmBox seals what belongs to the firm as a whole. An act has it from its beginning: rows
// that are being read are checked under it, when no statement can look for it.
func (a *Act) FirmBox() (*vault.Box, error) {
	box, err := a.office.Ring.Firm(a.Tx)
	switch {
	case err == nil:
		a.firm = box
	case a.firm != nil && errors.Is(err, store.ErrNested):
		return a.firm, nil
	}
	return box, err
}

// SpaceBox seals what belongs to one space; absent once its key is destroyed. An act that
// has had it has it while rows are being read too: the ring believes what it knows for
// seconds, which a long list or a busy machine outlives.
func (a *Act) SpaceBox(s id.Space) (*vault.Box, error) {
	box, err := a.office.Ring.Space(a.Tx, s)
	switch before := a.spaces[s]; {
	case err == nil && before != box:
		if a.spaces == nil {
			a.spaces = map[id.Space]*vault.Box{}
		}
		a.spaces[s] = box
	case before != nil && errors.Is(err, store.ErrNested):
		return before, nil
	}
	return box, err
}

// SpaceBoxes is [Act.SpaceBox] of many, less those whose key is destroyed.
func (a *Act) SpaceBoxes(in []id.Space) (map[id.Space]*vault.Box, error) {
	if err := a.office.Ring.Prepare(a.Tx, in); err != nil {
		return nil, err
	}
	out := make(map[id.Space]*vault.Box, len(in))
	for _, of := range in {
		box, err := a.SpaceBox(of)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[of] = box
	}
	return out, nil
}

// Wrap wraps a key that this act writes into a row of a space; see [vault.Ring.Wrap].
func (a *Act) Wrap(s id.Space, p vault.Place, k vault.Key) ([]byte, error) {
	return a.office.Ring.Wrap(a.Tx, s, p, k)
}

// Ring gives the keys themselves, for those who create and destroy them.
func (a *Act) Ring() *vault.Ring { return a.office.Ring }

// Record writes the act's line: what was done by whom to which object, with
// details that hold identifiers, hashes, counts and times, never content. The
// object of an act's first line is what a repeated request is answered with.
func (a *Act) Record(by authz.Actor, kind string, space id.Space, object string, details any) (id.Entry, error) {
	e, err := a.office.Journal.Append(a.Tx, a.Now, journal.Entry{
		Kind: kind, Actor: by.Person, For: a.behalf[standIn{space, by.Person}], Via: string(by.Via),
		Space: space, Object: object, Details: details,
	})
	if err != nil {
		return "", fmt.Errorf("act: record %s: %w", kind, err)
	}
	a.recorded++
	return e, a.Settle(by, object)
}

// standIn is somebody in a space where she acts for another.
type standIn struct {
	space  id.Space
	person id.Person
}

// ActsFor has the lines of what a person does in a space say that she does it for
// another, who is away.
func (a *Act) ActsFor(in id.Space, person, away id.Person) {
	if a.behalf == nil {
		a.behalf = map[standIn]id.Person{}
	}
	a.behalf[standIn{in, person}] = away
}

// Follow writes a job that runs after the commit, at the earliest at the given
// time. A non-empty dedupe lets at most one such job wait.
func (a *Act) Follow(kind, dedupe string, at time.Time, payload any) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("act: payload of %s: %w", kind, err)
	}
	return outbox.Enqueue(a.Tx, box, a.Now, outbox.Job{Kind: kind, Dedupe: dedupe, Payload: raw, RunAt: at})
}

// Remember returns what load returns, and for the same key the same again
// until the act ends or [Act.Forget] is told: an act reads a row once. The key
// is of a type of the package that remembers; what is returned is shared.
func Remember[T any](a *Act, key any, load func() (T, error)) (T, error) {
	if v, ok := a.known[key].(T); ok {
		return v, nil
	}
	v, err := load()
	if err != nil {
		return v, err
	}
	if a.known == nil {
		a.known = map[any]any{}
	}
	a.known[key] = v
	return v, nil
}

// Seen is [Remember] in an act that only reads. One that changes things loads
// each time, and so sees what it has changed.
func Seen[T any](a *Act, key any, load func() (T, error)) (T, error) {
	if !a.reads {
		return load()
	}
	return Remember(a, key, load)
}

// Learn keeps what was read together with other things for whoever asks [Seen]
// for it under its key.
func Learn[T any](a *Act, key any, v T) {
	_, _ = Seen(a, key, func() (T, error) { return v, nil }) // which cannot fail
}

// Known reports whether something is remembered under a key.
func Known(a *Act, key any) bool {
	_, known := a.known[key]
	return known
}

// Forget has what was remembered read again; who writes such rows calls it.
func (a *Act) Forget(key any) { delete(a.known, key) }

// Signal tells the open pages of these circles, once the act is committed,
// that something changed; it carries no content.
func (a *Act) Signal(space id.Space, circles ...id.Circle) {
	a.signals = append(a.signals, live.Signal{Firm: a.Firm(), Space: space, Circles: circles})
}

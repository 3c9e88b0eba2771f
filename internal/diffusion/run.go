package diffusion

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/guard"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/outbox"
)

// RunJob has a diffusion leave.
const RunJob = "diffusion.run"

// running is its payload: which one, and the instant (µs) that it was set for, since it
// may have been cancelled and set again.
type running struct {
	Diffusion id.Diffusion `json:"diffusion"`
	At        string       `json:"at"`
}

// leftOut is what the journal keeps of a space that got nothing.
type leftOut struct {
	Space  id.Space `json:"space"`
	Reason Reason   `json:"reason"`
}

// ended is what it keeps of a whole one.
type ended struct {
	Spaces  int `json:"spaces"`
	LeftOut int `json:"left_out,omitempty"`
	People  int `json:"people"`
}

// errOver ends an act that finds nothing to do.
var errOver = errors.New("diffusion: there is nothing to do")

// Run is the handler of [RunJob]: one transaction for each space, which writes its memo
// and that it was written. What was cancelled, set anew or done is left as it is.
func (s *Service) Run(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "diffusion.Run")
	var r running
	if err := json.Unmarshal(j.Payload, &r); err != nil {
		return fmt.Errorf("diffusion: payload of %s: %w", RunJob, err)
	}
	begun := s.office.Keep(ctx, of, func(a *act.Act) error { return begin(a, r) })
	if errors.Is(begun, errOver) || fault.Is(begun, fault.NotFound) {
		return nil
	}
	for err = begun; err == nil; {
		err = s.step(ctx, of, r.Diffusion)
	}
	if errors.Is(err, errOver) {
		return nil
	}
	return err
}

// begin has one that is due be running; from then on nobody takes it back.
func begin(a *act.Act, j running) error {
	r, err := load(a, j.Diffusion)
	if err != nil {
		return err
	}
	if number(r.at) != j.At || r.state != Set && r.state != Running || r.at.After(a.Now) {
		return errOver
	}
	if r.state == Running {
		return nil // by this job, whose process has died
	}
	r.state = Running
	r.signal(a)
	return r.update(a)
}

// step handles one more space, or ends the whole.
func (s *Service) step(ctx context.Context, of id.Firm, d id.Diffusion) error {
	var at part
	err := s.office.Do(ctx, of, func(a *act.Act) error {
		r, err := load(a, d)
		if err != nil {
			return err
		}
		if r.state != Running {
			return errOver
		}
		p, waits, err := next(a, d)
		at = p
		switch {
		case err != nil:
			return err
		case !waits:
			return finish(a, r)
		}
		return s.deliver(a, r, p)
	})
	if errors.Is(err, errLate) {
		return nil
	}
	switch fault.KindOf(err) {
	case fault.Conflict, fault.Forbidden, fault.NotFound, fault.Invalid: // no other attempt would change it
		return s.office.Do(ctx, of, func(a *act.Act) error {
			r, err := load(a, d)
			if err != nil {
				return err
			}
			return at.leaveOut(a, r, Part{Reason: Other})
		})
	}
	return err
}

// signal tells the open pages of its author that something has become of it. No circle
// has the identifier of a diffusion, so that nobody else hears it.
func (r row) signal(a *act.Act) { a.Signal("", id.Circle(r.id)) }

// sender is who a diffusion is of, as the actor that she would be now.
func (r row) sender(a *act.Act) (authz.Actor, error) {
	by := authz.Actor{Person: r.author, Firm: a.Firm(), Via: authz.ViaJob}
	card, err := firm.ActiveCard(a, r.author)
	by.Role = card.Role
	return by, err
}

// deliver writes the memo of a space, or leaves the space out.
func (s *Service) deliver(a *act.Act, r row, p part) error {
	by, err := r.sender(a)
	if fault.Is(err, fault.NotFound) {
		return p.leaveOut(a, r, Part{Reason: Left})
	}
	if err != nil {
		return err
	}
	would, err := s.foresee(a, by, r, p)
	if err != nil {
		return err
	}
	if _, failed := guard.Demand(would.Found, p.plan.Confirmed); failed != nil && would.Reason == "" {
		would.Reason = Guarded
	}
	if would.Reason != "" {
		return p.leaveOut(a, r, would)
	}
	n, err := memoOf(a, r.words, p)
	if err != nil {
		return err
	}
	if p.memo, err = memo.WriteIn(a, by, n); err != nil {
		return err
	}
	p.state, p.at = Sent, a.Now
	for _, to := range would.Will {
		p.outcome.To = append(p.outcome.To, delivered{
			Person: to.Person, Chosen: to.Chosen, Added: to.Chosen && !slices.Contains(p.plan.Expected, to.Person),
		})
	}
	p.outcome.Missed = fallen(p.plan.Expected, would)
	if err := p.prove(a, by, r, would); err != nil {
		return err
	}
	r.signal(a)
	return p.handle(a)
}

// fallen are those who were to receive it and do not any more, and why: what is said of
// her, of the space, or that she has left it.
func fallen(expected []id.Person, would Part) (out []missed) {
	for _, who := range expected {
		is := func(to Recipient) bool { return to.Person == who }
		if i := slices.IndexFunc(would.Will, is); i >= 0 && would.Will[i].Chosen {
			continue
		}
		one := missed{who, cmp.Or(would.Reason, "not-member")}
		if i := slices.IndexFunc(would.Wont, is); i >= 0 {
			one.Reason = would.Wont[i].Reason
		}
		out = append(out, one)
	}
	return out
}

// leaveOut keeps that a space gets nothing, and why.
func (p part) leaveOut(a *act.Act, r row, would Part) error {
	p.state, p.reason, p.at = LeftOut, would.Reason, a.Now
	p.outcome.Missed = fallen(p.plan.Expected, would)
	by := authz.Actor{Person: r.author, Firm: a.Firm(), Via: authz.ViaJob}
	if _, err := a.Record(by, "diffusion.left_out", "", string(p.of), leftOut{p.space, p.reason}); err != nil {
		return err
	}
	r.signal(a)
	return p.handle(a)
}

// finish ends a diffusion of which no space waits. Its words are the memos' alone.
func finish(a *act.Act, r row) error {
	all, err := parts(a, r.id)
	if err != nil {
		return err
	}
	var what ended
	for _, p := range all {
		if p.state == LeftOut {
			what.LeftOut++
			continue
		}
		what.Spaces++
		for _, to := range p.outcome.To {
			if to.Chosen {
				what.People++
			}
		}
	}
	r.state, r.words, r.ended = Done, Words{}, a.Now
	r.signal(a)
	if err := r.update(a); err != nil {
		return err
	}
	by := authz.Actor{Person: r.author, Firm: a.Firm(), Via: authz.ViaJob}
	_, err = a.Record(by, "diffusion.sent", "", string(r.id), what)
	return err
}

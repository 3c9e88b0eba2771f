package notice

import (
	"errors"
	"strconv"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/store"
)

// GatherJob tells a person, in one mail, what has waited for her hour. Its payload
// is a [Gather].
const GatherJob = "notice.gathered"

// Gather names whom to tell.
type Gather struct{ Person id.Person }

// Waiting is a job that came too early for her.
type Waiting struct {
	Job     id.Job
	Kind    string
	Payload []byte
}

// ChoiceOf is what a person has chosen; the usual, at once and at any hour, when
// nothing.
func ChoiceOf(a *act.Act, of id.Person) (Choice, error) {
	var c Choice
	err := a.Row(selectChoice, []any{of}, &c.Daily, &c.From, &c.To)
	if errors.Is(err, store.ErrNoRow) {
		return usual, nil
	}
	return c, err
}

// Pause is how long after one mail about a space the next one leaves to the same person
// at the earliest: what comes meanwhile is told together.
const Pause = 10 * time.Minute

// Hour is when a person is told of what may be told from an instant on: at an hour of hers.
// One mail a day leaves at its own, whatever left before.
func Hour(a *act.Act, of id.Person, from time.Time) (time.Time, error) {
	choice, err := ChoiceOf(a, of)
	if choice.Daily != AtOnce {
		from = a.Now
	}
	return choice.Next(from), err
}

// Rested is when the next mail about a space may leave to a person, now or later.
func Rested(a *act.Act, in id.Space, of id.Person) (time.Time, error) {
	var left int64
	err := a.Row(selectLeft, []any{in, of}, &left)
	if err != nil && !errors.Is(err, store.ErrNoRow) {
		return time.Time{}, err
	}
	if rested := store.Time(left).Add(Pause); rested.After(a.Now) {
		return rested.In(a.Now.Location()), nil
	}
	return a.Now, nil
}

// Begin keeps that a mail about a space leaves to a person: her pause begins.
func Begin(a *act.Act, in id.Space, to id.Person) error {
	return a.Write(putLeft, in, to, store.Micros(a.Now))
}

// Leaving reports whether a mail with what has waited for a person is about to leave.
func Leaving(a *act.Act, to id.Person) (bool, error) {
	var n int
	err := a.Row(countDue, []any{to, store.Micros(a.Now)}, &n)
	return n > 0, err
}

// Muted reports whether a person wants to be told of a space only what is expected
// of her.
func Muted(a *act.Act, in id.Space, of id.Person) (bool, error) {
	var n int
	err := a.Row(countMute, []any{in, of}, &n)
	return n > 0, err
}

// Hold keeps a job of hers until the hour that she chose. The same job held twice, as
// after a crash, waits once.
func Hold(a *act.Act, of id.Person, j outbox.Job, until time.Time) error {
	if err := a.Write(insertWaiting, j.ID, of, j.Kind, string(j.Payload), store.Micros(until)); err != nil {
		return err
	}
	return gather(a, of, until)
}

// gather has one mail leave at an instant for all that waits for it.
func gather(a *act.Act, of id.Person, at time.Time) error {
	return a.Follow(GatherJob, string(of)+strconv.FormatInt(store.Micros(at), 10), at, Gather{of})
}

// advance moves what waits for a person to another hour.
func advance(a *act.Act, of id.Person, to time.Time) error {
	moved, err := a.Exec(updateDue, of, store.Micros(to))
	if err != nil || moved == 0 {
		return err
	}
	return gather(a, of, to)
}

// Due returns what has waited for a person long enough, in the order it came.
func Due(a *act.Act, of id.Person) (out []Waiting, err error) {
	err = a.Each(selectDue, []any{of, store.Micros(a.Now)}, func(scan func(...any) error) error {
		var w Waiting
		var payload string
		err := scan(&w.Job, &w.Kind, &payload)
		w.Payload = []byte(payload)
		out = append(out, w)
		return err
	})
	return out, err
}

// Postpone has one thing that was due wait on, until an instant.
func Postpone(a *act.Act, of id.Person, w Waiting, to time.Time) error {
	if err := a.Write(updateDueOne, w.Job, store.Micros(to)); err != nil {
		return err
	}
	return gather(a, of, to)
}

// Told forgets what has been told.
func Told(a *act.Act, told []Waiting) error {
	for _, w := range told {
		if err := a.Write(deleteWaiting, w.Job); err != nil {
			return err
		}
	}
	return nil
}

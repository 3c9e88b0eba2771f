package forum

import (
	"context"
	"slices"
	"strconv"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// NoticeJob tells somebody of a party that the instant of its forum is another one, with
// a [Notice].
const NoticeJob = "notice.forum"

// Notice names whom to tell, and which instant she is told of (µs; zero: of none). That it
// still is that one is decided again when the mail is composed.
type Notice struct {
	Space  id.Space
	Person id.Person
	At     int64
}

// horizon is how far ahead an instant is set.
const horizon = 366 * 24 * time.Hour

// Instant is when what the parties of a forum have set for it comes before all of them.
// The zero value: nobody has set one.
type Instant struct {
	At     time.Time
	By     id.Person
	ByName string
	Set    time.Time
}

// Instant returns that of a forum, also when it has passed.
func (s *Service) Instant(ctx context.Context, by authz.Actor, in id.Space) (out Instant, err error) {
	defer fault.Op(&err, "forum.Instant(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.SpaceSee); err != nil {
			return err
		}
		if out, err = instantOf(a, in); err != nil || out.At.IsZero() {
			return err
		}
		names, err := firm.Names(a, []id.Person{out.By})
		out.ByName = names[out.By]
		return err
	})
	return out, err
}

func instantOf(a *act.Act, in id.Space) (out Instant, err error) {
	terms, err := circle.Terms(a, in)
	said := terms[circle.Instant]
	if err != nil || said.Value == "" {
		return out, err
	}
	at, err := strconv.ParseInt(said.Value, 10, 64)
	return Instant{At: store.Time(at), By: said.By, Set: said.At}, err
}

// fixed is what the journal keeps of an instant; without one, that it was taken back.
type fixed struct {
	At time.Time `json:"at,omitzero"`
}

// SetInstant says when the parties of a forum communicate, in the place of what was said
// before: what they had set for that instant follows, and what they had not set for it
// stays as it was. The zero value takes the instant back, and what was set for it comes by
// itself no more. The parties are told. Invalid in the field at; Conflict where there is
// no forum, and when there is nothing to take back.
func (s *Service) SetInstant(ctx context.Context, by authz.Actor, in id.Space, at time.Time) (err error) {
	defer fault.Op(&err, "forum.SetInstant(%s)", in)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.ForumSet); err != nil {
			return err
		}
		parties, err := circle.Parties(a, in)
		if err != nil {
			return err
		}
		was, err := instantOf(a, in)
		if err != nil {
			return err
		}
		switch {
		case len(parties) == 0:
			return fault.New(fault.Conflict, "forum.none")
		case at.IsZero() && !was.At.After(a.Now):
			return fault.New(fault.Conflict, "forum.no_instant")
		case !at.IsZero() && (!at.After(a.Now) || at.After(a.Now.Add(horizon))):
			return fault.New(fault.Invalid, "forum.instant_when").In("at")
		}
		entry, err := a.Record(by, "forum.instant", in, string(in), fixed{at.UTC()})
		if err != nil {
			return err
		}
		return settle(a, by, in, was.At, at, entry)
	})
}

// settle writes the instant of a forum, has what was set for the former one follow, and
// has the people of its parties told.
func settle(a *act.Act, by authz.Actor, in id.Space, from, to time.Time, entry id.Entry) error {
	value := ""
	if !to.IsZero() {
		value = strconv.FormatInt(store.Micros(to), 10)
	}
	if err := circle.SetTerm(a, by, in, circle.Instant, value, entry); err != nil {
		return err
	}
	if from.After(a.Now) {
		if err := document.Reschedule(a, by, in, from, to); err != nil {
			return err
		}
	}
	people, err := standing(a, in)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p == by.Person {
			continue
		}
		if err := a.Follow(NoticeJob, string(in)+string(p)+value, a.Now, Notice{in, p, store.Micros(to)}); err != nil {
			return err
		}
	}
	house, err := circle.HouseOf(a, in)
	if err != nil {
		return err
	}
	a.Signal(in, house.All)
	return nil
}

// standing are those who are in a party of a forum now.
func standing(a *act.Act, in id.Space) (out []id.Person, err error) {
	parties, err := circle.Parties(a, in)
	if err != nil {
		return nil, err
	}
	there, err := circle.Presences(a, in)
	for _, p := range there {
		if p.Span.Covers(a.Now) && slices.ContainsFunc(parties, func(c circle.Circle) bool { return c.ID == p.Circle }) {
			out = append(out, p.Person)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), err
}

// Waits demands, of somebody who is to be told, that the instant still is the one that
// she is told of.
func Waits(a *act.Act, by authz.Actor, n Notice) error {
	if _, err := circle.Enter(a, by, n.Space, authz.SpaceSee); err != nil {
		return err
	}
	now, err := instantOf(a, n.Space)
	if err == nil && store.Micros(now.At) != n.At {
		err = fault.Absent()
	}
	return err
}

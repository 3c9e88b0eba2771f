// Package event tells programs what happened in a firm, in the order of the
// evidence journal, from where they stopped: to each exactly what her rights
// let her see at the moment of asking, and nothing that her rights hide, not
// even as a gap.
//
// An event is identifiers only; whoever wants to know more asks for the thing
// by its identifier, where the same rule decides again. An event about an item
// (a document, a memo) is given when the item itself is visible, now. What
// others do with an item (who read it, to whom else it was sent) and every
// other act inside a space is for those who may read the journal of the space,
// for whoever did it, and, of a deposit, for its depositor, of a request, for the
// person asked; the acts of the firm are for those who may read its journal. Nothing else is given.
//
// Positions in the journal are contiguous: from two of them anybody could count
// what was hidden from her in between. They are for the program itself (the
// position of a webhook); a transport never shows one, and seals the place to
// go on from so that two of them cannot be compared.
//
// The package decides no right itself: kind.go says for each kind of entry
// which question is put to package authz. Start at [Service.Since].
package event

import (
	"context"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/live"
)

// Event is one thing that happened. Object is the identifier of what it was
// done to: the item, the deposit, the space, the person, by its kind.
type Event struct {
	Position int64 // never shown outside the program
	ID       id.Entry
	Kind     string
	Space    id.Space // empty for an act of the firm itself
	Object   string
	Actor    id.Person
	At       time.Time
}

// Query asks for events from a place on. After is what the last answer gave as
// next, 0 for the beginning of the firm. Kinds are those wanted, whole
// ("document.filed") or by their noun ("document"); none for all. Space, unless
// empty, leaves those of one space. Limit is 100 when 0 and at most 500.
type Query struct {
	After int64
	Kinds []string
	Space id.Space
	Limit int
}

const (
	usual  = 100
	most   = 500
	window = 500 // entries that one call looks at
	chunk  = 50  // of them at a time, so that a full answer opens no more than it needs
)

// Service tells events. It is safe for concurrent use.
type Service struct {
	office *act.Office
	placed *live.Hub // of this package alone: the journals of firms have grown
}

// New returns the use cases over an office.
func New(office *act.Office) *Service { return &Service{office, live.NewHub()} }

// Since returns events in their order, and where to go on from. It looks at 500
// entries at most, so events may be empty while next is further on; when next
// is After, there is nothing more for now. A space that is not hers is absent.
func (s *Service) Since(ctx context.Context, by authz.Actor, q Query) (events []Event, next int64, err error) {
	defer fault.Op(&err, "event.Since")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		events, next, err = s.In(a, by, q)
		return err
	})
	return events, next, err
}

// In is Since inside a running act.
func (s *Service) In(a *act.Act, by authz.Actor, q Query) ([]Event, int64, error) {
	if err := q.check(); err != nil {
		return nil, 0, err
	}
	if q.Space != "" {
		if _, err := circle.Enter(a, by, q.Space, authz.SpaceSee); err != nil {
			return nil, 0, err
		}
	}
	w := newWitness(a, by)
	var out []Event
	next := q.After
	for next < q.After+window {
		records, beyond, err := s.office.Journal.Since(a.Tx, journal.Window{
			From: next, Limit: min(chunk, int(q.After+window-next)), Wanted: q.wants,
		})
		if err != nil {
			return nil, 0, err
		}
		for _, r := range records {
			if len(out) == q.Limit {
				return out, r.Position, nil
			}
			seen, err := w.sees(r)
			if err != nil {
				return nil, 0, err
			}
			if seen {
				out = append(out, told(r))
			}
		}
		if beyond == next {
			break
		}
		next = beyond
	}
	return out, next, nil
}

func told(r journal.Record) Event {
	return Event{r.Position, r.ID, r.Kind, r.Space, r.Object, r.Actor, r.At}
}

// wants chooses from what is not sealed.
func (q Query) wants(kind string, of id.Space) bool {
	return chosen(q.Kinds, kind) && (q.Space == "" || q.Space == of)
}

func (q *Query) check() error {
	if q.Limit < 1 {
		q.Limit = usual
	}
	q.Limit, q.After = min(q.Limit, most), max(q.After, 0)
	for _, k := range q.Kinds {
		if !Known(k) {
			return fault.New(fault.Invalid, "event.kind_unknown", k).In("kinds")
		}
	}
	return nil
}

// At returns the one event at a position, inside a running act: absent when the
// actor may not see it, or may not any more.
func (s *Service) At(a *act.Act, by authz.Actor, position int64) (Event, error) {
	records, _, err := s.office.Journal.Since(a.Tx, journal.Window{From: position, Limit: 1})
	if err != nil {
		return Event{}, err
	}
	for _, r := range records {
		seen, err := newWitness(a, by).sees(r)
		if err != nil {
			return Event{}, err
		}
		if seen {
			return told(r), nil
		}
	}
	return Event{}, fault.Absent()
}

// Now is the place from which on only what happens later is given.
func (s *Service) Now(ctx context.Context, by authz.Actor) (next int64, err error) {
	defer fault.Op(&err, "event.Now")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		next, err = s.office.Journal.Size(a.Tx)
		return err
	})
	return next, err
}

// From is the place from which on all that happened since an instant is given,
// with what happened up to a minute before.
func (s *Service) From(a *act.Act, at time.Time) (int64, error) {
	return s.office.Journal.PlaceOf(a.Tx, at)
}

// heard is the circle that stands for the journal of a firm in the hub of this
// package.
const heard id.Circle = "journal"

// Placed wakes those who listen: give it to act.Sequencer.Tell.
func (s *Service) Placed(_ context.Context, f id.Firm, _ int64) error {
	s.placed.Publish(live.Signal{Firm: f, Circles: []id.Circle{heard}})
	return nil
}

// Listen wakes its caller when something happened in the actor's firm, whether
// or not it is for her: what she is told is what [Service.Since] then gives
// her, with rights decided again, and nothing when that is nothing. The caller
// closes the subscription. What another node has placed is heard of a second later.
func (s *Service) Listen(by authz.Actor) *live.Subscription {
	return s.placed.Subscribe(by.Firm, "", []id.Circle{heard})
}

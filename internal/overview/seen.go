package overview

import (
	"context"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/memo"
)

// Seen is the first page of a space as one of its members from outside the firm
// gets it, and who she is.
type Seen struct {
	Screen
	Card firm.Card
	As   authz.Actor // her, without the right to change anything
}

// SeenAs gives a lawyer of the space the page that a member from outside the
// firm gets: the answer of the same use cases to her, less what the lawyer may
// not see himself, her drafts, her unfinished uploads and deposit, and what waits
// for her apart from papers. It is recorded before it is read, marks nothing as
// read, and is fault.Invalid for one of the firm's own people.
func (s *Service) SeenAs(ctx context.Context, by authz.Actor, from Sources, q ScreenQuery, person id.Person) (out Seen, err error) {
	defer fault.Op(&err, "overview.SeenAs(%s, %s)", q.Space, person)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := lookingAs(a, by, q.Space, person); err != nil {
			return err
		}
		_, err := a.Record(by, "space.seen_as", q.Space, string(person), nil)
		return err
	})
	if err != nil {
		return Seen{}, err
	}
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if out.Card, err = lookingAs(a, by, q.Space, person); err != nil {
			return err
		}
		out.As = authz.Actor{Person: person, Firm: by.Firm, Role: out.Card.Role, Scope: q.Space, Pass: &authz.Pass{ReadOnly: true}}
		if out.Screen, err = s.screen(a, out.As, from, q); err != nil {
			return err
		}
		return out.confine(a, by)
	})
	return out, err
}

// Supported is the page that [Service.SeenAs] gives of a person, for the host whom she
// lets look: as is her, reading and no more, on the way of support. The caller has recorded
// it.
func (s *Service) Supported(a *act.Act, as authz.Actor, from Sources, q ScreenQuery) (out Seen, err error) {
	if out.Card, err = firm.ActiveCard(a, as.Person); err != nil {
		return out, err
	}
	if out.As = as; as.Pass == nil || !as.Pass.ReadOnly {
		return out, fault.Absent()
	}
	if out.Screen, err = s.screen(a, as, from, q); err != nil {
		return out, err
	}
	return out, out.confine(a, as)
}

// lookingAs decides, and returns the card of the person.
func lookingAs(a *act.Act, by authz.Actor, of id.Space, person id.Person) (firm.Card, error) {
	if _, err := circle.Enter(a, by, of, authz.SpaceSeeAs); err != nil {
		return firm.Card{}, err
	}
	members, err := circle.Members(a, of)
	if err != nil {
		return firm.Card{}, err
	}
	i := slices.IndexFunc(members, func(m circle.Member) bool { return m.Person == person && m.Active(a.Now) })
	if i < 0 {
		return firm.Card{}, fault.Absent()
	}
	if members[i].Role.Inside() {
		return firm.Card{}, fault.New(fault.Invalid, "overview.seen_as_colleague")
	}
	return firm.ActiveCard(a, person)
}

// confine takes away what is hers alone, and what by may not see himself.
func (s *Seen) confine(a *act.Act, by authz.Actor) (err error) {
	s.Draft, s.Pending, s.Deposit = memo.Draft{}, nil, deposit.Deposit{}
	s.Waits = slices.DeleteFunc(s.Waits, func(w Wait) bool { return w.What != Papers })
	sees := func(kind item.Kind, of id.Item, do authz.Action) (bool, error) {
		_, _, err := item.Open(a, by, s.Room.ID, kind, of, do)
		if fault.Is(err, fault.NotFound) {
			return false, nil
		}
		return err == nil, err
	}
	for tray := range s.Documents {
		s.Documents[tray], err = keep(s.Documents[tray], func(d document.Document) (bool, error) {
			return sees(item.Document, d.ID, authz.DocumentRead)
		})
		if err != nil {
			return err
		}
	}
	for of := range s.Named {
		if yes, err := sees(item.Document, of, authz.DocumentRead); err != nil {
			return err
		} else if !yes {
			delete(s.Named, of)
		}
	}
	s.Dates, err = keep(s.Dates, func(e agenda.Event) (bool, error) { return sees(item.Event, e.ID, authz.AgendaSee) })
	if err != nil {
		return err
	}
	for i := range s.Threads {
		t := &s.Threads[i]
		if t.Memos, err = keep(t.Memos, func(m memo.Memo) (bool, error) { return sees(item.Memo, m.ID, authz.MemoRead) }); err != nil {
			return err
		}
		for j := range t.Memos {
			t.Memos[j].References = slices.DeleteFunc(t.Memos[j].References, func(d id.Item) bool { _, there := s.Named[d]; return !there })
		}
		if _, there := s.Named[t.Document]; !there {
			t.Document = "" // whoever looks may not see it
		}
	}
	s.Threads = slices.DeleteFunc(s.Threads, func(t memo.Thread) bool { return len(t.Memos) == 0 })
	return nil
}

// keep is those for which sees says yes.
func keep[T any](all []T, sees func(T) (bool, error)) (out []T, err error) {
	for _, one := range all {
		yes, err := sees(one)
		if err != nil {
			return nil, err
		}
		if yes {
			out = append(out, one)
		}
	}
	return out, nil
}

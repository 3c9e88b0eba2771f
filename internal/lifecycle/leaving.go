package lifecycle

import (
	"context"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/dire"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/space"
	"cenacle/internal/token"
)

// Leaving is what a departure would change, or what is left of one.
type Leaving struct {
	Card     firm.Card
	Led      []LedSpace // the first of those that she answers for
	LedCount int
	Others   int  // spaces that she is in and does not answer for
	Programs int  // that have access in her name
	Drafts   int  // that she has begun and not sent
	Only     bool // nobody else administers the firm
	Heirs    []firm.Card
}

// LedSpace is a space that a person answers for. Name is empty for one that the
// reader is no member of: its administrator sees that it exists, and nothing of it.
type LedSpace struct {
	ID     id.Space
	Name   string
	Opened time.Time
	Staff  []id.Person // lawyers of the firm who work there
}

// mostLed bounds the page: the rest goes to one successor.
const mostLed = 100

// Leaving tells who may close it what the access of one of the firm's own people
// holds; everybody else is absent.
func (s *Service) Leaving(ctx context.Context, by authz.Actor, person id.Person) (out Leaving, err error) {
	defer fault.Op(&err, "lifecycle.Leaving(%s)", person)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.FirmPeopleEdit); err != nil {
			return err
		}
		out, err = leaving(a, by, person)
		return err
	})
	return out, err
}

func leaving(a *act.Act, by authz.Actor, person id.Person) (out Leaving, err error) {
	if out.Card, err = firm.Colleagueship(a, person); err != nil {
		return out, err
	}
	staff, err := firm.Staff(a)
	if err != nil {
		return out, err
	}
	for _, c := range staff {
		if c.Person != person && c.State == firm.Active && leads(c.Role) {
			out.Heirs = append(out.Heirs, c)
		}
	}
	out.Only = out.Card.Role == authz.Admin && !slices.ContainsFunc(out.Heirs, func(c firm.Card) bool { return c.Role == authz.Admin })
	programs, err := token.Unended(a, person)
	if err != nil {
		return out, err
	}
	out.Programs = len(programs)
	if out.Drafts, err = drafts(a, person); err != nil {
		return out, err
	}
	return out, out.spaces(a, by)
}

// drafts counts what a person has begun to write and not sent.
func drafts(a *act.Act, of id.Person) (int, error) {
	memos, err := memo.Drafts(a, of)
	if err != nil {
		return 0, err
	}
	dires, err := dire.Drafts(a, of)
	return memos + dires, err
}

// spaces counts where she is, and looks closer at the first that she answers for.
func (l *Leaving) spaces(a *act.Act, by authz.Actor) error {
	led, others, err := holdings(a, l.Card.Person)
	if err != nil {
		return err
	}
	l.LedCount, l.Others = len(led), others
	var shown []id.Space
	for _, h := range led[:min(len(led), mostLed)] {
		shown = append(shown, h.Space)
	}
	known, err := space.LoadAll(a, shown)
	if err != nil {
		return err
	}
	members, err := circle.MembersIn(a, shown)
	if err != nil {
		return err
	}
	for _, of := range shown {
		one := LedSpace{ID: of, Opened: known[of].Created}
		for _, m := range members[of] {
			if m.Active(a.Now) && slices.ContainsFunc(l.Heirs, func(c firm.Card) bool { return c.Person == m.Person }) {
				one.Staff = append(one.Staff, m.Person)
			}
		}
		_, err := circle.Enter(a, by, of, authz.SpaceSee)
		if err == nil {
			one.Name = known[of].Name
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		l.Led = append(l.Led, one)
	}
	return nil
}

package lifecycle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/dire"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/group"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/memo"
	"cenacle/internal/outbox"
	"cenacle/internal/space"
	"cenacle/internal/token"
)

// PassJob goes on with a departure where the act left it; payload [passing].
const PassJob = "space.pass"

// atOnce is how many spaces one transaction takes a person out of.
const atOnce = 40

// Departure is that somebody leaves the firm. Successor answers for each space that
// she answered for, but for those that Spaces gives to another.
type Departure struct {
	Person    id.Person
	Successor id.Person
	Spaces    map[id.Space]id.Person
}

func (d Departure) heir(of id.Space) id.Person {
	if p := d.Spaces[of]; p != "" {
		return p
	}
	return d.Successor
}

// passing is a departure on its way: of the spaces after one, by whom.
type passing struct {
	Departure
	By    id.Person
	After id.Space
}

// departed is what the journal keeps of a departure.
type departed struct {
	Spaces int `json:"spaces"` // that she answered for
}

// Depart closes the access of one of the firm's own people and has others answer for
// the spaces that were hers. From the commit on she enters nothing, on no way; her
// programs are revoked, the spaces pass on, at once or, when they are many, by a job
// that goes on until none is left. What she did stays under her name; what she had
// begun to write is erased.
//
// For who has left already and still answers for some, it passes on those: see
// [Service.Leaving]. Faults: Invalid in the field "successor", or in the [HeirField] of
// a space, when one is missing or no lawyer; Conflict "lifecycle.no_heir" there when something keeps one out of a space;
// Conflict "firm.last_admin".
func (s *Service) Depart(ctx context.Context, by authz.Actor, d Departure) (err error) {
	defer fault.Op(&err, "lifecycle.Depart(%s)", d.Person)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.FirmPeopleEnd); err != nil {
			return err
		}
		card, err := firm.Colleagueship(a, d.Person)
		if err != nil {
			return err
		}
		led, _, err := holdings(a, d.Person)
		if err != nil {
			return err
		}
		if card.State != firm.Active && len(led) == 0 {
			return fault.New(fault.Conflict, "lifecycle.left_already")
		}
		if err := d.check(a, led); err != nil {
			return err
		}
		if card.State == firm.Active {
			if err := dismiss(a, by, card, len(led)); err != nil {
				return err
			}
		}
		return pass(a, by, passing{Departure: d, By: by.Person})
	})
	if err != nil {
		return err
	}
	return s.shutOut(ctx, d.Person)
}

// shutOut ends her sessions where this firm was all that they led to; elsewhere they
// are hers, and lead no longer here.
func (s *Service) shutOut(ctx context.Context, person id.Person) error {
	firms, err := s.accounts.Firms(ctx, person)
	if err != nil || len(firms) > 1 {
		return err
	}
	return s.accounts.SignOutEverywhere(ctx, person)
}

// dismiss closes her access, and ends what would open it again.
func dismiss(a *act.Act, by authz.Actor, card firm.Card, led int) error {
	if err := firm.Dismiss(a, by, card); err != nil {
		return err
	}
	if _, err := a.Record(by, "firm.colleague_left", "", string(card.Person), departed{led}); err != nil {
		return err
	}
	if err := errors.Join(invitation.Void(a, "", card.Person), group.Part(a, by, card.Person)); err != nil {
		return err
	}
	return token.EndAll(a, by, card.Person)
}

// holdings are the spaces that a person answers for, and how many others she is in.
func holdings(a *act.Act, person id.Person) (led []circle.Held, others int, err error) {
	for after, more := id.Space(""), true; more; more = after != "" {
		var held []circle.Held
		if held, after, err = circle.HeldBy(a, person, after, 500); err != nil {
			return nil, 0, err
		}
		for _, h := range held {
			leads, err := answersFor(a, h)
			if err != nil {
				return nil, 0, err
			}
			if leads {
				led = append(led, h)
			} else {
				others++
			}
		}
	}
	return led, others, nil
}

// answersFor reports whether a space is hers, and not that of somebody for whom she
// stands in.
func answersFor(a *act.Act, h circle.Held) (bool, error) {
	if h.Role != authz.Lead {
		return false, nil
	}
	stands, err := circle.Stands(a, h.Space, h.Person)
	return !stands, err
}

// check demands a lawyer for each space, whom nothing keeps out of it.
func (d Departure) check(a *act.Act, led []circle.Held) error {
	known := map[id.Person]bool{}
	for _, h := range led {
		to, field := d.heir(h.Space), "successor"
		if d.Spaces[h.Space] != "" {
			field = HeirField(h.Space)
		}
		if to == "" {
			return fault.New(fault.Invalid, "lifecycle.successor_missing").In(field)
		}
		if !known[to] {
			if err := answers(a, to); err != nil || to == d.Person {
				return fault.New(fault.Invalid, "lifecycle.not_lawyer").In(field).Because(err)
			}
			known[to] = true
		}
		if err := circle.Passable(a, h.Space, to); err != nil {
			return barred(err, field)
		}
	}
	return nil
}

// HeirField is the field in which a space has a successor of its own.
func HeirField(of id.Space) string { return "to-" + string(of) }

// barred does not say what keeps a successor out of a space.
func barred(err error, field string) error {
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "lifecycle.no_heir").In(field).Because(err)
	}
	return err
}

// answers demands somebody who can answer for a space: a lawyer of the firm.
func answers(a *act.Act, person id.Person) error {
	card, err := firm.ActiveCard(a, person)
	if err == nil && !leads(card.Role) {
		err = fault.Absent()
	}
	return err
}

// Pass is the handler of [PassJob].
func (s *Service) Pass(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "lifecycle.Pass")
	var p passing
	if err := json.Unmarshal(j.Payload, &p); err != nil {
		return fmt.Errorf("lifecycle: payload of %s: %w", PassJob, err)
	}
	return s.office.Keep(ctx, of, func(a *act.Act) error {
		card, err := firm.Colleagueship(a, p.Person)
		if err != nil || card.State == firm.Active {
			return err // she came back meanwhile, and keeps what is left
		}
		return pass(a, authz.Actor{Person: p.By, Firm: a.Firm(), Via: authz.ViaJob}, p)
	})
}

// pass takes her out of some of her spaces, and plans the rest. A space whose
// successor cannot take it any more stays hers, and stands on her page until
// somebody else is chosen.
func pass(a *act.Act, by authz.Actor, p passing) error {
	held, next, err := circle.HeldBy(a, p.Person, p.After, atOnce)
	if err != nil {
		return err
	}
	for _, h := range held {
		leads, failed := answersFor(a, h)
		if failed != nil {
			return failed
		}
		if !leads {
			err = part(a, by, h.Space, p.Person)
		} else if err = bequeath(a, by, h.Space, p); fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
			continue
		}
		if err != nil {
			return err
		}
		if err := settle(a, h.Space, p.Person); err != nil {
			return err
		}
	}
	if next == "" {
		return nil
	}
	p.After = next
	return a.Follow(PassJob, string(p.Person), a.Now, p)
}

// part takes her out of a space that somebody else answers for.
func part(a *act.Act, by authz.Actor, from id.Space, person id.Person) error {
	if err := circle.Leave(a, from, person); err != nil {
		return err
	}
	_, err := a.Record(by, "member.left", from, string(person), nil)
	return err
}

// bequeath has her successor answer for a space that was hers.
func bequeath(a *act.Act, by authz.Actor, of id.Space, p passing) error {
	to := p.heir(of)
	if err := answers(a, to); err != nil {
		return err
	}
	if err := circle.Passable(a, of, to); err != nil {
		return err
	}
	if err := circle.Succeed(a, of, p.Person, to); err != nil {
		return err
	}
	if _, err := a.Record(by, "space.handed_over", of, string(to), handed{p.Person}); err != nil {
		return err
	}
	_, err := a.Record(by, "member.left", of, string(p.Person), nil)
	return err
}

// settle ends what else of hers stands in a space, and tells its open pages.
func settle(a *act.Act, in id.Space, person id.Person) error {
	if err := invitation.Void(a, in, person); err != nil {
		return err
	}
	if err := memo.Discard(a, in, person); err != nil {
		return err
	}
	if err := dire.Discard(a, in, person); err != nil {
		return err
	}
	return space.Changed(a, in)
}

package slot

import (
	"context"
	"errors"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// Jobs of proposals, both with a [Notice].
const (
	NoticeJob = "notice.slots"    // to the person, that times are proposed to her
	AnswerJob = "notice.answered" // to who proposed them, that she has answered
)

// Notice names whom to tell of a proposal. Whether there still is something to tell her
// is decided again when the mail is composed.
type Notice struct {
	Space    id.Space
	Person   id.Person
	Proposal id.Proposal
}

// Service is the use cases of proposals. Safe for concurrent use.
type Service struct {
	office  *act.Office
	agendas *agenda.Service
	zone    *time.Location
}

// New returns the use cases over an office and its agendas; zone is where civil days
// begin.
func New(office *act.Office, agendas *agenda.Service, zone *time.Location) *Service {
	return &Service{office, agendas, zone}
}

// Proposing is times about to be proposed to a client or guest of the space.
type Proposing struct {
	Space  id.Space
	Person id.Person
	Words
	Times   []agenda.When
	Circles []id.Circle // whom the meeting will be for; she is among them
	Confirm []string    // findings of the guard that the writer has read (guard.Finding.ID)
}

// Propose proposes times for a meeting and tells the person. Faults in the fields
// person, title, place, note, circle, confirm and those of [Field]; Conflict when too
// many proposals wait.
func (s *Service) Propose(ctx context.Context, by authz.Actor, n Proposing) (p Proposal, err error) {
	defer fault.Op(&err, "slot.Propose(%s)", n.Space)
	n.Times = slices.Clone(n.Times)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, n.Space, authz.SlotPropose); err != nil {
			return err
		}
		until, err := n.check(s.zone, a.Now)
		if err != nil {
			return err
		}
		reach, err := s.weigh(a, by, n)
		if err != nil {
			return err
		}
		p = Proposal{
			ID: id.New[id.Proposal](a.Now), Space: n.Space, Person: n.Person, By: by.Person, Made: a.Now, Until: until, State: Waiting,
			Words: n.Words, Circles: reach.Circles, Times: n.Times,
		}
		if err := insert(a, p); err != nil {
			return err
		}
		if err := reach.Overridden(a, by, p.Space, string(p.ID)); err != nil {
			return err
		}
		if err := tell(a, by, p); err != nil {
			return err
		}
		return a.Follow(NoticeJob, string(p.ID), a.Now, Notice{p.Space, p.Person, p.ID})
	})
	return p, err
}

// weigh decides whether the meeting may be put into the agenda at all, and demands a
// person who will see it and can answer.
func (s *Service) weigh(a *act.Act, by authz.Actor, n Proposing) (reach agenda.Reach, err error) {
	members, err := circle.Members(a, n.Space)
	if err != nil {
		return reach, err
	}
	if !slices.ContainsFunc(members, func(m circle.Member) bool {
		return m.Person == n.Person && m.Active(a.Now) && (m.Role == authz.Client || m.Role == authz.Guest || m.Role == authz.Expert)
	}) {
		return reach, fault.New(fault.Invalid, "slot.person").In("person")
	}
	var waiting int
	if err := a.Row(countWaiting, []any{n.Space, store.Micros(a.Now)}, &waiting); err != nil {
		return reach, err
	}
	if waiting >= standing {
		return reach, fault.New(fault.Conflict, "slot.many", standing)
	}
	reach, err = agenda.Weigh(a, by, agenda.Adding{Space: n.Space, Entry: n.at(n.Times[0]), Circles: n.Circles, Confirm: n.Confirm})
	if err == nil && !slices.Contains(reach.Outside, n.Person) {
		err = fault.New(fault.Invalid, "slot.not_among").In("circle")
	}
	return reach, err
}

// noted is what the journal keeps of a proposal: no word of it.
type noted struct {
	Person id.Person `json:"person"`
	Times  int       `json:"times"`
	Event  id.Item   `json:"event,omitempty"`
}

// tell records what was done to a proposal, and shows it on the open pages of those who
// may see it.
func tell(a *act.Act, by authz.Actor, p Proposal) error {
	kind := map[State]string{
		Waiting: "slot.proposed", Chosen: "slot.chosen", Declined: "slot.declined", Withdrawn: "slot.withdrawn",
	}[p.State]
	if _, err := a.Record(by, kind, p.Space, string(p.ID), noted{p.Person, len(p.Times), p.Event}); err != nil {
		return err
	}
	return space.Changed(a, p.Space)
}

// answer keeps the person's answer, and has who proposed told of it.
func answer(a *act.Act, by authz.Actor, p Proposal) error {
	p.Answered = a.Now
	if err := end(a, p); err != nil {
		return err
	}
	if err := tell(a, by, p); err != nil {
		return err
	}
	return a.Follow(AnswerJob, string(p.ID), a.Now, Notice{p.Space, p.By, p.ID})
}

// errSame undoes the act of doing what was done already.
var errSame = errors.New("slot: done already")

// once runs an act in which nothing may be left to do.
func (s *Service) once(ctx context.Context, by authz.Actor, do func(a *act.Act) error) error {
	if err := s.office.Do(ctx, by.Firm, do); !errors.Is(err, errSame) {
		return err
	}
	return nil
}

// Choosing is one of the times of a proposal, from 0.
type Choosing struct {
	Space    id.Space
	Proposal id.Proposal
	Choice   int
}

// Choose is the person's answer: the meeting is put into the agenda at that time, and
// who proposed it is told. The same answer twice is one. Faults: Invalid in the field
// choice, for none of the times or one that has passed; Conflict when it was answered
// otherwise, withdrawn, has expired, or when who proposed it may no longer add to the
// agenda.
func (s *Service) Choose(ctx context.Context, by authz.Actor, c Choosing) (event id.Item, err error) {
	defer fault.Op(&err, "slot.Choose(%s)", c.Proposal)
	err = s.once(ctx, by, func(a *act.Act) error {
		p, err := answerable(a, by, c.Space, c.Proposal)
		if err != nil {
			return err
		}
		if p.State == Chosen && p.Choice == c.Choice {
			event = p.Event
			return errSame
		}
		if p.State != Waiting {
			return over(p)
		}
		if c.Choice < 0 || c.Choice >= len(p.Times) {
			return fault.New(fault.Invalid, "slot.choose_one").In("choice")
		}
		if from, _, err := p.Times[c.Choice].Span(s.zone); err != nil || !from.After(a.Now) {
			return fault.New(fault.Invalid, "slot.past").In("choice").Because(err)
		}
		if event, err = s.settle(a, p, c.Choice); err != nil {
			return err
		}
		p.State, p.Choice, p.Event = Chosen, c.Choice, event
		return answer(a, by, p)
	})
	return event, err
}

// settle puts the meeting into the agenda in the name of who proposed it, by the rights
// that she has now.
func (s *Service) settle(a *act.Act, p Proposal, choice int) (id.Item, error) {
	card, err := firm.ActiveCard(a, p.By)
	if err == nil {
		maker := authz.Actor{Person: p.By, Firm: a.Firm(), Role: card.Role, Via: authz.ViaJob}
		var e agenda.Event
		e, err = s.agendas.Settle(a, maker, agenda.Adding{Space: p.Space, Entry: p.at(p.Times[choice]), Circles: p.Circles})
		if err == nil {
			return e.ID, nil
		}
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		err = fault.New(fault.Conflict, "slot.maker_gone").Because(err)
	}
	return "", err
}

// Decline is the person's answer that none of the times suits her; who proposed them
// is told. Twice is once. Conflict when it was answered otherwise, withdrawn or has
// expired.
func (s *Service) Decline(ctx context.Context, by authz.Actor, in id.Space, of id.Proposal) (err error) {
	defer fault.Op(&err, "slot.Decline(%s)", of)
	return s.once(ctx, by, func(a *act.Act) error {
		p, err := answerable(a, by, in, of)
		switch {
		case err != nil:
			return err
		case p.State == Declined:
			return errSame
		case p.State != Waiting:
			return over(p)
		}
		p.State = Declined
		return answer(a, by, p)
	})
}

// answerable opens a proposal of a space for the person it was made to.
func answerable(a *act.Act, by authz.Actor, in id.Space, of id.Proposal) (Proposal, error) {
	p, err := load(a, by, of, authz.SlotAnswer)
	if err == nil && p.Space != in {
		err = fault.Absent()
	}
	if err != nil {
		return p, err
	}
	var r row // with the circles, which are not hers to read
	if err := a.Row(selectProposal, []any{of}, r.dest()...); err != nil {
		return p, err
	}
	return r.open(a)
}

// over says why a proposal takes no answer.
func over(p Proposal) error { return fault.New(fault.Conflict, "slot.over."+string(p.State)) }

// Withdraw takes a proposal back before it is answered. Twice is once; Conflict when
// it was answered or has expired.
func (s *Service) Withdraw(ctx context.Context, by authz.Actor, in id.Space, of id.Proposal) (err error) {
	defer fault.Op(&err, "slot.Withdraw(%s)", of)
	return s.once(ctx, by, func(a *act.Act) error {
		p, err := load(a, by, of, authz.SlotWithdraw)
		switch {
		case err != nil:
			return err
		case p.Space != in:
			return fault.Absent()
		case p.State == Withdrawn:
			return errSame
		case p.State != Waiting:
			return over(p)
		}
		p.State, p.Answered = Withdrawn, a.Now
		if err := end(a, p); err != nil {
			return err
		}
		return tell(a, by, p)
	})
}

// List returns the last proposals of a space, the newest first: the firm's side sees
// all, everybody else those made to her.
func (s *Service) List(ctx context.Context, by authz.Actor, in id.Space) (out []Proposal, err error) {
	defer fault.Op(&err, "slot.List(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, err = ListIn(a, by, in)
		return err
	})
	return out, err
}

// ListIn is List inside a running act.
func ListIn(a *act.Act, by authz.Actor, in id.Space) (out []Proposal, err error) {
	f, err := circle.Enter(a, by, in, authz.SpaceSee)
	if err != nil {
		return nil, err
	}
	var rows []row
	err = a.Each(selectProposals, []any{in, listed}, func(scan func(...any) error) error {
		var r row
		err := scan(r.dest()...)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		p, err := r.open(a)
		if err != nil {
			return nil, err
		}
		if authz.Decide(by, authz.SlotSee, private(a, p), f).Allowed {
			out = append(out, p.shown(f))
		}
	}
	return out, sign(a, out)
}

// Show returns one proposal.
func (s *Service) Show(ctx context.Context, by authz.Actor, in id.Space, of id.Proposal) (p Proposal, err error) {
	defer fault.Op(&err, "slot.Show(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if p, err = load(a, by, of, authz.SlotSee); err == nil && p.Space != in {
			err = fault.Absent()
		}
		if err != nil {
			return err
		}
		one := []Proposal{p}
		err = sign(a, one)
		p = one[0]
		return err
	})
	return p, err
}

// sign adds the names of who proposed and of whom.
func sign(a *act.Act, out []Proposal) error {
	var people []id.Person
	for _, p := range out {
		people = append(people, p.Person, p.By)
	}
	names, err := firm.Names(a, people)
	for i := range out {
		out[i].PersonName, out[i].ByName = names[out[i].Person], names[out[i].By]
	}
	return err
}

// Waits demands, of a person who is to be told, that the proposal still is to be
// answered by her, or was answered to her.
func Waits(a *act.Act, by authz.Actor, n Notice, as ...State) error {
	p, err := load(a, by, n.Proposal, authz.SlotSee)
	if err == nil && !slices.Contains(as, p.State) {
		err = fault.Absent()
	}
	return err
}

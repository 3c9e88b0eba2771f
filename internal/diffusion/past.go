package diffusion

import (
	"context"
	"errors"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/memo"
	"cenacle/internal/store"
)

// past is what has become of a diffusion that has begun to leave, in the spaces that its
// author still sees.
func past(a *act.Act, by authz.Actor, r row, all []part) (v View, err error) {
	v.Diffusion = r.view(a.Now, all)
	if r.state == Done {
		if v.Subject, err = subject(a, by, all); err != nil {
			return v, err
		}
	}
	for _, p := range all {
		one, err := p.past(a, by)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return v, err
		}
		v.Spaces = append(v.Spaces, one)
	}
	return v, nil
}

// past is what has become of it in one space; absent for who does not see that any more.
// One that was left out for that very reason says so, and nothing else.
func (p part) past(a *act.Act, by authz.Actor) (out Part, err error) {
	out = Part{Space: p.space, State: p.state, Reason: p.reason, Memo: p.memo, At: p.at, Recalled: p.recalled}
	if p.lost {
		return out, fault.Absent()
	}
	f, err := circle.Enter(a, by, p.space, authz.SpaceSee)
	if err != nil {
		return out, err
	}
	if !f.Role.Inside() {
		return out, fault.Absent()
	}
	if err := out.describe(a, by, p); err != nil {
		return out, err
	}
	roles, err := circle.Members(a, p.space)
	if err != nil {
		return out, err
	}
	known := map[id.Person]authz.Role{}
	var people []id.Person
	for _, m := range roles {
		known[m.Person] = m.Role
		people = append(people, m.Person)
	}
	names, err := firm.Names(a, people)
	if err != nil {
		return out, err
	}
	for _, m := range p.outcome.Missed {
		out.Wont = append(out.Wont, Recipient{Person: m.Person, Name: names[m.Person], Role: known[m.Person], Reason: m.Reason})
	}
	for _, to := range p.outcome.To {
		out.Will = append(out.Will, Recipient{
			Person: to.Person, Name: names[to.Person], Role: known[to.Person], Chosen: to.Chosen, Added: to.Added, Entry: to.Entry,
		})
	}
	spoken(out.Will)
	spoken(out.Wont)
	if p.state != Sent {
		return out, nil
	}
	return out, out.heard(a, by, p)
}

// heard adds who has read the memo, and what was answered.
func (out *Part) heard(a *act.Act, by authz.Actor, p part) error {
	if _, _, err := item.Open(a, by, p.space, item.Memo, p.memo, authz.MemoRead); err != nil {
		return err
	}
	reads, err := item.Reads(a, p.memo)
	if err != nil {
		return err
	}
	answers, err := memo.Answers(a, by, p.space, p.memo)
	if err != nil {
		return err
	}
	for i := range out.Will {
		to := &out.Will[i]
		to.Read = reads[to.Person]
		for _, k := range answers {
			if k.Person == to.Person {
				to.Answer = k
			}
		}
	}
	return nil
}

// subject is that of a diffusion which is done, from the first of its memos that its
// author still sees; or nothing.
func subject(a *act.Act, by authz.Actor, all []part) (string, error) {
	for _, p := range all {
		if p.memo == "" {
			continue
		}
		_, _, err := item.Open(a, by, p.space, item.Memo, p.memo, authz.MemoRead)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		return memo.Subject(a, p.space, p.memo)
	}
	return "", nil
}

// Origins are the diffusions of the actor's that have put some memos where they are. A hint:
// whoever opens one of these decides again.
func Origins(a *act.Act, by authz.Actor, memos []id.Item) (map[id.Item]id.Diffusion, error) {
	out := map[id.Item]id.Diffusion{}
	for some := range store.Batches(memos) {
		err := a.Each(selectOrigins, append([]any{by.Person}, some...), func(scan func(...any) error) error {
			var m id.Item
			var of id.Diffusion
			err := scan(&m, &of)
			out[m] = of
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// takenBack is what the journal keeps of a recall of the whole.
type takenBack struct {
	Spaces int `json:"spaces"`
}

// Recall takes the memos of a diffusion back from everybody outside the firm, each as
// package memo does: in every space that the actor may, in one act. Conflict when there
// is none.
func (s *Service) Recall(ctx context.Context, by authz.Actor, of id.Diffusion) (err error) {
	defer fault.Op(&err, "diffusion.Recall(%s)", of)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r, err := own(a, by, of, authz.DiffusionSend)
		if err != nil {
			return err
		}
		if r.state != Done {
			return fault.New(fault.Conflict, "diffusion.not_done")
		}
		all, err := parts(a, of)
		if err != nil {
			return err
		}
		var what takenBack
		for _, p := range all {
			if p.state != Sent || !p.recalled.IsZero() {
				continue
			}
			_, err := memo.RecallIn(a, by, p.space, p.memo)
			if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Conflict) {
				continue // not hers any more, closed, or nobody outside the firm has it
			}
			if err != nil {
				return err
			}
			if p.recalled = a.Now; p.takeBack(a) != nil {
				return errLate
			}
			what.Spaces++
		}
		if what.Spaces == 0 {
			return fault.New(fault.Conflict, "diffusion.nothing_to_recall")
		}
		_, err = a.Record(by, "diffusion.recalled", "", string(of), what)
		return err
	})
	if errors.Is(err, errLate) {
		return fault.New(fault.Conflict, "diffusion.nothing_to_recall").Because(err)
	}
	return err
}

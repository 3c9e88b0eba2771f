package diffusion

import (
	"context"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
)

// Service is the use cases of diffusions. It is safe for concurrent use.
type Service struct {
	office *act.Office
	zone   *time.Location
}

// NewService returns the use cases over an office; zone is where hours strike.
func NewService(office *act.Office, zone *time.Location) *Service { return &Service{office, zone} }

// Zone is where days and hours are those of its author.
func (s *Service) Zone() *time.Location { return s.zone }

// own loads a diffusion of the actor's. Anybody else's is absent.
func own(a *act.Act, by authz.Actor, of id.Diffusion, do authz.Action) (row, error) {
	if err := firm.Allow(a, by, do); err != nil {
		return row{}, err
	}
	r, err := load(a, of)
	if err == nil && r.author != by.Person {
		err = fault.Absent()
	}
	return r, err
}

// Prepare keeps a draft, which reaches nobody: its page shows who would receive it.
// Faults in the fields subject, body, reply_by, asks, space, circle and document.
func (s *Service) Prepare(ctx context.Context, by authz.Actor, n New) (of id.Diffusion, err error) {
	defer fault.Op(&err, "diffusion.Prepare")
	if err := n.check(); err != nil {
		return "", err
	}
	err = s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.DiffusionSend); err != nil {
			return err
		}
		r := row{id: id.New[id.Diffusion](a.Now), author: by.Person, state: Draft, words: n.Words, made: a.Now}
		of = r.id
		all, err := n.resolve(a, by, r.id)
		if err != nil {
			return err
		}
		if err := r.insert(a); err != nil {
			return err
		}
		if err := insertAll(a, all); err != nil {
			return err
		}
		return a.Settle(by, string(of))
	})
	return of, err
}

// Change gives a draft other words, spaces, circles and documents. Conflict when it is
// no draft any more.
func (s *Service) Change(ctx context.Context, by authz.Actor, of id.Diffusion, n New) (err error) {
	defer fault.Op(&err, "diffusion.Change(%s)", of)
	if err := n.check(); err != nil {
		return err
	}
	return s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		r, err := draft(a, by, of)
		if err != nil {
			return err
		}
		r.words = n.Words
		all, err := n.resolve(a, by, r.id)
		if err != nil {
			return err
		}
		if err := a.Write(deleteParts, of); err != nil {
			return err
		}
		if err := insertAll(a, all); err != nil {
			return err
		}
		if err := r.update(a); err != nil {
			return err
		}
		return a.Settle(by, string(of))
	})
}

// Discard erases a draft.
func (s *Service) Discard(ctx context.Context, by authz.Actor, of id.Diffusion) (err error) {
	defer fault.Op(&err, "diffusion.Discard(%s)", of)
	return s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		if _, err := draft(a, by, of); err != nil {
			return err
		}
		if err := a.Write(deleteParts, of); err != nil {
			return err
		}
		if err := a.Write(deleteDiffusion, of); err != nil {
			return err
		}
		return a.Settle(by, string(of))
	})
}

func draft(a *act.Act, by authz.Actor, of id.Diffusion) (row, error) {
	r, err := own(a, by, of, authz.DiffusionSend)
	if err == nil && r.state != Draft {
		err = fault.New(fault.Conflict, "diffusion.no_draft")
	}
	return r, err
}

func insertAll(a *act.Act, all []part) error {
	for _, p := range all {
		if err := p.insert(a); err != nil {
			return err
		}
	}
	return nil
}

// resolve settles which circles and documents of which spaces are meant. All must be
// what the actor sees, and of the spaces named; what else is wrong is said by the
// preview.
func (n New) resolve(a *act.Act, by authz.Actor, of id.Diffusion) ([]part, error) {
	papers, err := n.papers(a, by)
	if err != nil {
		return nil, err
	}
	left := slices.Clone(n.Circles)
	var out []part
	for _, in := range n.Spaces {
		f, err := circle.Enter(a, by, in, authz.SpaceSee)
		if fault.Is(err, fault.NotFound) || err == nil && !f.Role.Inside() {
			return nil, fault.New(fault.Invalid, "diffusion.not_hers").In("space").Because(err)
		}
		if err != nil {
			return nil, err
		}
		p := part{of: of, space: in, state: Waiting, plan: plan{Documents: papers[in]}}
		known, err := circle.List(a, in)
		if err != nil {
			return nil, err
		}
		for _, c := range known {
			if i := slices.Index(left, c.ID); i >= 0 {
				left = slices.Delete(left, i, i+1)
				p.plan.Circles = append(p.plan.Circles, c.ID)
			}
		}
		for _, c := range known {
			if len(p.plan.Circles) == 0 && n.To.House() && c.Kind == n.To {
				p.plan.Circles = []id.Circle{c.ID}
			}
		}
		if len(p.plan.Circles) == 0 {
			return nil, fault.New(fault.Invalid, "diffusion.no_circle").In("circle")
		}
		out = append(out, p)
	}
	if len(left) > 0 {
		return nil, fault.New(fault.Invalid, "item.unknown_circle").In("circle")
	}
	return out, nil
}

// papers are the documents of each space. One that lies in none of them would leave its
// own: it is refused.
func (n New) papers(a *act.Act, by authz.Actor) (map[id.Space][]id.Item, error) {
	out := map[id.Space][]id.Item{}
	for _, doc := range n.Documents {
		h, _, err := item.Open(a, by, "", item.Document, doc, authz.DocumentRead)
		if fault.Is(err, fault.NotFound) {
			return nil, fault.New(fault.Invalid, "memo.reference_absent").In("document").Because(err)
		}
		if err != nil {
			return nil, err
		}
		if !slices.Contains(n.Spaces, h.Space) {
			return nil, fault.New(fault.Invalid, "diffusion.document_elsewhere").In("document")
		}
		if !slices.Contains(out[h.Space], doc) {
			out[h.Space] = append(out[h.Space], doc)
		}
	}
	return out, nil
}

// Sending confirms what was seen of a draft, and has it leave.
type Sending struct {
	Diffusion id.Diffusion
	Seen      string    // View.Seen of the preview
	Confirm   []string  // Part.Finding of all that the guard has found
	At        time.Time // when; zero: now
}

// set is what the journal keeps of a diffusion that is to leave.
type set struct {
	At     time.Time `json:"at"`
	Spaces int       `json:"spaces"` // that would get it
	People int       `json:"people"`
}

// Send has a draft leave, at once or at an instant, by a job that asks the rule again.
// Conflict "diffusion.changed" when the preview says something else by now; Invalid in
// the field at, in the field confirm for what the guard has found and nobody confirmed,
// and when nobody would receive it.
func (s *Service) Send(ctx context.Context, by authz.Actor, in Sending) (err error) {
	defer fault.Op(&err, "diffusion.Send(%s)", in.Diffusion)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r, err := draft(a, by, in.Diffusion)
		if err != nil {
			return err
		}
		if !in.At.IsZero() && (!in.At.After(a.Now) || in.At.After(a.Now.Add(horizon))) {
			return fault.New(fault.Invalid, "diffusion.when").In("at")
		}
		all, err := parts(a, r.id)
		if err != nil {
			return err
		}
		v, err := s.look(a, by, r, all)
		if err != nil {
			return err
		}
		if v.Seen != in.Seen {
			return fault.New(fault.Conflict, "diffusion.changed")
		}
		what, err := confirm(a, v, all, in.Confirm)
		if err != nil {
			return err
		}
		r.state, r.at = Set, in.At
		if in.At.IsZero() {
			r.at = a.Now
		}
		what.At = r.at.UTC()
		if err := r.update(a); err != nil {
			return err
		}
		if _, err := a.Record(by, "diffusion.set", "", string(r.id), what); err != nil {
			return err
		}
		return r.follow(a)
	})
}

// follow plans the job that has it leave.
func (r row) follow(a *act.Act) error {
	return a.Follow(RunJob, string(r.id)+number(r.at), r.at, running{r.id, number(r.at)})
}

// confirm demands that all that the guard has found was confirmed, and keeps with each
// space what was, and whom it was to reach.
func confirm(a *act.Act, v View, all []part, confirmed []string) (what set, err error) {
	var wrong fault.Fields
	for i, p := range v.Spaces {
		if p.Reason != "" {
			continue
		}
		all[i].plan.Confirmed, all[i].plan.Expected = nil, nil
		for _, f := range p.Found {
			if !slices.Contains(confirmed, p.Finding(f)) {
				wrong.Add("confirm", "diffusion.confirm", p.Name)
				continue
			}
			all[i].plan.Confirmed = append(all[i].plan.Confirmed, f.ID())
		}
		for _, to := range p.Chosen() {
			all[i].plan.Expected = append(all[i].plan.Expected, to.Person)
		}
		what.Spaces, what.People = what.Spaces+1, what.People+len(p.Chosen())
	}
	if err := wrong.Err(); err != nil {
		return what, err
	}
	if what.People == 0 {
		return what, fault.New(fault.Invalid, "diffusion.nobody")
	}
	for _, p := range all {
		if p.lost {
			continue
		}
		if err := p.confirm(a); err != nil {
			return what, err
		}
	}
	return what, nil
}

// Cancel makes a draft again of a diffusion that was to leave later. Conflict once it has
// begun.
func (s *Service) Cancel(ctx context.Context, by authz.Actor, of id.Diffusion) (err error) {
	defer fault.Op(&err, "diffusion.Cancel(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r, err := own(a, by, of, authz.DiffusionSend)
		if err != nil {
			return err
		}
		if r.state != Set || !r.at.After(a.Now) {
			return fault.New(fault.Conflict, "diffusion.begun")
		}
		r.state, r.at = Draft, time.Time{}
		if err := r.update(a); err != nil {
			return err
		}
		_, err = a.Record(by, "diffusion.cancelled", "", string(of), nil)
		return err
	})
}

// List returns the actor's diffusions, the newest first: limit of them, before one of
// them ("": from the newest). more is the one to go on before, or empty.
func (s *Service) List(ctx context.Context, by authz.Actor, before id.Diffusion, limit int) (out []Diffusion, more id.Diffusion, err error) {
	defer fault.Op(&err, "diffusion.List")
	if before == "" {
		before = beyond
	}
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.DiffusionSee); err != nil {
			return err
		}
		var rows []row
		err := a.Each(selectOwn, []any{by.Person, before, limit + 1}, func(scan func(...any) error) error {
			r, err := scanRow(a, scan)
			rows = append(rows, r)
			return err
		})
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			more = rows[limit-1].id
		}
		for _, r := range rows {
			all, err := parts(a, r.id)
			if err != nil {
				return err
			}
			d := r.view(a.Now, all)
			if r.state == Done {
				if d.Subject, err = subject(a, by, all); err != nil {
					return err
				}
			}
			out = append(out, d)
		}
		return nil
	})
	return out, more, err
}

// beyond sorts after every identifier, whose first digit is at most 7.
const beyond = id.Diffusion("8")

// Show returns a diffusion of the actor's: before it leaves, what would become of it
// now; afterwards, what did.
func (s *Service) Show(ctx context.Context, by authz.Actor, of id.Diffusion) (v View, err error) {
	defer fault.Op(&err, "diffusion.Show(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		r, err := own(a, by, of, authz.DiffusionSee)
		if err != nil {
			return err
		}
		all, err := parts(a, of)
		if err != nil {
			return err
		}
		if r.state == Draft || r.state == Set && r.at.After(a.Now) {
			v, err = s.look(a, by, r, all)
		} else {
			v, err = past(a, by, r, all)
		}
		return err
	})
	return v, err
}

// Heard is what the pages of its author listen to, of what becomes of a diffusion.
func (s *Service) Heard(ctx context.Context, by authz.Actor, of id.Diffusion) (at []id.Circle, err error) {
	defer fault.Op(&err, "diffusion.Heard(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		_, err := own(a, by, of, authz.DiffusionSee)
		return err
	})
	return []id.Circle{id.Circle(of)}, err
}

// Plan is what a draft asks for, for the form that changes it.
func (s *Service) Plan(ctx context.Context, by authz.Actor, of id.Diffusion) (n New, err error) {
	defer fault.Op(&err, "diffusion.Plan(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		r, err := draft(a, by, of)
		if err != nil {
			return err
		}
		n.Words = r.words
		all, err := parts(a, of)
		if err != nil {
			return err
		}
		same := true
		for _, p := range all {
			if p.lost {
				continue
			}
			n.Spaces = append(n.Spaces, p.space)
			n.Circles = append(n.Circles, p.plan.Circles...)
			n.Documents = append(n.Documents, p.plan.Documents...)
			kind, err := houseKind(a, p)
			if err != nil {
				return err
			}
			same = same && kind != "" && (n.To == "" || n.To == kind)
			n.To = kind
		}
		if same { // the same circle of the house in each
			n.Circles = nil
		} else {
			n.To = ""
		}
		return nil
	})
	return n, err
}

// houseKind is which circle of the house alone a space has it by, or none.
func houseKind(a *act.Act, p part) (circle.Kind, error) {
	known, err := circle.List(a, p.space)
	for _, c := range known {
		if c.Kind.House() && len(p.plan.Circles) == 1 && p.plan.Circles[0] == c.ID {
			return c.Kind, err
		}
	}
	return "", err
}

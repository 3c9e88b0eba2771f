package request

import (
	"context"
	"errors"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/paper"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// Service is the use cases of requests. Safe for concurrent use.
type Service struct {
	office    *act.Office
	documents *document.Service
	papers    func() *paper.Table
}

// New returns the use cases over an office, its documents and what is known of
// papers.
func New(office *act.Office, documents *document.Service, papers func() *paper.Table) *Service {
	return &Service{office, documents, papers}
}

// Asking is papers about to be asked of one person, a client or guest of the
// space, until a day or without one. An expert asks those who stand for a party.
type Asking struct {
	Space  id.Space
	Person id.Person
	Papers []Paper
	Due    string // civil date, or empty
}

// Ask asks somebody for papers: one notice for all of them, and the ladder of
// reminders begins. Faults in the fields person, name and due.
func (s *Service) Ask(ctx context.Context, by authz.Actor, in Asking) (asked []id.Ask, err error) {
	defer fault.Op(&err, "request.Ask(%s)", in.Space)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		f, err := circle.Enter(a, by, in.Space, authz.RequestAsk)
		if err != nil {
			return err
		}
		if f.Role == authz.Expert {
			if err := stands(a, in.Space, in.Person); err != nil {
				return err
			}
		}
		if asked, err = ask(a, by, in); err != nil {
			return err
		}
		return tell(a, in.Space, in.Person)
	})
	return asked, err
}

// Begin asks for the papers that a space opens with, inside the act that opens
// it: its mail says that something waits, so no other leaves.
func Begin(a *act.Act, by authz.Actor, in Asking) error {
	_, err := ask(a, by, in)
	return err
}

func ask(a *act.Act, by authz.Actor, in Asking) ([]id.Ask, error) {
	papers, err := check(in.Papers, in.Due, a.Now)
	if err != nil {
		return nil, err
	}
	if err := askable(a, in.Space, in.Person); err != nil {
		return nil, err
	}
	last, err := room(a, in.Space, len(papers))
	if err != nil {
		return nil, err
	}
	var out []id.Ask
	for i, p := range papers {
		r := Request{
			ID: id.New[id.Ask](a.Now), Space: in.Space, Person: in.Person, Author: by.Person, Position: last + int64(i) + 1,
			State: Asked, Name: p.Name, Note: p.Note, Due: in.Due, Created: a.Now, Changed: a.Now,
		}
		if err := insert(a, r); err != nil {
			return nil, err
		}
		if _, err := a.Record(by, "request.asked", in.Space, string(r.ID), asking{in.Person, in.Due}); err != nil {
			return nil, err
		}
		out = append(out, r.ID)
	}
	if err := climbFrom(a, in.Space, in.Person, a.Now, 0); err != nil {
		return nil, err
	}
	return out, space.Changed(a, in.Space)
}

// asking is what the journal keeps of a request.
type asking struct {
	Person id.Person `json:"person"`
	Due    string    `json:"due,omitempty"`
}

// askable demands a person who can answer: a client or guest who is there.
func askable(a *act.Act, in id.Space, person id.Person) error {
	members, err := circle.Members(a, in)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Person == person && m.Active(a.Now) && (m.Role == authz.Client || m.Role == authz.Guest) {
			return nil
		}
	}
	return fault.New(fault.Invalid, "request.person_unknown").In("person")
}

// stands demands, for an expert, a person who stands for a party of the forum: somebody
// who is in one, or a client of the firm.
func stands(a *act.Act, in id.Space, person id.Person) error {
	parties, err := circle.Parties(a, in)
	if err != nil {
		return err
	}
	house, err := circle.HouseOf(a, in)
	if err != nil {
		return err
	}
	there, err := circle.Presences(a, in)
	for _, p := range there {
		side := p.Circle == house.Client || slices.ContainsFunc(parties, func(c circle.Circle) bool { return c.ID == p.Circle })
		if side && len(parties) > 0 && p.Person == person && p.Span.Covers(a.Now) {
			return err
		}
	}
	return errors.Join(err, fault.New(fault.Invalid, "request.no_party").In("person"))
}

// room gives the last place of a space's checklist.
func room(a *act.Act, in id.Space, more int) (last int64, err error) {
	var count int
	if err := a.Row(lastPosition, []any{in}, &last, &count); err != nil {
		return 0, err
	}
	if count+more > maxOpen {
		return 0, fault.New(fault.Conflict, "request.full", maxOpen)
	}
	return last, nil
}

// List returns the requests of a space in the order of its checklist: the
// firm's side sees all, everybody else those asked of her.
func (s *Service) List(ctx context.Context, by authz.Actor, in id.Space) (out []Request, err error) {
	defer fault.Op(&err, "request.List(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, err = s.ListIn(a, by, in)
		return err
	})
	return out, err
}

// ListIn is List inside a running act.
func (s *Service) ListIn(a *act.Act, by authz.Actor, in id.Space) ([]Request, error) {
	f, err := circle.Enter(a, by, in, authz.SpaceSee)
	if err != nil {
		return nil, err
	}
	found, err := read(a, in, selectSpace, in, maxOpen)
	if err != nil {
		return nil, err
	}
	out := slices.DeleteFunc(found, func(r Request) bool {
		return !authz.Decide(by, authz.RequestSee, private(a, r), f).Allowed
	})
	if err := s.answers(a, by, in, out); err != nil {
		return nil, err
	}
	return out, sign(a, out)
}

// answers adds the documents that she may see.
func (s *Service) answers(a *act.Act, by authz.Actor, in id.Space, out []Request) error {
	at := map[id.Ask]*Request{}
	for i := range out {
		at[out[i].ID] = &out[i]
	}
	type link struct {
		of  id.Ask
		doc id.Item
	}
	var links []link
	var docs []id.Item
	err := a.Each(selectAnswers, []any{in}, func(scan func(...any) error) error {
		var l link
		var added int64
		err := scan(&l.of, &l.doc, &added)
		if at[l.of] != nil {
			links, docs = append(links, l), append(docs, l.doc)
		}
		return err
	})
	if err != nil || len(links) == 0 || !by.Pass.Takes(authz.DocumentRead) {
		return err
	}
	slices.Sort(docs)
	named, err := s.documents.NamedIn(a, by, in, slices.Compact(docs))
	if err != nil {
		return err
	}
	for _, l := range links {
		for _, d := range named {
			if d.ID == l.doc {
				at[l.of].Documents = append(at[l.of].Documents, Answer{d.ID, d.Title, d.Current.Media, d.Current.Size, d.Created})
			}
		}
	}
	return nil
}

func sign(a *act.Act, out []Request) error {
	var people []id.Person
	for _, r := range out {
		people = append(people, r.Person)
	}
	names, err := firm.Names(a, people)
	for i := range out {
		out[i].PersonName = names[out[i].Person]
	}
	return err
}

// Show returns one request.
func (s *Service) Show(ctx context.Context, by authz.Actor, of id.Ask) (r Request, err error) {
	defer fault.Op(&err, "request.Show(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		r, _, err = Open(a, by, of, authz.RequestSee)
		if err != nil {
			return err
		}
		one := []Request{r}
		if err := s.answers(a, by, r.Space, one); err != nil {
			return err
		}
		err = sign(a, one)
		r = one[0]
		return err
	})
	return r, err
}

// Lack is « je ne l'ai pas », with a reason, by the person who was asked. The
// firm's lawyers are told once.
func (s *Service) Lack(ctx context.Context, by authz.Actor, of id.Ask, reason string) (err error) {
	defer fault.Op(&err, "request.Lack(%s)", of)
	return s.step(ctx, by, of, turn{authz.RequestAnswer, Lack, reason})
}

// Accept says that the firm has what it needs.
func (s *Service) Accept(ctx context.Context, by authz.Actor, of id.Ask) (err error) {
	defer fault.Op(&err, "request.Accept(%s)", of)
	return s.step(ctx, by, of, turn{authz.RequestJudge, Accept, ""})
}

// Return sends a paper back, to be done again for a reason that the person
// reads in these words.
func (s *Service) Return(ctx context.Context, by authz.Actor, of id.Ask, reason string) (err error) {
	defer fault.Op(&err, "request.Return(%s)", of)
	return s.step(ctx, by, of, turn{authz.RequestJudge, Return, reason})
}

// Waive releases the person from a request.
func (s *Service) Waive(ctx context.Context, by authz.Actor, of id.Ask, reason string) (err error) {
	defer fault.Op(&err, "request.Waive(%s)", of)
	return s.step(ctx, by, of, turn{authz.RequestJudge, Waive, reason})
}

// Renew asks again for what was lacking, waived or accepted.
func (s *Service) Renew(ctx context.Context, by authz.Actor, of id.Ask) (err error) {
	defer fault.Op(&err, "request.Renew(%s)", of)
	return s.step(ctx, by, of, turn{authz.RequestJudge, Renew, ""})
}

// turn is one step by one side.
type turn struct {
	do     authz.Action
	step   Step
	reason string
}

func (s *Service) step(ctx context.Context, by authz.Actor, of id.Ask, t turn) error {
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r, _, err := Open(a, by, of, t.do)
		if err != nil {
			return err
		}
		if err := r.become(t.step, t.reason, a.Now); err != nil {
			return err
		}
		if err := keep(a, r); err != nil {
			return err
		}
		record := map[Step]string{
			Lack: "request.lacking", Accept: "request.accepted", Return: "request.returned", Waive: "request.waived", Renew: "request.renewed",
		}[t.step]
		if _, err := a.Record(by, record, r.Space, string(r.ID), asking{Person: r.Person}); err != nil {
			return err
		}
		if r.State.Hers() {
			if err := climbFrom(a, r.Space, r.Person, a.Now, 0); err != nil {
				return err
			}
			if err := tell(a, r.Space, r.Person); err != nil {
				return err
			}
		}
		return space.Changed(a, r.Space)
	})
}

// Use answers a request with a document that is there already: by the firm, who
// accepts it with that, or by the person who was asked. What an expert asks for is
// answered, for whoever was asked too, by a document that is before all, and the expert
// judges it.
func (s *Service) Use(ctx context.Context, by authz.Actor, of id.Ask, doc id.Item) (err error) {
	defer fault.Op(&err, "request.Use(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		do, step, record := authz.RequestAnswer, Deposit, "request.answered"
		if by.Role.Inside() {
			do, step, record = authz.RequestJudge, Accept, "request.accepted"
		}
		r, _, err := Open(a, by, of, do)
		if err != nil {
			return err
		}
		h, _, err := item.Open(a, by, r.Space, item.Document, doc, authz.DocumentRead)
		if err != nil {
			return fault.New(fault.Invalid, "request.document_absent").In("document").Because(err)
		}
		if r.Before {
			if err := before(a, h); err != nil {
				return err
			}
			step, record = Deposit, "request.answered" // whether it is enough is for the expert to say
		}
		return s.fulfil(a, by, r, doc, step, record)
	})
}

// before demands a document that all have before them.
func before(a *act.Act, h item.Header) error {
	house, err := circle.HouseOf(a, h.Space)
	if err == nil && !slices.ContainsFunc(h.Audience, func(to authz.Address) bool { return to.Circle == house.All }) {
		err = fault.New(fault.Invalid, "request.not_before_all").In("document")
	}
	return err
}

// answered is what the journal keeps of a document that answers a request.
type answered struct {
	Person   id.Person `json:"person"`
	Document id.Item   `json:"document"`
}

func (s *Service) fulfil(a *act.Act, by authz.Actor, r Request, doc id.Item, step Step, record string) error {
	if err := r.become(step, "", a.Now); err != nil {
		return err
	}
	if err := keep(a, r); err != nil {
		return err
	}
	if err := attach(a, r.ID, doc); err != nil {
		return err
	}
	if _, err := a.Record(by, record, r.Space, string(r.ID), answered{r.Person, doc}); err != nil {
		return err
	}
	return space.Changed(a, r.Space)
}

// Wait is what waits of one person in one space, for lists over many.
type Wait struct {
	Space  id.Space
	Person id.Person
	State  State
	Count  int
	Since  time.Time // the oldest
	Due    string    // the earliest, or empty
}

// WaitsIn returns what waits in one entered space, or in all those the actor is
// a member of: on the firm's side of whomever, for everybody else her own. A
// hint, like every list over many spaces: whoever opens one decides again.
func WaitsIn(a *act.Act, by authz.Actor, from, to id.Space) (out []Wait, err error) {
	stmt := selectWaiting
	if from != to {
		if many, err := space.Many(a, by); err != nil {
			return nil, err
		} else if many {
			stmt = selectWaitingOfMany
		}
	}
	err = a.Each(stmt, []any{by.Person, store.Micros(a.Now), from, to}, func(scan func(...any) error) error {
		var w Wait
		var since int64
		err := scan(&w.Space, &w.Person, &w.State, &w.Count, &since, &w.Due)
		w.Since = store.Time(since)
		if w.Due == never {
			w.Due = ""
		}
		out = append(out, w)
		return err
	})
	return out, err
}

// never is the day of what has none, for finding the earliest.
const never = "9999-12-31"

package question

import (
	"context"
	"math"
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
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// NoticeJob tells somebody of a question, with a [Notice].
const NoticeJob = "notice.question"

// Notice names whom to tell of a question: that it waits for an answer of hers, or that
// one has come. Whether it is for her is decided again when the mail is composed.
type Notice struct {
	Space    id.Space
	Person   id.Person
	Question id.Question
	Answered bool
}

// Service is the use cases of questions. Safe for concurrent use.
type Service struct {
	office    *act.Office
	documents *document.Service
}

// New returns the use cases over an office and its documents.
func New(office *act.Office, documents *document.Service) *Service {
	return &Service{office, documents}
}

// asked is what the journal keeps of a question: no word of it.
type asked struct {
	Number int64     `json:"number"`
	Scope  Scope     `json:"scope"`
	Party  id.Circle `json:"party"`
	Lines  int       `json:"lines"`
}

// Ask has the actor's party ask a question, of one line or several. It is for whom the
// forum says at this moment; that and its number stay. Who answers is told. Absent for who
// is of no party; faults in the field text; Conflict when too many of the party are open.
func (s *Service) Ask(ctx context.Context, by authz.Actor, in id.Space, text string) (q Question, err error) {
	defer fault.Op(&err, "question.Ask(%s)", in)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		party, _, err := circle.OpenParty(a, by, in, authz.QuestionAsk)
		if err != nil {
			return err
		}
		lines, err := split(text)
		if err != nil {
			return err
		}
		q = Question{ID: id.New[id.Question](a.Now), Space: in, Scope: All, Party: party.ID, By: by.Person, Asked: a.Now}
		if err := q.number(a); err != nil {
			return err
		}
		if q.Entry, err = a.Record(by, "question.asked", in, string(q.ID), asked{q.Number, q.Scope, q.Party, len(lines)}); err != nil {
			return err
		}
		if err := insert(a, q, lines); err != nil {
			return err
		}
		return q.tell(a, by, false)
	})
	return q, err
}

// number gives a question its number and its scope.
func (q *Question) number(a *act.Act) error {
	var open int
	if err := a.Row(countOpen, []any{q.Space, q.Party}, &open); err != nil {
		return err
	}
	if open >= standing {
		return fault.New(fault.Conflict, "question.many", standing)
	}
	p, err := circle.PatternOf(a, q.Space)
	if err != nil {
		return err
	}
	if p.Questions == circle.ToFirm {
		q.Scope = Firm
	}
	return a.Row(selectNumber, []any{q.Space}, &q.Number)
}

// replied is what the journal keeps of an answer: no word of it.
type replied struct {
	Lines []int `json:"lines"`
}

// Answer answers lines of a question, for exactly whom the question is for; a line that has
// an answer has another one, and the former stays. A document that is referred to is one
// that all of them may read. The party that asked is told, and of a question of all the
// others too. Invalid in the fields text and exhibit; Conflict once it was taken back.
func (s *Service) Answer(ctx context.Context, by authz.Actor, in id.Space, of id.Question, replies []Reply) (err error) {
	defer fault.Op(&err, "question.Answer(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		q, _, err := opened(a, by, in, of, authz.QuestionAnswer)
		if err != nil {
			return err
		}
		if !q.Withdrawn.IsZero() {
			return fault.New(fault.Conflict, "question.withdrawn")
		}
		if replies, err = check(replies, len(q.Lines)); err != nil {
			return err
		}
		for _, r := range replies {
			if err := q.readable(a, by, r.Exhibit); err != nil {
				return err
			}
		}
		return q.answer(a, by, replies)
	})
}

func (q *Question) answer(a *act.Act, by authz.Actor, replies []Reply) error {
	var r replied
	for _, one := range replies {
		r.Lines = append(r.Lines, one.Line)
	}
	entry, err := a.Record(by, "question.answered", q.Space, string(q.ID), r)
	if err != nil {
		return err
	}
	if err := keep(a, *q, by.Person, entry, replies); err != nil {
		return err
	}
	for _, one := range replies {
		q.Lines[one.Line].Answers = append(q.Lines[one.Line].Answers, Answer{At: a.Now})
	}
	open := 0
	if q.Open() {
		open = 1
	}
	if err := a.Write(updateOpen, q.ID, open); err != nil {
		return err
	}
	return q.tell(a, by, true)
}

// readable demands of a document that who answers sees it, and that all have it before
// them: a reference that some of those whom the answer is for could not follow would tell
// them that there is something they do not have.
func (q *Question) readable(a *act.Act, by authz.Actor, of id.Item) error {
	if of == "" {
		return nil
	}
	h, _, err := item.Open(a, by, q.Space, item.Document, of, authz.DocumentRead)
	if err != nil {
		return fault.New(fault.Invalid, "question.exhibit_absent").In("exhibit").Because(err)
	}
	house, err := circle.HouseOf(a, q.Space)
	if err == nil && !slices.ContainsFunc(h.Audience, func(to authz.Address) bool { return to.Circle == house.All }) {
		err = fault.New(fault.Invalid, "question.exhibit_absent").In("exhibit")
	}
	return err
}

// Withdraw takes a question of the actor's party back, as long as nothing was answered to
// it: it and its number stay, and nobody waits. Conflict otherwise.
func (s *Service) Withdraw(ctx context.Context, by authz.Actor, in id.Space, of id.Question) (err error) {
	defer fault.Op(&err, "question.Withdraw(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		q, f, err := opened(a, by, in, of, authz.QuestionWithdraw)
		if err != nil {
			return err
		}
		if party, hers, err := circle.PartyOf(a, f); err != nil || !hers || party.ID != q.Party {
			return fault.New(fault.Forbidden, "fault.forbidden").Because(err)
		}
		if !q.takes() {
			return fault.New(fault.Conflict, "question.answered_already")
		}
		if _, err := a.Record(by, "question.withdrawn", in, string(of), nil); err != nil {
			return err
		}
		q.Withdrawn = a.Now
		if err := withdraw(a, q); err != nil {
			return err
		}
		return q.signal(a)
	})
}

// takes reports whether a question can still be taken back.
func (q *Question) takes() bool {
	return q.Withdrawn.IsZero() && !slices.ContainsFunc(q.Lines, func(l Line) bool { return len(l.Answers) > 0 })
}

// opened opens a question of a space for somebody who may do act to it, with all that it is
// and who asked it.
func opened(a *act.Act, by authz.Actor, in id.Space, of id.Question, do authz.Action) (Question, authz.Facts, error) {
	q, err := load(a, of)
	if err == nil && q.Space != in {
		err = fault.Absent()
	}
	if err != nil {
		return Question{}, authz.Facts{}, err
	}
	f, err := circle.Facts(a, by, in)
	if err != nil {
		return Question{}, f, err
	}
	on, err := q.resource(a)
	if err != nil {
		return Question{}, f, err
	}
	if q, err = authz.Open(authz.Lock(q, on), by, do, f); err != nil {
		return Question{}, f, err
	}
	return q, f, q.answers(a)
}

// resource is a question as the rule sees it: whoever conducts the assessment answers, and
// so sees it.
func (q *Question) resource(a *act.Act) (authz.Resource, error) {
	house, err := circle.HouseOf(a, q.Space)
	return authz.Resource{Kind: authz.OfItem, Firm: a.Firm(), Space: q.Space, Audience: q.audience(house), Conducted: true}, err
}

// show completes a question for its reader: names, what she may do, and of who asked only
// what she may know.
func (s *Service) show(a *act.Act, by authz.Actor, f authz.Facts, q *Question) error {
	party, hers, err := circle.PartyOf(a, f)
	if err != nil {
		return err
	}
	on, err := q.resource(a)
	if err != nil {
		return err
	}
	q.Answers = q.Withdrawn.IsZero() && authz.May(by, authz.QuestionAnswer, on, f)
	q.Takes = hers && party.ID == q.Party && q.takes() && authz.May(by, authz.QuestionWithdraw, on, f)
	var docs []id.Item
	for _, l := range q.Lines {
		for _, r := range l.Answers {
			docs = append(docs, r.Exhibit)
		}
	}
	titles, err := s.titles(a, by, q.Space, docs)
	if err != nil {
		return err
	}
	for i := range q.Lines {
		for j := range q.Lines[i].Answers {
			r := &q.Lines[i].Answers[j]
			if r.ExhibitAs = titles[r.Exhibit]; r.ExhibitAs == "" {
				r.Exhibit = ""
			}
		}
	}
	return q.sign(a, f)
}

// sign names who asked and who answered, and keeps from the reader who asked when that is
// not hers to know.
func (q *Question) sign(a *act.Act, f authz.Facts) error {
	party, hers, err := circle.PartyOf(a, f)
	if err != nil {
		return err
	}
	parties, err := circle.Parties(a, q.Space)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(parties, func(c circle.Circle) bool { return c.ID == q.Party }); i >= 0 {
		q.PartyName = parties[i].Name
	}
	people := []id.Person{q.By}
	for _, l := range q.Lines {
		for _, r := range l.Answers {
			people = append(people, r.By)
		}
	}
	names, err := firm.Names(a, people)
	if err != nil {
		return err
	}
	q.ByName = names[q.By]
	for i := range q.Lines {
		for j := range q.Lines[i].Answers {
			r := &q.Lines[i].Answers[j]
			r.ByName = names[r.By]
		}
	}
	if own := hers && party.ID == q.Party; !own && !f.Role.Inside() && !f.Role.Neutral() {
		q.Party, q.PartyName, q.By, q.ByName = "", "", "", ""
	}
	return nil
}

// titles are those of documents that the reader may see.
func (s *Service) titles(a *act.Act, by authz.Actor, in id.Space, docs []id.Item) (map[id.Item]string, error) {
	docs = slices.DeleteFunc(docs, func(d id.Item) bool { return d == "" })
	if len(docs) == 0 || !by.Pass.Takes(authz.DocumentRead) {
		return nil, nil
	}
	slices.Sort(docs)
	named, err := s.documents.NamedIn(a, by, in, slices.Compact(docs))
	out := map[id.Item]string{}
	for _, d := range named {
		out[d.ID] = d.Title
	}
	return out, err
}

// List returns the questions of a forum that are for the actor, the newest first.
func (s *Service) List(ctx context.Context, by authz.Actor, in id.Space) (out []Question, err error) {
	defer fault.Op(&err, "question.List(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		f, err := circle.Enter(a, by, in, authz.SpaceSee)
		if err != nil {
			return err
		}
		if out, err = seen(a, by, f, listed); err != nil {
			return err
		}
		for i := range out {
			if err := s.show(a, by, f, &out[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// seen are the questions of an entered space that are for the actor, the newest first and
// so many at most, with what was answered and all that is known of who asked.
func seen(a *act.Act, by authz.Actor, f authz.Facts, most int) (out []Question, err error) {
	var rows []row
	err = a.Each(selectQuestions, []any{f.Space, most}, func(scan func(...any) error) error {
		var r row
		err := scan(r.dest()...)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		q, err := r.read(a)
		if err != nil {
			return nil, err
		}
		on, err := q.resource(a)
		if err != nil {
			return nil, err
		}
		if !authz.Decide(by, authz.QuestionSee, on, f).Allowed {
			continue
		}
		if err := q.answers(a); err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, nil
}

// AllIn returns, inside a running act, every question of a forum that is for the actor, in
// the order of their numbers; what they refer to is left out.
func AllIn(a *act.Act, by authz.Actor, in id.Space) ([]Question, error) {
	f, err := circle.Enter(a, by, in, authz.SpaceSee)
	if err != nil {
		return nil, err
	}
	out, err := seen(a, by, f, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	slices.Reverse(out)
	for i := range out {
		if err := out[i].sign(a, f); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Show returns one question.
func (s *Service) Show(ctx context.Context, by authz.Actor, in id.Space, of id.Question) (q Question, err error) {
	defer fault.Op(&err, "question.Show(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		var f authz.Facts
		if q, f, err = opened(a, by, in, of, authz.QuestionSee); err != nil {
			return err
		}
		return s.show(a, by, f, &q)
	})
	return q, err
}

// tell refreshes the open pages of whom a question is for, and has those told whom it is
// news to: who answers, of a question; the party that asked, of an answer, and where it is
// for all the other parties too.
func (q *Question) tell(a *act.Act, by authz.Actor, answered bool) error {
	people, err := q.concerned(a, answered)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p == by.Person {
			continue
		}
		key := string(q.ID) + string(p)
		if answered {
			key += "answered"
		}
		if err := a.Follow(NoticeJob, key, a.Now, Notice{q.Space, p, q.ID, answered}); err != nil {
			return err
		}
	}
	return q.signal(a)
}

func (q *Question) concerned(a *act.Act, answered bool) (out []id.Person, err error) {
	if !answered {
		members, err := circle.Members(a, q.Space)
		for _, m := range members {
			if m.Active(a.Now) && (m.Role == authz.Lead || m.Role == authz.Colleague || m.Role == authz.Expert) {
				out = append(out, m.Person)
			}
		}
		return out, err
	}
	parties, err := circle.Parties(a, q.Space)
	if err != nil {
		return nil, err
	}
	there, err := circle.Presences(a, q.Space)
	for _, p := range there {
		among := p.Circle == q.Party || q.Scope == All && slices.ContainsFunc(parties, func(c circle.Circle) bool { return c.ID == p.Circle })
		if among && p.Span.Covers(a.Now) {
			out = append(out, p.Person)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), err
}

func (q *Question) signal(a *act.Act) error {
	house, err := circle.HouseOf(a, q.Space)
	if err != nil {
		return err
	}
	var circles []id.Circle
	for _, to := range q.audience(house) {
		circles = append(circles, to.Circle)
	}
	a.Signal(q.Space, append(circles, house.Firm)...)
	return space.Touch(a, q.Space)
}

// Waits demands, of somebody who is to be told, that the question is for her and, when she
// is asked for an answer, that one is still awaited.
func Waits(a *act.Act, by authz.Actor, n Notice) error {
	do := authz.QuestionAnswer
	if n.Answered {
		do = authz.QuestionSee
	}
	q, _, err := opened(a, by, n.Space, n.Question, do)
	if err == nil && !n.Answered && !q.Open() {
		err = fault.Absent()
	}
	return err
}

// Wait is how many questions of a space wait for their answer, for lists over many.
type Wait struct {
	Space id.Space
	Count int
	Since time.Time // when the oldest was asked
	Hers  bool      // they are the actor's to answer
}

// WaitsIn returns what waits in one entered space, or in all those the actor is a member
// of: for who answers all of it, for a party what it asked. A hint, like every list over
// many spaces: whoever opens one decides again.
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
		var since, hers int64
		err := scan(&w.Space, &w.Count, &since, &hers)
		w.Since, w.Hers = store.Time(since), hers == 1
		out = append(out, w)
		return err
	})
	return out, err
}

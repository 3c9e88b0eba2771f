package dire

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// answers reports whether an actor may answer dires of an entered space: where an expert
// conducts an assessment there, that is hers alone (CPC, art. 276).
func answers(a *act.Act, by authz.Actor, f authz.Facts) (bool, error) {
	on := authz.Resource{Kind: authz.OfSpace, Firm: a.Firm(), Space: f.Space}
	may := func() bool { return authz.May(by, authz.DireAnswer, on, f) }
	if !may() {
		return false, nil
	}
	var err error
	if on.Conducted, err = circle.Led(a, f.Space); err != nil {
		return false, err
	}
	return may(), nil
}

// answerable opens a dire of another party for who may answer it.
func answerable(a *act.Act, by authz.Actor, in id.Space, of id.Dire) (Dire, error) {
	if _, err := circle.EnterLed(a, by, in, authz.DireAnswer); err != nil {
		return Dire{}, err
	}
	_, d, err := opened(a, by, in, of)
	if err == nil && d.Own {
		err = fault.New(fault.Conflict, "dire.own")
	}
	return d, err
}

// SaveAnswers keeps what is written so far of answers to lines of a dire; an empty one
// drops what was kept of its line. Others who may answer read and go on with them; nobody
// else does. Conflict for a line that is open no more, and for a dire of one's own party.
func (s *Service) SaveAnswers(ctx context.Context, by authz.Actor, in id.Space, of id.Dire, answers []Settling) (err error) {
	defer fault.Op(&err, "dire.SaveAnswers(%s)", of)
	return s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		d, err := answerable(a, by, in, of)
		if err != nil {
			return err
		}
		for _, n := range answers {
			if n.Verdict != "" && !slices.Contains(Verdicts(), n.Verdict) || !n.fits() {
				return n.check()
			}
			if _, err := open(&d, n.Line); err != nil {
				return err
			}
			if err := putAnswerDraft(a, by, d, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// open is a line of a dire that waits for its answer.
func open(d *Dire, n int64) (*Line, error) {
	l := d.line(n)
	switch {
	case l == nil:
		return nil, fault.Absent()
	case l.State != Open:
		return nil, fault.New(fault.Conflict, "dire.settled", strconv.FormatInt(n, 10))
	}
	return l, nil
}

// answered is what the journal keeps of answers: no word of them.
type answered struct {
	Party id.Circle `json:"party"`
	Lines []settled `json:"lines"`
}

type settled struct {
	Line    int64   `json:"line"`
	Verdict Verdict `json:"verdict"`
	SHA256  string  `json:"sha256,omitempty"` // of the words
}

// Publish answers lines of a dire before all, once each; the others stay open, with
// their drafts. Faults in the fields verdict-N and answer-N; Invalid when there is none;
// Conflict as [Service.SaveAnswers].
func (s *Service) Publish(ctx context.Context, by authz.Actor, in id.Space, of id.Dire, answers []Settling) (err error) {
	defer fault.Op(&err, "dire.Publish(%s)", of)
	answers = slices.Clone(answers)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		d, err := answerable(a, by, in, of)
		if err != nil {
			return err
		}
		if err := complete(answers); err != nil {
			return err
		}
		what := answered{Party: d.Party}
		for _, n := range answers {
			if _, err := open(&d, n.Line); err != nil {
				return err
			}
			one := settled{Line: n.Line, Verdict: n.Verdict}
			if n.Words != "" {
				one.SHA256 = hashed(n.Words)
			}
			what.Lines = append(what.Lines, one)
		}
		entry, err := a.Record(by, "dire.answered", in, string(of), what)
		if err != nil {
			return err
		}
		for _, n := range answers {
			if err := d.settle(a, by, n, entry); err != nil {
				return err
			}
		}
		return tell(a, by, in, of)
	})
}

// settle writes the answer to a line.
func (d *Dire) settle(a *act.Act, by authz.Actor, n Settling, entry id.Entry) error {
	l := *d.line(n.Line)
	l.State, l.Verdict, l.Answer, l.By, l.At, l.Entry = Answered, n.Verdict, n.Words, by.Person, a.Now, entry
	if err := write(a, updateLine, *d, l); err != nil {
		return err
	}
	return a.Write(deleteAnswerDraft, d.ID, n.Line)
}

// complete wants each answer whole, and each line once.
func complete(answers []Settling) error {
	var wrong fault.Fields
	if len(answers) == 0 {
		return fault.New(fault.Invalid, "dire.nothing_answered")
	}
	seen := map[int64]bool{}
	for i := range answers {
		n := &answers[i]
		if many, ok := errors.AsType[fault.Fields](n.check()); ok {
			wrong = append(wrong, many...)
		}
		if seen[n.Line] {
			wrong.Add("answer-"+number(n.Line), "dire.settled", number(n.Line))
		}
		seen[n.Line] = true
	}
	return wrong.Err()
}

// set is what the journal keeps of a last day.
type set struct {
	LastDay string `json:"last_day"`
}

// SetDay says until which civil day dires are taken into account; empty: there is no
// such day any more. Those at the table are told. Invalid in the field day.
func (s *Service) SetDay(ctx context.Context, by authz.Actor, in id.Space, last string) (err error) {
	defer fault.Op(&err, "dire.SetDay(%s)", in)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.EnterLed(a, by, in, authz.DireAnswer); err != nil {
			return err
		}
		parties, err := circle.Parties(a, in)
		if err != nil {
			return err
		}
		if len(parties) == 0 {
			return fault.New(fault.Conflict, "dire.no_forum")
		}
		if err := s.ahead(a, last); err != nil {
			return err
		}
		d := Day{Last: last, By: by.Person, At: a.Now}
		if d.Entry, err = a.Record(by, "dire.day_set", in, string(in), set{last}); err != nil {
			return err
		}
		if err := putDay(a, in, d); err != nil {
			return err
		}
		return tell(a, by, in, "")
	})
}

// ahead wants a day to come, today at the earliest.
func (s *Service) ahead(a *act.Act, last string) error {
	if last == "" {
		return nil
	}
	day, err := time.Parse(time.DateOnly, last)
	if err != nil || last < civil(a.Now, s.zone) || day.After(a.Now.Add(horizon)) {
		return fault.New(fault.Invalid, "dire.day").In("day").Because(err)
	}
	return nil
}

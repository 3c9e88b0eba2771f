package vigilance

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
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/sanction"
	"cenacle/internal/space"
)

// listed is how many editions, and dossiers to look at again, are shown at most.
const listed = 200

// Service is the use cases of dossiers. Safe for concurrent use.
type Service struct {
	office *act.Office
	zone   *time.Location
	law    *Book
	lists  *sanction.Service
}

// New returns the use cases over an office and the law; zone is where civil days begin.
func New(office *act.Office, zone *time.Location, law *Book) *Service {
	return &Service{office: office, zone: zone, law: law}
}

// Law is the table that the dossiers rest on.
func (s *Service) Law() *Book { return s.law }

// Today is the civil day of a moment.
func (s *Service) Today(now time.Time) string { return now.In(s.zone).Format(time.DateOnly) }

// Show returns an edition of the dossier of a space to the firm's side of it, the last one
// for number 0; one without a number when there is no dossier yet.
func (s *Service) Show(ctx context.Context, by authz.Actor, in id.Space, number int) (e Edition, err error) {
	defer fault.Op(&err, "vigilance.Show(%s, %d)", in, number)
	used, err := s.used(ctx, by.Firm)
	if err != nil {
		return e, err
	}
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.VigilanceSee); err != nil {
			return err
		}
		e, err = one(a, selectLast, in)
		if err == nil && number != 0 && number != e.Number {
			e, err = one(a, selectEdition, in, number)
			if err == nil && e.Number == 0 {
				err = fault.Absent()
			}
		} else if err == nil {
			err = s.last(a, in, &e, used)
		}
		if err != nil {
			return err
		}
		e.Until = e.until(s.law)
		return e.names(a)
	})
	return e, err
}

// last says what the last edition wants, and what the list of frozen assets has of it.
func (s *Service) last(a *act.Act, in id.Space, e *Edition, used sanction.Use) (err error) {
	if e.Screening, err = screeningOf(a, in); err != nil {
		return err
	}
	parties := e.parties()
	e.List, e.Pending = used, used.SHA256 != "" && len(parties) > 0 && !e.Screening.done(parties, used.SHA256)
	e.Wanted = s.wanted(a, e.Dossier, e.Screening)
	return nil
}

// wanted is what a dossier wants today, a look at those who may be on the list first.
func (s *Service) wanted(a *act.Act, d Dossier, is Screening) []Want {
	out := d.Wants(s.law, s.Today(a.Now))
	if is.Open() > 0 {
		out = slices.Insert(out, 0, Want{What: WantLikeness})
	}
	return out
}

// names says who is behind the edition and its decisions.
func (e *Edition) names(a *act.Act) error {
	people := []id.Person{e.By, e.RatedBy}
	for _, l := range e.Screening.Lines {
		people = append(people, l.By)
		if l.Before != nil {
			people = append(people, l.Before.By)
		}
	}
	names, err := firm.Names(a, people)
	e.ByName, e.RatedByName = names[e.By], names[e.RatedBy]
	for i := range e.Screening.Lines {
		l := &e.Screening.Lines[i]
		if l.ByName = names[l.By]; l.Before != nil {
			l.Before.ByName = names[l.Before.By]
		}
	}
	return err
}

// Past is one edition among all, with the parts that it changed.
type Past struct {
	Number int
	By     id.Person
	ByName string
	At     time.Time
	Parts  []Part
}

// Editions returns the last editions of a dossier to the firm's side, the newest first.
func (s *Service) Editions(ctx context.Context, by authz.Actor, in id.Space) (out []Past, err error) {
	defer fault.Op(&err, "vigilance.Editions(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.VigilanceSee); err != nil {
			return err
		}
		rows, err := several(a, selectEditions, in, listed)
		if err != nil {
			return err
		}
		var people []id.Person
		next := Dossier{}
		for _, r := range slices.Backward(rows) {
			e, err := r.open(a)
			if err != nil {
				return err
			}
			out = append(out, Past{Number: e.Number, By: e.By, At: e.At, Parts: Changed(next, e.Dossier)})
			next, people = e.Dossier, append(people, e.By)
		}
		slices.Reverse(out)
		names, err := firm.Names(a, people)
		for i := range out {
			out[i].ByName = names[out[i].By]
		}
		return err
	})
	return out, err
}

// Keeping is a dossier about to be kept, and the number of the edition that was read
// before it was changed: 0 for the first.
type Keeping struct {
	Space id.Space
	After int
	Dossier
}

// errSame undoes the act of keeping what is kept already.
var errSame = errors.New("vigilance: nothing changed")

// kept is what the journal keeps of a change, and no word of it.
type kept struct {
	Edition int    `json:"edition"`
	Parts   []Part `json:"parts"`
}

// Keep writes the next edition of a dossier: a lawyer's act. A rating that is given
// without a day of review has the one that its risk calls for. The same again is one
// edition. Conflict when somebody has changed it since it was read; faults in the fields
// of the dossier.
func (s *Service) Keep(ctx context.Context, by authz.Actor, k Keeping) (number int, err error) {
	defer fault.Op(&err, "vigilance.Keep(%s)", k.Space)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, k.Space, authz.VigilanceKeep); err != nil {
			return err
		}
		was, err := one(a, selectLast, k.Space)
		if err != nil {
			return err
		}
		number = was.Number
		is, err := s.settled(a, by, k.Dossier, was.Dossier)
		if err != nil {
			return err
		}
		if len(Changed(was.Dossier, is)) == 0 {
			return errSame
		}
		if was.Number != k.After {
			return fault.New(fault.Conflict, "vigilance.moved")
		}
		if err := owned(a, by, k.Space, was.Dossier, is); err != nil {
			return err
		}
		number++
		return s.write(a, by, k.Space, Edition{Number: number, By: by.Person, At: a.Now, Dossier: is}, Changed(was.Dossier, is))
	})
	if errors.Is(err, errSame) {
		err = nil
	}
	return number, err
}

// settled is what is kept of what was typed.
func (s *Service) settled(a *act.Act, by authz.Actor, d, was Dossier) (Dossier, error) {
	today := s.Today(a.Now)
	d.clean()
	d.RatedBy, d.RatedOn = was.RatedBy, was.RatedOn
	if d.Review == "" && slices.Contains(Ratings(), d.Rating) {
		d.Review = s.law.Rule(d.Rating.duty(), today).Runs(today)
	}
	if err := d.check(was, s.law, today); err != nil {
		return d, err
	}
	if slices.Contains(Changed(was, d), Rated) {
		d.RatedBy, d.RatedOn = by.Person, today
	}
	return d, nil
}

// owned demands that a document newly named as a piece lies in the space, where who names
// it can read it.
func owned(a *act.Act, by authz.Actor, in id.Space, was, is Dossier) error {
	for _, p := range is.Pieces {
		if p.Document == "" || slices.Contains(was.Pieces, p) {
			continue
		}
		if _, _, err := item.Open(a, by, in, item.Document, p.Document, authz.DocumentRead); fault.Is(err, fault.NotFound) {
			return fault.New(fault.Invalid, "vigilance.document").In("document").Because(err)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// write puts an edition into its place, and has it looked at, or erased, when its day comes.
func (s *Service) write(a *act.Act, by authz.Actor, in id.Space, e Edition, parts []Part) error {
	today := s.Today(a.Now)
	due := e.due(s.law, today)
	if err := insert(a, in, e, due); err != nil {
		return err
	}
	if _, err := a.Record(by, "vigilance.kept", in, string(in), kept{e.Number, parts}); err != nil {
		return err
	}
	if err := s.soon(a, in, e.Number, parts, a.Now); err != nil {
		return err
	}
	if due > today {
		if err := a.Follow(WatchJob, string(in)+strconv.Itoa(e.Number), s.morning(due), Watch{in, e.Number}); err != nil {
			return err
		}
	}
	if until := e.until(s.law); until != "" {
		return a.Follow(EraseJob, string(in)+until, s.morning(until).AddDate(0, 0, 1), Watch{in, e.Number})
	}
	return nil
}

// Named are the names in the dossier of a space by which its client's side is known: hers,
// and those of her owners. The caller has decided the right to be told of them.
func Named(a *act.Act, in id.Space) (out []string, err error) {
	e, err := one(a, selectLast, in)
	if err != nil {
		return nil, err
	}
	if e.Client.Name != "" {
		out = append(out, e.Client.Name)
	}
	for _, o := range e.Owners {
		out = append(out, o.Name)
	}
	return out, nil
}

// Due is a dossier to be looked at again, and why.
type Due struct {
	Space  id.Space
	Name   string // of the space
	Since  string // the day from which on
	Wanted []Want
}

// Due returns the dossiers that a lawyer is to look at again in the spaces for which she
// answers, the longest waiting first.
func (s *Service) Due(ctx context.Context, by authz.Actor) (out []Due, err error) {
	defer fault.Op(&err, "vigilance.Due")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.FirmEnter); err != nil {
			return err
		}
		rows, err := several(a, selectDue, by.Person, s.Today(a.Now), listed)
		if err != nil {
			return err
		}
		likened, err := likenedOf(a, by.Person, rows)
		if err != nil {
			return err
		}
		for _, r := range append(likened, rows...) {
			d, err := s.due(a, by, r)
			if err != nil {
				return err
			}
			if d != nil {
				out = append(out, *d)
			}
		}
		return nil
	})
	return out, err
}

// likenedOf are the dossiers in which a likeness waits for a lawyer, beside those that are due.
func likenedOf(a *act.Act, lead id.Person, due []row) (out []row, err error) {
	var in []id.Space
	err = a.Each(selectLikened, []any{lead, listed}, func(scan func(...any) error) error {
		var one id.Space
		err := scan(&one)
		if !slices.ContainsFunc(due, func(r row) bool { return r.space == one }) {
			in = append(in, one)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, one := range in {
		rows, err := several(a, selectEditions, one, 1)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// due is one dossier that is to be looked at; nil for one that its lawyer may not see.
func (s *Service) due(a *act.Act, by authz.Actor, r row) (*Due, error) {
	if _, err := circle.Enter(a, by, r.space, authz.VigilanceSee); fault.Is(err, fault.NotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	e, err := r.open(a)
	if err != nil {
		return nil, err
	}
	is, err := screeningOf(a, r.space)
	if err != nil {
		return nil, err
	}
	sp, err := space.Load(a, r.space)
	if err != nil {
		return nil, err
	}
	since := r.due
	if today := s.Today(a.Now); since == "" || since > today {
		since = s.Today(is.At)
	}
	return &Due{r.space, sp.Name, since, s.wanted(a, e.Dossier, is)}, nil
}

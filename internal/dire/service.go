package dire

import (
	"context"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/forum"
	"cenacle/internal/id"
	"cenacle/internal/law"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// NoticeJob tells somebody of what is new of dires, with a [Notice].
const NoticeJob = "notice.dires"

// Notice names whom to tell, and of which dire; of none: of the last day.
type Notice struct {
	Space  id.Space
	Person id.Person
	Dire   id.Dire
}

// Service is the use cases of dires. Safe for concurrent use.
type Service struct {
	office *act.Office
	book   *law.Book
	zone   *time.Location
}

// New returns the use cases over an office; days are those of zone.
func New(office *act.Office, book *law.Book, zone *time.Location) *Service {
	return &Service{office, book, zone}
}

// Desk is the dires of a forum as one person sees them.
type Desk struct {
	Dires   []Dire // in the order of their numbers
	Day     Day
	Today   string          // civil date
	Law     law.Observation // of today; zero where there is none
	Files   bool            // she may file one for her party
	Answers bool            // she may answer, and set the last day
	Side    id.Circle       // that she stands for, or empty
	Draft   Draft           // of hers
}

// Past reports whether the last day is over.
func (d *Desk) Past() bool { return d.Law.Misses(d.Day.Last, d.Today) }

// Mine are the earlier lines of the reader's party that are not given up yet: those a
// last dire can recall.
func (d *Desk) Mine() (out []Dire) {
	for _, one := range d.Dires {
		if one.Party != d.Side {
			continue
		}
		one.Lines = slices.DeleteFunc(slices.Clone(one.Lines), func(l Line) bool { return l.State == Abandoned })
		if len(one.Lines) > 0 {
			out = append(out, one)
		}
	}
	return out
}

// List returns the dires of a space that are for the actor, with what she has begun.
func (s *Service) List(ctx context.Context, by authz.Actor, in id.Space) (out Desk, err error) {
	defer fault.Op(&err, "dire.List(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, err = s.ListIn(a, by, in)
		return err
	})
	return out, err
}

// ListIn is List inside a running act.
func (s *Service) ListIn(a *act.Act, by authz.Actor, in id.Space) (out Desk, err error) {
	f, err := circle.Enter(a, by, in, authz.SpaceSee)
	if err != nil {
		return out, err
	}
	side, stands, err := exhibit.Side(a, f)
	if err != nil {
		return out, err
	}
	on := authz.Resource{Kind: authz.OfSpace, Firm: a.Firm(), Space: in}
	out.Side, out.Today = side, civil(a.Now, s.zone)
	out.Law, _ = s.book.Observation(out.Today)
	out.Files = stands && authz.May(by, authz.DireFile, on, f)
	if out.Answers, err = answers(a, by, f); err != nil {
		return out, err
	}
	if out.Day, err = dayOf(a, in); err != nil {
		return out, err
	}
	if out.Dires, err = direIn(a, by, f); err != nil {
		return out, err
	}
	for i := range out.Dires {
		d := &out.Dires[i]
		d.Own = stands && d.Party == side
		if d.Answers = out.Answers && !d.Own; d.Answers {
			err = drafted(a, d)
		}
		if err != nil {
			return out, err
		}
	}
	if out.Files {
		out.Draft, err = draftOf(a, in, by.Person)
	}
	return out, err
}

func direIn(a *act.Act, by authz.Actor, f authz.Facts) ([]Dire, error) {
	if !by.Pass.Takes(authz.DireSee) {
		return nil, nil
	}
	found, err := all(a, f.Space)
	if err != nil {
		return nil, err
	}
	return given(a, by, f, found)
}

// Show returns one dire, and keeps that her party has opened it.
func (s *Service) Show(ctx context.Context, by authz.Actor, in id.Space, of id.Dire) (d Dire, err error) {
	defer fault.Op(&err, "dire.Show(%s)", of)
	err = s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		f, one, err := opened(a, by, in, of)
		if err != nil {
			return err
		}
		if err := note(a, by, f, one, Opened); err != nil {
			return err
		}
		if one.Answers, err = answers(a, by, f); err != nil {
			return err
		}
		if one.Answers = one.Answers && !one.Own; one.Answers {
			err = drafted(a, &one)
		}
		d = one
		return err
	})
	return d, err
}

// opened opens one dire of a space for an actor.
func opened(a *act.Act, by authz.Actor, in id.Space, of id.Dire) (authz.Facts, Dire, error) {
	f, err := circle.Enter(a, by, in, authz.SpaceSee)
	if err != nil {
		return f, Dire{}, err
	}
	d, err := load(a, in, of)
	if err != nil {
		return f, d, err
	}
	seen, err := given(a, by, f, []Dire{d})
	if err != nil || len(seen) == 0 {
		if err == nil {
			err = fault.Absent()
		}
		return f, Dire{}, err
	}
	side, stands, err := exhibit.Side(a, f)
	seen[0].Own = stands && side == d.Party
	return f, seen[0], err
}

// SaveDraft keeps what the actor has written so far of a dire of her party; nothing
// drops it. Faults in the fields text and exhibit.
func (s *Service) SaveDraft(ctx context.Context, by authz.Actor, in id.Space, d Draft) (err error) {
	defer fault.Op(&err, "dire.SaveDraft(%s)", in)
	if err := d.clean(); err != nil {
		return err
	}
	return s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		if _, _, err := enterSide(a, by, in); err != nil {
			return err
		}
		return putDraft(a, in, by.Person, d)
	})
}

// enterSide enters a forum for who may file a dire, with the party she stands for.
func enterSide(a *act.Act, by authz.Actor, in id.Space) (authz.Facts, id.Circle, error) {
	f, err := circle.Enter(a, by, in, authz.DireFile)
	if err != nil {
		return f, "", err
	}
	parties, err := circle.Parties(a, in)
	if err != nil {
		return f, "", err
	}
	if len(parties) == 0 {
		return f, "", fault.New(fault.Conflict, "dire.no_forum")
	}
	side, stands, err := exhibit.Side(a, f)
	if err == nil && !stands {
		err = fault.New(fault.Forbidden, "fault.forbidden")
	}
	return f, side, err
}

// Filing is a dire about to be filed: what it says, or the draft that the actor saved at
// an instant and has read again.
type Filing struct {
	Space id.Space
	Draft
	Reviewed time.Time // when the draft that is filed was saved; zero: Draft is what is filed
}

// filed is what the journal keeps of a dire: no word of it.
type filed struct {
	Party     id.Circle `json:"party"`
	Number    int64     `json:"number"`
	Rank      int64     `json:"rank"`
	Lines     int       `json:"lines"`
	SHA256    string    `json:"sha256"`
	Missed    string    `json:"missed,omitempty"`
	Recap     bool      `json:"recap,omitempty"`
	Abandoned []Ref     `json:"abandoned,omitempty"`
}

// File puts a dire of the actor's party before all parties at once, under its numbers,
// and tells them. Faults in the fields text, exhibit and recall; Conflict where there is
// no forum, while a party would not have it, and when the draft was changed since it was
// read again.
func (s *Service) File(ctx context.Context, by authz.Actor, n Filing) (d Dire, err error) {
	defer fault.Op(&err, "dire.File(%s)", n.Space)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		n := n // a retry starts from what was asked
		f, side, err := enterSide(a, by, n.Space)
		if err != nil {
			return err
		}
		if err := n.resolve(a, by); err != nil {
			return err
		}
		if err := exhibit.Reach(a, by, n.Space, side); err != nil {
			return err
		}
		said, err := n.say()
		if err != nil {
			return err
		}
		if err := n.exhibits(a, by); err != nil {
			return err
		}
		d, err = s.put(a, by, f, side, said)
		return err
	})
	return d, err
}

// resolve takes the draft that was read again, and cleans what is to be filed.
func (n *Filing) resolve(a *act.Act, by authz.Actor) error {
	if !n.Reviewed.IsZero() {
		kept, err := draftOf(a, n.Space, by.Person)
		if err != nil {
			return err
		}
		if !kept.Saved.Equal(n.Reviewed) {
			return fault.New(fault.Conflict, "dire.draft_changed")
		}
		n.Draft = kept
	}
	return n.clean()
}

// exhibits refuses to name what the actor does not read as an exhibit.
func (n *Filing) exhibits(a *act.Act, by authz.Actor) error {
	lists, err := forum.ListsIn(a, by, n.Space)
	if err != nil {
		return err
	}
	for _, v := range n.Exhibits {
		known := slices.ContainsFunc(lists, func(l forum.List) bool {
			return slices.ContainsFunc(l.Pieces, func(p forum.Piece) bool { return p.Version == v && !p.Withdrawn })
		})
		if !known {
			return fault.New(fault.Invalid, "dire.exhibit_absent").In("exhibit")
		}
	}
	return nil
}

// put numbers and writes a dire, and what it gives up.
func (s *Service) put(a *act.Act, by authz.Actor, f authz.Facts, side id.Circle, said content) (Dire, error) {
	d := Dire{ID: id.New[id.Dire](a.Now), Space: f.Space, Party: side, By: by.Person, Filed: a.Now, Recap: said.Recap, Recalls: said.Recalls, Own: true}
	d.Lead, d.Exhibits = said.Lead, said.Exhibits
	for i, words := range said.Lines {
		d.Lines = append(d.Lines, Line{Number: int64(i + 1), Words: words, State: Open})
	}
	if err := a.Row(selectNumbers, []any{d.Space, side}, &d.Number, &d.Rank); err != nil {
		return d, err
	}
	day, err := dayOf(a, d.Space)
	if err != nil {
		return d, err
	}
	today := civil(a.Now, s.zone)
	rule, _ := s.book.Observation(today)
	if rule.Misses(day.Last, today) {
		d.Missed = day.Last
	}
	gone, err := givenUp(a, rule, d)
	if err != nil {
		return d, err
	}
	sealed, digest, err := said.seal()
	if err != nil {
		return d, err
	}
	d.Digest = digest
	if d.Entry, err = a.Record(by, "dire.filed", d.Space, string(d.ID), filed{side, d.Number, d.Rank, len(d.Lines), digest, d.Missed, d.Recap, refs(gone)}); err != nil {
		return d, err
	}
	if err := insert(a, d, sealed); err != nil {
		return d, err
	}
	if err := abandon(a, d, gone); err != nil {
		return d, err
	}
	if err := a.Write(deleteDraft, d.Space, by.Person); err != nil {
		return d, err
	}
	one := []Dire{d}
	err = sign(a, d.Space, one)
	if err == nil {
		err = tell(a, by, d.Space, d.ID)
	}
	return one[0], err
}

// standing is a line of an earlier dire.
type standing struct {
	dire Dire
	line Line
}

func refs(all []standing) (out []Ref) {
	for _, s := range all {
		out = append(out, Ref{s.dire.ID, s.line.Number})
	}
	return out
}

// givenUp are the earlier lines of its party that a last dire does not recall. What it
// recalls must be some of them.
func givenUp(a *act.Act, rule law.Observation, d Dire) (out []standing, err error) {
	if !d.Recap {
		return nil, nil
	}
	if rule.Recall == "" {
		return nil, fault.New(fault.Invalid, "dire.no_recap").In("recap")
	}
	before, err := all(a, d.Space)
	if err != nil {
		return nil, err
	}
	at := map[Ref]standing{}
	var earlier []Ref
	for _, one := range before {
		for _, l := range one.Lines {
			if one.Party == d.Party && l.State != Abandoned {
				r := Ref{one.ID, l.Number}
				at[r], earlier = standing{one, l}, append(earlier, r)
			}
		}
	}
	for _, r := range d.Recalls {
		if _, known := at[r]; !known {
			return nil, fault.New(fault.Invalid, "dire.recall_absent").In("recall")
		}
	}
	for _, r := range law.GivenUp(earlier, d.Recalls) {
		out = append(out, at[r])
	}
	return out, nil
}

// abandon writes that lines are given up by a dire. What was answered keeps its answer.
func abandon(a *act.Act, d Dire, gone []standing) error {
	for _, g := range gone {
		g.line.State, g.line.By, g.line.At, g.line.Entry = Abandoned, d.By, d.Filed, d.Entry
		if err := write(a, updateLine, g.dire, g.line); err != nil {
			return err
		}
		if err := a.Write(deleteAnswerDraft, g.dire.ID, g.line.Number); err != nil {
			return err
		}
	}
	return nil
}

// tell shows what happened on the open pages of all, and has those who are at the
// common table told, but not who did it.
func tell(a *act.Act, by authz.Actor, in id.Space, of id.Dire) error {
	house, err := circle.HouseOf(a, in)
	if err != nil {
		return err
	}
	a.Signal(in, house.Firm, house.Client, house.All)
	if err := space.Touch(a, in); err != nil {
		return err
	}
	there, err := circle.Presences(a, in)
	if err != nil {
		return err
	}
	for _, p := range there {
		if p.Circle != house.All || !p.Span.Covers(a.Now) || p.Person == by.Person {
			continue
		}
		if err := a.Follow(NoticeJob, string(p.Person)+string(of)+number(store.Micros(a.Now)), a.Now, Notice{in, p.Person, of}); err != nil {
			return err
		}
	}
	return nil
}

// Waits demands, of a person who is to be told, that she still sees what she is told of.
func Waits(a *act.Act, by authz.Actor, n Notice) error {
	if n.Dire == "" {
		_, err := circle.Enter(a, by, n.Space, authz.SpaceSee)
		return err
	}
	_, _, err := opened(a, by, n.Space, n.Dire)
	return err
}

// Drafts counts what a person has begun to write, in the spaces that she is in. The
// caller has decided that it may be said; what is in them is her side's alone.
func Drafts(a *act.Act, of id.Person) (n int, err error) {
	return n, a.Row(countDrafts, []any{of, store.Micros(a.Now)}, &n)
}

// Discard erases what somebody who leaves a space had begun to write there.
func Discard(a *act.Act, in id.Space, of id.Person) error {
	return a.Write(deleteDraft, in, of)
}

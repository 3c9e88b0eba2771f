package forum

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// MaxWords is how many characters say to whom, or how, something goes on paper.
const MaxWords = 500

// Branch sends the exhibits of a forum to one of its parties on paper.
type Branch struct {
	Space id.Space
	Party id.Circle
	Whom  string // to whom and where; MaxWords characters at most
}

// Branch has a party, for which nobody may read here, reached on paper from now on:
// what comes before all no longer waits for a reader of it. Invalid in the field whom.
// Conflict when the circle is no party.
func (s *Service) Branch(ctx context.Context, by authz.Actor, in Branch) (err error) {
	defer fault.Op(&err, "forum.Branch(%s)", in.Party)
	if in.Whom, err = words(in.Whom, "whom"); err != nil {
		return err
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := enterParty(a, by, in.Space, in.Party); err != nil {
			return err
		}
		return exhibit.Choose(a, by, in.Space, in.Party, in.Whom)
	})
}

// Unbranch takes that back: what comes before all waits for a reader again.
func (s *Service) Unbranch(ctx context.Context, by authz.Actor, in id.Space, party id.Circle) (err error) {
	defer fault.Op(&err, "forum.Unbranch(%s)", party)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := enterParty(a, by, in, party); err != nil {
			return err
		}
		return exhibit.End(a, by, in, party)
	})
}

// words cleans a text that must say something.
func words(typed, field string) (string, error) {
	typed = strings.TrimSpace(typed)
	switch {
	case typed == "":
		return "", fault.New(fault.Invalid, "forum.words_missing").In(field)
	case !utf8.ValidString(typed) || utf8.RuneCountInString(typed) > MaxWords:
		return "", fault.New(fault.Invalid, "forum.words_long", MaxWords).In(field)
	}
	return typed, nil
}

func enterParty(a *act.Act, by authz.Actor, in id.Space, party id.Circle) error {
	if _, err := circle.Enter(a, by, in, authz.PaperServe); err != nil {
		return err
	}
	known, err := circle.List(a, in)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(known, func(c circle.Circle) bool { return c.ID == party })
	switch {
	case i < 0:
		return fault.Absent()
	case known[i].Kind != circle.Party:
		return fault.New(fault.Conflict, "forum.no_party")
	}
	return nil
}

// Serving says that exhibits were handed to a party on paper.
type Serving struct {
	Space    id.Space
	Party    id.Circle
	Exhibits []id.Version
	Day      string // civil date, today at the latest
	How      string // MaxWords characters at most
}

// Serve records that exhibits were handed to a party that is reached on paper. Invalid
// in the fields exhibit (one that is not due to it), day and how; Conflict when it is
// not reached on paper.
func (s *Service) Serve(ctx context.Context, by authz.Actor, in Serving) (err error) {
	defer fault.Op(&err, "forum.Serve(%s)", in.Party)
	if in.How, err = words(in.How, "how"); err != nil {
		return err
	}
	if _, err := time.Parse(time.DateOnly, in.Day); err != nil {
		return fault.New(fault.Invalid, "forum.day").In("day")
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := enterParty(a, by, in.Space, in.Party); err != nil {
			return err
		}
		if in.Day > a.Now.In(s.zone).Format(time.DateOnly) {
			return fault.New(fault.Invalid, "forum.day").In("day")
		}
		due, branched, err := dueTo(a, in.Space, in.Party)
		if err != nil {
			return err
		}
		if !branched {
			return fault.New(fault.Conflict, "forum.not_on_paper")
		}
		if len(in.Exhibits) == 0 {
			return fault.New(fault.Invalid, "forum.nothing_served").In("exhibit")
		}
		for _, v := range slices.Compact(slices.Sorted(slices.Values(in.Exhibits))) {
			e, waits := due[v]
			if !waits {
				return fault.New(fault.Invalid, "forum.not_due").In("exhibit")
			}
			if err := exhibit.Hand(a, by, e.Item, exhibit.Paper{Version: v, Party: in.Party, Space: in.Space, Day: in.Day, How: in.How}); err != nil {
				return err
			}
		}
		return nil
	})
}

// dueTo are the exhibits of others that a party which is reached on paper has not had.
func dueTo(a *act.Act, in id.Space, party id.Circle) (due map[id.Version]exhibit.Exhibit, branched bool, err error) {
	paper, err := exhibit.Branches(a, in)
	if err != nil {
		return nil, false, err
	}
	all, err := exhibit.OfSpace(a, in)
	if err != nil {
		return nil, false, err
	}
	had, err := exhibit.Papers(a, in)
	if err != nil {
		return nil, false, err
	}
	due = map[id.Version]exhibit.Exhibit{}
	for _, e := range all {
		if e.Party != party {
			due[e.Version] = e
		}
	}
	for _, p := range had {
		if p.Party == party {
			delete(due, p.Version)
		}
	}
	_, branched = paper[party]
	return due, branched, nil
}

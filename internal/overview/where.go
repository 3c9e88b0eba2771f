package overview

import (
	"context"
	"io"
	"slices"
	"strings"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/group"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// Present is somebody in a space now: what she is there, since when, in which circles,
// and why.
type Present struct {
	circle.Member
	Name    string
	Circles []circle.Circle
	Groups  []string // by which groups she is there; none: in her own right
	For     string   // for whom she stands in, who is away; or empty
}

// Peopled is a space with who is in it now.
type Peopled struct {
	space.Space
	People []Present
}

// WhereQuery asks for who is in which of the reader's spaces: in one alone, or one person
// alone, when these are named; the spaces of a page otherwise.
type WhereQuery struct {
	Space  id.Space
	Person id.Person
	Page   space.Page
}

// Where tells one of the firm's people who is in what, of the spaces where she is on the
// firm's side herself; of others she learns nothing, whether she administers the firm or
// not. A space with nobody who was asked for is not among them. Next is the page after,
// with a Limit of 0 at the end.
func (s *Service) Where(ctx context.Context, by authz.Actor, q WhereQuery) (out []Peopled, next space.Page, err error) {
	defer fault.Op(&err, "overview.Where")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.FirmEnter); err != nil {
			return err
		}
		of, err := sought(a, by, q)
		if err != nil {
			return err
		}
		if q.Space == "" && q.Page.Limit > 0 && len(of) == q.Page.Limit {
			last := of[len(of)-1]
			next = space.Page{Changed: last.Changed, After: last.ID, Limit: q.Page.Limit}
		}
		out, err = peopled(a, by, of, q.Person)
		return err
	})
	return out, next, err
}

func sought(a *act.Act, by authz.Actor, q WhereQuery) ([]space.Space, error) {
	if q.Space == "" {
		return space.Own(a, by, q.Page)
	}
	if _, err := circle.Enter(a, by, q.Space, authz.CircleSee); err != nil {
		return nil, err
	}
	one, err := space.Load(a, q.Space)
	return []space.Space{one}, err
}

func peopled(a *act.Act, by authz.Actor, of []space.Space, only id.Person) (out []Peopled, err error) {
	var within []id.Space
	for _, s := range of {
		_, err := circle.Enter(a, by, s.ID, authz.CircleSee)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		within = append(within, s.ID)
	}
	members, err := circle.MembersIn(a, within)
	if err != nil {
		return nil, err
	}
	seats, err := circle.SeatsIn(a, within)
	if err != nil {
		return nil, err
	}
	groups, err := group.Names(a)
	if err != nil {
		return nil, err
	}
	names, err := called(a, members)
	if err != nil {
		return nil, err
	}
	for _, s := range of {
		if !slices.Contains(within, s.ID) {
			continue
		}
		one := Peopled{Space: s}
		for _, m := range members[s.ID] {
			if m.Active(a.Now) && (only == "" || m.Person == only) {
				one.People = append(one.People, Present{Member: m})
			}
		}
		if len(one.People) == 0 {
			continue
		}
		if err := one.tell(a, names, group.Present{Names: groups, Seats: seats[s.ID]}); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// called are the names of all who are or were in some spaces: also of those in whose place
// others are there.
func called(a *act.Act, in map[id.Space][]circle.Member) (map[id.Person]string, error) {
	var people []id.Person
	for _, members := range in {
		for _, m := range members {
			people = append(people, m.Person)
		}
	}
	return firm.Names(a, people)
}

// tell says of each what she is called, where in the space she is, and why.
func (p *Peopled) tell(a *act.Act, names map[id.Person]string, by group.Present) error {
	circles, err := circle.List(a, p.ID)
	if err != nil {
		return err
	}
	order := []circle.Kind{circle.Named, circle.Inner, circle.Party, circle.All, circle.Client, circle.Firm} // backwards
	slices.SortStableFunc(circles, func(x, y circle.Circle) int { return slices.Index(order, y.Kind) - slices.Index(order, x.Kind) })
	stays, err := circle.Presences(a, p.ID)
	if err != nil {
		return err
	}
	away, err := circle.StandIns(a, p.ID)
	if err != nil {
		return err
	}
	for i := range p.People {
		m := &p.People[i]
		m.Name, m.Groups = names[m.Person], by.Place(m.Member)
		for _, c := range circles {
			if slices.ContainsFunc(stays, func(s circle.Presence) bool {
				return s.Person == m.Person && s.Circle == c.ID && s.Span.Covers(a.Now)
			}) {
				m.Circles = append(m.Circles, c)
			}
		}
		for _, s := range away {
			if s.Person == m.Person && a.Now.Before(s.Until) {
				m.For = names[s.Away]
			}
		}
	}
	return nil
}

// filed is how many spaces a file is written from at a time.
const filed = 100

// WriteWhere writes who is in what for a spreadsheet, of all of the reader's spaces or of
// those that the query names: one line for each person and space.
func (s *Service) WriteWhere(ctx context.Context, w io.Writer, by authz.Actor, p *i18n.Printer, q WhereQuery) error {
	lines := [][]string{{p.T("overview.where.space"), p.T("overview.where.person"), p.T("overview.where.role"), p.T("overview.where.since"), p.T("overview.where.circles"), p.T("overview.where.groups"), p.T("overview.where.for")}}
	for q.Page = (space.Page{Limit: filed}); q.Page.Limit > 0; {
		found, next, err := s.Where(ctx, by, q)
		if err != nil {
			return err
		}
		for _, sp := range found {
			for _, m := range sp.People {
				lines = append(lines, []string{
					sp.Name, m.Name, p.T("space.role." + string(m.Role)), m.Since.UTC().Format("2006-01-02"),
					strings.Join(CircleNames(p, m.Circles), ", "), strings.Join(m.Groups, ", "), m.For,
				})
			}
		}
		q.Page = next
	}
	return p.Sheet(w, lines)
}

// CircleNames are what circles are called.
func CircleNames(p *i18n.Printer, of []circle.Circle) []string {
	out := make([]string, len(of))
	for i, c := range of {
		if out[i] = c.Name; c.Kind.House() {
			out[i] = p.T("circle.kind." + string(c.Kind))
		}
	}
	return out
}

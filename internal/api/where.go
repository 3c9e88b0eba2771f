package api

import (
	"io"

	"cenacle/internal/id"
	"cenacle/internal/overview"
	"cenacle/internal/space"
)

// WhereAsk narrows who is in what.
type WhereAsk struct {
	Page
	Space  id.Space  `query:"space" doc:"in this space alone"`
	Person id.Person `query:"person" doc:"this person alone"`
}

// WhereFileAsk narrows the file.
type WhereFileAsk struct {
	Space  id.Space  `query:"space" doc:"in this space alone"`
	Person id.Person `query:"person" doc:"this person alone"`
}

// Places are who is in what.
type Places struct {
	Places []Place `json:"places"`
	Next   string  `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

// Place is somebody in a space now.
type Place struct {
	Space     id.Space    `json:"space"`
	SpaceName string      `json:"space_name"`
	Person    id.Person   `json:"person"`
	Name      string      `json:"name"`
	Role      string      `json:"role" enum:"lead colleague assistant client guest reader expert clerk"`
	Since     Instant     `json:"since"`
	Circles   []id.Circle `json:"circles"`
	Groups    []string    `json:"groups" doc:"by which groups of the firm she is there; empty: in her own right"`
	For       string      `json:"for_name,omitempty" doc:"in whose place she is there, who is away"`
}

func (n *Nouns) places(r *Request, in WhereAsk) (Places, error) {
	var mark spaceMark
	if err := r.resume(in.Cursor, &mark); err != nil {
		return Places{}, err
	}
	q := overview.WhereQuery{Space: in.Space, Person: in.Person, Page: space.Page{Changed: mark.Changed, After: mark.After, Limit: in.most()}}
	found, next, err := n.Overview.Where(r.Context(), r.Actor, q)
	if err != nil {
		return Places{}, err
	}
	out := Places{Places: []Place{}}
	for _, s := range found {
		for _, m := range s.People {
			one := Place{
				Space: s.ID, SpaceName: s.Name, Person: m.Person, Name: m.Name, Role: string(m.Role), Since: Instant(m.Since),
				Circles: []id.Circle{}, Groups: append([]string{}, m.Groups...), For: m.For,
			}
			for _, c := range m.Circles {
				one.Circles = append(one.Circles, c.ID)
			}
			out.Places = append(out.Places, one)
		}
	}
	if next.Limit > 0 {
		out.Next, err = r.next(spaceMark{next.Changed, next.After})
	}
	return out, err
}

func (n *Nouns) placesFile(r *Request, in WhereFileAsk) (Stream, error) {
	q := overview.WhereQuery{Space: in.Space, Person: in.Person, Page: space.Page{Limit: 1}}
	if _, _, err := n.Overview.Where(r.Context(), r.Actor, q); err != nil {
		return nil, err
	}
	return sheet("places.csv", func(out io.Writer) error { return n.Overview.WriteWhere(r.Context(), out, r.Actor, r.Printer, q) }), nil
}

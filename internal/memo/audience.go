package memo

import (
	"errors"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
)

// audience settles the circles that a memo goes to. The firm's side chooses: a
// memo among colleagues stays in circles that nobody else can be in, and the
// firm reads all others, but for those that go to named circles of the writer
// alone. Everybody else answers in the named circle that spoke to her, or
// writes to the firm and the client; in a forum, to all, or when she says so to
// her own party alone.
func (n *New) audience(a *act.Act, by authz.Actor, f authz.Facts) ([]id.Circle, error) {
	known, err := circle.List(a, n.Space)
	if err != nil {
		return nil, err
	}
	kinds := map[id.Circle]circle.Kind{}
	of := map[circle.Kind]id.Circle{}
	for _, c := range known {
		kinds[c.ID], of[c.Kind] = c.Kind, c.ID
	}
	hers := func(c id.Circle) bool {
		return !kinds[c].House() && f.Circles[c].Covers(f.Now) && !f.Circles[c].Since.IsZero()
	}
	if !f.Role.Inside() {
		party := func(c id.Circle) bool { return kinds[c] == circle.Party && hers(c) }
		if i := slices.IndexFunc(n.Circles, party); i >= 0 {
			return []id.Circle{n.Circles[i]}, nil
		}
		if named, err := n.spoken(a, by, kinds); err != nil || len(named) > 0 {
			return slices.DeleteFunc(named, func(c id.Circle) bool { return !hers(c) }), err
		}
		if f.Role != authz.Client {
			return []id.Circle{of[circle.All]}, nil
		}
		return []id.Circle{of[circle.Firm], of[circle.Client]}, nil
	}
	circles := slices.Clone(n.Circles)
	if n.Internal {
		circles = slices.DeleteFunc(circles, func(c id.Circle) bool { return !kinds[c].Within() })
	}
	among := len(circles) > 0
	for _, c := range circles {
		among = among && hers(c)
	}
	if !among && !slices.Contains(circles, of[circle.Firm]) {
		circles = append(circles, of[circle.Firm])
	}
	return circles, nil
}

// spoken is the circles of what somebody answers, when all of them are named:
// of the newest memo of the thread that she sees, or of the document it is
// about. What else is wrong with the answer is found by join.
func (n *New) spoken(a *act.Act, by authz.Actor, kinds map[id.Circle]circle.Kind) ([]id.Circle, error) {
	about, kind, do := n.Document, item.Document, authz.DocumentRead
	if n.Thread != "" {
		var err error
		if about, kind, do, err = n.newest(a, by); err != nil {
			return nil, err
		}
	}
	if about == "" {
		return nil, nil
	}
	h, _, err := item.Open(a, by, n.Space, kind, about, do)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []id.Circle
	for _, to := range h.Audience {
		if kinds[to.Circle].House() {
			return nil, nil
		}
		out = append(out, to.Circle)
	}
	return out, nil
}

// newest is the last memo of the thread that somebody sees, otherwise the
// document it is about.
func (n *New) newest(a *act.Act, by authz.Actor) (of id.Item, kind item.Kind, do authz.Action, err error) {
	err = a.Row(selectNewest, []any{by.Person, store.Micros(a.Now), n.Thread}, &of)
	if !errors.Is(err, store.ErrNoRow) {
		return of, item.Memo, authz.MemoRead, err
	}
	var in id.Space
	err = a.Row(selectThread, []any{n.Thread}, &in, &of)
	if errors.Is(err, store.ErrNoRow) {
		err = nil
	}
	return of, item.Document, authz.DocumentRead, err
}

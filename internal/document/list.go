package document

import (
	"context"
	"errors"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

const (
	defaultPage = 100
	maxPage     = 1000
	fewest      = 24  // rows looked at at first, some of which she may not see
	next        = 100 // and when those were not enough
)

// ListQuery asks for a page of documents: Limit of them (100 by default, 1,000
// at most) that come after After, the last one shown. An empty Tray is all
// three, and then Folder is ignored; an empty Folder is the whole tray.
type ListQuery struct {
	Space  id.Space
	Tray   space.Tray
	Folder id.Folder
	After  id.Item
	Limit  int
}

// List returns the documents of a space that the actor may see, the newest
// first. It costs the same number of statements whatever the page.
func (s *Service) List(ctx context.Context, by authz.Actor, q ListQuery) (out []Document, err error) {
	defer fault.Op(&err, "document.List(%s)", q.Space)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, err = s.ListIn(a, by, q)
		return err
	})
	return out, err
}

// ListIn is List inside a running act.
func (s *Service) ListIn(a *act.Act, by authz.Actor, q ListQuery) ([]Document, error) {
	facts, err := circle.Enter(a, by, q.Space, authz.SpaceSee)
	if err != nil {
		return nil, err
	}
	if q.After == "" {
		q.After = beyond
	}
	if q.Limit <= 0 {
		q.Limit = defaultPage
	}
	q.Limit = min(q.Limit, maxPage)
	view := view{a, by, facts}
	var out []Document
	for least := fewest; ; least = next {
		n := max(q.Limit-len(out), least)
		page, err := marked(a, q, n)
		if err != nil {
			return nil, err
		}
		shown, err := s.opened(view, page, &q)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = shown
		} else {
			out = append(out, shown...)
		}
		if len(page) < n || len(out) >= q.Limit {
			break
		}
		q.After = page[n-1].id
	}
	out = out[:min(len(out), q.Limit)]
	return out, view.finish(out)
}

// NamedIn returns those of some documents that the actor may see, inside a
// running act, for who names them beside something else. They are as a list
// shows them, without author and reading.
func (s *Service) NamedIn(a *act.Act, by authz.Actor, in id.Space, of []id.Item) ([]Document, error) {
	facts, err := circle.Enter(a, by, in, authz.SpaceSee)
	if err != nil {
		return nil, err
	}
	var page []mark
	for _, it := range of {
		found, err := marks(a, 1, markOne, []any{in, it})
		if err != nil {
			return nil, err
		}
		page = append(page, found...)
	}
	return s.opened(view{a, by, facts}, page, nil)
}

// one reads the document of an opened item, with its addresses.
func one(a *act.Act, by authz.Actor, h item.Header) (Document, error) {
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return Document{}, err
	}
	var row listed
	err = a.Row(selectOne, []any{h.ID}, row.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		return Document{}, fault.Absent().Because(errors.New("document: an item without its document"))
	}
	if err != nil {
		return Document{}, err
	}
	var reads int64
	if err := a.Row(countRead, []any{h.ID, by.Person}, &reads); err != nil {
		return Document{}, err
	}
	d, _, err := row.open(box)
	if err != nil {
		return Document{}, err
	}
	d.Audience, d.Read = h.Audience, reads > 0
	err = signed(a, []*Document{&d})
	return d, err
}

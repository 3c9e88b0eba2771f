package document

import (
	"cmp"
	"context"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

const (
	defaultFound = 50
	mostLooks    = 10 // pages of one space that are looked through for a kind of file
)

// MostFound is how many hits one page has at most.
const MostFound = 200

// Where a hit has the words that were looked for.
type Where string

const (
	InTitle    Where = "title"
	InContents Where = "contents" // some of them, or all
)

// Find asks for the documents that have words, in every space of which the
// actor is an active member or in one of them. The zero value of a field asks
// nothing.
type Find struct {
	Text     string
	Space    id.Space
	Tray     space.Tray
	Look     Look
	From, To time.Time // when it was sent here: from, and before
	After    Found     // the last one shown
	Limit    int       // 50 by default, 200 at most
}

// Found is where a search goes on.
type Found struct {
	Where Where
	Item  id.Item
}

// Hit is a document that was found, with the space it lies in.
type Hit struct {
	Document
	SpaceName string
	Where     Where
}

// Search finds documents by the words of their titles and of their contents.
// Those that have all words in their titles come first, then the others, in
// both cases the newest first, whatever their space. more is zero on the last
// page. Contents are found as soon as they have been read, which takes some
// seconds after their arrival.
func (s *Service) Search(ctx context.Context, by authz.Actor, q Find) (out []Hit, more Found, err error) {
	defer fault.Op(&err, "document.Search")
	if q.Limit <= 0 {
		q.Limit = defaultFound
	}
	q.Limit = min(q.Limit, MostFound)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, more, err = s.search(a, by, q)
		return err
	})
	return out, more, err
}

func (s *Service) search(a *act.Act, by authz.Actor, q Find) (out []Hit, more Found, err error) {
	l := look{service: s, act: a, by: by, find: q}
	if err := l.enter(); err != nil {
		return nil, more, err
	}
	before := q.After.Item
	for _, where := range []Where{InTitle, InContents} {
		if where == InTitle && q.After.Where == InContents {
			continue
		}
		found, err := l.in(where, cmp.Or(before, beyond), q.Limit+1-len(out))
		if err != nil {
			return nil, more, err
		}
		if out = append(out, found...); len(out) > q.Limit {
			out = out[:q.Limit]
			last := out[q.Limit-1]
			return out, Found{last.Where, last.ID}, nil
		}
		before = ""
	}
	return out, more, nil
}

// look is one search under way.
type look struct {
	service *Service
	act     *act.Act
	by      authz.Actor
	find    Find
	rooms   []room
}

// room is a space in which there may be something to be found.
type room struct {
	space           space.Space
	title, contents [][]byte // terms, the rarest first; empty: nothing there
	wanted          search.Query
	view            view
}

// enter lists the spaces in which some item has each of the words.
func (l *look) enter() error {
	asked, err := l.asked()
	if err != nil {
		return err
	}
	var promising []id.Space
	var rooms []room
	for _, q := range asked {
		r := room{wanted: q.Query}
		if r.title, _, err = search.Rarest(l.act.Tx, q.Space, q.Title); err != nil {
			return err
		}
		if r.contents, _, err = search.Rarest(l.act.Tx, q.Space, q.Contents); err != nil {
			return err
		}
		if len(r.title)+len(r.contents) > 0 {
			promising, rooms = append(promising, q.Space), append(rooms, r)
		}
	}
	if err := circle.Prepare(l.act, l.by, promising); err != nil {
		return err
	}
	var entered []id.Space
	for i, of := range promising {
		facts, err := circle.Enter(l.act, l.by, of, authz.SpaceSee)
		if fault.Is(err, fault.NotFound) && l.named() == "" {
			continue // the row says member, the rule says no
		}
		if err != nil {
			return err
		}
		rooms[i].view = view{l.act, l.by, facts}
		l.rooms, entered = append(l.rooms, rooms[i]), append(entered, of)
	}
	named, err := space.LoadAll(l.act, entered)
	for i, of := range entered {
		l.rooms[i].space = named[of]
	}
	return err
}

// named is the one space to look in, empty for all of hers. A link has one.
func (l *look) named() id.Space { return cmp.Or(l.find.Space, l.by.Scope) }

// asked makes the query for each of the spaces to look in; nothing of it is
// decided yet, but that the actor may see the one she has named.
func (l *look) asked() (out []search.Asked, err error) {
	in := []id.Space{l.named()}
	if l.named() != "" {
		if _, err := circle.Enter(l.act, l.by, l.named(), authz.SpaceSee); err != nil {
			return nil, err
		}
	} else if in, err = space.Hers(l.act, l.by); err != nil {
		return nil, err
	}
	if err := l.act.Ring().Prepare(l.act.Tx, in); err != nil {
		return nil, err
	}
	for _, of := range in {
		box, err := l.act.SpaceBox(of)
		if fault.Is(err, fault.NotFound) {
			continue // its key is destroyed
		}
		if err != nil {
			return nil, err
		}
		out = append(out, search.Asked{Space: of, Query: search.NewQuery(box, l.find.Text)})
	}
	if len(in) > 1 {
		return search.Somewhere(l.act.Tx, out)
	}
	return out, nil
}

// in returns the newest hits of all rooms that are older than before.
func (l *look) in(where Where, before id.Item, limit int) ([]Hit, error) {
	var out []Hit
	for i := range l.rooms {
		found, err := l.inRoom(&l.rooms[i], where, before, limit)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.SortFunc(out, func(x, y Hit) int { return cmp.Compare(y.ID, x.ID) })
	return out[:min(len(out), limit)], nil
}

// inRoom goes through what was found in one space until there is enough of what
// the actor sees and of the kind she asked for.
func (l *look) inRoom(r *room, where Where, before id.Item, limit int) (out []Hit, err error) {
	terms := r.title
	if where == InContents {
		terms = r.contents
	}
	if len(terms) == 0 {
		return nil, nil
	}
	for range mostLooks {
		page, err := l.marks(r, where, terms, before, limit)
		if err != nil {
			return nil, err
		}
		shown, err := l.service.opened(r.view, page, nil)
		if err != nil {
			return nil, err
		}
		shown = slices.DeleteFunc(shown, func(d Document) bool { return l.find.Look != "" && d.Current.Look() != l.find.Look })
		if err := r.view.finish(shown); err != nil {
			return nil, err
		}
		for _, d := range shown {
			out = append(out, Hit{Document: d, SpaceName: r.space.Name, Where: where})
		}
		if len(page) < limit || len(out) >= limit {
			break
		}
		before = page[len(page)-1].id
	}
	return out, nil
}

// marks reads the next candidates of a room, from the rarest of the terms.
func (l *look) marks(r *room, where Where, terms [][]byte, before id.Item, n int) ([]mark, error) {
	from := id.Item("")
	if !l.find.From.IsZero() {
		from = id.Earliest[id.Item](l.find.From)
	}
	if !l.find.To.IsZero() {
		before = min(before, id.Earliest[id.Item](l.find.To))
	}
	args := append([]any{l.by.Person, store.Micros(l.act.Now), r.space.ID}, search.Args(terms)...)
	args = append(args, before, from, l.find.Tray, n)
	if where == InTitle {
		return marks(l.act, n, markTitled, args)
	}
	return marks(l.act, n, markContaining, append(args, search.Args(r.wanted.Title)...))
}

package document

import (
	"cmp"
	"context"
	"maps"
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
	"cenacle/internal/walk"
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
	if err := l.begin(); err != nil {
		return nil, more, err
	}
	return l.page()
}

// page goes through titles, then through contents.
func (l *look) page() (out []Hit, more Found, err error) {
	q := l.find
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
	ground  map[Where]walk.Ground
}

// room is a space in which there is something to be found.
type room struct {
	space  space.Space
	wanted search.Query
	view   view
	from   id.Item // what is older is not asked for

	terms  [][]byte
	before id.Item // where its next page begins
	ripe   []mark  // what was found and nobody has looked at yet, the newest first
	looks  int     // pages that may still be read; none when there is nothing more
}

// in returns the newest hits of all rooms that are older than before: it goes
// through the spaces until none that is left can have newer ones.
func (l *look) in(where Where, before id.Item, limit int) (out []Hit, err error) {
	way := l.ground[where].Through(l.act, l.by, walk.Items{Newest: selectLatest, Before: l.until(before), From: l.from()})
	for {
		if len(out) == limit && out[limit-1].ID >= way.Newest() {
			return out, nil
		}
		some, more, err := way.Next()
		if err != nil || !more {
			return out, err
		}
		if out, err = l.among(some, out, where, before, limit); err != nil {
			return nil, err
		}
	}
}

// among adds the hits of a few spaces to those there are already and keeps the
// newest. It enters only where the newest that has the longest word may count.
func (l *look) among(some []id.Space, out []Hit, where Where, before id.Item, limit int) ([]Hit, error) {
	wanted, asked, err := l.asked(some, where)
	if err != nil {
		return nil, err
	}
	newest, err := search.Newest(l.act.Tx, asked, before)
	if err != nil {
		return nil, err
	}
	promising := slices.SortedFunc(maps.Keys(newest), func(x, y id.Space) int { return cmp.Compare(newest[y], newest[x]) })
	for in := range slices.Chunk(promising, store.Batch) {
		in = slices.DeleteFunc(in, func(of id.Space) bool { return len(out) == limit && newest[of] < out[limit-1].ID })
		in, err := l.having(in, wanted, where, before)
		if err != nil {
			return nil, err
		}
		rooms, err := l.enter(in)
		if err != nil {
			return nil, err
		}
		h := harvest{look: l, where: where, limit: limit, out: out}
		for _, r := range rooms {
			r.wanted = wanted[r.space.ID]
			if len(out) == limit {
				r.from = out[limit-1].ID
			}
			if err := h.add(&r, before); err != nil {
				return nil, err
			}
		}
		if out, err = h.reap(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// having leaves those of some spaces in which one document has all words that are
// looked for: each may stand in nearly all of them, and both together in few. To ask
// that is cheaper than to enter. What the register has named has them already.
func (l *look) having(in []id.Space, wanted map[id.Space]search.Query, where Where, before id.Item) (out []id.Space, err error) {
	if l.ground[where].Told() {
		return in, nil
	}
	for _, of := range in {
		r := room{space: space.Space{ID: of}, wanted: wanted[of]}
		asked := termsOf(r.wanted, where)
		if len(asked) == 1 {
			return in, nil // the newest that has it is known
		}
		terms, some, err := search.Rarest(l.act.Tx, of, asked)
		if err != nil {
			return nil, err
		}
		if !some {
			continue
		}
		page, err := l.marks(&r, where, terms, before, 1)
		if err != nil {
			return nil, err
		}
		if len(page) > 0 {
			out = append(out, of)
		}
	}
	return out, nil
}

// asked makes the query for each of some spaces, and its longest word.
func (l *look) asked(in []id.Space, where Where) (map[id.Space]search.Query, []search.Asked, error) {
	boxes, err := l.act.SpaceBoxes(in)
	if err != nil {
		return nil, nil, err
	}
	wanted, longest := make(map[id.Space]search.Query, len(in)), make([]search.Asked, 0, len(in))
	for of, box := range boxes {
		q := search.NewQuery(box, l.find.Text)
		if terms := termsOf(q, where); len(terms) > 0 {
			wanted[of] = q
			longest = append(longest, search.Asked{Space: of, Term: terms[0]})
		}
	}
	return wanted, longest, nil
}

func termsOf(q search.Query, where Where) [][]byte {
	if where == InTitle {
		return q.Title
	}
	return q.Contents
}

// enter decides over spaces and names them.
func (l *look) enter(in []id.Space) (out []room, err error) {
	if err := circle.Prepare(l.act, l.by, in); err != nil {
		return nil, err
	}
	var entered []id.Space
	for _, of := range in {
		facts, err := circle.Enter(l.act, l.by, of, authz.SpaceSee)
		if fault.Is(err, fault.NotFound) && l.named() == "" {
			continue // the row says member, the rule says no
		}
		if err != nil {
			return nil, err
		}
		out, entered = append(out, room{view: view{l.act, l.by, facts}}), append(entered, of)
	}
	named, err := space.LoadAll(l.act, entered)
	for i, of := range entered {
		out[i].space = named[of]
	}
	return out, err
}

// from and until are the days asked for, and where the page goes on.
func (l *look) from() id.Item {
	if l.find.From.IsZero() {
		return ""
	}
	return id.Earliest[id.Item](l.find.From)
}

func (l *look) until(before id.Item) id.Item {
	if l.find.To.IsZero() {
		return before
	}
	return min(before, id.Earliest[id.Item](l.find.To))
}

// named is the one space to look in, empty for all of hers. A link has one.
func (l *look) named() id.Space { return cmp.Or(l.find.Space, l.by.Scope) }

// marks reads the next candidates of a room, from the rarest of the terms.
func (l *look) marks(r *room, where Where, terms [][]byte, before id.Item, n int) ([]mark, error) {
	args := append([]any{l.by.Person, store.Micros(l.act.Now), r.space.ID}, search.Args(terms)...)
	args = append(args, l.until(before), max(r.from, l.from()), l.find.Tray, n)
	if where == InTitle {
		return marks(l.act, n, markTitled, args)
	}
	return marks(l.act, n, markContaining, append(args, search.Args(r.wanted.Title)...))
}

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
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/walk"
)

const defaultFound = 50

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
	l := s.look(a, by, q)
	if err := l.begin(); err != nil {
		return nil, more, err
	}
	return l.page()
}

func (s *Service) look(a *act.Act, by authz.Actor, q Find) *look {
	return &look{service: s, act: a, by: by, find: q, entered: map[id.Space]authz.Facts{}}
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
			more = Found{last.Where, last.ID}
			break
		}
		before = ""
	}
	return out, more, l.finish(out)
}

// look is one search under way.
type look struct {
	service *Service
	act     *act.Act
	by      authz.Actor
	find    Find
	ground  map[Where]walk.Ground
	entered map[id.Space]authz.Facts // of the spaces that the rule has let her into
}

// in returns the newest hits of all spaces that are older than before.
func (l *look) in(where Where, before id.Item, limit int) ([]Hit, error) {
	h := harvest{look: l, where: where, limit: limit, title: map[id.Space][][]byte{}}
	items := walk.Items{Newest: selectLatest, Before: l.until(before), From: l.from()}
	err := walk.Search(l.ground[where], l.act, l.by, items, limit, &h)
	return h.out, err
}

// enter decides over spaces. One that the rule refuses is left out, unless it
// is the one that she has named.
func (l *look) enter(in []id.Space) error {
	if err := circle.Prepare(l.act, l.by, in); err != nil {
		return err
	}
	for _, of := range in {
		facts, err := circle.Enter(l.act, l.by, of, authz.SpaceSee)
		if fault.Is(err, fault.NotFound) && l.named() == "" {
			continue // the row says member, the rule says no
		}
		if err != nil {
			return err
		}
		l.entered[of] = facts
	}
	return nil
}

// finish adds to the hits of a page what is hers, whatever their spaces: their names,
// what waits for her, and for the firm's side the addresses.
func (l *look) finish(page []Hit) error {
	all := make([]*Document, len(page))
	var in []id.Space
	for i := range page {
		all[i], in = &page[i].Document, append(in, page[i].Space)
	}
	slices.Sort(in)
	named, err := space.LoadAll(l.act, slices.Compact(in))
	if err != nil {
		return err
	}
	for i := range page {
		page[i].SpaceName = named[page[i].Space].Name
	}
	items, versions := make([]id.Item, len(all)), make([]id.Version, len(all))
	for i, d := range all {
		items[i], versions[i] = d.ID, d.Current.ID
	}
	waiting, known := map[id.Item]bool{}, map[id.Version]Screening{}
	for args := range store.Batches(items) {
		if err := unread(l.act, waiting, selectUnreadOf, append(args, l.by.Person)); err != nil {
			return err
		}
	}
	for args := range store.Batches(versions) {
		if err := screenings(l.act, known, selectScreeningOf, args...); err != nil {
			return err
		}
	}
	annotate(all, waiting, known)
	address(all, func(of id.Space) authz.Facts { return l.entered[of] })
	return signed(l.act, all)
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

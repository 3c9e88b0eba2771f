package memo

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
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/search"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
	"cenacle/internal/walk"
)

const (
	defaultFound = 20
	mostUnlearnt = 256 // memos that the register may lack
)

// MostFound is how many hits one page has at most.
const MostFound = 100

// Find asks for the memos that have words in their subjects or texts, in every space
// of which the actor is an active member or in one of them. The zero value of a field
// asks nothing.
type Find struct {
	Text     string
	Space    id.Space
	From, To time.Time // when it was written: from, and before
	Before   id.Item   // the last one shown
	Limit    int       // 20 by default, 100 at most
}

// Hit is a memo that was found, with its subject and the space it was written in.
type Hit struct {
	ID        id.Item
	Space     id.Space
	SpaceName string
	Thread    id.Thread
	Subject   string // empty when the conversation is about a document
	Body      string
	Author    id.Person
	Name      string // of the author
	Internal  bool
	Created   time.Time
}

// Search finds memos, the newest first whatever their space; more is the memo to go on
// before, or empty. A memo is found some seconds after it was written.
func (s *Service) Search(ctx context.Context, by authz.Actor, q Find) (out []Hit, more id.Item, err error) {
	defer fault.Op(&err, "memo.Search")
	if q.Limit <= 0 {
		q.Limit = defaultFound
	}
	q.Limit = min(q.Limit, MostFound)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		l := begin(a, by, q)
		ground, err := l.ground()
		if err != nil {
			return err
		}
		out, more, err = l.page(ground)
		return err
	})
	return out, more, err
}

// begin prepares a search.
func begin(a *act.Act, by authz.Actor, q Find) *hunt {
	l := &hunt{act: a, by: by, find: q, limit: q.Limit + 1, before: cmp.Or(q.Before, beyond)}
	if !q.From.IsZero() {
		l.from = id.Earliest[id.Item](q.From)
	}
	if !q.To.IsZero() {
		l.before = min(l.before, id.Earliest[id.Item](q.To))
	}
	return l
}

// page gives what is found on a ground.
func (l *hunt) page(on walk.Ground) (out []Hit, more id.Item, err error) {
	items := walk.Items{Newest: selectLatest, Before: l.before, From: l.from}
	if err := walk.Search(on, l.act, l.by, items, l.limit, l); err != nil {
		return nil, "", err
	}
	if out = l.out; len(out) == l.limit {
		out = out[:l.limit-1]
		more = out[len(out)-1].ID
	}
	return out, more, l.name(out)
}

// hunt is one search under way ([walk.Finder]); out is the newest that it has found so
// far.
type hunt struct {
	act    *act.Act
	by     authz.Actor
	find   Find
	limit  int
	before id.Item
	from   id.Item
	out    []Hit
}

var selectLatest = store.ForFirm(`
select id, space_id from memo where firm_id = $1 and id < $2 order by id desc limit $3`)

// ground finds out where to look. Nothing is decided by it but that the actor may see
// the one space that she has named.
func (l *hunt) ground() (g walk.Ground, err error) {
	if !l.by.Pass.Takes(authz.MemoRead) {
		return walk.In(), nil
	}
	if of := cmp.Or(l.find.Space, l.by.Scope); of != "" { // a link has one
		_, err := circle.Enter(l.act, l.by, of, authz.SpaceSee)
		return walk.In(of), err
	}
	g, few, err := walk.Few(l.act, l.by)
	if err != nil || few {
		return g, err
	}
	at, err := l.registered()
	if err != nil {
		return g, err
	}
	return walk.Over(l.act, l.by, at)
}

// registered asks the register, and adds what it lacks. Where it lacks much, there
// may be something everywhere.
func (l *hunt) registered() (search.Places, error) {
	lacks, err := unlearnt(l.act, mostUnlearnt)
	if err != nil || len(lacks) == mostUnlearnt {
		return search.Places{Everywhere: true}, err
	}
	box, err := l.act.FirmBox()
	if err != nil {
		return search.Places{}, err
	}
	at, err := search.RegisteredSpoken(l.act.Tx, box, l.find.Text)
	at.Spaces = append(at.Spaces, lacks...)
	return at, err
}

// Terms are the words as a space has them.
func (l *hunt) Terms(_ id.Space, box *vault.Box) [][]byte {
	return search.SpokenQuery(box, l.find.Text)
}

// At is where a memo stands.
func (l *hunt) At(m id.Item) id.Item { return m }

// What has words and the actor ($2, at $3) sees, newest first, from the rarest of
// them on: $4 space, $5 to $10 the terms, $11 before and $12 from, $13 how many.
var selectFound = store.ForFirm(`
select s.item_id from search_term s cross join item i
where s.firm_id = $1 and s.space_id = $4 and s.term = $5 and s.item_id < $11 and s.item_id >= $12
and i.firm_id = $1 and i.id = s.item_id
and ($6 = $5 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $6))
and ($7 = $5 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $7))
and ($8 = $5 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $8))
and ($9 = $5 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $9))
and ($10 = $5 or exists (select 1 from search_term x where x.firm_id = $1 and x.space_id = $4 and x.item_id = s.item_id and x.term = $10))
and` + authz.Visible + `
order by s.item_id desc limit $13`)

// Read reads the next of a space.
func (l *hunt) Read(of id.Space, terms [][]byte, before, from id.Item, n int) (found []id.Item, err error) {
	args := append([]any{l.by.Person, store.Micros(l.act.Now), of}, search.Args(terms)...)
	err = l.act.Each(selectFound, append(args, before, from, n), func(scan func(...any) error) error {
		var m id.Item
		err := scan(&m)
		found = append(found, m)
		return err
	})
	return found, err
}

// Named are all of those that have the words.
func (l *hunt) Named(these []search.Claim) (map[id.Space][]id.Item, error) {
	out := map[id.Space][]id.Item{}
	for _, c := range these {
		out[c.Space] = append(out[c.Space], c.Item)
	}
	return out, nil
}

// Open adds those that the actor sees.
func (l *hunt) Open(these map[id.Space][]id.Item) (kept []id.Item, err error) {
	if err := circle.Prepare(l.act, l.by, slices.Sorted(maps.Keys(these))); err != nil {
		return nil, err
	}
	known, err := item.LoadAll(l.act, item.Memo, slices.Concat(slices.Collect(maps.Values(these))...))
	if err != nil {
		return nil, err
	}
	heads, in := map[id.Item]item.Header{}, map[id.Item]id.Space{}
	for of, some := range these {
		facts, err := circle.Enter(l.act, l.by, of, authz.SpaceSee)
		if fault.Is(err, fault.NotFound) {
			continue // the row says member, the rule says no
		}
		if err != nil {
			return nil, err
		}
		for _, m := range some {
			h, err := authz.Open(known[m], l.by, authz.MemoRead, facts)
			if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
				continue
			}
			if err != nil {
				return nil, err
			}
			heads[m], in[m] = h, of
		}
	}
	said, err := wordsOf(l.act, in)
	if err != nil {
		return nil, err
	}
	for m, w := range said {
		h := heads[m]
		l.out = append(l.out, Hit{
			ID: m, Space: h.Space, Thread: w.thread, Subject: w.subject, Body: w.body,
			Author: h.Author, Internal: h.Internal, Created: h.Created,
		})
	}
	slices.SortFunc(l.out, func(x, y Hit) int { return cmp.Compare(y.ID, x.ID) })
	l.out = l.out[:min(len(l.out), l.limit)]
	for _, h := range l.out {
		kept = append(kept, h.ID)
	}
	return kept, nil
}

// name adds the names of spaces and authors.
func (l *hunt) name(all []Hit) error {
	var of []id.Space
	var people []id.Person
	for _, h := range all {
		of, people = append(of, h.Space), append(people, h.Author)
	}
	slices.Sort(of)
	named, err := space.LoadAll(l.act, slices.Compact(of))
	if err != nil {
		return err
	}
	names, err := firm.Names(l.act, people)
	for i := range all {
		all[i].SpaceName, all[i].Name = named[all[i].Space].Name, names[all[i].Author]
	}
	return err
}

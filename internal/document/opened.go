package document

import (
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// mark is where a document stands in a list, and which revision of it is
// current: two equal marks show the same.
type mark struct {
	id       id.Item
	revision int64
}

// marked reads the next n marks of a list, the newest first.
func marked(a *act.Act, q ListQuery, n int) ([]mark, error) {
	if q.Tray == "" {
		return marks(a, n, markSpace, []any{q.Space, q.After, n})
	}
	return marks(a, n, markTray, []any{q.Space, q.Tray, q.Folder, q.After, n})
}

// marks reads at most n marks.
func marks(a *act.Act, n int, stmt store.FirmStmt, args []any) ([]mark, error) {
	out := make([]mark, 0, n)
	err := a.Each(stmt, args, func(scan func(...any) error) error {
		var of string
		var m mark
		err := scan(&of, &m.revision)
		m.id = id.Item(of)
		out = append(out, m)
		return err
	})
	return out, err
}

// locked is a document that nobody may read yet.
type locked = authz.Locked[Document]

// opened returns those of the marked documents that the rule gives to the
// actor. q is the list that the page is of, nil when it was put together otherwise.
func (s *Service) opened(v view, page []mark, q *ListQuery) ([]Document, error) {
	of := shelf{space: v.facts.Space, page: page}
	if err := s.fetch(v.act, []*shelf{&of}, q); err != nil {
		return nil, err
	}
	return of.open(make([]Document, 0, len(page)), v.by, v.facts)
}

// shelf is some marked documents of a space, and what is known of each: nil when its
// item is not there.
type shelf struct {
	space id.Space
	page  []mark
	known []*locked
}

// fetch fills shelves. A revision is read, checked (every MAC of a row that carries a
// right) and unsealed once; later lists find it in memory, locked as it was: the rule
// decides each time, for each actor, on the facts of her act.
func (s *Service) fetch(a *act.Act, all []*shelf, q *ListQuery) error {
	boxes, at := map[id.Item]*vault.Box{}, map[id.Item]mark{}
	var missing []mark
	for _, of := range all {
		box, err := a.SpaceBox(of.space)
		if err != nil {
			return err
		}
		var unknown []mark
		of.known, unknown = s.memory.find(box, of.page)
		for _, m := range unknown {
			boxes[m.id], at[m.id] = box, m
		}
		missing = append(missing, unknown...)
	}
	if len(missing) == 0 {
		return nil
	}
	read, err := gather(a, boxes, missing, q)
	if err != nil {
		return err
	}
	for _, of := range all {
		for i, m := range of.page {
			if of.known[i] == nil {
				of.known[i] = read[m]
			}
		}
	}
	a.AfterCommit(func() { s.memory.keep(boxes, read) }) // what was read may be this act's own
	return nil
}

// open adds to some documents those of a shelf that the rule gives to an actor.
func (s shelf) open(to []Document, by authz.Actor, f authz.Facts) ([]Document, error) {
	for _, l := range s.known {
		if l == nil {
			continue
		}
		d, err := authz.Open(*l, by, authz.DocumentRead, f)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		to = append(to, d)
	}
	return to, nil
}

// few is up to how many documents of a list are read by their names.
const few = 8

// gather reads documents with their addresses, each under the box of the space that it
// is looked for in: few of them, and those of no list, by their names, else all of the
// list q from the oldest to the newest.
func gather(a *act.Act, boxes map[id.Item]*vault.Box, missing []mark, q *ListQuery) (map[mark]*locked, error) {
	out := make(map[mark]*locked, len(missing))
	if len(missing) > few && q != nil {
		args := []any{q.Space, q.Tray, q.Folder, missing[len(missing)-1].id, missing[0].id}
		return out, gatherBy(a, boxes, out, lookup{selectRange, selectAddresses, args})
	}
	names := make([]id.Item, len(missing))
	for i, m := range missing {
		names[i] = m.id
	}
	for some := range store.Batches(names) {
		if err := gatherBy(a, boxes, out, lookup{selectSeveral, selectAddressesOf, some}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// lookup is a statement for documents and one for their addresses.
type lookup struct {
	documents, addresses store.FirmStmt
	args                 []any
}

func gatherBy(a *act.Act, boxes map[id.Item]*vault.Box, into map[mark]*locked, q lookup) error {
	type candidate struct {
		Document
		mark    mark
		deleted bool
	}
	at := map[id.Item]*candidate{}
	var r listed
	err := a.Each(q.documents, q.args, func(scan func(...any) error) (err error) {
		if err := scan(r.dest()...); err != nil {
			return err
		}
		box := boxes[r.id]
		if box == nil {
			return nil // known already
		}
		c := &candidate{mark: mark{r.id, r.revision}}
		c.Document, c.deleted, err = r.open(box)
		at[r.id] = c
		return err
	})
	if err != nil {
		return err
	}
	err = a.Each(q.addresses, q.args, func(scan func(...any) error) error {
		of, to, mac, err := scanAddress(scan)
		c := at[of]
		if err != nil || c == nil {
			return err
		}
		c.Audience = append(c.Audience, to)
		return item.VerifyAddress(boxes[of], of, to, mac)
	})
	if err != nil {
		return err
	}
	for _, c := range at {
		on := resource(a, item.Header{Space: c.Space, Author: c.Author, Nature: c.Nature, Internal: c.Internal, Audience: c.Audience})
		on.Deleted = c.deleted
		l := authz.Lock(c.Document, on)
		into[c.mark] = &l
	}
	return nil
}

func scanAddress(scan func(...any) error) (of id.Item, to authz.Address, mac []byte, err error) {
	var sent, extended int64
	err = scan(&of, &to.Circle, &sent, &extended, &mac)
	to.Sent, to.Extended = store.Time(sent), extended == 1
	return of, to, mac, err
}

// listed is a document as it is stored, in the order of [columns].
type listed struct {
	id                                  id.Item
	revision                            int64
	document                            Document
	version                             stored
	internal, created, deleted, changed int64
	title, media, itemMAC, versionMAC   []byte
}

func (r *listed) dest() []any {
	d, v := &r.document, &r.version
	return []any{&r.id, &r.revision, &d.Space, &d.Folder, &d.Tray, &d.Deposit, &r.title,
		&d.Author, &d.Nature, &r.internal, &r.created, &r.deleted, &r.itemMAC,
		&v.ID, &v.Number, &v.Author, &v.Size, &r.media, &r.changed, &r.versionMAC, &v.blob, &v.wrapped, &v.digestHash}
}

// open checks the MACs of the row and opens its texts.
func (r *listed) open(box *vault.Box) (d Document, deleted bool, err error) {
	d, v := r.document, r.version
	d.ID, d.Internal, d.Created = r.id, r.internal == 1, store.Time(r.created)
	v.Created = store.Time(r.changed)
	h := item.Header{ID: d.ID, Space: d.Space, Kind: item.Document, Author: d.Author, Nature: d.Nature, Internal: d.Internal}
	if err := item.Verify(box, h, r.itemMAC); err != nil {
		return d, false, err
	}
	if err := box.CheckMAC(r.versionMAC, "version", v.fields(d.ID)...); err != nil {
		return d, false, err
	}
	if d.Title, err = box.OpenText(titlePlace(d.ID), r.title); err != nil {
		return d, false, err
	}
	v.Media, err = box.OpenText(versionPlace("media", v.ID), r.media)
	d.Current = v.Version
	return d, r.deleted != 0, err
}

// view is one actor's look at a space that she has entered.
type view struct {
	act   *act.Act
	by    authz.Actor
	facts authz.Facts
}

// finish adds to a page, newest first, what is hers: what waits for her, the
// names of authors, and for the firm's side the addresses.
func (v view) finish(page []Document) error {
	if len(page) == 0 {
		return nil
	}
	all := make([]*Document, len(page))
	for i := range page {
		all[i] = &page[i]
	}
	waiting, known := map[id.Item]bool{}, map[id.Version]Screening{}
	args := []any{v.by.Person, v.facts.Space, page[len(page)-1].ID, page[0].ID}
	if err := unread(v.act, waiting, selectUnread, args); err != nil {
		return err
	}
	if err := screenings(v.act, known, selectScreened, args[1:]...); err != nil {
		return err
	}
	annotate(all, waiting, known)
	address(all, func(id.Space) authz.Facts { return v.facts })
	return signed(v.act, all)
}

// unread adds what waits for her.
func unread(a *act.Act, waiting map[id.Item]bool, stmt store.FirmStmt, args []any) error {
	return a.Each(stmt, args, func(scan func(...any) error) error {
		var of string
		err := scan(&of)
		waiting[id.Item(of)] = true
		return err
	})
}

// annotate adds to documents what waits for her, and what is known of their bytes.
func annotate(all []*Document, waiting map[id.Item]bool, known map[id.Version]Screening) {
	for _, d := range all {
		d.Read, d.Current.Screening = !waiting[d.ID], known[d.Current.ID]
	}
}

// address leaves the addresses to the firm's side alone, and gives it a copy:
// the other one is what is decided on.
func address(all []*Document, facts func(id.Space) authz.Facts) {
	n := 0
	for _, d := range all {
		if !facts(d.Space).Role.Inside() {
			d.Audience = nil
		}
		n += len(d.Audience)
	}
	copies := make([]authz.Address, 0, n)
	for _, d := range all {
		if len(d.Audience) > 0 {
			from := len(copies)
			copies = append(copies, d.Audience...)
			d.Audience = copies[from:len(copies):len(copies)]
		}
	}
}

// signed writes the authors' names beside their documents.
func signed(a *act.Act, all []*Document) error {
	var people []id.Person
	known := map[id.Person]bool{}
	for _, d := range all {
		if !known[d.Author] {
			known[d.Author], people = true, append(people, d.Author)
		}
	}
	names, err := firm.Names(a, people)
	if err != nil {
		return err
	}
	for _, d := range all {
		d.AuthorName = names[d.Author]
	}
	return nil
}

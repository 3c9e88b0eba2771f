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
// actor. A revision is read, checked (every MAC of a row that carries a right)
// and unsealed once; later lists find it in memory, locked as it was: the rule
// decides each time, for each actor, on the facts of her act. q is the list that
// the page is of, nil when it was put together otherwise.
func (s *Service) opened(v view, page []mark, q *ListQuery) ([]Document, error) {
	box, err := v.act.SpaceBox(v.facts.Space)
	if err != nil {
		return nil, err
	}
	known, missing := s.memory.find(box, page)
	if len(missing) > 0 {
		read, err := gather(v.act, box, missing, q)
		if err != nil {
			return nil, err
		}
		for i, m := range page {
			if known[i] == nil {
				known[i] = read[m] // nil when its item is not there
			}
		}
		v.act.AfterCommit(func() { s.memory.keep(box, read) }) // what was read may be this act's own
	}
	out := make([]Document, 0, len(page))
	for _, l := range known {
		if l == nil {
			continue
		}
		d, err := authz.Open(*l, v.by, authz.DocumentRead, v.facts)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// few is up to how many documents are read one by one.
const few = 8

// gather reads documents with their addresses: few of them, and those of no list,
// one by one, else all of the list q from the oldest to the newest.
func gather(a *act.Act, box *vault.Box, missing []mark, q *ListQuery) (map[mark]*locked, error) {
	out := make(map[mark]*locked, len(missing))
	if len(missing) > few && q != nil {
		args := []any{q.Space, q.Tray, q.Folder, missing[len(missing)-1].id, missing[0].id}
		return out, gatherBy(a, box, out, lookup{selectRange, selectAddresses, args})
	}
	for _, m := range missing {
		if err := gatherBy(a, box, out, lookup{selectOne, selectAddressesOf, []any{m.id}}); err != nil {
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

func gatherBy(a *act.Act, box *vault.Box, into map[mark]*locked, q lookup) error {
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
		c := &candidate{mark: mark{r.id, r.revision}}
		c.Document, c.deleted, err = r.open(box)
		at[r.id] = c
		return err
	})
	if err != nil {
		return err
	}
	err = a.Each(q.addresses, q.args, func(scan func(...any) error) error {
		of, to, err := scanAddress(box, scan)
		if c := at[of]; c != nil {
			c.Audience = append(c.Audience, to)
		}
		return err
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

func scanAddress(box *vault.Box, scan func(...any) error) (of id.Item, to authz.Address, err error) {
	var sent, extended int64
	var mac []byte
	if err := scan(&of, &to.Circle, &sent, &extended, &mac); err != nil {
		return "", to, err
	}
	to.Sent, to.Extended = store.Time(sent), extended == 1
	return of, to, item.VerifyAddress(box, of, to, mac)
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
	waiting := map[string]bool{}
	args := []any{v.by.Person, v.facts.Space, page[len(page)-1].ID, page[0].ID}
	err := v.act.Each(selectUnread, args, func(scan func(...any) error) error {
		var of string
		err := scan(&of)
		waiting[of] = true
		return err
	})
	if err != nil {
		return err
	}
	for i := range page {
		page[i].Read = !waiting[string(page[i].ID)]
	}
	v.address(page)
	if err := v.screened(page); err != nil {
		return err
	}
	return signed(v.act, page)
}

// address leaves the addresses to the firm's side alone, and gives it a copy:
// the other one is what is decided on.
func (v view) address(page []Document) {
	all := 0
	for i := range page {
		if !v.facts.Role.Inside() {
			page[i].Audience = nil
		}
		all += len(page[i].Audience)
	}
	copies := make([]authz.Address, 0, all)
	for i := range page {
		if d := &page[i]; len(d.Audience) > 0 {
			from := len(copies)
			copies = append(copies, d.Audience...)
			d.Audience = copies[from:len(copies):len(copies)]
		}
	}
}

// signed writes the authors' names beside their documents.
func signed(a *act.Act, page []Document) error {
	var people []id.Person
	known := map[id.Person]bool{}
	for i := range page {
		if by := page[i].Author; !known[by] {
			known[by], people = true, append(people, by)
		}
	}
	names, err := firm.Names(a, people)
	if err != nil {
		return err
	}
	for i := range page {
		page[i].AuthorName = names[page[i].Author]
	}
	return nil
}

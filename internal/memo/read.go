package memo

import (
	"context"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Query asks for the conversation of a space, or of one of its documents:
// the last Limit memos before Before (empty for the newest).
type Query struct {
	Space    id.Space
	Document id.Item
	Before   id.Item
	Limit    int
}

type query struct {
	space    id.Space
	document id.Item
	before   id.Item
	limit    int
}

// beyond sorts after every identifier, whose first digit is at most 7.
const beyond = id.Item("8")

type entry struct {
	Memo
	thread   id.Thread
	document id.Item
	subject  string
}

// Conversation returns what the actor may read, in threads, the thread with
// the newest memo first. more is the memo to continue before, or empty.
func (s *Service) Conversation(ctx context.Context, by authz.Actor, q Query) (threads []Thread, more id.Item, err error) {
	defer fault.Op(&err, "memo.Conversation(%s)", q.Space)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		threads, more, err = In(a, by, q)
		return err
	})
	return threads, more, err
}

// In is Conversation inside a running act. It is empty for a program whose pass
// leaves out memos.
func In(a *act.Act, by authz.Actor, q Query) ([]Thread, id.Item, error) {
	facts, err := circle.Enter(a, by, q.Space, authz.SpaceSee)
	if err != nil || !by.Pass.Takes(authz.MemoRead) {
		return nil, "", err
	}
	if q.Document != "" {
		if _, _, err := item.Open(a, by, q.Space, item.Document, q.Document, authz.DocumentRead); err != nil {
			return nil, "", err
		}
	}
	found, err := list(a, by, facts, query{q.Space, q.Document, q.Before, q.Limit + 1})
	if err != nil {
		return nil, "", err
	}
	var more id.Item
	if len(found) > q.Limit {
		found = found[:q.Limit]
		more = found[q.Limit-1].ID
	}
	if err := annotate(a, by, q.Space, found, facts.Role.Inside()); err != nil {
		return nil, "", err
	}
	return group(found), more, nil
}

// fewest is how many memos are looked at in one go, some of which she may not see.
const fewest = 16

// list reads the memos that the rule gives to the actor, newest first.
func list(a *act.Act, by authz.Actor, f authz.Facts, q query) (out []entry, err error) {
	box, err := a.SpaceBox(q.space)
	if err != nil {
		return nil, err
	}
	if q.before == "" {
		q.before = beyond
	}
	party, _, err := circle.PartyOf(a, f)
	if err != nil {
		return nil, err
	}
	var company document.Company
	if f.Role.Inside() {
		if company, err = document.CompanyOf(a, q.space); err != nil {
			return nil, err
		}
	}
	for n := q.limit; len(out) < q.limit; n = max(q.limit-len(out), fewest) {
		page, err := look(a, by, q, n)
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			l, err := c.lock(a, box)
			if err != nil {
				return nil, err
			}
			c, err := authz.Open(l, by, authz.MemoRead, f)
			if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
				continue
			}
			if err != nil {
				return nil, err
			}
			e, err := c.open(box, f.Role.Inside())
			if err != nil {
				return nil, err
			}
			to := c.header.Audience
			e.Party = party.ID != "" && len(to) == 1 && to[0].Circle == party.ID
			e.Seers = slices.DeleteFunc(company.Explain(c.resource(a.Firm()), authz.MemoRead), func(to document.Recipient) bool { return !to.Sees })
			out = append(out, e)
		}
		if len(page) < n {
			break
		}
		q.before = page[n-1].ID
	}
	return out[:min(len(out), q.limit)], nil
}

// candidate is a memo before the rule has seen it.
type candidate struct {
	entry
	header        item.Header
	deleted       bool
	mac           []byte
	subject, body []byte // sealed
}

// look reads the next n memos of a space with their addresses.
func look(a *act.Act, by authz.Actor, q query, n int) ([]candidate, error) {
	page := make([]candidate, 0, n)
	args := []any{by.Person, q.space, q.document, q.before, n}
	err := a.Each(selectPage, args, func(scan func(...any) error) error {
		var c candidate
		var internal, created, deleted, read int64
		h := item.Header{Space: q.space, Kind: item.Memo}
		err := scan(&h.ID, &h.Author, &h.Nature, &internal, &created, &deleted, &c.mac,
			&c.thread, &c.document, &c.subject, &c.body, &c.ReplyBy, &c.Asks, &read)
		h.Internal = internal == 1
		c.ID, c.Author, c.Internal, c.Created, c.Read = h.ID, h.Author, h.Internal, store.Time(created), read > 0
		c.header, c.deleted = h, deleted != 0
		page = append(page, c)
		return err
	})
	if err != nil || len(page) == 0 {
		return page, err
	}
	return page, address(a, q.space, page)
}

// address reads the addresses of a page and checks them.
func address(a *act.Act, space id.Space, page []candidate) error {
	box, err := a.SpaceBox(space)
	if err != nil {
		return err
	}
	at := make(map[id.Item]*candidate, len(page))
	for i := range page {
		at[page[i].ID] = &page[i]
	}
	args := []any{space, page[len(page)-1].ID, page[0].ID}
	return a.Each(selectSentTo, args, func(scan func(...any) error) error {
		var memo id.Item
		var to authz.Address
		var sent, extended int64
		var mac []byte
		if err := scan(&memo, &to.Circle, &sent, &extended, &mac); err != nil {
			return err
		}
		c := at[memo]
		if c == nil {
			return nil // of another conversation
		}
		to.Sent, to.Extended = store.Time(sent), extended == 1
		c.header.Audience = append(c.header.Audience, to)
		return item.VerifyAddress(box, memo, to, mac)
	})
}

// lock checks a memo and puts it behind the rule.
func (c candidate) lock(a *act.Act, box *vault.Box) (authz.Locked[candidate], error) {
	return authz.Lock(c, c.resource(a.Firm())), item.Verify(box, c.header, c.mac)
}

func (c candidate) resource(of id.Firm) authz.Resource {
	h := c.header
	return authz.Resource{
		Kind: authz.OfItem, Firm: of, Space: h.Space, Owner: h.Author, Nature: h.Nature,
		Internal: h.Internal, Deleted: c.deleted, Audience: h.Audience,
	}
}

// open unseals a memo; its circles are for the firm's side.
func (c candidate) open(box *vault.Box, inside bool) (e entry, err error) {
	e = c.entry
	if inside {
		for _, to := range c.header.Audience {
			e.Circles = append(e.Circles, to.Circle)
		}
	}
	if e.subject, err = box.OpenText(subjectPlace(e.thread), c.subject); err != nil {
		return e, err
	}
	e.Body, err = box.OpenText(bodyPlace(e.ID), c.body)
	return e, err
}

// annotate adds references, and for the firm's side the readers.
func annotate(a *act.Act, by authz.Actor, space id.Space, found []entry, inside bool) error {
	if len(found) == 0 {
		return nil
	}
	at := make(map[id.Item]*Memo, len(found))
	for i := range found {
		at[found[i].ID] = &found[i].Memo
	}
	args := []any{by.Person, store.Micros(a.Now), space, found[len(found)-1].ID, found[0].ID}
	err := a.Each(selectReferences, args, func(scan func(...any) error) error {
		var memo, doc id.Item
		err := scan(&memo, &doc)
		if m := at[memo]; m != nil {
			m.References = append(m.References, doc)
		}
		return err
	})
	if err != nil {
		return err
	}
	among := args[2:]
	if err := mentions(a, by, among, at, inside); err != nil {
		return err
	}
	if err := answers(a, by, space, among, at, inside); err != nil || !inside {
		return err
	}
	return a.Each(selectReaders, among, func(scan func(...any) error) error {
		var memo id.Item
		var r Reader
		var when int64
		err := scan(&memo, &r.Person, &when)
		r.At = store.Time(when)
		if m := at[memo]; m != nil {
			m.Readers = append(m.Readers, r)
		}
		return err
	})
}

// group puts memos, newest first, into threads: the freshest thread first, its
// memos oldest first.
func group(found []entry) []Thread {
	var out []Thread
	for _, e := range found {
		i := slices.IndexFunc(out, func(t Thread) bool { return t.ID == e.thread })
		if i < 0 {
			out = append(out, Thread{ID: e.thread, Document: e.document, Subject: e.subject})
			i = len(out) - 1
		}
		out[i].Memos = append(out[i].Memos, e.Memo)
	}
	for i := range out {
		slices.Reverse(out[i].Memos)
	}
	return out
}

// Read marks memos as read by the actor and records those she had not read
// before. What she may not see is passed over as absent; a space she is not in
// is absent itself.
func (s *Service) Read(ctx context.Context, by authz.Actor, of id.Space, memos []id.Item) (err error) {
	defer fault.Op(&err, "memo.Read(%s)", of)
	return s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		return item.Read(a, by, item.Reading{Space: of, Kind: item.Memo, Items: memos, As: "memo.read"})
	})
}

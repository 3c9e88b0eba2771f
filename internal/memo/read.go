package memo

import (
	"context"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
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
	found, err := list(a, by, query{q.Space, q.Document, q.Before, q.Limit + 1})
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

// list reads visible memos, newest first.
func list(a *act.Act, by authz.Actor, q query) ([]entry, error) {
	box, err := a.SpaceBox(q.space)
	if err != nil {
		return nil, err
	}
	if q.before == "" {
		q.before = beyond
	}
	var out []entry
	args := []any{by.Person, store.Micros(a.Now), q.space, q.document, q.before, q.limit}
	err = a.Each(selectVisible, args, func(scan func(...any) error) error {
		var e entry
		h := item.Header{Space: q.space, Kind: item.Memo}
		var internal, created, read int64
		var mac, subject, body []byte
		err := scan(&e.ID, &e.Author, &h.Nature, &internal, &created, &mac, &e.thread, &e.document, &subject, &body, &e.ReplyBy, &e.Asks, &read)
		if err != nil {
			return err
		}
		e.Internal, e.Created, e.Read = internal == 1, store.Time(created), read > 0
		h.ID, h.Author, h.Internal = e.ID, e.Author, e.Internal
		if err := item.Verify(box, h, mac); err != nil {
			return err
		}
		if e.subject, err = box.OpenText(subjectPlace(e.thread), subject); err != nil {
			return err
		}
		e.Body, err = box.OpenText(bodyPlace(e.ID), body)
		out = append(out, e)
		return err
	})
	return out, err
}

// annotate adds references, and for the firm's side the circles and readers. It
// checks every address that made a memo of the page visible.
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
	if err := answers(a, by, space, among, at, inside); err != nil {
		return err
	}
	if err := address(a, space, among, at, inside); err != nil || !inside {
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

// address checks the addresses of a page, and shows them to the firm's side.
func address(a *act.Act, space id.Space, among []any, at map[id.Item]*Memo, inside bool) error {
	box, err := a.SpaceBox(space)
	if err != nil {
		return err
	}
	return a.Each(selectSentTo, among, func(scan func(...any) error) error {
		var memo id.Item
		var to authz.Address
		var sent, extended int64
		var mac []byte
		if err := scan(&memo, &to.Circle, &sent, &extended, &mac); err != nil {
			return err
		}
		m := at[memo]
		if m == nil {
			return nil // one she may not see
		}
		if inside {
			m.Circles = append(m.Circles, to.Circle)
		}
		to.Sent, to.Extended = store.Time(sent), extended == 1
		return item.VerifyAddress(box, memo, to, mac)
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
		if _, err := circle.Enter(a, by, of, authz.SpaceSee); err != nil {
			return err
		}
		for _, m := range memos {
			h, _, err := item.Open(a, by, of, item.Memo, m, authz.MemoRead)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			first, err := item.MarkRead(a, by, m)
			if err != nil {
				return err
			}
			if !first || h.Author == by.Person {
				continue
			}
			if _, err := a.Record(by, "memo.read", of, string(m), nil); err != nil {
				return err
			}
			for _, to := range h.Audience {
				a.Signal(of, to.Circle)
			}
		}
		return nil
	})
}

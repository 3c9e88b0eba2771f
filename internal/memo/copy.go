package memo

import (
	"context"
	"maps"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Original is an internal memo whose words are to be copied out: read again, then
// written to others as a memo of their own ([New.CopyOf]). It stays where it is.
// Subject is empty when the conversation is about a document, whose title others
// may not know.
type Original struct {
	Subject string
	Body    string
	Author  id.Person
	Created time.Time
}

// Original opens an internal memo that the actor may read; any other is absent.
func (s *Service) Original(ctx context.Context, by authz.Actor, in id.Space, of id.Item) (o Original, err error) {
	defer fault.Op(&err, "memo.Original(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		o, err = original(a, by, in, of)
		return err
	})
	return o, err
}

func original(a *act.Act, by authz.Actor, in id.Space, of id.Item) (o Original, err error) {
	h, _, err := item.Open(a, by, in, item.Memo, of, authz.MemoRead)
	if err != nil {
		return o, err
	}
	if !h.Internal {
		return o, fault.Absent()
	}
	said, err := words(a, h.Space, of)
	return Original{said.subject, said.body, h.Author, h.Created}, err
}

// spoken is what a memo says, unsealed.
type spoken struct {
	thread        id.Thread
	subject, body string
}

// Subject is that of the thread of a memo; the caller has opened it.
func Subject(a *act.Act, in id.Space, of id.Item) (string, error) {
	w, err := words(a, in, of)
	return w.subject, err
}

// words unseals a memo that was opened.
func words(a *act.Act, in id.Space, of id.Item) (spoken, error) {
	all, err := wordsOf(a, map[id.Item]id.Space{of: in})
	w, there := all[of]
	if err == nil && !there {
		err = fault.Absent()
	}
	return w, err
}

// wordsOf unseals memos that were opened, each of a space.
func wordsOf(a *act.Act, of map[id.Item]id.Space) (map[id.Item]spoken, error) {
	boxes, out := make(map[id.Item]*vault.Box, len(of)), make(map[id.Item]spoken, len(of))
	for m, in := range of {
		box, err := a.SpaceBox(in)
		if err != nil {
			return nil, err
		}
		boxes[m] = box
	}
	for args := range store.Batches(slices.Sorted(maps.Keys(of))) {
		err := a.Each(selectWords, args, func(scan func(...any) error) error {
			var m id.Item
			var w spoken
			var subject, body []byte
			err := scan(&m, &w.thread, &subject, &body)
			if err == nil {
				w.subject, err = boxes[m].OpenText(subjectPlace(w.thread), subject)
			}
			if err == nil {
				w.body, err = boxes[m].OpenText(bodyPlace(m), body)
			}
			out[m] = w
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// copied is what the journal keeps of words that left the firm's side: whence, what
// stood there, and what went.
type copied struct {
	Of     id.Item `json:"of"`
	Source string  `json:"source_sha256"`
	Body   string  `json:"body_sha256"`
}

// source opens what a memo is copied from, nil when it is from nothing.
func (n *New) source(a *act.Act, by authz.Actor) (*copied, error) {
	if n.CopyOf == "" {
		return nil, nil
	}
	o, err := original(a, by, n.Space, n.CopyOf)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.Invalid, "memo.copy_absent").In("copy_of").Because(err)
	}
	if err != nil {
		return nil, err
	}
	return &copied{n.CopyOf, digest(o.Body), digest(n.Body)}, nil
}

package memo

import (
	"context"
	"errors"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
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
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return o, err
	}
	var thread id.Thread
	var subject, body []byte
	err = a.Row(selectOriginal, []any{of}, &thread, &subject, &body)
	if errors.Is(err, store.ErrNoRow) {
		return o, fault.Absent()
	}
	if err != nil {
		return o, err
	}
	o.Author, o.Created = h.Author, h.Created
	if o.Subject, err = box.OpenText(subjectPlace(thread), subject); err != nil {
		return o, err
	}
	o.Body, err = box.OpenText(bodyPlace(of), body)
	return o, err
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

package drive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/vault"
)

// Content is the bytes of a file. Reader is the caller's to close. Recheck, if
// not nil, is to be asked every five seconds of a long stream.
type Content struct {
	Node
	Reader  io.ReadSeekCloser
	Recheck func(context.Context) error
}

// Open opens the bytes of a file for reading from an offset on: of a document
// like a download from its page, which is recorded; of the actor's own scratch
// without a line. A folder is a fault.Conflict.
func (s *Service) Open(ctx context.Context, by authz.Actor, p Path, from int64) (c Content, err error) {
	defer fault.Op(&err, "drive.Open")
	var at spot
	err = s.see(ctx, by, func(v *visit) error {
		if at, err = v.walk(p); err != nil {
			return err
		}
		if !at.exists() {
			return fault.Absent()
		}
		if at.at != nil {
			return fault.New(fault.Conflict, "drive.is_folder")
		}
		c.Node = v.bare(at)
		return nil
	})
	if err != nil {
		return c, err
	}
	return c, s.open(ctx, by, at, from, &c)
}

func (s *Service) open(ctx context.Context, by authz.Actor, at spot, from int64, c *Content) error {
	want := document.Want{Purpose: document.Download, From: from}
	switch {
	case at.row != nil && at.row.kind == aside:
		want.Item, want.Version = at.row.plan.Document, at.row.plan.Version
	case at.row != nil:
		r, err := s.scratched(ctx, by, at)
		c.Reader = r
		return err
	default:
		want.Item, want.Version = at.entry.ID, at.entry.Version
	}
	got, err := s.documents.Content(ctx, by, want)
	c.Reader, c.Recheck = got.Reader, got.Recheck
	return err
}

// scratched opens the bytes of a scratch file.
func (s *Service) scratched(ctx context.Context, by authz.Actor, at spot) (io.ReadSeekCloser, error) {
	var key vault.Key
	var small []byte
	err := s.see(ctx, by, func(v *visit) error {
		box, err := v.a.SpaceBox(at.in.space)
		if err != nil {
			return err
		}
		if at.row.blob != "" {
			key, err = box.UnwrapKey(scratchPlace("key", at.row.id), at.row.wrapped)
			return err
		}
		small, err = box.Open(scratchPlace("body", at.row.id), at.row.body)
		return err
	})
	if err != nil {
		return nil, err
	}
	if at.row.blob == "" {
		return inMemory{bytes.NewReader(small)}, nil
	}
	defer key.Wipe()
	return s.blobs.Open(ctx, at.row.ref(by.Firm, at.in.space), key, at.row.size)
}

// inMemory is a small file.
type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

// EmptyJob is the outbox kind of a file that was announced empty: a minute
// later it is an empty document, if nothing has followed.
const EmptyJob = "drive.empty"

// Empty is the payload of an [EmptyJob].
type Empty struct {
	Space   id.Space   `json:"space"`
	Person  id.Person  `json:"person"`
	Scratch id.Scratch `json:"scratch"`
	Path    Path       `json:"path"`
}

// errGone says that an announcement is no more.
var errGone = errors.New("drive: nothing is announced any more")

// stale is how many rows one look of a sweep takes.
const stale = 100

// Sweep forgets what has expired: locks, and scratch that nobody has touched
// for a day. Run it hourly; it is safe beside everything else.
func (s *Service) Sweep(ctx context.Context, firm id.Firm) (err error) {
	defer fault.Op(&err, "drive.Sweep(%s)", firm)
	for {
		old, err := s.expired(ctx, firm)
		if err != nil {
			return err
		}
		for of, b := range old {
			if err := s.clear(ctx, firm, of, b); err != nil {
				return err
			}
		}
		if len(old) < stale {
			return nil
		}
	}
}

// age is since when nothing has happened to what is to be forgotten.
func age(now time.Time) time.Time { return now.Add(-keepScratch) }

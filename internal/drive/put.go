package drive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
	"cenacle/internal/vault"
)

// Incoming is the bytes of a file. Size is -1 when nobody knows it. Like that
// of document.Append, Body may have SetReadDeadline. Reason is written beside
// a version that replaces another.
type Incoming struct {
	Size   int64
	Body   io.Reader
	Reason string
	Guard  Guard
}

// Put files bytes under a path: scratch for one person, a new document, or the
// next version of the one that is there. An empty file is announced first and
// becomes a document if nothing follows within a minute. Faults: absent because
// of a missing folder; Forbidden where no documents lie; ErrLocked; those of
// document.File.
func (s *Service) Put(ctx context.Context, by authz.Actor, p Path, in Incoming) (created bool, err error) {
	defer fault.Op(&err, "drive.Put")
	if in.Size > s.config.Limit {
		return false, tooLarge(s.config.Limit)
	}
	var at spot
	err = s.see(ctx, by, func(v *visit) error {
		if at, err = v.walk(p); err != nil {
			return err
		}
		if at.at != nil {
			return fault.New(fault.Conflict, "drive.is_folder")
		}
		if err := v.check(at, in.Guard); err != nil {
			return err
		}
		if err := v.change(at); err != nil {
			return err
		}
		return v.pass(at, in.Guard.Tokens, !at.exists())
	})
	if err != nil {
		return false, err
	}
	return !at.exists(), s.receive(ctx, by, at, in)
}

// Change asks whether the actor may change what is at a path, for what comes of
// a change that nothing keeps.
func (s *Service) Change(ctx context.Context, by authz.Actor, p Path, g Guard) (n Node, err error) {
	defer fault.Op(&err, "drive.Change")
	err = s.see(ctx, by, func(v *visit) error {
		at, err := v.walk(p)
		if err != nil {
			return err
		}
		if !at.exists() {
			return fault.Absent()
		}
		if err := v.check(at, g); err != nil {
			return err
		}
		if err := v.change(at); err != nil {
			return err
		}
		if err := v.pass(at, g.Tokens, false); err != nil {
			return err
		}
		n, err = v.node(at)
		return err
	})
	return n, err
}

// receive takes the bytes for a spot that may be changed.
func (s *Service) receive(ctx context.Context, by authz.Actor, at spot, in Incoming) error {
	if at.scratch() {
		return s.scribble(ctx, by, at, in)
	}
	body, blank, err := begin(in)
	if err != nil {
		return err
	}
	if blank {
		return s.keep(ctx, by, func(v *visit) error {
			now, err := v.walk(at.path())
			if err != nil {
				return err
			}
			_, err = v.announce(now)
			return err
		})
	}
	in.Body = body
	return s.file(ctx, by, at, in)
}

// begin looks whether anything comes at all.
func begin(in Incoming) (body io.Reader, blank bool, err error) {
	if in.Size > 0 {
		return in.Body, false, nil
	}
	first := make([]byte, 1)
	_, err = io.ReadFull(in.Body, first)
	if errors.Is(err, io.EOF) {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, fault.New(fault.Unavailable, "document.upload_cut").Because(err)
	}
	return resumed{io.MultiReader(bytes.NewReader(first), in.Body), in.Body}, false, nil
}

// resumed is a reader of which the first byte was looked at.
type resumed struct {
	io.Reader
	from io.Reader
}

// SetReadDeadline ends a read that waits, where the source can.
func (r resumed) SetReadDeadline(t time.Time) error {
	if d, ok := r.from.(interface{ SetReadDeadline(time.Time) error }); ok {
		return d.SetReadDeadline(t)
	}
	return nil
}

// file makes a document or its next version of bytes, and lets go of what stood
// for it meanwhile.
func (s *Service) file(ctx context.Context, by authz.Actor, at spot, in Incoming) error {
	begun := document.BeginUpload{
		Space: at.in.space, Tray: at.in.tray, Folder: at.in.folder.ID, Name: title(at.name), Size: in.Size, Reason: in.Reason,
	}
	if !brings(at.in.tray) { // what was deposited is never replaced: a correction is another document
		begun.Replaces = at.replaces()
	}
	if in.Guard.Exact && begun.Replaces != "" && at.entry != nil {
		begun.Onto = at.entry.Version
	}
	take := s.documents.File
	if in.Size > 0 {
		take = s.documents.Put
	}
	if _, err := take(ctx, by, begun, in.Body); err != nil {
		return err
	}
	return s.tidy(ctx, by, at)
}

func tooLarge(limit int64) error {
	return fault.New(fault.TooLarge, "document.too_large", i18n.Size(limit)).In("file")
}

// replaces is the document whose next version comes to the spot, or "".
func (s spot) replaces() id.Item {
	switch {
	case s.row != nil:
		return s.row.plan.Document
	case s.away != nil:
		return s.away.plan.Document
	case s.entry != nil:
		return s.entry.ID
	}
	return ""
}

// tidy ends what stood for a document until it came: the announcement, the one
// set aside, the lock on its name.
func (s *Service) tidy(ctx context.Context, by authz.Actor, was spot) error {
	return s.keepIf(ctx, by, func(v *visit) (bool, error) {
		locks, err := v.locks(was.in.space)
		return was.row != nil || was.away != nil || was.entry == nil && len(locks) > 0, err
	}, func(v *visit) error {
		from, err := v.chain(was)
		if err != nil {
			return err
		}
		if was.row != nil {
			if err := v.drop(was.row); err != nil {
				return err
			}
		}
		if was.away != nil {
			was.away.plan.Shelf, was.away.plan.From = "", ""
			if err := v.replan(was.in.space, was.away); err != nil { // its bytes may still be asked back
				return err
			}
		}
		now, err := v.walk(was.path())
		if err != nil || now.entry == nil {
			return err
		}
		to, err := v.chain(now)
		if err != nil {
			return err
		}
		return v.relock(was.in.space, from, to)
	})
}

// keepIf is keep, unless a look says that there is nothing to do.
func (s *Service) keepIf(ctx context.Context, by authz.Actor, look func(*visit) (bool, error), fn func(*visit) error) error {
	wanted := false
	err := s.see(ctx, by, func(v *visit) (err error) {
		wanted, err = look(v)
		return err
	})
	if err != nil || !wanted {
		return err
	}
	return s.keep(ctx, by, fn)
}

// check asks the guard about what is there.
func (v *visit) check(at spot, g Guard) error {
	if g.Check == nil {
		return nil
	}
	if !at.exists() {
		return g.Check(nil)
	}
	n, err := v.node(at)
	if err != nil {
		return err
	}
	return g.Check(&n)
}

// change decides whether the actor may write what a spot is or would be.
func (v *visit) change(at spot) error {
	if at.home() == "" {
		return fault.New(fault.Forbidden, "drive.top")
	}
	if at.scratch() || at.at != nil {
		return v.writes(at)
	}
	if !at.in.holds() {
		return fault.New(fault.Forbidden, "drive.not_here")
	}
	if of := at.replaces(); of != "" && !brings(at.in.tray) {
		_, _, err := item.Open(v.a, v.by, at.in.space, item.Document, of, authz.DocumentManage)
		return err
	}
	if at.in.tray == space.PartyTray {
		_, _, err := circle.OpenParty(v.a, v.by, at.in.space, authz.DocumentParty)
		return err
	}
	_, err := circle.Enter(v.a, v.by, at.in.space, filing(at.in.tray))
	return err
}

// filing is what one must be allowed to put a document into a tray.
func filing(t space.Tray) authz.Action {
	if t == space.ClientTray {
		return authz.DepositMake
	}
	return authz.DocumentFile
}

// writes wants somebody who may write anything in the space: nobody else's
// programs leave something in it.
func (v *visit) writes(at spot) error {
	_, err := circle.Enter(v.a, v.by, at.home(), authz.DocumentFile)
	if fault.Is(err, fault.Forbidden) {
		_, err = circle.Enter(v.a, v.by, at.home(), authz.DepositMake)
	}
	return err
}

// announce notes an empty file, the actor's alone, and returns its spot.
func (v *visit) announce(at spot) (spot, error) {
	if at.scratch() {
		r := &row{kind: scratchFile, plan: plan{Name: at.name}}
		at.row = r
		return at, v.put(at.in, r)
	}
	if at.row != nil || at.entry != nil && at.entry.Size == 0 {
		return at, nil // it is empty already
	}
	r := &row{kind: empty, plan: plan{Name: at.name}, made: v.a.Now, touched: v.a.Now}
	if !brings(at.in.tray) {
		r.plan.Document = at.replaces()
	}
	if err := v.put(at.in, r); err != nil {
		return at, err
	}
	at.row, at.entry = r, nil
	return at, v.a.Follow(EmptyJob, string(r.id), v.a.Now.Add(keepEmpty), Empty{
		Space: at.in.space, Person: v.by.Person, Scratch: r.id, Path: at.path(),
	})
}

// scribble keeps a scratch file.
func (s *Service) scribble(ctx context.Context, by authz.Actor, at spot, in Incoming) error {
	small, err := io.ReadAll(io.LimitReader(in.Body, maxSmall+1))
	if err != nil {
		return fault.New(fault.Unavailable, "document.upload_cut").Because(err)
	}
	if len(small) > maxSmall {
		return s.scribbleLarge(ctx, by, at, io.MultiReader(bytes.NewReader(small), in.Body))
	}
	return s.keep(ctx, by, func(v *visit) error {
		return v.put(at.in, &row{kind: scratchFile, plan: plan{Name: at.name}, body: small, size: int64(len(small))})
	})
}

// scribbleLarge seals a scratch file as a blob. Its row comes first, so that
// whatever happens its bytes are known to the sweep.
func (s *Service) scribbleLarge(ctx context.Context, by authz.Actor, at spot, r io.Reader) error {
	key := vault.NewKey()
	defer key.Wipe()
	mine := &row{kind: coming, plan: plan{Name: at.name}}
	err := s.keep(ctx, by, func(v *visit) (err error) {
		mine.id = id.New[id.Scratch](v.a.Now)
		mine.blob = id.Blob(mine.id)
		if mine.wrapped, err = v.a.Wrap(at.in.space, scratchPlace("key", mine.id), key); err != nil {
			return err
		}
		return v.put(at.in, mine)
	})
	if err != nil {
		return err
	}
	if err := s.store(ctx, by, at, mine, key, r); err != nil {
		return errors.Join(err, s.clear(context.WithoutCancel(ctx), by.Firm, mine.id, mine.blob))
	}
	return nil
}

// store seals the bytes of a row and gives it its place.
func (s *Service) store(ctx context.Context, by authz.Actor, at spot, mine *row, key vault.Key, r io.Reader) error {
	limited := io.LimitReader(r, s.config.Limit+1)
	came, err := s.blobs.Write(ctx, mine.ref(by.Firm, at.in.space), key, blob.Unknown, blob.Progress{}, limited, nil)
	if err != nil {
		return fault.New(fault.Unavailable, "document.upload_cut").Because(err)
	}
	if came.Sealed > s.config.Limit {
		return tooLarge(s.config.Limit)
	}
	if _, err := s.blobs.Finish(ctx, mine.ref(by.Firm, at.in.space), came); err != nil {
		return err
	}
	return s.keep(ctx, by, func(v *visit) error {
		if err := v.writes(at); err != nil { // much time may have passed
			return err
		}
		if err := v.vacate(at.in, at.name); err != nil {
			return err
		}
		if err := v.admit(at.in.space, came.Sealed); err != nil {
			return err
		}
		mine.kind, mine.size = scratchFile, came.Sealed
		return v.settle(at.in, mine)
	})
}

// clear removes the bytes of a row that is gone, then the row.
func (s *Service) clear(ctx context.Context, firm id.Firm, of id.Scratch, b id.Blob) error {
	if b != "" {
		ref := blob.Ref{Firm: firm, Blob: b}
		if err := errors.Join(s.blobs.Discard(ctx, ref), s.blobs.Remove(ctx, ref)); err != nil {
			return err
		}
	}
	return s.forget(ctx, firm, of)
}

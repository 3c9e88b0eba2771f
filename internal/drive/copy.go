package drive

import (
	"context"
	"errors"
	"io"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// ErrExists is the cause of a fault.Conflict: something is where a folder was
// to be made (RFC 4918, 9.3.1).
var ErrExists = errors.New("drive: something is there already")

// Copy makes another document of the same bytes, or another version of the
// document that is at the other path; of a folder, a folder with copies of what
// the actor sees in it. A copy is filed like any other document: it is
// addressed as its folder says. Faults: those of Move and Put.
func (s *Service) Copy(ctx context.Context, by authz.Actor, t Transfer) (created bool, err error) {
	defer fault.Op(&err, "drive.Copy")
	var from, to spot
	err = s.see(ctx, by, func(v *visit) error {
		if from, to, err = v.ends(t, false); err != nil {
			return err
		}
		if from.at != nil {
			return v.mayManage(to)
		}
		return v.change(to)
	})
	if err != nil {
		return false, err
	}
	created = !to.exists()
	if from.at == nil {
		if to.at != nil {
			if err := s.giveWay(ctx, by, to); err != nil {
				return false, err
			}
			to = spot{in: to.in, name: to.name}
		}
		return created, s.become(ctx, by, t, from, to)
	}
	if to.exists() {
		if err := s.giveWay(ctx, by, to); err != nil {
			return false, err
		}
	}
	left := maxCopied
	return created, s.copyFolder(ctx, by, t, &left)
}

// copyFolder copies a folder and, unless it is to be shallow, what it holds;
// left is how many documents may still be made.
func (s *Service) copyFolder(ctx context.Context, by authz.Actor, t Transfer, left *int) error {
	if err := s.MakeFolder(ctx, by, t.To, Guard{Tokens: t.Guard.Tokens}); err != nil {
		return err
	}
	if t.Shallow {
		return nil
	}
	_, within, err := s.List(ctx, by, t.From)
	if err != nil {
		return err
	}
	for _, n := range within {
		if Scratch(n.Name()) {
			continue
		}
		inner := t
		inner.From, inner.To = n.Path, append(t.To[:len(t.To):len(t.To)], n.Name())
		if n.Collection {
			err = s.copyFolder(ctx, by, inner, left)
		} else if *left--; *left < 0 {
			err = fault.New(fault.Forbidden, "drive.copy_many", maxCopied)
		} else {
			err = s.copyFile(ctx, by, inner)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) copyFile(ctx context.Context, by authz.Actor, t Transfer) error {
	var from, to spot
	err := s.see(ctx, by, func(v *visit) (err error) {
		if from, err = v.walk(t.From); err != nil || !from.exists() {
			return err
		}
		to, err = v.walk(t.To)
		return err
	})
	if err != nil || !from.exists() {
		return err // gone meanwhile
	}
	return s.become(ctx, by, t, from, to)
}

// Remove takes something away: scratch for good; a document only where drives
// may delete, as its page would, to be restored for a day; a folder when all
// that it holds could be removed.
func (s *Service) Remove(ctx context.Context, by authz.Actor, p Path, g Guard) (err error) {
	defer fault.Op(&err, "drive.Remove")
	var at spot
	err = s.see(ctx, by, func(v *visit) error {
		if at, err = v.walk(p); err != nil {
			return err
		}
		if !at.exists() {
			return fault.Absent()
		}
		if err := v.check(at, g); err != nil {
			return err
		}
		if err := v.pass(at, g.Tokens, true); err != nil || at.at == nil || at.home() == "" {
			return err
		}
		return v.passWithin(at, g)
	})
	if err != nil {
		return err
	}
	return s.remove(ctx, by, at)
}

func (s *Service) remove(ctx context.Context, by authz.Actor, at spot) error {
	switch {
	case at.row != nil && at.at != nil:
		return s.removeScratch(ctx, by, *at.at, at.row)
	case at.row != nil:
		return s.keep(ctx, by, func(v *visit) error { return v.drop(at.row) })
	case !s.config.Delete || at.at != nil && at.at.level != atFolder:
		return fault.New(fault.Forbidden, "drive.no_delete")
	case at.at != nil:
		return s.removeFolder(ctx, by, at)
	}
	of := id.Item("")
	if at.entry != nil {
		of = at.entry.ID
	} else {
		of = at.away.plan.Document
	}
	if err := s.documents.Delete(ctx, by, of); err != nil {
		return err
	}
	return s.unlockMoved(ctx, by, at)
}

// removeScratch removes a folder of a program with what it holds.
func (s *Service) removeScratch(ctx context.Context, by authz.Actor, in place, r *row) error {
	return s.keep(ctx, by, func(v *visit) error { return v.dropAll(in, r, 0) })
}

func (v *visit) dropAll(in place, r *row, depth int) error {
	box, err := v.a.SpaceBox(in.space)
	if err != nil {
		return err
	}
	held, err := rows(v.a, in.space, selectShelf, shelfHash(box, v.by.Person, "scratch/"+string(r.id)))
	if err != nil {
		return err
	}
	for i := range held {
		if held[i].kind == scratchFolder && depth < maxPath {
			err = v.dropAll(in, &held[i], depth+1)
		} else {
			err = v.drop(&held[i])
		}
		if err != nil {
			return err
		}
	}
	return v.drop(r)
}

// removeFolder deletes what the actor sees in a folder, and the folder, which
// stays when it holds something that she may not delete.
func (s *Service) removeFolder(ctx context.Context, by authz.Actor, at spot) error {
	var inner []spot
	err := s.see(ctx, by, func(v *visit) error {
		within, err := v.within(*at.at)
		if err != nil {
			return err
		}
		for _, n := range within {
			held, err := v.find(*at.at, n.Name())
			if err != nil {
				return err
			}
			inner = append(inner, held)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, held := range inner {
		if err := s.remove(ctx, by, held); err != nil {
			return err
		}
	}
	return s.spaces.RemoveFolder(ctx, by, at.at.folder.ID, document.Empties)
}

// noBytes is the body of an empty file.
type noBytes struct{}

func (noBytes) Read([]byte) (int, error) { return 0, io.EOF }

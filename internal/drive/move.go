package drive

import (
	"context"
	"errors"
	"slices"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/space"
)

// Transfer carries something from one path to another of the same space.
type Transfer struct {
	From, To  Path
	Overwrite bool // what is at To may give way
	Shallow   bool // of a copied folder: without what it holds
	Reason    string
	Guard     Guard
}

// ends finds both ends of a transfer and refuses what no transfer does.
func (v *visit) ends(t Transfer, leaves bool) (from, to spot, err error) {
	if from, err = v.walk(t.From); err != nil {
		return from, to, err
	}
	if !from.exists() {
		return from, to, fault.Absent()
	}
	if err := v.check(from, t.Guard); err != nil {
		return from, to, err
	}
	if to, err = v.walk(t.To); err != nil {
		return from, to, nowhere(err)
	}
	switch {
	case from.home() == "" || to.home() == "" || from.in.level == atRoot || to.in.level == atRoot:
		return from, to, fault.New(fault.Forbidden, "drive.top")
	case from.home() != to.home():
		return from, to, fault.New(fault.Forbidden, "drive.across")
	case slices.Equal(from.path(), to.path()):
		return from, to, fault.New(fault.Forbidden, "drive.itself")
	case from.at != nil && len(to.path()) > len(from.path()) && slices.Equal(from.path(), to.path()[:len(from.path())]):
		return from, to, fault.New(fault.Forbidden, "drive.itself")
	case to.exists() && !t.Overwrite:
		return from, to, fault.New(fault.Precondition, "drive.there_already")
	}
	if leaves {
		if err := v.pass(from, t.Guard.Tokens, true); err != nil {
			return from, to, err
		}
		if from.at != nil {
			if err := v.passWithin(from, t.Guard); err != nil {
				return from, to, err
			}
		}
	}
	return from, to, v.pass(to, t.Guard.Tokens, !to.exists())
}

// passWithin refuses a change of a folder in which somebody else has locked
// something.
func (v *visit) passWithin(at spot, g Guard) error {
	all, err := v.locks(at.home())
	if err != nil || len(all) == 0 {
		return err
	}
	for _, h := range all {
		if h.person == v.by.Person && slices.Contains(g.Tokens, h.id) || !slices.Contains(h.chain, at.at.chain[len(at.at.chain)-1]) {
			continue
		}
		stands, err := v.stands(h)
		if err != nil {
			return err
		}
		if stands {
			return locked()
		}
	}
	return nil
}

// nowhere makes a folder that is missing on the way to a destination a
// conflict (RFC 4918, 9.8.5).
func nowhere(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Conflict, "drive.no_folder").Because(err)
	}
	return err
}

// Move renames or moves what is at a path. A document keeps its history and
// its circles; renamed to what programs call their temporary files it is set
// aside, and what then comes under its name is its next version. Faults: those
// of the rights and locks; Precondition when something is there and may not
// give way; Forbidden from one space to another, or over a document, unless a
// drive may delete.
func (s *Service) Move(ctx context.Context, by authz.Actor, t Transfer) (created bool, err error) {
	defer fault.Op(&err, "drive.Move")
	var from, to spot
	err = s.see(ctx, by, func(v *visit) error {
		if from, to, err = v.ends(t, true); err != nil {
			return err
		}
		if err := v.change(from); err != nil {
			return err
		}
		return v.change(to)
	})
	if err != nil {
		return false, err
	}
	created = !to.exists() && to.away == nil
	switch {
	case from.at != nil && from.at.level == atScratch:
		return created, s.moveScratch(ctx, by, from, to)
	case from.at != nil:
		return created, s.moveFolder(ctx, by, from, to)
	case from.row != nil && from.row.waits(s.office.Clock()) && !to.scratch():
		return created, s.bring(ctx, by, from, to)
	case from.row != nil:
		return created, s.moveRow(ctx, by, t, from, to)
	case to.scratch():
		return created, s.setAside(ctx, by, from, to)
	}
	return created, s.moveDocument(ctx, by, from, to)
}

// moveScratch moves a folder of a program.
func (s *Service) moveScratch(ctx context.Context, by authz.Actor, from, to spot) error {
	if !to.scratch() || to.at != nil {
		return fault.New(fault.Forbidden, "drive.not_here")
	}
	return s.keep(ctx, by, func(v *visit) error {
		r := *from.row
		r.plan.Name = to.name
		if err := v.vacate(to.in, to.name); err != nil {
			return err
		}
		return v.settle(to.in, &r)
	})
}

// moveFolder moves a folder of the space.
func (s *Service) moveFolder(ctx context.Context, by authz.Actor, from, to spot) error {
	if from.at.level != atFolder || !to.in.holds() || Scratch(to.name) {
		return fault.New(fault.Forbidden, "drive.not_here")
	}
	if to.in.tray != from.at.tray {
		return fault.New(fault.Forbidden, "drive.folder_tray")
	}
	if to.exists() {
		if err := s.giveWay(ctx, by, to); err != nil {
			return err
		}
	}
	if err := s.spaces.MoveFolder(ctx, by, from.at.folder.ID, to.in.folder.ID, to.name); err != nil {
		return err
	}
	return s.unlockMoved(ctx, by, from)
}

// giveWay removes what is in the way of a move, where drives may delete.
func (s *Service) giveWay(ctx context.Context, by authz.Actor, to spot) error {
	if !s.config.Delete {
		return fault.New(fault.Forbidden, "drive.in_the_way")
	}
	return s.remove(ctx, by, to)
}

// moveRow moves scratch: to a scratch name it is renamed, to a document's it
// becomes the document's bytes.
func (s *Service) moveRow(ctx context.Context, by authz.Actor, t Transfer, from, to spot) error {
	if to.scratch() || from.row.kind == empty && to.entry == nil && to.away == nil {
		return s.keep(ctx, by, func(v *visit) error {
			r := *from.row
			r.plan.Name = to.name
			if err := v.vacate(to.in, to.name); err != nil {
				return err
			}
			if err := v.settle(to.in, &r); err != nil || r.kind != empty {
				return err
			}
			return v.a.Follow(EmptyJob, string(r.id)+"/"+to.name, v.a.Now.Add(keepEmpty), Empty{
				Space: to.in.space, Person: by.Person, Scratch: r.id, Path: to.path(),
			})
		})
	}
	if to.at != nil {
		return fault.New(fault.Conflict, "drive.is_folder")
	}
	if err := s.become(ctx, by, t, from, to); err != nil {
		return err
	}
	return s.keep(ctx, by, func(v *visit) error { return v.drop(from.row) })
}

// become makes the bytes of one spot those of the document at another.
func (s *Service) become(ctx context.Context, by authz.Actor, t Transfer, from, to spot) (err error) {
	if from.row != nil && from.row.kind == empty {
		return s.file(ctx, by, to, Incoming{Body: noBytes{}, Reason: t.Reason})
	}
	var c Content
	if err := s.open(ctx, by, from, 1, &c); err != nil { // from 1 on: nothing leaves the house
		return err
	}
	defer func() { err = errors.Join(err, c.Reader.Close()) }()
	return s.receive(ctx, by, to, Incoming{Size: -1, Body: c.Reader, Reason: t.Reason})
}

// setAside hides a document that a program moved away to save it anew.
func (s *Service) setAside(ctx context.Context, by authz.Actor, from, to spot) error {
	return s.keep(ctx, by, func(v *visit) error {
		return v.put(to.in, &row{
			kind: aside, size: from.entry.Size,
			plan: plan{
				Name: to.name, Document: from.entry.ID, Version: from.entry.Version, Shelf: from.in.shelf(), From: from.name,
			},
		})
	})
}

// bring moves a document that was set aside: back to where it was, or where a
// person wanted it.
func (s *Service) bring(ctx context.Context, by authz.Actor, from, to spot) error {
	var now spot
	err := s.keep(ctx, by, func(v *visit) error {
		if err := v.drop(from.row); err != nil {
			return err
		}
		if to.in.shelf() == from.row.plan.Shelf && to.name == from.row.plan.From {
			return nil
		}
		e, err := document.EntryOf(v.a, v.by, from.in.facts, from.in.space, from.row.plan.Document)
		now = from
		now.row, now.entry = nil, &e
		return err
	})
	if err != nil || now.entry == nil {
		return err
	}
	return s.moveDocument(ctx, by, now, to)
}

// moveDocument gives a document another place or title.
func (s *Service) moveDocument(ctx context.Context, by authz.Actor, from, to spot) error {
	if to.at != nil || to.entry != nil || to.away != nil {
		if err := s.giveWay(ctx, by, to); err != nil {
			return err
		}
	}
	in := document.Move{Item: from.entry.ID, Tray: to.in.tray, Folder: to.in.folder.ID}
	if element(to.name) != from.entry.Name {
		in.Title = title(to.name)
	}
	if err := s.documents.Move(ctx, by, in); err != nil {
		return err
	}
	return s.unlockMoved(ctx, by, from)
}

// unlockMoved ends the locks of what has moved.
func (s *Service) unlockMoved(ctx context.Context, by authz.Actor, from spot) error {
	return s.keepIf(ctx, by, func(v *visit) (bool, error) {
		all, err := v.locks(from.home())
		return len(all) > 0, err
	}, func(v *visit) error {
		chain, err := v.chain(from)
		if err != nil {
			return err
		}
		return v.unlock(from.home(), chain)
	})
}

// MakeFolder makes a folder in a tray or in another folder, or one of a
// program's own. Faults: Conflict because of errNowhere when what should hold
// it is not there; Conflict when something is there already.
func (s *Service) MakeFolder(ctx context.Context, by authz.Actor, p Path, g Guard) (err error) {
	defer fault.Op(&err, "drive.MakeFolder")
	var at spot
	err = s.see(ctx, by, func(v *visit) error {
		if at, err = v.walk(p); err != nil {
			return nowhere(err)
		}
		if at.exists() || at.in.level == atRoot {
			return fault.New(fault.Conflict, "drive.there_already").Because(ErrExists)
		}
		if err := v.check(at, g); err != nil {
			return err
		}
		return v.pass(at, g.Tokens, true)
	})
	if err != nil {
		return err
	}
	if at.scratch() {
		return s.keep(ctx, by, func(v *visit) error {
			if err := v.writes(at); err != nil {
				return err
			}
			return v.put(at.in, &row{kind: scratchFolder, plan: plan{Name: at.name}})
		})
	}
	if !at.in.holds() {
		return fault.New(fault.Forbidden, "drive.not_here")
	}
	_, err = s.spaces.AddFolder(ctx, by, space.NewFolder{
		Space: at.in.space, Tray: at.in.tray, Parent: at.in.folder.ID, Name: at.name,
	})
	return err
}

// mayManage decides that the actor may change the folders of a space.
func (v *visit) mayManage(at spot) error {
	_, err := circle.Enter(v.a, v.by, at.home(), authz.SpaceManage)
	return err
}

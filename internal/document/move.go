package document

import (
	"context"
	"errors"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// Rename gives a document another title; the name its file had stays with the
// version.
func (s *Service) Rename(ctx context.Context, by authz.Actor, of id.Item, title string) (err error) {
	defer fault.Op(&err, "document.Rename(%s)", of)
	title = fold.Name(title)
	if title == "" {
		return fault.New(fault.Invalid, "document.title_missing").In("title")
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		h, _, err := item.Open(a, by, "", item.Document, of, authz.DocumentManage)
		if err != nil {
			return err
		}
		if err := remember(a, by, h); err != nil {
			return err
		}
		return s.retitle(a, by, h, title)
	})
}

// retitle writes the title of an opened document, and the hashes by which it is
// found.
func (s *Service) retitle(a *act.Act, by authz.Actor, h item.Header, title string) error {
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return err
	}
	var version id.Version
	var old, name []byte
	if err := a.Row(selectNames, []any{h.ID}, &old, &version, &name); err != nil {
		return err
	}
	file, err := box.OpenText(versionPlace("name", version), name)
	if err != nil {
		return err
	}
	hash := nameHash(box, Shown(title, file))
	if err := a.Write(updateTitle, h.ID, box.SealText(titlePlace(h.ID), title), hash); err != nil {
		return err
	}
	if err := s.findableAnew(a, h.Space, h.ID, title); err != nil {
		return err
	}
	a.Signal(h.Space, circlesOf(h.Audience)...)
	_, err = a.Record(by, "document.renamed", h.Space, string(h.ID), nil)
	return err
}

// rehash follows a new version whose file has another extension, and returns
// the title, which stays.
func rehash(a *act.Act, in id.Space, of id.Item, file string) (title string, err error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return "", err
	}
	var version id.Version
	var sealed, name []byte
	if err := a.Row(selectNames, []any{of}, &sealed, &version, &name); err != nil {
		return "", err
	}
	if title, err = box.OpenText(titlePlace(of), sealed); err != nil || extension(title) != "" {
		return title, err
	}
	err = a.Write(updateTitle, of, sealed, nameHash(box, Shown(title, file)))
	return title, err
}

// Move puts a document into another folder, or another tray of its space, or
// gives it another title; the zero Title keeps it.
type Move struct {
	Item   id.Item
	Tray   space.Tray
	Folder id.Folder // empty: the tray itself
	Title  string
}

// moved is what the journal keeps of a move: from where, so that it can be
// undone, and to where.
type moved struct {
	FromTray   space.Tray `json:"from_tray"`
	FromFolder id.Folder  `json:"from_folder,omitempty"`
	Tray       space.Tray `json:"tray"`
	Folder     id.Folder  `json:"folder,omitempty"`
}

// Move moves a document within its space. It stays addressed to whom it was:
// to move is not to share. What a client deposited stays in her tray, and
// nothing else comes there. Nothing to change is no fault.
func (s *Service) Move(ctx context.Context, by authz.Actor, in Move) (err error) {
	defer fault.Op(&err, "document.Move(%s)", in.Item)
	title := fold.Name(in.Title)
	if same, err := s.standing(ctx, by, in); err != nil || same && title == "" {
		return err
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		h, _, err := item.Open(a, by, "", item.Document, in.Item, authz.DocumentManage)
		if err != nil {
			return err
		}
		if err := remember(a, by, h); err != nil {
			return err
		}
		if err := shift(a, by, h, in); err != nil || title == "" {
			return err
		}
		return s.retitle(a, by, h, title)
	})
}

// standing reports whether a document is already where it is to go.
func (s *Service) standing(ctx context.Context, by authz.Actor, in Move) (same bool, err error) {
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, _, err := item.Open(a, by, "", item.Document, in.Item, authz.DocumentManage); err != nil {
			return err
		}
		from, err := place(a, in.Item)
		same = from.Tray == in.Tray && from.Folder == in.Folder
		return err
	})
	return same, err
}

func place(a *act.Act, of id.Item) (at Move, err error) {
	err = a.Row(selectPlace, []any{of}, &at.Tray, &at.Folder)
	return at, err
}

// shift moves an opened document, unless it is there already.
func shift(a *act.Act, by authz.Actor, h item.Header, to Move) error {
	from, err := place(a, h.ID)
	if err != nil || from.Tray == to.Tray && from.Folder == to.Folder {
		return err
	}
	if (from.Tray == space.ClientTray) != (to.Tray == space.ClientTray) {
		return fault.New(fault.Forbidden, "document.deposited_place")
	}
	if to.Tray != space.FirmTray && to.Tray != space.ClientTray && to.Tray != space.SharedTray {
		return fault.New(fault.Invalid, "document.unknown_tray").In("tray")
	}
	matter := id.Matter("")
	if to.Folder != "" {
		err := a.Row(selectFolder, []any{to.Folder, h.Space, to.Tray}, &matter)
		if errors.Is(err, store.ErrNoRow) {
			return fault.New(fault.Invalid, "document.unknown_folder").In("folder")
		}
		if err != nil {
			return err
		}
	}
	if err := a.Write(updatePlace, h.ID, to.Tray, to.Folder); err != nil {
		return err
	}
	if err := a.Write(updateMatter, h.ID, matter); err != nil {
		return err
	}
	a.Signal(h.Space, circlesOf(h.Audience)...)
	_, err = a.Record(by, "document.moved", h.Space, string(h.ID), moved{from.Tray, from.Folder, to.Tray, to.Folder})
	return err
}

// Empties says, for who takes a folder away, whether documents lie in it; those
// that were deleted are put into its tray, where a restored one is found.
func Empties(a *act.Act, in id.Space, of space.Folder) error {
	var here int64
	if err := a.Row(countFolder, []any{in, of.Tray, of.ID}, &here); err != nil {
		return err
	}
	if here > 0 {
		return fault.New(fault.Conflict, "document.folder_full")
	}
	return a.Write(updateLoose, in, of.Tray, of.ID)
}

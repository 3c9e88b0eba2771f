package document

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Former is how a document was called and where it lay before its last renaming
// or moving, which [Service.Undo] brings back.
type Former struct {
	Title  string     `json:"title"`
	Tray   space.Tray `json:"tray"`
	Folder id.Folder  `json:"folder,omitempty"`
	By     id.Person  `json:"by"` // who changed it
	At     time.Time  `json:"at"`
}

const maxMoved = 200 // documents of one move

// Refile moves documents of a space together, all or none.
type Refile struct {
	Space     id.Space
	Documents []id.Item
	Tray      space.Tray
	Folder    id.Folder // empty: the tray itself
}

// Refile is [Service.Move] for many.
func (s *Service) Refile(ctx context.Context, by authz.Actor, in Refile) (err error) {
	defer fault.Op(&err, "document.Refile(%s)", in.Space)
	return s.together(ctx, by, in.Space, in.Documents, func(a *act.Act, h item.Header) error {
		from, err := place(a, h.ID)
		if err != nil || from.Tray == in.Tray && from.Folder == in.Folder {
			return err
		}
		if err := remember(a, by, h); err != nil {
			return err
		}
		return shift(a, by, h, Move{Item: h.ID, Tray: in.Tray, Folder: in.Folder})
	})
}

// Undo gives documents of a space the titles and places back that their last
// renaming or moving took, all or none; their addresses stay, as they did then.
// One that is as it always was, or was undone before, is Conflict.
func (s *Service) Undo(ctx context.Context, by authz.Actor, in id.Space, of []id.Item) (err error) {
	defer fault.Op(&err, "document.Undo(%s)", in)
	return s.together(ctx, by, in, of, func(a *act.Act, h item.Header) error { return s.giveBack(a, by, h) })
}

// together does something with several documents of a space in one act. Nothing
// to change is no fault.
func (s *Service) together(ctx context.Context, by authz.Actor, in id.Space, of []id.Item, do func(*act.Act, item.Header) error) error {
	of = slices.Compact(slices.Sorted(slices.Values(of)))
	switch {
	case len(of) == 0:
		return fault.New(fault.Invalid, "document.nothing_moved").In("document")
	case len(of) > maxMoved:
		return fault.New(fault.Invalid, "document.many_moved", maxMoved).In("document")
	}
	err := s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		for _, one := range of {
			h, _, err := item.Open(a, by, in, item.Document, one, authz.DocumentManage)
			if err != nil {
				return err
			}
			if err := do(a, h); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, act.ErrUnrecorded) {
		return nil
	}
	return err
}

func (s *Service) giveBack(a *act.Act, by authz.Actor, h item.Header) error {
	was, err := former(a, h)
	if err != nil {
		return err
	}
	if was == nil {
		return fault.New(fault.Conflict, "document.nothing_undone")
	}
	title, err := Called(a, h)
	if err != nil {
		return err
	}
	if err := shift(a, by, h, Move{Item: h.ID, Tray: was.Tray, Folder: was.Folder}); err != nil {
		return err
	}
	if title != was.Title {
		if err := s.retitle(a, by, h, was.Title); err != nil {
			return err
		}
	}
	return a.Write(deleteFormer, h.ID)
}

// remember keeps how a document is called and where it lies before that changes.
func remember(a *act.Act, by authz.Actor, h item.Header) error {
	title, err := Called(a, h)
	if err != nil {
		return err
	}
	at, err := place(a, h.ID)
	if err != nil {
		return err
	}
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(Former{Title: title, Tray: at.Tray, Folder: at.Folder, By: by.Person, At: a.Now})
	if err != nil {
		return err
	}
	if err := a.Write(deleteFormer, h.ID); err != nil {
		return err
	}
	return a.Write(insertFormer, h.ID, box.Seal(formerPlace(h.ID), raw))
}

// Called is what a document is called now; the caller has opened it.
func Called(a *act.Act, h item.Header) (string, error) {
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return "", err
	}
	var sealed []byte
	if err := a.Row(selectTitle, []any{h.ID}, &sealed); err != nil {
		return "", err
	}
	return box.OpenText(titlePlace(h.ID), sealed)
}

// former is what an undoing would bring back to an opened document, nil when
// there is nothing.
func former(a *act.Act, h item.Header) (*Former, error) {
	var sealed []byte
	err := a.Row(selectFormer, []any{h.ID}, &sealed)
	if errors.Is(err, store.ErrNoRow) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return nil, err
	}
	raw, err := box.Open(formerPlace(h.ID), sealed)
	if err != nil {
		return nil, err
	}
	var was Former
	return &was, json.Unmarshal(raw, &was)
}

func formerPlace(of id.Item) vault.Place {
	return vault.Place{Table: "former", Column: "was", Row: string(of)}
}

var (
	selectTitle = store.ForFirm(`select title from document where firm_id = $1 and id = $2`)

	selectFormer = store.ForFirm(`select was from former where firm_id = $1 and document_id = $2`)

	insertFormer = store.ForFirm(`insert into former (firm_id, document_id, was) values ($1, $2, $3)`)

	deleteFormer = store.ForFirm(`delete from former where firm_id = $1 and document_id = $2`)
)

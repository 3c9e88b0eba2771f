package bundle

import (
	"context"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// Announced says where an upload lands that names its path below a place, the
// tray and folder of in: in the folder at the end of that path, of which it
// makes what is missing, and for the firm alone. Bytes that are there already,
// which package document refuses when they are announced, make no folder.
func (s *Service) Announced(ctx context.Context, by authz.Actor, in document.BeginUpload, path string) (_ document.BeginUpload, err error) {
	defer fault.Op(&err, "bundle.Announced(%s)", in.Space)
	if in.Replaces != "" || in.Request != "" {
		return in, fault.New(fault.Invalid, "bundle.path")
	}
	f := s.judge(Entry{Path: path, Size: in.Size, SHA256: in.SHA256})
	switch {
	case f.Why != nil:
		return in, f.Why
	case f.State == Left:
		return in, fault.New(fault.Invalid, "bundle.left")
	}
	at := Place{Space: in.Space, Tray: in.Tray, Folder: in.Folder}
	house, err := s.house(ctx, by, at)
	if err != nil {
		return in, err
	}
	in.Name, in.Circles = f.Name, []id.Circle{house}
	if !in.Again {
		err = s.office.See(ctx, by.Firm, func(a *act.Act) error { return recognise(a, by, at.Space, &f, map[string]bool{}) })
		if err != nil || f.State == Known {
			return in, err
		}
	}
	in.Folder, err = s.shelve(ctx, by, at, f.Folders)
	return in, err
}

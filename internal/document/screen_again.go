package document

import (
	"context"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/scan"
)

// Rescannable reports whether the scanner can be asked again about a version: it
// has not looked at it, and there is one.
func (s *Service) Rescannable(v Version) bool {
	return s.config.Scanner != nil && v.Screening.State == scan.Unscanned && v.Screening.Why == scan.Away
}

// ScreenAgain asks the scanner now about the current version of a document that
// it has not been able to look at, instead of when it is asked by itself. Faults:
// Conflict when there is nothing to be asked; Unavailable when it still does not
// answer, and then nothing has changed.
func (s *Service) ScreenAgain(ctx context.Context, by authz.Actor, of id.Item) (err error) {
	defer fault.Op(&err, "document.ScreenAgain(%s)", of)
	var u unscreened
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		d, err := ShowIn(a, by, of)
		if err != nil {
			return err
		}
		if _, _, err := item.Open(a, by, d.Space, item.Document, of, authz.DocumentManage); err != nil {
			return err
		}
		if !s.Rescannable(d.Current) {
			return fault.New(fault.Conflict, "document.scan_done")
		}
		u = unscreened{d.Current.ID, d.Current.Author, of, d.Space}
		return nil
	})
	if err != nil {
		return err
	}
	away, err := s.rescreen(ctx, by.Firm, u)
	if err == nil && away {
		err = fault.New(fault.Unavailable, "document.scan_away")
	}
	return err
}

package document

import (
	"context"
	"encoding/hex"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
)

// Twin is a document that has the same bytes as another one.
type Twin struct {
	Document id.Item
	Came     string // civil day, where the clock of the office stands
}

// TwinOf tells of the bytes of a document that the actor may read whether they
// were in its space before it, in one that she may read too: the oldest. Found
// is false when they were not.
func (s *Service) TwinOf(ctx context.Context, by authz.Actor, of id.Item) (t Twin, found bool, err error) {
	defer fault.Op(&err, "document.TwinOf(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		d, err := ShowIn(a, by, of)
		if err != nil {
			return err
		}
		t, found, err = twin(a, by, d.Space, d.Current.SHA256, of)
		return err
	})
	return t, found, err
}

// twin finds the oldest document of a space whose current version has these
// bytes, among those the actor may read, besides one.
func twin(a *act.Act, by authz.Actor, in id.Space, sum [32]byte, besides id.Item) (t Twin, found bool, err error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return t, false, err
	}
	var all []Twin
	err = a.Each(selectTwins, []any{box.Lookup("sha256", string(sum[:])), besides}, func(scan func(...any) error) error {
		var one Twin
		var came int64
		err := scan(&one.Document, &came)
		one.Came = store.Time(came).In(a.Now.Location()).Format("2006-01-02")
		all = append(all, one)
		return err
	})
	if err != nil {
		return t, false, err
	}
	for _, one := range all {
		_, _, err := item.Open(a, by, in, item.Document, one.Document, authz.DocumentRead)
		if err == nil {
			return one, true, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return t, false, err
		}
	}
	return t, false, nil
}

// TwinIn finds the oldest document of a space with these bytes that the actor
// may read, inside a running act.
func TwinIn(a *act.Act, by authz.Actor, in id.Space, sum [32]byte) (t Twin, found bool, err error) {
	return twin(a, by, in, sum, "")
}

// recognised refuses a file whose digest its sender gave, when she may read the
// same bytes in the space already; sent again with Again, it is taken.
func recognised(a *act.Act, by authz.Actor, in BeginUpload) (Twin, error) {
	raw, err := hex.DecodeString(in.SHA256)
	if in.SHA256 == "" || in.Again || in.Replaces != "" || err != nil || len(raw) != 32 {
		return Twin{}, nil // a wrong digest tells nothing; the bytes will
	}
	if _, err := circle.Enter(a, by, in.Space, authz.SpaceSee); err != nil {
		return Twin{}, err
	}
	t, found, err := twin(a, by, in.Space, [32]byte(raw), "")
	if err == nil && found {
		err = fault.New(fault.Conflict, "document.twin", i18n.Day(t.Came)).In("sha256")
	}
	return t, err
}

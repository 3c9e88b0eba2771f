package document

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// Enclosed is one state of a document that a mail carries, as the journal keeps it.
type Enclosed struct {
	Item    id.Item    `json:"item"`
	Version id.Version `json:"version"`
	Number  int64      `json:"number"`
	Size    int64      `json:"size"`
	SHA256  string     `json:"sha256"`
}

// Enclosable returns what a mail to the actor may carry of a document: its current
// bytes, if the rule lets them take that way and nobody holds them back; otherwise
// absent. It is no reading of hers: what lies in a mailbox may never be opened.
func (s *Service) Enclosable(a *act.Act, by authz.Actor, of id.Item) (Enclosed, error) {
	o, err := s.enclosed(a, by, of)
	if err != nil {
		return Enclosed{}, err
	}
	o.key.Wipe()
	return Enclosed{of, o.ID, o.Number, o.Size, hex.EncodeToString(o.SHA256[:])}, nil
}

func (s *Service) enclosed(a *act.Act, by authz.Actor, of id.Item) (opened, error) {
	by.Via = authz.ViaEnclosed
	o, err := s.openVersion(a, by, Want{Item: of})
	if fault.Is(err, fault.Forbidden) {
		err = fault.Absent().Because(err) // the scanner holds it
	}
	return o, err
}

// Enclosure is a file as a mail carries it.
type Enclosure struct {
	Name  string // a safe file name
	Media string
	Data  []byte
}

// Enclose reads what [Service.Enclosable] found, deciding again. Absent when it may not
// leave any more, or was replaced meanwhile.
func (s *Service) Enclose(ctx context.Context, by authz.Actor, e Enclosed) (out Enclosure, err error) {
	defer fault.Op(&err, "document.Enclose(%s)", e.Item)
	var o opened
	var title string
	err = s.office.See(ctx, by.Firm, func(a *act.Act) (err error) {
		if o, err = s.enclosed(a, by, e.Item); err != nil {
			return err
		}
		title, err = Called(a, o.header)
		return err
	})
	if err != nil {
		return out, err
	}
	defer o.key.Wipe()
	if o.ID != e.Version {
		return out, fault.Absent()
	}
	r, err := s.blobs.Open(ctx, o.ref, o.key, o.Size)
	if err != nil {
		return out, err
	}
	defer r.Close() // read only
	out = Enclosure{Name: Shown(title, o.Name), Media: o.Media, Data: make([]byte, o.Size)}
	if _, err := io.ReadFull(r, out.Data); err != nil {
		return Enclosure{}, err
	}
	if sha256.Sum256(out.Data) != o.SHA256 {
		return Enclosure{}, fmt.Errorf("document: the bytes of version %s are not those that were filed", o.ID)
	}
	return out, nil
}

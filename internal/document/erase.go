package document

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/guard"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/outbox"
	"cenacle/internal/search"
	"cenacle/internal/store"
)

// The jobs that end a shelf life: the act that destroys keys and rows, and then
// the removal of bytes that no key opens any more.
const (
	EraseJob = "document.erase"
	ShredJob = "document.shred"
)

// again is how long after its time a held document is looked at once more.
const again = 24 * time.Hour

type expiry struct{ Document id.Item }

type shreds struct{ Blobs []id.Blob }

// expire plans the end of a document that was deleted at a time.
func expire(a *act.Act, of id.Item, deleted time.Time) error {
	return a.Follow(EraseJob, string(of), deleted.Add(ShelfLife), expiry{of})
}

// erased is what the journal keeps of an erasure: how much and which bytes,
// never what it was called.
type erased struct {
	Versions int       `json:"versions"`
	Size     int64     `json:"size"`
	SHA256   []string  `json:"sha256"`
	Deleted  time.Time `json:"deleted_at"`
}

// Erase is the handler of [EraseJob]: it destroys a document whose shelf life
// has run out, with the keys of its versions, the words it was found by and
// every row that names it. A document that was restored meanwhile is left, one
// that was deleted again or is held is looked at later. It reads nothing out
// and asks for no right: it does what was said when the document was deleted.
func (s *Service) Erase(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "document.Erase")
	var e expiry
	if err := json.Unmarshal(j.Payload, &e); err != nil {
		return fmt.Errorf("document: payload of %s: %w", EraseJob, err)
	}
	err = s.office.Keep(ctx, of, func(a *act.Act) error {
		t, _, err := item.Discarded(a, item.Document, e.Document)
		if err != nil {
			return err
		}
		gone, err := over(a, t)
		switch {
		case err != nil:
			return err
		case gone:
			return erase(a, t)
		case a.Now.Before(t.At.Add(ShelfLife)):
			return expire(a, t.ID, t.At)
		}
		return a.Follow(EraseJob, string(t.ID), a.Now.Add(again), e)
	})
	if fault.Is(err, fault.NotFound) {
		return nil // it was restored, or the whole space was erased
	}
	return err
}

func erase(a *act.Act, t item.Trashed) error {
	box, err := a.SpaceBox(t.Space)
	if err != nil {
		return err
	}
	e := erased{SHA256: []string{}, Deleted: t.At}
	var rest shreds
	err = a.Each(selectErased, []any{t.ID}, func(scan func(...any) error) error {
		var b id.Blob
		var v id.Version
		var size int64
		var digest []byte
		if err := scan(&b, &size, &digest, &v); err != nil {
			return err
		}
		sum, err := box.Open(versionPlace("digest", v), digest)
		e.Versions, e.Size, e.SHA256 = e.Versions+1, e.Size+size, append(e.SHA256, hex.EncodeToString(sum))
		rest.Blobs = append(rest.Blobs, b)
		return err
	})
	if err != nil {
		return err
	}
	if err := search.Drop(a.Tx, t.ID); err != nil {
		return err
	}
	if err := a.Write(deleteVersions, t.ID); err != nil {
		return err
	}
	if err := a.Write(deleteApprovals, t.ID); err != nil {
		return err
	}
	if err := a.Write(deleteRecalls, t.ID); err != nil {
		return err
	}
	for _, what := range []store.FirmStmt{deleteScreenings, deleteRenditions, deletePlan} {
		if err := a.Write(what, t.ID); err != nil {
			return err
		}
	}
	if err := guard.ForgetBytes(a, t.ID); err != nil {
		return err
	}
	if err := a.Write(deleteFormer, t.ID); err != nil {
		return err
	}
	if err := a.Write(deleteDocument, t.ID); err != nil {
		return err
	}
	if err := item.Erase(a, t); err != nil {
		return err
	}
	by := authz.Actor{Person: t.By, Firm: a.Firm(), Role: authz.Outsider, Via: authz.ViaJob}
	if _, err := a.Record(by, "document.erased", t.Space, string(t.ID), e); err != nil {
		return err
	}
	return a.Follow(ShredJob, "", a.Now, rest)
}

// Shred is the handler of [ShredJob]: it removes bytes whose keys are gone.
func (s *Service) Shred(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "document.Shred")
	var rest shreds
	if err := json.Unmarshal(j.Payload, &rest); err != nil {
		return fmt.Errorf("document: payload of %s: %w", ShredJob, err)
	}
	for _, b := range rest.Blobs {
		if err := s.blobs.Remove(ctx, blob.Ref{Firm: of, Blob: b}); err != nil {
			return err
		}
	}
	return nil
}

// adopt gives a shelf life to what an earlier program deleted.
func (s *Service) adopt(ctx context.Context, firm id.Firm) error {
	for {
		var found []id.Item
		err := s.office.Keep(ctx, firm, func(a *act.Act) (err error) {
			if found, err = item.Adopt(a, swept); err != nil {
				return err
			}
			for _, it := range found {
				if err := expire(a, it, a.Now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(found) < swept {
			return err
		}
	}
}

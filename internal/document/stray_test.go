package document_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"cenacle/internal/blob"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Finished bytes that nothing names go after a week; those of a document, of an
// upload that took its time, and young ones stay.
func TestStraysGo(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		done := h.File(h.Lead, in, "a", []byte("a"))
		stray := func() blob.Ref {
			now := h.Clock.Now()
			ref := blob.Ref{Firm: h.Lead.Firm, Space: in, Document: id.New[id.Item](now), Version: id.New[id.Version](now), Blob: id.New[id.Blob](now)}
			_, err := h.Blobs.Put(t.Context(), ref, vault.NewKey(), []byte("b"))
			h.Must(err)
			return ref
		}
		there := func(ref blob.Ref) bool {
			o, err := h.Blobs.OpenSealed(t.Context(), ref.Firm, ref.Blob)
			if errors.Is(err, blob.ErrMissing) {
				return false
			}
			h.Must(err)
			h.Must(o.Close())
			return true
		}
		old := stray()
		slow, err := h.Documents.Begin(t.Context(), h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "lent", Size: 200_000})
		h.Must(err)
		h.Clock.Advance(6 * 24 * time.Hour)
		slow, err = h.Documents.Append(t.Context(), h.Lead, slow.ID, 0, bytes.NewReader(make([]byte, 100_000)))
		h.Must(err)
		h.Must(h.Documents.Sweep(t.Context(), h.Lead.Firm))
		if !there(old) {
			t.Error("bytes of six days are gone: their row may be on its way")
		}
		h.Clock.Advance(2 * 24 * time.Hour)
		young := stray()
		slow, err = h.Documents.Append(t.Context(), h.Lead, slow.ID, slow.Offset, bytes.NewReader(make([]byte, 200_000-slow.Offset)))
		h.Must(err)
		h.Must(h.Documents.Sweep(t.Context(), h.Lead.Firm))
		if there(old) || !there(young) {
			t.Errorf("the old stray is there: %v; the young one: %v", there(old), there(young))
		}
		if got := h.Read(h.Lead, done.Document, ""); string(got) != "a" {
			t.Errorf("a document reads %q", got)
		}
		if got := h.Read(h.Lead, slow.Document, ""); len(got) != 200_000 {
			t.Errorf("the slow one has %d bytes", len(got))
		}
	})
}

// Every column that names bytes is asked before bytes are removed.
func TestStraysKnowWhatNamesBytes(t *testing.T) {
	tables, err := store.Tables()
	if err != nil {
		t.Fatal(err)
	}
	var naming []string
	for _, table := range tables {
		for _, c := range table.Columns {
			if c.Name == "blob_id" {
				naming = append(naming, table.Name)
			}
		}
	}
	slices.Sort(naming)
	if want := []string{"drive_scratch", "version"}; !slices.Equal(naming, want) {
		t.Errorf("tables that name blobs are %v; document.strays and doctor.compare ask %v and the uploads", naming, want)
	}
}

// sleeper is a storage whose first end of an upload is not heard of, and where a
// writer that had slept meanwhile begins it anew.
type sleeper struct {
	*blob.Disk
	slept bool
}

func (s *sleeper) Finish(ctx context.Context, n blob.Name, size int64) error {
	err := s.Disk.Finish(ctx, n, size)
	if s.slept || err != nil {
		return err
	}
	s.slept = true
	return errors.Join(s.Append(ctx, n, 0, make([]byte, size)), fault.New(fault.Unavailable, "blob.unavailable"))
}

// TestSleeper: an upload whose bytes were finished, and then begun anew by who had
// slept through it, is filed when it is asked for again; what came anew is gone.
func TestSleeper(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		disk, err := blob.OpenDisk(h.Dir)
		h.Must(err)
		defer disk.Close()
		there := document.New(h.Office, blob.New(&sleeper{Disk: disk}), document.Config{})
		in, raw := h.Space(h.Lead, "Petit"), bytes.Repeat([]byte("pièce "), 30_000)
		u, err := there.Begin(t.Context(), h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "film.bin", Size: int64(len(raw))})
		h.Must(err)
		if _, err := there.Append(t.Context(), h.Lead, u.ID, 0, bytes.NewReader(raw)); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("the end that nobody hears of: %v", err)
		}
		arriving := func() (n int) {
			h.Must(h.Blobs.Each(t.Context(), h.Lead.Firm, blob.Incoming, func(id.Blob) error { n++; return nil }))
			return n
		}
		if arriving() != 1 {
			t.Fatal("nobody began it anew")
		}
		u, err = there.Resume(t.Context(), h.Lead, u.ID)
		h.Must(err)
		if !u.Done || arriving() != 0 || !bytes.Equal(h.Read(h.Lead, u.Document, ""), raw) {
			t.Errorf("done %v, %d still arrive, or other bytes", u.Done, arriving())
		}
	})
}

package blob

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"testing"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/vault"
)

// Sealed bytes that are carried to another storage open there, and only whole.
func TestCarrySealedBytes(t *testing.T) {
	from, to := storeOn(t), storeOn(t)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	key := vault.NewKey()
	for _, size := range []int64{0, 1, segmentSize, Window, 2*Window + 17} {
		ref := Ref{id.New[id.Firm](now), id.New[id.Space](now), id.New[id.Item](now), id.New[id.Version](now), id.New[id.Blob](now)}
		plain := bytes.Repeat([]byte{7, 1, 3}, int(size)/3+1)[:size]
		p, err := from.Write(t.Context(), ref, key, size, Progress{}, bytes.NewReader(plain), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := from.Finish(t.Context(), ref, p); err != nil {
			t.Fatal(err)
		}
		sealed, err := from.OpenSealed(t.Context(), ref.Firm, ref.Blob)
		if err != nil || sealed.Size() != SealedSize(size) {
			t.Fatalf("%d bytes are sealed in %d: %v", size, sealed.Size(), err)
		}
		whole := func() io.Reader { return io.NewSectionReader(sealed, 0, sealed.Size()) }
		if err := to.PutSealed(t.Context(), ref.Firm, ref.Blob, sealed.Size(), io.LimitReader(whole(), sealed.Size()-1)); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes, cut: %v", size, err)
		}
		if _, err := to.OpenSealed(t.Context(), ref.Firm, ref.Blob); !errors.Is(err, ErrMissing) {
			t.Errorf("a cut blob is there: %v", err)
		}
		if err := to.PutSealed(t.Context(), ref.Firm, ref.Blob, sealed.Size(), whole()); err != nil {
			t.Fatal(err)
		}
		if err := to.PutSealed(t.Context(), ref.Firm, ref.Blob, sealed.Size(), whole()); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a finished blob is replaced: %v", err)
		}
		r, err := to.Open(t.Context(), ref, key, size)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close(), sealed.Close()); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes came as %d: %v", size, len(got), err)
		}
	}
}

func storeOn(t *testing.T) *Store {
	t.Helper()
	d, err := OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return New(d)
}

package blob_test

import (
	"bytes"
	"testing"

	"cenacle/internal/blob"
	"cenacle/internal/vault"
)

func TestStats(t *testing.T) {
	b, ref, key := newBench(t), newRef(), vault.NewKey()
	plain := make([]byte, 300_000)
	b.put(ref, key, plain)
	sealed := uint64(blob.SealedSize(int64(len(plain))))
	if s := b.store.Stats(); s.Written != sealed || s.Read != 0 || s.Writing != 0 {
		t.Errorf("after a write of %d sealed bytes: %+v", sealed, s)
	}
	r, err := b.store.Open(t.Context(), ref, key, int64(len(plain)))
	if err != nil {
		t.Fatal(err)
	}
	var back bytes.Buffer
	if _, err := back.ReadFrom(r); err != nil || back.Len() != len(plain) {
		t.Fatal(back.Len(), err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if s := b.store.Stats(); s.Read < sealed || s.Read > 2*sealed {
		t.Errorf("after it was read: %+v", s)
	}
}

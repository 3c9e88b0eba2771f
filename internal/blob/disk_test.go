package blob_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cenacle/internal/blob"
	"cenacle/internal/blob/blobtest"
	"cenacle/internal/id"
	"cenacle/internal/vault"
)

func TestDisk(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Bucket { return newBench(t).disk })
}

func TestDiskRights(t *testing.T) {
	b := newBench(t)
	ref, arriving := newRef(), newRef()
	b.put(ref, vault.NewKey(), []byte("x"))
	if err := b.disk.Append(t.Context(), blob.Name{Firm: arriving.Firm, Blob: arriving.Blob}, 0, []byte("x")); err != nil {
		t.Fatal(err)
	}
	seen := 0
	err := filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == b.dir {
			return err
		}
		info, err := d.Info()
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		seen++
		return err
	})
	if err != nil || seen < 9 {
		t.Errorf("%d entries, %v", seen, err)
	}
	if _, err := os.Stat(b.path(ref)); err != nil {
		t.Errorf("not where it should be: %v", err)
	}
}

// A link planted in the data folder leads nowhere outside it.
func TestDiskStaysInside(t *testing.T) {
	b := newBench(t)
	outside, ref := t.TempDir(), newRef()
	if err := os.MkdirAll(filepath.Join(b.dir, "firms"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(b.dir, "firms", string(ref.Firm))); err != nil {
		t.Fatal(err)
	}
	if _, err := b.store.Write(t.Context(), ref, vault.NewKey(), 1, blob.Progress{}, strings.NewReader("x"), nil); err == nil {
		t.Error("written through a link")
	}
	left, err := os.ReadDir(outside)
	if err != nil || len(left) > 0 {
		t.Errorf("outside: %v, %v", left, err)
	}
}

func TestDiskNeedsItsFolder(t *testing.T) {
	if _, err := blob.OpenDisk(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("opened a folder that is not there: %v", err)
	}
}

func TestEachPassesOverStrangers(t *testing.T) {
	b := newBench(t)
	ref := newRef()
	b.put(ref, vault.NewKey(), []byte("x"))
	for _, name := range []string{"lost+found", ".nfs0001", strings.ToUpper(string(ref.Blob))} {
		if err := os.WriteFile(filepath.Join(filepath.Dir(b.path(ref)), name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var found []id.Blob
	err := b.store.Each(t.Context(), ref.Firm, blob.Finished, func(n id.Blob) error {
		found = append(found, n)
		return nil
	})
	if err != nil || len(found) != 1 || found[0] != ref.Blob {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestRemoveAndDiscard(t *testing.T) {
	b := newBench(t)
	ref, key := newRef(), vault.NewKey()
	b.put(ref, key, []byte("bytes"))
	if err := b.store.Remove(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	_, err := b.store.Open(t.Context(), ref, key, 5)
	wantFault(t, "removed", err, "blob.missing")
	if _, err := b.store.Write(t.Context(), ref, key, 1<<20, blob.Progress{}, bytes.NewReader(make([]byte, 1<<19)), nil); err != nil {
		t.Fatal(err)
	}
	if err := b.store.Discard(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(b.incomingPath(ref)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("discarded and still there: %v", err)
	}
}

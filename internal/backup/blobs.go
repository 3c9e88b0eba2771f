package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"cenacle/internal/blob"
	"cenacle/internal/id"
)

// known is the list of a firm's blobs in the backup before, read along with the
// versions of this one: both are in the order of versions, and a firm grows at
// the end.
type known struct {
	list *blobs // nil when there is none
	next Blob
}

// known opens the list of the backup before, if it is what it was.
func (k *making) known(ctx context.Context, f id.Firm) (*known, error) {
	at := slices.IndexFunc(k.prior.Firms, func(p Firm) bool { return p.ID == f })
	if at < 0 {
		return &known{}, nil
	}
	name := filepath.Join(firmFolder(f), blobList)
	file := slices.IndexFunc(k.prior.Files, func(p File) bool { return p.Path == name })
	if file < 0 {
		return &known{}, nil
	}
	path := filepath.Join(k.to, k.prior.ID, name)
	p := k.prior.Files[file]
	if compare(ctx, path, p.Size, p.SHA256) != nil {
		return &known{}, nil // it was touched: nothing is taken from it
	}
	list, err := openBlobs(path)
	if err != nil {
		return nil, err
	}
	return &known{list: list}, nil
}

// find returns what the backup before says of a version; the zero Blob when it
// says nothing.
func (o *known) find(v version) (Blob, error) {
	for o.list != nil && o.next.Version < v.id {
		next, err := o.list.next()
		if errors.Is(err, io.EOF) {
			return Blob{}, nil
		}
		if err != nil {
			return Blob{}, err
		}
		o.next = next
	}
	if o.next.Version != v.id || o.next.Blob != v.blob {
		return Blob{}, nil
	}
	return o.next, nil
}

// close frees the list, which was only read.
func (o *known) close() {
	if o.list != nil {
		_ = o.list.close()
	}
}

// blob brings the bytes of a version into the folder, unless they are there.
func (k *making) blob(ctx context.Context, f id.Firm, v version, before Blob) (Blob, error) {
	out := Blob{Version: v.id, Blob: v.blob, Size: blob.SealedSize(v.size)}
	path := filepath.Join(k.to, blobPath(f, v.blob))
	info, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Blob{}, err
	}
	there := err == nil && info.Mode().IsRegular() && info.Size() == out.Size
	if there && !k.options.Verify && before.Size == out.Size && before.SHA256 != "" {
		return before, nil
	}
	bytes, err := k.Blobs.OpenSealed(ctx, f, v.blob)
	if err != nil {
		return Blob{}, k.lost(ctx, f, v, err)
	}
	defer bytes.Close() // read only: nothing can be lost
	if bytes.Size() != out.Size {
		return Blob{}, k.lost(ctx, f, v, fmt.Errorf("%d bytes instead of %d: %w", bytes.Size(), out.Size, blob.ErrMissing))
	}
	if there {
		if out.SHA256, err = k.same(ctx, path, bytes); err != nil || out.SHA256 != "" {
			return out, err
		}
	}
	m := newMeasure()
	err = place(path, func(f *os.File) error {
		return copyAll(ctx, io.MultiWriter(f, m), io.NewSectionReader(bytes, 0, out.Size))
	})
	if err != nil {
		return out, err
	}
	k.report.Copied++
	k.report.Bytes += m.size
	out.SHA256 = m.sum()
	k.placed = append(k.placed, path)
	return out, k.settle(ctx, together)
}

// together is how many blobs become durable at once. One that is there without
// being durable is in no list, and is compared before it is believed.
const together = 256

// settle makes what was placed durable, when there is enough of it.
func (k *making) settle(ctx context.Context, enough int) error {
	if len(k.placed) < enough {
		return nil
	}
	err := settle(ctx, k.placed)
	k.placed = k.placed[:0]
	return err
}

// same returns the hash of bytes that the folder has, empty when they differ
// from those of the installation.
func (k *making) same(ctx context.Context, path string, bytes blob.Object) (string, error) {
	there, err := hashFile(ctx, path)
	if err != nil {
		return "", err
	}
	m := newMeasure()
	if err := copyAll(ctx, m, io.NewSectionReader(bytes, 0, bytes.Size())); err != nil {
		return "", err
	}
	if sum := m.sum(); sum == there.SHA256 {
		return sum, nil
	}
	return "", nil
}

// prune removes all but the newest backups, then the blobs that none of those
// names.
func prune(to string, keep int) error {
	made, _, err := folders(to)
	if err != nil || len(made) <= keep {
		return err
	}
	for _, old := range made[:len(made)-keep] {
		if err := os.Remove(filepath.Join(to, old, manifestName)); err != nil { // no backup from now on
			return err
		}
		if err := os.RemoveAll(filepath.Join(to, old)); err != nil {
			return err
		}
	}
	named := map[id.Blob]bool{}
	for _, name := range made[len(made)-keep:] {
		m, err := read(to, name)
		if err != nil {
			return err
		}
		for _, f := range m.Firms {
			err := eachBlob(filepath.Join(to, name, firmFolder(f.ID), blobList), func(b Blob) error {
				named[b.Blob] = true
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return sweep(filepath.Join(to, "blobs"), named)
}

// sweep removes the files below a folder that are not named, and what was never
// finished.
func sweep(dir string, named map[id.Blob]bool) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == dir {
			return nil // no firm has a document yet
		}
		if err != nil || e.IsDir() || named[id.Blob(e.Name())] {
			return err
		}
		return os.Remove(path)
	})
}

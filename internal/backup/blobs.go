package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
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
	name := path.Join(firmFolder(f), blobList)
	file := slices.IndexFunc(k.prior.Files, func(p File) bool { return p.Path == name })
	if file < 0 {
		return &known{}, nil
	}
	name, p := path.Join(k.prior.ID, name), k.prior.Files[file]
	if compare(ctx, k.to, name, p.Size, p.SHA256) != nil {
		return &known{}, nil // it was touched: nothing is taken from it
	}
	list, err := openBlobs(ctx, k.to, name)
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

// copying brings the bytes of one firm to the shelf.
type copying struct {
	*making
	firm  id.Firm
	old   *known
	there map[id.Blob]int64 // what the shelf has of it, with its size
}

// together is how many blobs become durable at once. One that is there without
// being durable is in no list, and is compared before it is believed.
const together = 256

// page copies some versions, several at once, and returns their list.
func (c *copying) page(ctx context.Context, page []version) ([]Blob, error) {
	out := make([]Blob, len(page))
	work := map[id.Blob][]int{} // of versions with the same bytes, one is copied
	for i, v := range page {
		before, err := c.old.find(v)
		if err != nil {
			return nil, err
		}
		out[i] = before
		work[v.blob] = append(work[v.blob], i)
	}
	err := crowd(ctx, slices.Collect(maps.Values(work)), func(same []int) error {
		b, err := c.blob(ctx, page[same[0]], out[same[0]])
		for _, i := range same {
			out[i] = b
			out[i].Version = page[i].id
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = c.to.Settle(ctx, c.placed)
	c.placed = c.placed[:0]
	return out, err
}

// blob brings the bytes of a version to the shelf, unless they are there.
func (c *copying) blob(ctx context.Context, v version, before Blob) (Blob, error) {
	out := Blob{Version: v.id, Blob: v.blob, Size: blob.SealedSize(v.size)}
	size, there := c.there[v.blob]
	there = there && size == out.Size
	if there && !c.options.Verify && before.Size == out.Size && before.SHA256 != "" {
		return before, nil
	}
	bytes, err := c.Blobs.OpenSealed(ctx, c.firm, v.blob)
	if err != nil {
		return Blob{}, c.lost(ctx, c.firm, v, err)
	}
	defer bytes.Close() // read only: nothing can be lost
	if bytes.Size() != out.Size {
		return Blob{}, c.lost(ctx, c.firm, v, fmt.Errorf("%d bytes instead of %d: %w", bytes.Size(), out.Size, blob.ErrMissing))
	}
	name := blobPath(c.firm, v.blob)
	if there {
		if out.SHA256, err = c.same(ctx, name, bytes); err != nil || out.SHA256 != "" {
			return out, err
		}
	}
	m := newMeasure()
	if err := c.to.Put(ctx, name, out.Size, io.TeeReader(io.NewSectionReader(bytes, 0, out.Size), m)); err != nil {
		return out, err
	}
	out.SHA256 = m.sum()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.Copied++
	c.report.Bytes += m.size
	c.placed = append(c.placed, name)
	return out, nil
}

// same returns the hash of bytes that the shelf has, empty when they differ
// from those of the installation.
func (k *making) same(ctx context.Context, name string, bytes blob.Object) (string, error) {
	there, err := hashOf(ctx, k.to, name)
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
func prune(ctx context.Context, to Shelf, keep int) error {
	made, _, err := folders(ctx, to)
	if err != nil || len(made) <= keep {
		return err
	}
	for _, old := range made[:len(made)-keep] {
		if err := to.Remove(ctx, path.Join(old, manifestName)); err != nil { // no backup from now on
			return err
		}
		if err := clearAway(ctx, to, old); err != nil {
			return err
		}
	}
	named := map[id.Blob]bool{}
	for _, name := range made[len(made)-keep:] {
		m, err := read(ctx, to, name)
		if err != nil {
			return err
		}
		for _, f := range m.Firms {
			err := eachBlob(ctx, to, path.Join(name, firmFolder(f.ID), blobList), func(b Blob) error {
				named[b.Blob] = true
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	if err := to.Settle(ctx, nil); err != nil { // is it still ours?
		return err
	}
	return sweep(ctx, to, blobFolder, func(name string) bool { return named[id.Blob(path.Base(name))] })
}

// clearAway removes the files of a folder.
func clearAway(ctx context.Context, to Shelf, folder string) error {
	return sweep(ctx, to, folder, func(string) bool { return false })
}

// sweep removes the files below a folder that are not to be kept: blobs that
// nothing names, and what was never finished.
func sweep(ctx context.Context, to Shelf, folder string, keep func(string) bool) error {
	var names []string
	err := to.Each(ctx, folder, func(name string, _ int64) error {
		if !keep(name) {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return crowd(ctx, names, func(name string) error { return to.Remove(ctx, name) })
}

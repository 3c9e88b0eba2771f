package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// Disk is the bucket on a local file system: firms/<firm>/incoming/<blob>
// while bytes arrive, firms/<firm>/blobs/<last letter>/<blob> afterwards (the
// last letter of an identifier is random, the first are its age). 32 folders:
// each new one has to be made durable, and none of a million files has too many.
// Files have mode 0600, folders 0700. Every path stays below the data folder
// whatever is linked there (os.Root).
type Disk struct {
	root *os.Root
}

const (
	fileMode   = 0o600
	folderMode = 0o700
)

// OpenDisk opens the bucket in an existing data folder; Close it.
func OpenDisk(dir string) (*Disk, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("blob.OpenDisk: %w", err)
	}
	return &Disk{root: root}, nil
}

// Close frees the data folder; objects that are open stay readable.
func (d *Disk) Close() error { return d.root.Close() }

// Append is [Bucket.Append].
func (d *Disk) Append(_ context.Context, n Name, offset int64, parts ...[]byte) (err error) {
	defer full(&err)
	f, err := d.extend(n, offset, parts)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Extend is [Extender.Extend].
func (d *Disk) Extend(_ context.Context, n Name, offset int64, parts ...[]byte) (err error) {
	defer full(&err)
	f, err := d.extend(n, offset, parts)
	if err != nil {
		return err
	}
	return f.Close()
}

// Sync is [Extender.Sync]. The name of the file is durable since it was made.
func (d *Disk) Sync(_ context.Context, n Name) (err error) {
	defer full(&err)
	file, _, err := paths(n)
	if err != nil {
		return err
	}
	f, err := d.root.OpenFile(file, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return Missing(err)
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// extend writes parts at offset, drops what lay behind them, and leaves the
// file open.
func (d *Disk) extend(n Name, offset int64, parts [][]byte) (_ *os.File, err error) {
	file, _, err := paths(n)
	if err != nil {
		return nil, err
	}
	f, err := d.incoming(file, offset)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.Size() < offset:
		return nil, Missing(fmt.Errorf("%d of %d bytes of %s", info.Size(), offset, n.Blob))
	case info.Size() > offset:
		if err := f.Truncate(offset); err != nil {
			return nil, err
		}
	}
	at := offset
	for _, p := range parts {
		if _, err := f.WriteAt(p, at); err != nil {
			return nil, errors.Join(err, f.Truncate(offset)) // gives a full disk its room back
		}
		at += int64(len(p))
	}
	return f, nil
}

// incoming opens an incoming file, which the first append creates.
func (d *Disk) incoming(file string, offset int64) (*os.File, error) {
	f, err := d.root.OpenFile(file, os.O_RDWR, 0)
	if err == nil {
		return f, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if offset > 0 {
		return nil, Missing(err)
	}
	if err := d.folder(path.Dir(file)); err != nil {
		return nil, err
	}
	f, err = d.root.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return nil, err
	}
	if err := d.sync(path.Dir(file)); err != nil { // the name must be as durable as the bytes
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Finish is [Bucket.Finish]. After a crash between the renaming and its
// durability, the second call makes it durable.
func (d *Disk) Finish(_ context.Context, n Name, size int64) (err error) {
	defer full(&err)
	from, to, err := paths(n)
	if err != nil {
		return err
	}
	arriving, arrivingErr := d.root.Stat(from)
	there, err := d.root.Stat(to)
	switch {
	case err == nil && arrivingErr == nil:
		return fmt.Errorf("finished blob %s would be replaced: %w", n.Blob, fs.ErrExist)
	case err == nil && there.Size() == size:
		return d.sync(path.Dir(to))
	case err == nil:
		return Missing(fmt.Errorf("%d of %d bytes of %s", there.Size(), size, n.Blob))
	case !errors.Is(err, fs.ErrNotExist):
		return err
	case errors.Is(arrivingErr, fs.ErrNotExist):
		return Missing(arrivingErr)
	case arrivingErr != nil:
		return arrivingErr
	case arriving.Size() != size:
		return Missing(fmt.Errorf("%d of %d bytes of %s", arriving.Size(), size, n.Blob))
	}
	if err := d.folder(path.Dir(to)); err != nil {
		return err
	}
	if err := d.root.Rename(from, to); err != nil { // the bytes are durable since their Append
		return err
	}
	return errors.Join(d.sync(path.Dir(to)), d.sync(path.Dir(from)))
}

// Put is [Putter.Put]: one file, where it stays, and its folder. No row names
// the blob before Put has returned, so that nobody opens what a crash left of it.
func (d *Disk) Put(_ context.Context, n Name, sealed []byte) (err error) {
	defer full(&err)
	_, file, err := paths(n)
	if err != nil {
		return err
	}
	f, err := d.root.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if errors.Is(err, fs.ErrNotExist) {
		if err := d.folder(path.Dir(file)); err != nil {
			return err
		}
		f, err = d.root.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(sealed)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, d.root.Remove(file)) // gives a full disk its room back
	}
	return d.sync(path.Dir(file))
}

// Open is [Bucket.Open].
func (d *Disk) Open(_ context.Context, n Name) (Object, error) {
	_, file, err := paths(n)
	if err != nil {
		return nil, err
	}
	f, err := d.root.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Missing(err)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return object{File: f, size: info.Size()}, nil
}

type object struct {
	*os.File
	size int64
}

func (o object) Size() int64 { return o.size }

// Discard is [Bucket.Discard].
func (d *Disk) Discard(_ context.Context, n Name) error {
	file, _, err := paths(n)
	if err != nil {
		return err
	}
	return d.remove(file)
}

// Remove is [Bucket.Remove].
func (d *Disk) Remove(_ context.Context, n Name) error {
	_, file, err := paths(n)
	if err != nil {
		return err
	}
	return d.remove(file)
}

func (d *Disk) remove(file string) error {
	err := d.root.Remove(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.sync(path.Dir(file))
}

// Each is [Bucket.Each]. It passes over names that are no identifiers, which
// this package did not write.
func (d *Disk) Each(ctx context.Context, f id.Firm, s Stage, visit func(id.Blob) error) error {
	if _, err := id.Parse[id.Firm](string(f)); err != nil {
		return err
	}
	blob := func(name string) error {
		n, err := id.Parse[id.Blob](name)
		if err != nil {
			return nil
		}
		return visit(n)
	}
	if s == Incoming {
		return d.each(ctx, incomingFolder(f), blob)
	}
	return d.each(ctx, finishedFolder(f), func(letters string) error {
		return d.each(ctx, path.Join(finishedFolder(f), letters), blob)
	})
}

// each visits the names in a folder, a few hundred at a time.
func (d *Disk) each(ctx context.Context, folder string, visit func(name string) error) error {
	f, err := d.root.Open(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close() // read only: nothing can be lost
	for {
		entries, err := f.ReadDir(256)
		for _, e := range entries {
			if err := errors.Join(ctx.Err(), visit(e.Name())); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// folder makes a folder and those above it, durably.
func (d *Disk) folder(name string) error {
	err := d.root.Mkdir(name, folderMode)
	if errors.Is(err, fs.ErrNotExist) {
		if err := d.folder(path.Dir(name)); err != nil {
			return err
		}
		err = d.root.Mkdir(name, folderMode)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.sync(path.Dir(name))
}

func (d *Disk) sync(folder string) error {
	f, err := d.root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// paths are where a blob stands while it arrives and when it is finished. Only
// identifiers make a path.
func paths(n Name) (arriving, finished string, err error) {
	if _, err := id.Parse[id.Firm](string(n.Firm)); err != nil {
		return "", "", fmt.Errorf("firm of a blob: %w", err)
	}
	if _, err := id.Parse[id.Blob](string(n.Blob)); err != nil {
		return "", "", fmt.Errorf("name of a blob: %w", err)
	}
	blob := string(n.Blob)
	return path.Join(incomingFolder(n.Firm), blob),
		path.Join(finishedFolder(n.Firm), blob[id.Length-1:], blob), nil
}

func incomingFolder(f id.Firm) string { return path.Join("firms", string(f), "incoming") }
func finishedFolder(f id.Firm) string { return path.Join("firms", string(f), "blobs") }

// full gives a full disk its meaning.
func full(err *error) {
	if errors.Is(*err, syscall.ENOSPC) || errors.Is(*err, syscall.EDQUOT) {
		*err = fault.New(fault.NoSpace, "blob.full").Because(*err)
	}
}

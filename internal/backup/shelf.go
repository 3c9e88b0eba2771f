package backup

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Source is where backups are read from: a [Folder], or a place [InBucket].
// Paths are below it, with slashes.
type Source interface {
	// String is what a person calls it.
	String() string
	// Names are the folders of its first level, in no order.
	Names(ctx context.Context) ([]string, error)
	// Open opens a file and says how long it is; fs.ErrNotExist when there is none.
	Open(ctx context.Context, path string) (io.ReadCloser, int64, error)
	// Each visits the files of a folder and of all below it, in no order; there
	// need not be one.
	Each(ctx context.Context, folder string, visit func(path string, size int64) error) error
}

// Shelf is a Source that takes backups too.
type Shelf interface {
	Source
	// Lock takes the shelf for one backup at a time, until release. What it
	// returns ends when the lock is lost.
	Lock(ctx context.Context) (held context.Context, release func() error, err error)
	// Stage is an empty folder of this machine in which the databases of a backup
	// are put together; here says that it is their place on the shelf already.
	Stage(backup string) (dir string, here bool, err error)
	// Put makes a file of exactly size bytes of r, whole or not at all, and
	// replaces the one that is there. It may be durable after Settle only.
	Put(ctx context.Context, path string, size int64, r io.Reader) error
	// Settle makes files durable that were put.
	Settle(ctx context.Context, paths []string) error
	// Remove removes a file, if there is one, and folders that have become empty.
	Remove(ctx context.Context, path string) error
}

// Folder is a folder of this machine.
type Folder string

func (d Folder) String() string { return string(d) }

func (d Folder) at(path string) string { return filepath.Join(string(d), filepath.FromSlash(path)) }

// Names is [Source.Names].
func (d Folder) Names(context.Context) ([]string, error) {
	entries, err := os.ReadDir(string(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// Open is [Source.Open].
func (d Folder) Open(_ context.Context, path string) (io.ReadCloser, int64, error) {
	f, err := os.Open(d.at(path))
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// Each is [Source.Each].
func (d Folder) Each(_ context.Context, folder string, visit func(string, int64) error) error {
	dir := d.at(folder)
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == dir {
			return nil
		}
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		size := info.Size()
		if !info.Mode().IsRegular() {
			size = -1 // no bytes of ours
		}
		name, err := filepath.Rel(string(d), path)
		if err != nil {
			return err
		}
		return visit(filepath.ToSlash(name), size)
	})
}

// Lock is [Shelf.Lock]; the system gives the folder back when the program ends,
// however it ends.
func (d Folder) Lock(ctx context.Context) (context.Context, func() error, error) {
	if err := folder(string(d)); err != nil {
		return nil, nil, err
	}
	release, err := lock(string(d))
	return ctx, release, err
}

// Stage is [Shelf.Stage].
func (d Folder) Stage(backup string) (string, bool, error) {
	return d.at(backup), true, nil
}

// Put is [Shelf.Put].
func (d Folder) Put(ctx context.Context, path string, size int64, r io.Reader) error {
	return place(d.at(path), func(f *os.File) error { return copyExactly(ctx, f, r, size) })
}

// Settle is [Shelf.Settle].
func (d Folder) Settle(ctx context.Context, paths []string) error {
	there := make([]string, len(paths))
	for i, p := range paths {
		there[i] = d.at(p)
	}
	return settle(ctx, there)
}

// Remove is [Shelf.Remove].
func (d Folder) Remove(_ context.Context, path string) error {
	at := d.at(path)
	if err := os.Remove(at); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for at = filepath.Dir(at); strings.HasPrefix(at, string(d)+string(filepath.Separator)); at = filepath.Dir(at) {
		if os.Remove(at) != nil {
			return nil // something else is in it
		}
	}
	return nil
}

package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

const (
	fileMode   = 0o600
	folderMode = 0o700
	chunk      = 1 << 20 // bytes read at once, between two looks at the context
)

// measure counts and hashes what is written to it.
type measure struct {
	hash hash.Hash
	size int64
}

func newMeasure() *measure { return &measure{hash: sha256.New()} }

func (m *measure) Write(p []byte) (int, error) {
	m.size += int64(len(p))
	return m.hash.Write(p)
}

func (m *measure) sum() string { return hex.EncodeToString(m.hash.Sum(nil)) }

// patient reads until its context ends.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// copyAll copies r to w in large steps.
func copyAll(ctx context.Context, w io.Writer, r io.Reader) error {
	_, err := io.CopyBuffer(struct{ io.Writer }{w}, patient{ctx, r}, make([]byte, chunk))
	return err
}

func hashFile(ctx context.Context, path string) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	defer f.Close() // read only: nothing can be lost
	m := newMeasure()
	err = copyAll(ctx, m, f)
	return File{path, m.size, m.sum()}, err
}

// copyExactly copies size bytes of r to w, which has no fewer.
func copyExactly(ctx context.Context, w io.Writer, r io.Reader, size int64) error {
	n, err := io.CopyBuffer(struct{ io.Writer }{w}, io.LimitReader(patient{ctx, r}, size), make([]byte, max(1, min(chunk, size))))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// hashFiles measures every file below a folder, with paths from it.
func hashFiles(ctx context.Context, folder string) (all []File, err error) {
	err = filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		f, err := hashFile(ctx, path)
		if err != nil {
			return err
		}
		f.Path, err = filepath.Rel(folder, path)
		all = append(all, f)
		return err
	})
	return all, err
}

// create makes a file appear at a path whole and durable, or not at all. It
// replaces the one that is there.
func create(path string, write func(io.Writer) error) error {
	err := place(path, func(f *os.File) error { return errors.Join(write(f), f.Sync()) })
	if err != nil {
		return err
	}
	return syncPath(filepath.Dir(path))
}

// place makes a file appear at a path when it was written; what is durable of
// it, write has seen to.
func place(path string, write func(*os.File) error) (err error) {
	defer full(&err)
	dir := filepath.Dir(path)
	if err := folder(dir); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*") // of mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(write(f), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// settle makes files and their folders durable, many at once, so that the disk
// writes them together.
func settle(ctx context.Context, paths []string) error {
	if err := crowd(ctx, paths, syncPath); err != nil {
		return err
	}
	var dirs []string
	for _, p := range paths {
		if d := filepath.Dir(p); !slices.Contains(dirs, d) {
			dirs = append(dirs, d)
		}
	}
	return crowd(ctx, dirs, syncPath)
}

// hands is how many work at once where each waits for the disk.
const hands = 8

// crowd does something with each, several at once, and stops at the first error.
func crowd[T any](ctx context.Context, all []T, do func(T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan T)
	var crew sync.WaitGroup
	for range min(hands, len(all)) {
		crew.Go(func() {
			for one := range work {
				if ctx.Err() != nil {
					continue
				}
				if err := do(one); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, one := range all {
		work <- one
	}
	close(work)
	crew.Wait()
	return context.Cause(ctx)
}

// folder makes a folder and those above it, durably.
func folder(path string) error {
	err := os.Mkdir(path, folderMode)
	if errors.Is(err, fs.ErrNotExist) {
		if err := folder(filepath.Dir(path)); err != nil {
			return err
		}
		err = os.Mkdir(path, folderMode)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return syncPath(filepath.Dir(path))
}

// syncPath makes a file or a folder durable.
func syncPath(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// full gives a full disk its meaning.
func full(err *error) {
	if errors.Is(*err, syscall.ENOSPC) || errors.Is(*err, syscall.EDQUOT) {
		*err = fault.New(fault.NoSpace, "backup.full").Because(*err)
	}
}

// lock takes a folder for one program at a time; the system gives it back when
// the program ends, however it ends.
func lock(dir string) (release func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fault.New(fault.Conflict, "backup.busy", dir).Because(err), f.Close())
	}
	return f.Close, nil
}

// blobs reads a list of blobs one by one.
type blobs struct {
	file io.Closer
	in   *json.Decoder
	path string
}

func openBlobs(ctx context.Context, from Source, path string) (*blobs, error) {
	f, _, err := from.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	return &blobs{f, json.NewDecoder(bufio.NewReaderSize(patient{ctx, f}, chunk)), path}, nil
}

// next is io.EOF after the last one.
func (l *blobs) next() (Blob, error) {
	var b Blob
	err := l.in.Decode(&b)
	if errors.Is(err, io.EOF) {
		return b, err
	}
	if err == nil {
		_, err = id.Parse[id.Blob](string(b.Blob)) // it names a file
	}
	if err != nil {
		return b, damaged(l.path, err)
	}
	return b, nil
}

func (l *blobs) close() error { return l.file.Close() }

func eachBlob(ctx context.Context, from Source, path string, visit func(Blob) error) error {
	l, err := openBlobs(ctx, from, path)
	if err != nil {
		return err
	}
	defer l.close() // read only: nothing can be lost
	for {
		b, err := l.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := visit(b); err != nil {
			return err
		}
	}
}

// inGroups visits a list of blobs, many at a time; no two of a group are the
// same.
func inGroups(ctx context.Context, from Source, path string, visit func([]Blob) error) error {
	group := make([]Blob, 0, together)
	seen := map[id.Blob]bool{}
	err := eachBlob(ctx, from, path, func(b Blob) error {
		if seen[b.Blob] {
			return nil
		}
		seen[b.Blob] = true
		if group = append(group, b); len(group) < together {
			return nil
		}
		err := visit(group)
		group = group[:0]
		clear(seen)
		return err
	})
	if err != nil || len(group) == 0 {
		return err
	}
	return visit(group)
}

package s3

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"cenacle/internal/blob"
)

// Files are plain objects below the prefix of a bucket, under names of the
// caller's: what is no blob of an installation, such as its backups. They are
// replaced as files are, whole or not at all.
type Files struct{ bucket *Bucket }

// Files are those of the bucket.
func (b *Bucket) Files() Files { return Files{b} }

// Entry is one file, or one folder of files.
type Entry struct {
	Name   string // below the prefix; of a folder, without a slash at its end
	Folder bool
	Size   int64
	At     time.Time // when it was written, by the clock of the storage
}

// mostParts is what a multipart upload takes.
const mostParts = 10_000

// Put makes a file of exactly size bytes of r, or replaces it. Its checksum goes
// along, and the storage compares. Memory is one part: a window, or more of a
// file that has more than ten thousand.
func (f Files) Put(ctx context.Context, name string, size int64, r io.Reader) error {
	key, part := f.bucket.prefix+name, max(blob.Window, (size+mostParts-1)/mostParts)
	buffer := make([]byte, min(part, size))
	if size <= part {
		if _, err := io.ReadFull(r, buffer); err != nil {
			return err
		}
		return f.bucket.put(ctx, key, newPieces([][]byte{buffer}))
	}
	token := rand.Text()
	var upload string
	err := f.bucket.try(ctx, short, func(ctx context.Context, _ int) (err error) {
		upload, err = f.bucket.core.NewMultipartUpload(ctx, f.bucket.bucket, key, minio.PutObjectOptions{UserMetadata: marked(token)})
		return err
	})
	if err != nil {
		return err
	}
	parts, err := f.parts(ctx, place{finished: key}, upload, size, r, buffer)
	if err == nil {
		err = f.join(ctx, key, upload, parts, token)
	}
	if err != nil {
		return errors.Join(err, f.bucket.abort(context.WithoutCancel(ctx), key, upload))
	}
	return nil
}

// parts sends what the buffer holds of r at a time.
func (f Files) parts(ctx context.Context, at place, upload string, size int64, r io.Reader, buffer []byte) (all []minio.CompletePart, err error) {
	for sent := int64(0); sent < size; {
		piece := buffer[:min(int64(len(buffer)), size-sent)]
		if _, err := io.ReadFull(r, piece); err != nil {
			return nil, err
		}
		p, err := f.bucket.part(ctx, at, upload, int64(len(all)), newPieces([][]byte{piece}))
		if err != nil {
			return nil, err
		}
		all = append(all, minio.CompletePart{PartNumber: len(all) + 1, ETag: p.ETag})
		sent += int64(len(piece))
	}
	return all, nil
}

// join makes the file of its parts. When an attempt had no answer and the file
// that is there bears its token, it has succeeded.
func (f Files) join(ctx context.Context, key, upload string, parts []minio.CompletePart, token string) error {
	b := f.bucket
	return b.try(ctx, joining, func(ctx context.Context, attempt int) error {
		_, err := b.core.CompleteMultipartUpload(ctx, b.bucket, key, upload, parts, minio.PutObjectOptions{})
		if attempt == 0 || !absent(err) {
			return err
		}
		info, asking := b.core.StatObject(ctx, b.bucket, key, minio.StatObjectOptions{})
		if asking == nil && mark(info) == token {
			return nil
		}
		return errors.Join(err, asking)
	})
}

// Create makes a small file that is not there yet: fs.ErrExist when it is.
func (f Files) Create(ctx context.Context, name string, content []byte) error {
	err := f.bucket.create(ctx, f.bucket.prefix+name, newPieces([][]byte{content}))
	if refused(err) {
		return fmt.Errorf("%s: %w", name, fs.ErrExist)
	}
	return err
}

// Open opens a file and says how long it is; fs.ErrNotExist when there is none.
// What breaks off on its way is asked for again from there.
func (f Files) Open(ctx context.Context, name string) (io.ReadCloser, int64, error) {
	r := &reading{stream: stream{bucket: f.bucket, ctx: ctx, key: f.bucket.prefix + name, size: unknown}}
	err := f.bucket.try(ctx, stalled, func(context.Context, int) error { return r.stream.open(0, firstRange) })
	if absent(err) {
		return nil, 0, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	if err != nil {
		return nil, 0, err
	}
	r.size = r.stream.size
	return r, r.size, nil
}

// reading is a file that is read from its beginning to its end.
type reading struct {
	stream   stream
	at, size int64
}

func (r *reading) Read(p []byte) (int, error) {
	if r.at == r.size {
		return 0, io.EOF
	}
	n, err := r.stream.read(p[:min(int64(len(p)), r.size-r.at)], r.at)
	r.at += int64(n)
	return n, err
}

func (r *reading) Close() error {
	r.stream.close()
	return nil
}

// Remove removes a file, if there is one.
func (f Files) Remove(ctx context.Context, name string) error {
	return f.bucket.remove(ctx, f.bucket.prefix+name)
}

// Each visits the files and the folders in a folder, "" for the first one.
func (f Files) Each(ctx context.Context, folder string, visit func(Entry) error) error {
	return f.list(ctx, listing{folder: folder}, visit)
}

// Below visits the files of a folder and of all below it.
func (f Files) Below(ctx context.Context, folder string, visit func(Entry) error) error {
	return f.list(ctx, listing{folder: folder, deep: true}, visit)
}

func (f Files) list(ctx context.Context, l listing, visit func(Entry) error) error {
	if l.folder = f.bucket.prefix + l.folder; l.folder != "" && !strings.HasSuffix(l.folder, "/") {
		l.folder += "/"
	}
	return f.bucket.each(ctx, l, func(o minio.ObjectInfo) error {
		name := strings.TrimPrefix(o.Key, f.bucket.prefix)
		return visit(Entry{path.Clean(name), strings.HasSuffix(name, "/"), o.Size, o.LastModified})
	})
}

// Abandon gives up the files that somebody began below the prefix and did not
// end. The caller knows that nobody is at it.
func (f Files) Abandon(ctx context.Context) error {
	return f.bucket.uploads(ctx, f.bucket.prefix, func(u minio.ObjectMultipartInfo) error { return f.bucket.abort(ctx, u.Key, u.UploadID) })
}

// Now is what the clock of the storage says, by its last answer.
func (f Files) Now() time.Time {
	skew, _ := f.bucket.Skew()
	return f.bucket.wire.clock().Add(skew)
}

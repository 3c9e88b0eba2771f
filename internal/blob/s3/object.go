package s3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"slices"
	"sync"

	"github.com/minio/minio-go/v7"

	"cenacle/internal/blob"
)

// markName is the header of an object that says which arrival, or which bytes,
// it was made of.
const markName = "Cenacle-Mark"

func marked(token string) map[string]string { return map[string]string{markName: token} }

func mark(o minio.ObjectInfo) string { return o.UserMetadata[markName] }

// Put is [blob.Putter.Put].
func (b *Bucket) Put(ctx context.Context, n blob.Name, sealed []byte) error {
	at, err := b.place(n)
	if err != nil {
		return err
	}
	content := newPieces([][]byte{sealed})
	err = b.create(ctx, at.finished, content)
	if refused(err) {
		return errors.Join(fs.ErrExist, err)
	}
	return err
}

// create makes an object that is not there yet. When an attempt before had no
// answer and the object that is there now is ours, it has succeeded.
func (b *Bucket) create(ctx context.Context, key string, content pieces) error {
	var opts minio.PutObjectOptions
	opts.SetMatchETagExcept("*")
	return b.try(ctx, window, func(ctx context.Context, attempt int) error {
		err := b.send(ctx, key, content, opts)
		if attempt == 0 || !refused(err) {
			return err
		}
		info, asking := b.core.StatObject(ctx, b.bucket, key, minio.StatObjectOptions{})
		if asking != nil {
			return asking
		}
		if mark(info) == content.sum && info.Size == content.size {
			return nil
		}
		return err
	})
}

// put makes an object or replaces it.
func (b *Bucket) put(ctx context.Context, key string, content pieces) error {
	return b.try(ctx, window, func(ctx context.Context, _ int) error {
		return b.send(ctx, key, content, minio.PutObjectOptions{})
	})
}

// send is one attempt. The storage compares the checksum, which the signature
// of the request covers.
func (b *Bucket) send(ctx context.Context, key string, content pieces, opts minio.PutObjectOptions) error {
	opts.UserMetadata = marked(content.sum)
	opts.DisableContentSha256 = true // it is given
	body := content.reader()
	defer body.Close() // nothing reads our memory after we have returned
	_, err := b.core.PutObject(ctx, b.bucket, key, body, content.size, "", content.sum, opts)
	return err
}

// get reads a small object that [Bucket.put] made, and believes it only as a whole.
func (b *Bucket) get(ctx context.Context, key string) (raw []byte, err error) {
	err = b.try(ctx, window, func(ctx context.Context, _ int) error {
		body, info, _, err := b.core.GetObject(ctx, b.bucket, key, minio.GetObjectOptions{})
		if err != nil {
			return err
		}
		defer body.Close() // read only
		if info.Size < 0 || info.Size > blob.Window {
			return errGarbled
		}
		raw = make([]byte, info.Size)
		if _, err := io.ReadFull(body, raw); err != nil {
			return err
		}
		if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != mark(info) {
			return errGarbled
		}
		return nil
	})
	return raw, err
}

// list visits the keys below a folder, one for each folder in it.
func (b *Bucket) list(ctx context.Context, folder string, visit func(key string) error) error {
	return b.objects(ctx, folder, func(o minio.ObjectInfo) error { return visit(o.Key) })
}

// objects visits what lies in a folder, a thousand at a time, in the order of
// keys. A page that fails is asked for again.
func (b *Bucket) objects(ctx context.Context, folder string, visit func(minio.ObjectInfo) error) error {
	return b.each(ctx, listing{folder: folder}, visit)
}

// listing is what lies in a folder, and when it is deep, in those below it.
type listing struct {
	folder string
	deep   bool
}

func (b *Bucket) each(ctx context.Context, l listing, visit func(minio.ObjectInfo) error) error {
	for after, more := "", true; more; {
		var page []minio.ObjectInfo
		err := b.try(ctx, window, func(ctx context.Context, _ int) (err error) {
			page, more, err = b.page(ctx, l, after)
			return err
		})
		if err != nil {
			return err
		}
		for _, o := range page {
			if err := visit(o); err != nil {
				return err
			}
			after = o.Key
		}
	}
	return nil
}

const pageSize = 1000

func (b *Bucket) page(ctx context.Context, l listing, after string) (page []minio.ObjectInfo, more bool, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop() // of the listing that we leave
	for o := range b.core.ListObjectsIter(ctx, b.bucket, minio.ListObjectsOptions{Prefix: l.folder, Recursive: l.deep, StartAfter: after, MaxKeys: pageSize}) {
		if o.Err != nil {
			return nil, false, o.Err
		}
		if o.Key == l.folder || o.Key <= after {
			continue // a folder that another tool has made
		}
		if page = append(page, o); len(page) == pageSize {
			return page, true, nil
		}
	}
	return page, false, ctx.Err()
}

// uploads visits multipart uploads of keys that begin so.
func (b *Bucket) uploads(ctx context.Context, prefix string, visit func(minio.ObjectMultipartInfo) error) error {
	for key, upload, more := "", "", true; more; {
		var page minio.ListMultipartUploadsResult
		err := b.try(ctx, short, func(ctx context.Context, _ int) (err error) {
			page, err = b.core.ListMultipartUploads(ctx, b.bucket, prefix, key, upload, "", pageSize)
			return err
		})
		if err != nil {
			return err
		}
		for _, u := range page.Uploads {
			if err := visit(u); err != nil {
				return err
			}
		}
		key, upload, more = page.NextKeyMarker, page.NextUploadIDMarker, page.IsTruncated
	}
	return nil
}

// pieces are bytes in several places that are sent as one.
type pieces struct {
	parts [][]byte
	size  int64
	sum   string // SHA-256, hexadecimal
}

func newPieces(parts [][]byte) pieces {
	p, sum := pieces{parts: parts}, sha256.New()
	for _, part := range parts {
		p.size += int64(len(part))
		sum.Write(part) // a hash never fails
	}
	p.sum = hex.EncodeToString(sum.Sum(nil))
	return p
}

// reader reads the pieces once.
func (p pieces) reader() *piecesReader { return &piecesReader{rest: slices.Clone(p.parts)} }

type piecesReader struct {
	mu   sync.Mutex
	rest [][]byte
}

func (r *piecesReader) Read(p []byte) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n < len(p) && len(r.rest) > 0 {
		k := copy(p[n:], r.rest[0])
		n += k
		if r.rest[0] = r.rest[0][k:]; len(r.rest[0]) == 0 {
			r.rest = r.rest[1:]
		}
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Close ends the reading. A connection that is being given up may still hold
// the reader; the memory it would read belongs to others from now on.
func (r *piecesReader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rest = nil
	return nil
}

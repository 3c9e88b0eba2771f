package s3

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/minio/minio-go/v7"

	"cenacle/internal/blob"
)

// arrival is what the bucket has of a blob on its way.
type arrival struct {
	upload string          // multipart upload; "" before the first whole window
	token  string          // that the finished object will bear
	whole  int64           // windows that are parts, from the first one on
	tails  map[int64]int64 // bytes of the longest beginning of a window
}

// end is how many bytes are there.
func (a *arrival) end() int64 { return a.whole*blob.Window + a.tails[a.whole] }

// nothing reports that not even a byte was announced.
func (a *arrival) nothing() bool { return a.upload == "" && a.token == "" && len(a.tails) == 0 }

// remembered bounds how many arrivals a process remembers; one that it has
// forgotten costs a few requests.
const remembered = 4096

// recall takes what is remembered of an arrival out of memory: until a change
// has succeeded, nobody knows.
func (b *Bucket) recall(n blob.Name) *arrival {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.arrivals[n]
	delete(b.arrivals, n)
	return a
}

func (b *Bucket) remember(n blob.Name, a *arrival) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.arrivals) >= remembered {
		clear(b.arrivals)
	}
	b.arrivals[n] = a
}

// Append is [blob.Bucket.Append]: a window that is whole with these bytes is
// sent as a part; a shorter one replaces what waits of it.
func (b *Bucket) Append(ctx context.Context, n blob.Name, offset int64, parts ...[]byte) error {
	at, err := b.place(n)
	if err != nil {
		return err
	}
	a, head, err := b.upTo(ctx, at, offset)
	if err != nil {
		return err
	}
	number := offset / blob.Window
	content := newPieces(append([][]byte{head}, parts...))
	switch size := content.size; {
	case size > blob.Window:
		return fmt.Errorf("s3: %d bytes in one window", size)
	case size == blob.Window:
		if err := b.open(ctx, at, a); err != nil {
			return err
		}
		if _, err := b.part(ctx, at, a.upload, number, content); err != nil {
			return err
		}
		a.whole = number + 1
	default:
		if err := b.wait(ctx, at, a, content); err != nil {
			return err
		}
	}
	b.discardTails(ctx, at, a, number)
	b.remember(n, a)
	return nil
}

// wait keeps the beginning of the window after the whole ones. Its key says how
// long it is: a process that was stopped for a while and goes on writes what it
// wrote then, beside what another has written since.
func (b *Bucket) wait(ctx context.Context, at place, a *arrival, content pieces) error {
	if err := b.put(ctx, at.tail(a.whole, content.size), content); err != nil {
		return err
	}
	before, there := a.tails[a.whole]
	a.tails[a.whole] = content.size
	if !there || before == content.size {
		return nil
	}
	return b.remove(ctx, at.tail(a.whole, before))
}

// upTo is what the bucket has of a blob up to offset, with what waits of the window
// there. What is remembered may have been overtaken: another process that went on
// and died before it could say so has put a longer beginning in its place.
func (b *Bucket) upTo(ctx context.Context, at place, offset int64) (a *arrival, head []byte, err error) {
	if a = b.recall(at.name); a != nil && a.end() == offset {
		if head, err = b.waiting(ctx, at, a, offset%blob.Window); !errors.Is(err, blob.ErrMissing) {
			return a, head, err
		}
	}
	if a, err = b.rewind(ctx, at, offset); err != nil {
		return nil, nil, err
	}
	head, err = b.waiting(ctx, at, a, offset%blob.Window)
	return a, head, err
}

// waiting reads the first bytes of the window after the whole ones.
func (b *Bucket) waiting(ctx context.Context, at place, a *arrival, size int64) ([]byte, error) {
	if size == 0 {
		return nil, nil
	}
	raw, err := b.get(ctx, at.tail(a.whole, a.tails[a.whole]))
	if absent(err) || err == nil && int64(len(raw)) < size {
		return nil, blob.Missing(errors.Join(err, fmt.Errorf("%d of %d bytes of window %d", len(raw), size, a.whole)))
	}
	if err != nil {
		return nil, err
	}
	return raw[:size], nil
}

// discardTails removes the beginnings of windows before one: whoever writes
// there has saved that those are whole. The tail of the window itself stays,
// for one who begins it again after a crash. What cannot be removed now is
// removed at the end.
func (b *Bucket) discardTails(ctx context.Context, at place, a *arrival, before int64) {
	for number, size := range a.tails {
		if number < before && b.remove(ctx, at.tail(number, size)) == nil {
			delete(a.tails, number)
		}
	}
}

// rewind is what the bucket has of a blob up to offset; what lies behind it is
// dropped. From the beginning, all is.
func (b *Bucket) rewind(ctx context.Context, at place, offset int64) (*arrival, error) {
	a, err := b.load(ctx, at)
	if err != nil {
		return nil, err
	}
	number, inside := offset/blob.Window, offset%blob.Window
	switch {
	case offset == 0 && a.nothing():
		return a, nil
	case offset == 0:
		return &arrival{tails: map[int64]int64{}}, b.wipe(ctx, at, a)
	case a.whole < number || a.tails[number] < inside:
		return nil, blob.Missing(fmt.Errorf("%d of %d bytes of %s", a.end(), offset, at.name.Blob))
	}
	for ; a.whole > number; a.whole-- {
		// A part cannot be taken back. One of another size counts for nothing.
		if _, err := b.part(ctx, at, a.upload, a.whole-1, newPieces([][]byte{{0}})); err != nil {
			return nil, err
		}
	}
	for n, size := range a.tails {
		if n <= number {
			continue
		}
		if err := b.remove(ctx, at.tail(n, size)); err != nil {
			return nil, err
		}
		delete(a.tails, n)
	}
	return a, nil
}

// load asks the bucket what it has of a blob.
func (b *Bucket) load(ctx context.Context, at place) (*arrival, error) {
	a, pointed := &arrival{tails: map[int64]int64{}}, false
	err := b.objects(ctx, at.incoming, func(o minio.ObjectInfo) error {
		pointed = pointed || o.Key == at.pointer
		if number, size, ok := tailOf(o); ok {
			a.tails[number] = max(a.tails[number], size)
		}
		return nil
	})
	if err != nil || !pointed {
		return a, err
	}
	raw, err := b.get(ctx, at.pointer)
	if absent(err) {
		return a, nil // another process has just ended it
	}
	if err != nil {
		return nil, err
	}
	a.token, a.upload, _ = strings.Cut(string(raw), " ")
	parts, err := b.parts(ctx, at, a.upload)
	if absent(err) {
		a.upload = "" // completed, or given up
		return a, nil
	}
	a.whole = int64(len(parts))
	return a, err
}

// tailOf reads the key of the beginning of a window.
func tailOf(o minio.ObjectInfo) (number, size int64, ok bool) {
	before, after, found := strings.Cut(path.Base(o.Key), ".")
	number, err := strconv.ParseInt(before, 10, 64)
	return number, o.Size, found && err == nil && after == strconv.FormatInt(o.Size, 10)
}

// parts are the whole windows of an upload, from the first one on.
func (b *Bucket) parts(ctx context.Context, at place, upload string) (parts []minio.ObjectPart, err error) {
	for marker, more := 0, true; more; {
		var page minio.ListObjectPartsResult
		err := b.try(ctx, short, func(ctx context.Context, _ int) (err error) {
			page, err = b.core.ListObjectParts(ctx, b.bucket, at.finished, upload, marker, pageSize)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, p := range page.ObjectParts {
			if p.PartNumber != len(parts)+1 || p.Size != blob.Window {
				return parts, nil
			}
			parts = append(parts, p)
		}
		marker, more = page.NextPartNumberMarker, page.IsTruncated
	}
	return parts, nil
}

// open begins the multipart upload of an arrival that has none. The pointer
// decides between two processes that begin one at once.
func (b *Bucket) open(ctx context.Context, at place, a *arrival) error {
	if a.upload != "" {
		return nil
	}
	if a.token != "" {
		return blob.Missing(fmt.Errorf("the upload of %s has ended", at.name.Blob))
	}
	token := rand.Text()
	var upload string
	err := b.try(ctx, short, func(ctx context.Context, _ int) (err error) {
		upload, err = b.core.NewMultipartUpload(ctx, b.bucket, at.finished, minio.PutObjectOptions{UserMetadata: marked(token)})
		return err
	})
	if err != nil {
		return err
	}
	err = b.create(ctx, at.pointer, newPieces([][]byte{[]byte(token + " " + upload)}))
	if err == nil {
		a.token, a.upload = token, upload
		return nil
	}
	if !refused(err) {
		return err
	}
	raw, err := b.get(ctx, at.pointer)
	if err != nil {
		return errors.Join(blob.Missing(err), b.abort(ctx, at.finished, upload))
	}
	a.token, a.upload, _ = strings.Cut(string(raw), " ")
	if a.upload == upload {
		return nil // ours: only the answer was lost
	}
	return b.abort(ctx, at.finished, upload)
}

// part sends one window, or what is left in the last one, and returns what the
// storage calls it.
func (b *Bucket) part(ctx context.Context, at place, upload string, number int64, content pieces) (p minio.ObjectPart, err error) {
	err = b.try(ctx, window, func(ctx context.Context, _ int) (err error) {
		body := content.reader()
		defer body.Close() // nothing reads our memory after we have returned
		p, err = b.core.PutObjectPart(ctx, b.bucket, at.finished, upload, int(number)+1, body, content.size,
			minio.PutObjectPartOptions{Sha256Hex: content.sum, DisableContentSha256: true})
		return err
	})
	if absent(err) {
		return p, blob.Missing(err)
	}
	return p, err
}

// Finish is [blob.Bucket.Finish].
func (b *Bucket) Finish(ctx context.Context, n blob.Name, size int64) error {
	at, err := b.place(n)
	if err != nil {
		return err
	}
	if a := b.recall(n); a != nil && a.end() == size {
		if err := b.finish(ctx, at, a, size); !errors.Is(err, blob.ErrMissing) {
			return err
		}
	}
	a, err := b.load(ctx, at) // another process may have gone on
	if err != nil {
		return err
	}
	return b.finish(ctx, at, a, size)
}

func (b *Bucket) finish(ctx context.Context, at place, a *arrival, size int64) error {
	if a.nothing() || a.upload == "" && a.token != "" { // after a crash, all may have been done
		return b.done(ctx, at, a, size)
	}
	if a.end() != size {
		return blob.Missing(fmt.Errorf("%d of %d bytes of %s", a.end(), size, at.name.Blob))
	}
	if err := b.complete(ctx, at, a, size); err != nil {
		return err
	}
	return b.clear(ctx, at)
}

// complete makes the finished object of what has arrived.
func (b *Bucket) complete(ctx context.Context, at place, a *arrival, size int64) error {
	rest := size % blob.Window
	var last pieces
	if rest > 0 || size == 0 {
		raw, err := b.waiting(ctx, at, a, rest)
		if err != nil {
			return err
		}
		last = newPieces([][]byte{raw})
	}
	var err error
	if a.upload != "" {
		err = b.join(ctx, at, a, last)
	} else {
		a.token = last.sum
		err = b.create(ctx, at.finished, last)
	}
	if absent(err) || refused(err) {
		return b.done(ctx, at, a, size)
	}
	return err
}

// join completes the upload of the windows and what is left.
func (b *Bucket) join(ctx context.Context, at place, a *arrival, last pieces) error {
	parts, err := b.parts(ctx, at, a.upload)
	if err != nil {
		return err
	}
	if int64(len(parts)) != a.whole {
		return blob.Missing(fmt.Errorf("%d of %d parts of %s", len(parts), a.whole, at.name.Blob))
	}
	if last.size > 0 {
		p, err := b.part(ctx, at, a.upload, a.whole, last)
		if err != nil {
			return err
		}
		parts = append(parts, p)
	}
	named := make([]minio.CompletePart, len(parts))
	for i, p := range parts {
		named[i] = minio.CompletePart{PartNumber: i + 1, ETag: p.ETag}
	}
	opts := minio.PutObjectOptions{}
	opts.SetMatchETagExcept("*")
	return b.try(ctx, joining, func(ctx context.Context, _ int) error {
		_, err := b.core.CompleteMultipartUpload(ctx, b.bucket, at.finished, a.upload, named, opts)
		return err
	})
}

// done finds out whether the finished object is the one that arrived: the
// answer that said so was lost, or a process died before it could clean up.
func (b *Bucket) done(ctx context.Context, at place, a *arrival, size int64) error {
	var info minio.ObjectInfo
	err := b.try(ctx, short, func(ctx context.Context, _ int) (err error) {
		info, err = b.core.StatObject(ctx, b.bucket, at.finished, minio.StatObjectOptions{})
		return err
	})
	switch {
	case absent(err):
		return blob.Missing(fmt.Errorf("%s is neither on its way nor finished: %w", at.name.Blob, err))
	case err != nil:
		return err
	case a.token != "" && mark(info) != a.token:
		return fmt.Errorf("finished blob %s would be replaced: %w", at.name.Blob, fs.ErrExist)
	case info.Size != size:
		return blob.Missing(fmt.Errorf("%d of %d bytes of %s", info.Size, size, at.name.Blob))
	}
	return b.clear(ctx, at)
}

// Discard is [blob.Bucket.Discard].
func (b *Bucket) Discard(ctx context.Context, n blob.Name) error {
	at, err := b.place(n)
	if err != nil {
		return err
	}
	b.recall(n)
	a, err := b.load(ctx, at)
	if err != nil {
		return err
	}
	return b.wipe(ctx, at, a)
}

// wipe removes all that has come of a blob, uploads that nothing names too.
func (b *Bucket) wipe(ctx context.Context, at place, a *arrival) error {
	if a.upload != "" {
		if err := b.abort(ctx, at.finished, a.upload); err != nil {
			return err
		}
	}
	err := b.uploads(ctx, at.finished, func(u minio.ObjectMultipartInfo) error {
		if u.Key != at.finished {
			return nil
		}
		return b.abort(ctx, u.Key, u.UploadID)
	})
	if err != nil {
		return err
	}
	return b.clear(ctx, at)
}

// clear removes the folder of a blob on its way, the pointer last: as long as it
// is there, a sweep finds the rest.
func (b *Bucket) clear(ctx context.Context, at place) error {
	var keys []string
	err := b.objects(ctx, at.incoming, func(o minio.ObjectInfo) error {
		keys = append(keys, o.Key)
		return nil
	})
	for _, key := range keys { // "upload" sorts after numbers
		err = errors.Join(err, b.remove(ctx, key))
	}
	return err
}

func (b *Bucket) abort(ctx context.Context, key, upload string) error {
	err := b.try(ctx, short, func(ctx context.Context, _ int) error {
		return b.core.AbortMultipartUpload(ctx, b.bucket, key, upload)
	})
	if absent(err) {
		return nil
	}
	return err
}

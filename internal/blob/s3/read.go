package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"

	"cenacle/internal/blob"
)

// How much is asked for at once. Who reads on gets more each time, at last all
// there is; who reads a piece here and there does not pay for the rest, and a
// connection is worth reading so much to its end.
const (
	firstRange = 256 << 10
	nextRange  = 4 << 20
	worth      = 256 << 10
)

// stalled is how long a storage may be silent in the middle of an object.
const stalled = 20 * time.Second

// Open is [blob.Bucket.Open]: one request, which brings the beginning along.
func (b *Bucket) Open(ctx context.Context, n blob.Name) (blob.Object, error) {
	at, err := b.place(n)
	if err != nil {
		return nil, err
	}
	// What is open may be read when the request that opened it is no more.
	o := &object{stream: stream{bucket: b, ctx: context.WithoutCancel(ctx), key: at.finished, size: unknown}}
	err = b.try(ctx, stalled, func(context.Context, int) error { return o.stream.open(0, firstRange) })
	if absent(err) {
		return nil, blob.Missing(err)
	}
	if err != nil {
		return nil, err
	}
	o.size = o.stream.size
	return o, nil
}

// object is a [blob.Object].
type object struct {
	size   int64
	mu     sync.Mutex
	stream stream
	head   []byte // what was read first, from the beginning on
}

// remembered first bytes: who opens an object looks at them, and then reads it
// from the beginning.
const headSize = 64 << 10

func (o *object) Size() int64 { return o.size }

// ReadAt reads from the stream that is open, if nobody else does.
func (o *object) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, fmt.Errorf("s3: read at %d", off)
	}
	want := p[:max(0, min(int64(len(p)), o.size-off))]
	if len(want) > 0 {
		n, err = o.read(want, off)
	}
	if err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}

func (o *object) read(p []byte, off int64) (int, error) {
	if o.mu.TryLock() {
		defer o.mu.Unlock()
		return o.onward(p, off)
	}
	beside := stream{bucket: o.stream.bucket, ctx: o.stream.ctx, key: o.stream.key, size: o.size}
	defer beside.close()
	return beside.read(p, off)
}

// onward reads from what is remembered, then from the stream.
func (o *object) onward(p []byte, off int64) (n int, err error) {
	if off < int64(len(o.head)) {
		n = copy(p, o.head[off:])
	}
	if n < len(p) {
		var more int
		more, err = o.stream.read(p[n:], off+int64(n))
		n += more
	}
	if off == 0 && o.head == nil && err == nil {
		o.head = bytes.Clone(p[:min(n, headSize)])
	}
	return n, err
}

// Close ends the stream.
func (o *object) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stream.close()
	return nil
}

const unknown = -1

// stream is one answer of the storage that is being read, and the next ones.
type stream struct {
	bucket *Bucket
	ctx    context.Context
	key    string
	size   int64 // of the object

	body   io.ReadCloser
	cancel context.CancelFunc
	watch  *time.Timer // ends a body that is silent
	at     int64       // offset in the object of the next byte of body
	end    int64       // offset where body ends
	next   int64       // how much to ask for if the reading goes on there
}

// read fills p, going on with the body where it can. A body that breaks off is
// asked for again from there.
func (s *stream) read(p []byte, off int64) (n int, err error) {
	err = s.bucket.try(s.ctx, joining, func(context.Context, int) error {
		for n < len(p) {
			if err := s.seek(off+int64(n), int64(len(p)-n)); err != nil {
				return err
			}
			s.watch.Reset(stalled)
			k, err := io.ReadFull(s.body, p[n:min(int64(len(p)), int64(n)+s.end-s.at)])
			s.watch.Stop()
			n, s.at = n+k, s.at+int64(k)
			if err != nil {
				s.drop()
				return err
			}
		}
		return nil
	})
	if absent(err) {
		return n, blob.Missing(err)
	}
	return n, err
}

// seek makes the body stand at an offset, of need more bytes at least.
func (s *stream) seek(off, need int64) error {
	if s.body != nil && s.at == off && s.at < s.end {
		return nil
	}
	want := int64(firstRange)
	if s.end == off && off > 0 { // to the end of what was asked for, and on
		want = s.next
	}
	s.close()
	return s.open(off, max(need, want))
}

// open asks for a range.
func (s *stream) open(off, want int64) error {
	ctx, cancel := context.WithCancel(s.ctx)
	watch := time.AfterFunc(stalled, cancel)
	err := s.ask(ctx, off, want)
	if err != nil {
		watch.Stop()
		cancel()
		return err
	}
	watch.Stop()
	s.watch, s.cancel = watch, cancel
	s.next = nextRange
	if want >= nextRange {
		s.next = s.size
	}
	return nil
}

func (s *stream) ask(ctx context.Context, off, want int64) error {
	opts := minio.GetObjectOptions{}
	if err := opts.SetRange(off, off+want-1); err != nil {
		return err
	}
	body, info, header, err := s.bucket.core.GetObject(ctx, s.bucket.bucket, s.key, opts)
	if code(err) == minio.InvalidRange && off == 0 { // it is empty
		s.body, s.size, s.at, s.end = io.NopCloser(strings.NewReader("")), 0, 0, 0
		return nil
	}
	if err != nil {
		return err
	}
	from, size, err := total(header.Get("Content-Range"))
	if err == nil && (from != off || info.Size > want || s.size != unknown && s.size != size) {
		err = fmt.Errorf("s3: asked for %d bytes at %d, got %d at %d of %d", want, off, info.Size, from, size)
	}
	if err != nil {
		return errors.Join(err, body.Close())
	}
	s.body, s.size, s.at, s.end = body, size, off, off+info.Size
	return nil
}

// total reads "bytes 0-99/1234".
func total(header string) (from, size int64, err error) {
	span, all, _ := strings.Cut(strings.TrimPrefix(header, "bytes "), "/")
	begin, _, _ := strings.Cut(span, "-")
	from, bad := strconv.ParseInt(begin, 10, 64)
	size, err = strconv.ParseInt(all, 10, 64)
	if err = errors.Join(bad, err); err != nil {
		return 0, 0, fmt.Errorf("s3: a range was answered by %q: %w", header, err)
	}
	return from, size, nil
}

// close ends the body. A short rest is read, so that the connection stays.
func (s *stream) close() {
	if s.body == nil {
		return
	}
	if left := s.end - s.at; left <= worth {
		s.watch.Reset(stalled)
		_, _ = io.CopyN(io.Discard, s.body, left+1) // with the end, which gives the connection back
		s.watch.Stop()
	}
	s.drop()
}

func (s *stream) drop() {
	_ = s.body.Close() // it was only read
	s.cancel()
	s.body = nil
}

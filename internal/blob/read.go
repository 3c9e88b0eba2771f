package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"cenacle/internal/fault"
	"cenacle/internal/vault"
)

// Reader reads the plaintext of one blob, for http.ServeContent among others:
// a range costs the segments that it touches. ReadAt may be called by several
// goroutines at once; Read and Seek by one at a time. Close it.
//
// A fault around [ErrAltered] comes before any byte of the segment concerned.
type Reader struct {
	store    *Store
	object   Object
	stream   *stream
	size     int64
	position int64
	page     *[segmentSize]byte // nil once closed
	held     []byte             // plaintext of segment number, in page
	number   int64
}

// Open opens a finished blob whose plaintext has size bytes. It verifies the
// first segment, so that another key, another place or another size fail here
// and not in the middle of an answer.
func (s *Store) Open(ctx context.Context, ref Ref, key vault.Key, size int64) (_ *Reader, err error) {
	defer fault.Op(&err, "blob.Open(%s)", ref.Blob)
	if size < 0 || size > MaxSize {
		return nil, altered("size %d", size)
	}
	object, err := s.bucket.Open(ctx, ref.name())
	if err != nil {
		return nil, err
	}
	r := &Reader{store: s, object: object, size: size, page: s.pages.Get().(*[segmentSize]byte)}
	if err := r.begin(ref, key); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// begin reads the header and the first segment, which stays held.
func (r *Reader) begin(ref Ref, key vault.Key) error {
	if r.object.Size() != sealedSize(r.size) {
		return altered("%d bytes instead of %d", r.object.Size(), sealedSize(r.size))
	}
	raw := r.page[:min(segmentSize, r.object.Size())]
	if err := r.fetch(raw, 0); err != nil {
		return err
	}
	stream, err := newStream(key, ref, raw[:headerSize])
	if err != nil {
		return err
	}
	r.stream = stream
	r.held, err = stream.open(raw[headerSize:headerSize], 0, segments(r.size) == 1, raw[headerSize:])
	return err
}

// fetch reads sealed bytes. Open has seen enough of them: fewer is a cut.
func (r *Reader) fetch(raw []byte, at int64) error {
	n, err := r.object.ReadAt(raw, at)
	r.store.tally.read.Add(uint64(n))
	switch {
	case n == len(raw): // ReadAt may add io.EOF
		return nil
	case errors.Is(err, io.EOF):
		return altered("cut at %d", at+int64(n))
	default:
		return fmt.Errorf("read sealed bytes at %d: %w", at, err)
	}
}

// segment decrypts a segment into dst, which has room for its plaintext, with
// page for the sealed bytes; dst may be page itself.
func (r *Reader) segment(dst []byte, page *[segmentSize]byte, number int64) ([]byte, error) {
	from := number*segmentSize + int64(lead(number))
	to := min((number+1)*segmentSize, r.object.Size())
	raw := page[:to-from]
	if err := r.fetch(raw, from); err != nil {
		return nil, err
	}
	return r.stream.open(dst, number, number == segments(r.size)-1, raw)
}

// Size is the number of plaintext bytes.
func (r *Reader) Size() int64 { return r.size }

// Read reads from the position on.
func (r *Reader) Read(p []byte) (int, error) {
	if r.page == nil {
		return 0, fs.ErrClosed
	}
	if len(p) == 0 {
		return 0, nil
	}
	if r.position >= r.size {
		return 0, io.EOF
	}
	number := segmentAt(r.position)
	if number != r.number {
		if r.position == start(number) && int64(len(p)) >= min(otherPlain, r.size-r.position) {
			plain, err := r.segment(p, r.page, number) // straight to its destination
			r.held, r.number = nil, noSegment
			r.position += int64(len(plain))
			return len(plain), err
		}
		plain, err := r.segment(r.page[:], r.page, number)
		if err != nil {
			r.held, r.number = nil, noSegment
			return 0, err
		}
		r.held, r.number = plain, number
	}
	n := copy(p, r.held[r.position-start(number):])
	r.position += int64(n)
	return n, nil
}

// noSegment is the number held when none is.
const noSegment = -1

// ReadAt is io.ReaderAt on the plaintext.
func (r *Reader) ReadAt(p []byte, off int64) (n int, err error) {
	if r.page == nil {
		return 0, fs.ErrClosed
	}
	if off < 0 {
		return 0, fault.New(fault.RangeInvalid, "blob.range")
	}
	page := r.store.pages.Get().(*[segmentSize]byte)
	defer r.store.pages.Put(page)
	for n < len(p) {
		if off >= r.size {
			return n, io.EOF
		}
		number := segmentAt(off)
		whole := min(start(number+1), r.size) - start(number)
		if off == start(number) && int64(len(p)-n) >= whole {
			if _, err := r.segment(p[n:], page, number); err != nil {
				return n, err
			}
			n, off = n+int(whole), off+whole
			continue
		}
		plain, err := r.segment(page[:], page, number)
		if err != nil {
			return n, err
		}
		done := copy(p[n:], plain[off-start(number):])
		clear(plain)
		n, off = n+done, off+int64(done)
	}
	return n, nil
}

// Seek is io.Seeker; beyond the end is allowed and reads nothing.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.position
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 || whence < io.SeekStart || whence > io.SeekEnd {
		return 0, fault.New(fault.RangeInvalid, "blob.range")
	}
	r.position = offset
	return offset, nil
}

// Close wipes what was held and frees the object. Again: nothing.
func (r *Reader) Close() error {
	if r.page == nil {
		return nil
	}
	clear(r.held)
	r.store.pages.Put(r.page)
	r.page, r.held = nil, nil
	return r.object.Close()
}

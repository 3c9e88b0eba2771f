package blob

import (
	"context"
	"errors"
	"io"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// SealedSize is how many bytes a plaintext of size bytes takes once sealed.
func SealedSize(size int64) int64 { return sealedSize(size) }

// OpenSealed opens a finished blob as it is stored, for copies that never see
// its content. Close it. [ErrMissing] when there is none.
func (s *Store) OpenSealed(ctx context.Context, f id.Firm, b id.Blob) (_ Object, err error) {
	defer fault.Op(&err, "blob.OpenSealed(%s)", b)
	return s.bucket.Open(ctx, Name{Firm: f, Blob: b})
}

// PutSealed stores a blob that OpenSealed gave, elsewhere: exactly size bytes
// of r, durable when it returns. Nothing of it is opened or judged; the caller
// knows its hash. What an earlier PutSealed of the same blob left unfinished is
// written anew; a finished blob is [io/fs.ErrExist].
func (s *Store) PutSealed(ctx context.Context, f id.Firm, b id.Blob, size int64, r io.Reader) (err error) {
	defer fault.Op(&err, "blob.PutSealed(%s)", b)
	n := Name{Firm: f, Blob: b}
	window := make([]byte, min(Window, size))
	for at := int64(0); at < size; {
		part := window[:min(Window, size-at)]
		if _, err := io.ReadFull(r, part); err != nil {
			return errors.Join(err, s.bucket.Discard(ctx, n))
		}
		if err := s.bucket.Append(ctx, n, at, part); err != nil {
			return errors.Join(err, s.bucket.Discard(ctx, n))
		}
		at += int64(len(part))
	}
	return s.bucket.Finish(ctx, n, size)
}

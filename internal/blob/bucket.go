package blob

import (
	"context"
	"io"

	"cenacle/internal/id"
)

// Window is the size in bytes of what [Store.Write] hands over at once, and
// the least size of a part of an S3 multipart upload. No Append crosses a
// multiple of Window; all but the first and the last of one Write are whole
// windows.
const Window = windowSegments * segmentSize

// Name is the storage name of a blob.
type Name struct {
	Firm id.Firm
	Blob id.Blob
}

// Stage is where a blob stands.
type Stage uint8

const (
	Incoming Stage = iota // still arriving: cannot be opened
	Finished              // complete and immutable
)

// Bucket keeps sealed bytes, which it neither reads nor understands. Package
// blobtest has the tests that each one must pass. A Bucket is safe for
// concurrent use, but for two calls that change the same blob.
//
// A full storage is fault.NoSpace "blob.full"; bytes that should be there and
// are not are [ErrMissing].
type Bucket interface {
	// Append makes parts durable at offset of an incoming blob and drops what
	// lay from offset on. The first one is at 0; each other one begins at a
	// multiple of Window, or where an earlier one began or ended in the window
	// of the last one. It fails with ErrMissing when fewer than offset bytes are
	// there. After an error, bytes beyond offset are in doubt, those before it
	// are not.
	Append(ctx context.Context, n Name, offset int64, parts ...[]byte) error
	// Finish turns an incoming blob of exactly size bytes into a finished one,
	// durably; ErrMissing when it is absent or has another size. Again on a
	// finished one: nothing. A finished blob is never replaced: fs.ErrExist.
	Finish(ctx context.Context, n Name, size int64) error
	// Open opens a finished blob for reading; ErrMissing when there is none.
	Open(ctx context.Context, n Name) (Object, error)
	// Discard removes an incoming blob, if there is one.
	Discard(ctx context.Context, n Name) error
	// Remove removes a finished blob, if there is one.
	Remove(ctx context.Context, n Name) error
	// Each visits the blobs of a firm in one stage, in no order, and stops at
	// the first error of visit, which it returns.
	Each(ctx context.Context, f id.Firm, s Stage, visit func(id.Blob) error) error
}

// Object is an open blob. ReadAt is safe for concurrent use and asks for one
// segment at a time, in sequence when a person reads from front to back: a
// remote storage does well to go on with the stream it has.
type Object interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Putter is a Bucket that keeps a small blob whole better than by one Append
// and one Finish.
type Putter interface {
	// Put makes a finished blob of these bytes, durably. It never replaces one:
	// fs.ErrExist. What a crash leaves of it is no blob, since nothing names it.
	Put(ctx context.Context, n Name, sealed []byte) error
}

// Extender is a Bucket that can write ahead of what is durable.
type Extender interface {
	// Extend is Append, but what it wrote is durable only after a Sync.
	Extend(ctx context.Context, n Name, offset int64, parts ...[]byte) error
	// Sync makes durable what was written of an incoming blob before it was
	// called. It may run beside Extend.
	Sync(ctx context.Context, n Name) error
}

// Package blob stores the bytes of document versions, sealed while they
// arrive. The format is a published one, Tink's AES-256-GCM-HKDF streaming
// with segments of 64 KiB; the associated data is the firm, the space, the
// document and the version, so that bytes moved to another place, cut or
// reordered fail before a wrong byte is delivered.
//
// It refuses to write in clear, to hold more than 8 MiB of an upload in
// memory, to name a file by anything but our own identifiers, and to seal two
// different texts at one place of one stream, which would break the cipher:
// see [Store.Write] and doc/decisions/001-blob-format.md.
//
// Start reading at [Store.Write] and [Store.Open]; format.go is the format,
// [Bucket] is what a storage must do, [Disk] is the one on local disk.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"sync"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/vault"
)

// ErrAltered says that stored bytes are not what was sealed for this place
// with this key: altered, cut, moved, or another key.
var ErrAltered = errors.New("blob: altered, cut or moved")

// ErrMissing says that a storage does not have the bytes it should have.
var ErrMissing = errors.New("blob: missing")

// Ref names the bytes of one version: four identifiers that are bound into the
// seal, and the storage name. All are made by package id.
type Ref struct {
	Firm     id.Firm
	Space    id.Space
	Document id.Item
	Version  id.Version
	Blob     id.Blob
}

func (r Ref) name() Name { return Name{Firm: r.Firm, Blob: r.Blob} }

// Progress is how far a Write came; the zero Progress is the beginning. Sealed
// counts plaintext bytes that are durable. State goes to the next Write as it
// is; it holds fingerprints of the content, so the caller stores it sealed.
type Progress struct {
	Sealed int64
	State  []byte
}

// Store writes and reads sealed bytes in a bucket. It is safe for concurrent
// use; two Writes of the same Ref must not run at once.
type Store struct {
	bucket Bucket
	tally  tally
	blocks sync.Pool // of *[blockSize]byte, sealed or about to be
	pages  sync.Pool // of *[segmentSize]byte, for readers
	pieces sync.Pool // of *piece, for readers that copy
}

// New makes a store over a bucket, which stays the caller's to close.
func New(b Bucket) *Store {
	return &Store{
		bucket: b,
		blocks: sync.Pool{New: func() any { return new([blockSize]byte) }},
		pages:  sync.Pool{New: func() any { return new([segmentSize]byte) }},
		pieces: sync.Pool{New: func() any { return new(piece) }},
	}
}

// Finish makes a complete blob readable and durable, and returns the SHA-256
// of its plaintext. Call it before the transaction that refers to the blob
// commits; after a crash it may be called again. Fault: "blob.progress" when p
// is not complete. [io/fs.ErrExist]: see [Store.Settle].
func (s *Store) Finish(ctx context.Context, ref Ref, p Progress) (sum [sha256.Size]byte, err error) {
	defer fault.Op(&err, "blob.Finish(%s)", ref.Blob)
	st, err := decode(p, unknown)
	if err != nil {
		return sum, err
	}
	if st.Next != segments(st.Size) {
		return sum, badProgress("%d of %d segments", st.Next, segments(st.Size))
	}
	digest, err := st.digest()
	if err != nil {
		return sum, err
	}
	if err := s.bucket.Finish(ctx, ref.name(), sealedSize(st.Size)); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(digest.Sum(nil)), nil
}

// Settle is Finish where that found a finished blob beside one that arrives
// ([io/fs.ErrExist]): a writer that slept through the end of the upload began it
// anew. When the finished one, opened with its key, is what p says, what arrived
// again is dropped; when it is not, nothing is touched and ErrExist stays.
func (s *Store) Settle(ctx context.Context, ref Ref, key vault.Key, p Progress) (sum [sha256.Size]byte, err error) {
	defer fault.Op(&err, "blob.Settle(%s)", ref.Blob)
	st, err := decode(p, unknown)
	if err != nil {
		return sum, err
	}
	want, err := st.digest()
	if err != nil {
		return sum, err
	}
	r, err := s.Open(ctx, ref, key, st.Size)
	if err != nil {
		return sum, err
	}
	got := sha256.New()
	_, err = io.Copy(got, r)
	if err = errors.Join(err, r.Close()); err != nil {
		return sum, err
	}
	if sum = [sha256.Size]byte(got.Sum(nil)); sum != [sha256.Size]byte(want.Sum(nil)) {
		return sum, fmt.Errorf("finished blob %s is another one: %w", ref.Blob, fs.ErrExist)
	}
	return sum, s.bucket.Discard(ctx, ref.name())
}

// Discard removes what has arrived of an upload that is given up; nothing
// there is no fault.
func (s *Store) Discard(ctx context.Context, ref Ref) (err error) {
	defer fault.Op(&err, "blob.Discard(%s)", ref.Blob)
	return s.bucket.Discard(ctx, ref.name())
}

// Remove removes a finished blob; nothing there is no fault. What makes bytes
// unreadable for good is the destruction of their key.
func (s *Store) Remove(ctx context.Context, ref Ref) (err error) {
	defer fault.Op(&err, "blob.Remove(%s)", ref.Blob)
	return s.bucket.Remove(ctx, ref.name())
}

// Each visits the names of a firm's blobs in one stage, in no order, for a
// sweep of orphans: what no row refers to and whose identifier is old enough.
func (s *Store) Each(ctx context.Context, f id.Firm, st Stage, visit func(id.Blob) error) (err error) {
	defer fault.Op(&err, "blob.Each(%s)", f)
	return s.bucket.Each(ctx, f, st, visit)
}

// state is what Progress.State holds.
type state struct {
	Header   []byte // salt and nonce prefix of the stream
	Size     int64  // of the whole plaintext
	Next     int64  // the first segment that is not durable yet
	Hash     []byte // SHA-256 so far, as encoding.BinaryMarshaler gives it
	Promised []byte // SHA-256 of the plaintext up to the end of each coming segment that may already lie in the bucket
}

func (st state) progress() (Progress, error) {
	raw, err := json.Marshal(st)
	if err != nil {
		return Progress{}, fmt.Errorf("encode progress: %w", err)
	}
	return Progress{Sealed: min(start(st.Next), st.Size), State: raw}, nil
}

// decode reads a progress that belongs to a plaintext of the given size.
func decode(p Progress, size int64) (state, error) {
	var st state
	if err := json.Unmarshal(p.State, &st); err != nil {
		return st, badProgress("unreadable")
	}
	switch {
	case size != unknown && st.Size != size:
		return st, badProgress("of %d bytes, not %d", st.Size, size)
	case st.Size < 0 || st.Size > MaxSize || st.Next < 0 || st.Next > segments(st.Size):
		return st, badProgress("segment %d of a stream of %d bytes", st.Next, st.Size)
	case p.Sealed != min(start(st.Next), st.Size):
		return st, badProgress("%d bytes do not end segment %d", p.Sealed, st.Next)
	case len(st.Header) != headerSize || len(st.Promised)%sha256.Size != 0:
		return st, badProgress("malformed")
	}
	return st, nil
}

// digest is the SHA-256 of the plaintext so far, ready to go on.
func (st state) digest() (hash.Hash, error) {
	h := sha256.New()
	if err := h.(encoding.BinaryUnmarshaler).UnmarshalBinary(st.Hash); err != nil {
		return nil, badProgress("unreadable hash")
	}
	return h, nil
}

func badProgress(format string, args ...any) error {
	return fault.New(fault.Internal, "blob.progress").Because(fmt.Errorf(format, args...))
}

func altered(format string, args ...any) error {
	return fault.New(fault.Internal, "blob.altered").
		Because(fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrAltered))
}

// Missing is the fault around [ErrMissing], for buckets.
func Missing(cause error) error {
	return fault.New(fault.Internal, "blob.missing").Because(errors.Join(ErrMissing, cause))
}

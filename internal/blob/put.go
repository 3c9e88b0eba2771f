package blob

import (
	"context"
	"crypto/sha256"

	"cenacle/internal/fault"
	"cenacle/internal/vault"
)

// Put seals a plaintext that is there as a whole, finishes it durably, and
// returns its SHA-256. It is for small ones: what is sealed stands in memory
// beside the plaintext. The key must be fresh for this version and never used
// for another; after an error the caller gives the key up and calls Discard
// and Remove.
func (s *Store) Put(ctx context.Context, ref Ref, key vault.Key, plain []byte) (sum [sha256.Size]byte, err error) {
	defer fault.Op(&err, "blob.Put(%s)", ref.Blob)
	header := newHeader()
	stream, err := newStream(key, ref, header)
	if err != nil {
		return sum, err
	}
	size := int64(len(plain))
	sealed := append(make([]byte, 0, sealedSize(size)), header...)
	last := segments(size) - 1
	for n := range last + 1 {
		sealed = stream.append(sealed, n, n == last, plain[start(n):min(start(n+1), size)])
	}
	if err := s.put(ctx, ref.name(), sealed); err != nil {
		return sum, err
	}
	s.tally.written.Add(uint64(len(sealed)))
	return sha256.Sum256(plain), nil
}

func (s *Store) put(ctx context.Context, n Name, sealed []byte) error {
	if whole, ok := s.bucket.(Putter); ok {
		return whole.Put(ctx, n, sealed)
	}
	if err := s.bucket.Append(ctx, n, 0, sealed); err != nil {
		return err
	}
	return s.bucket.Finish(ctx, n, int64(len(sealed)))
}

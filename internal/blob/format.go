package blob

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"cenacle/internal/vault"
)

// Tink's AES-GCM-HKDF streaming format
// (https://developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming),
// with HKDF-SHA256, derived keys of 32 bytes and segments of 64 KiB:
//
//	header  = length of the header (1) | salt (32) | nonce prefix (7)
//	key     = HKDF(version key, salt, associated data)
//	nonce   = nonce prefix | number of the segment (4, big-endian) | 1 if last, else 0
//	segment = AES-256-GCM(key, nonce, plaintext), tag at the end
//
// The header takes its room from the first segment, so that segment n begins
// at n × 64 KiB. An empty plaintext is one empty segment.
const (
	segmentSize = 64 << 10
	saltSize    = 32
	prefixSize  = 7
	headerSize  = 1 + saltSize + prefixSize
	tagSize     = 16
	nonceSize   = 12

	firstPlain = segmentSize - headerSize - tagSize // plaintext bytes in segment 0
	otherPlain = segmentSize - tagSize              // and in every other

	maxSegments = 1 << 32
)

// MaxSize is the longest plaintext of the format in bytes: 256 TiB, nearly.
const MaxSize = firstPlain + (maxSegments-1)*otherPlain

// segments is the number of segments of a plaintext.
func segments(size int64) int64 {
	if size <= firstPlain {
		return 1
	}
	return 1 + (size-firstPlain+otherPlain-1)/otherPlain
}

// sealedSize is the size of the stream of a plaintext.
func sealedSize(size int64) int64 { return headerSize + size + tagSize*segments(size) }

// start is the position in the plaintext where a segment begins.
func start(segment int64) int64 {
	if segment == 0 {
		return 0
	}
	return firstPlain + (segment-1)*otherPlain
}

// segmentAt is the segment that holds a position of the plaintext.
func segmentAt(position int64) int64 {
	if position < firstPlain {
		return 0
	}
	return 1 + (position-firstPlain)/otherPlain
}

// lead is where the sealed bytes of a segment begin in its 64 KiB.
func lead(segment int64) int {
	if segment == 0 {
		return headerSize
	}
	return 0
}

func newHeader() []byte {
	h := make([]byte, headerSize)
	h[0] = headerSize
	rand.Read(h[1:]) // never fails: crypto/rand ends the program instead
	return h
}

// stream seals and opens the segments of one blob. Safe for concurrent use.
type stream struct {
	aead   cipher.AEAD
	prefix [prefixSize]byte
}

func newStream(key vault.Key, ref Ref, header []byte) (*stream, error) {
	if len(header) != headerSize || header[0] != headerSize {
		return nil, altered("no header")
	}
	if !key.Valid() {
		return nil, errors.New("blob: no key")
	}
	raw := key.Bytes()
	defer clear(raw[:])
	derived, err := hkdf.Key(sha256.New, raw[:], header[1:1+saltSize], string(associated(ref)), vault.KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive the key of a stream: %w", err)
	}
	defer clear(derived)
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fmt.Errorf("key of a stream: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("cipher of a stream: %w", err)
	}
	return &stream{aead: aead, prefix: [prefixSize]byte(header[1+saltSize:])}, nil
}

// associated is the associated data of a blob: each identifier after its
// length in four bytes, big-endian.
func associated(ref Ref) []byte {
	var data []byte
	for _, s := range [...]string{string(ref.Firm), string(ref.Space), string(ref.Document), string(ref.Version)} {
		data = binary.BigEndian.AppendUint32(data, uint32(len(s)))
		data = append(data, s...)
	}
	return data
}

func (s *stream) nonce(segment int64, last bool) (n [nonceSize]byte) {
	copy(n[:], s.prefix[:])
	binary.BigEndian.PutUint32(n[prefixSize:], uint32(segment))
	if last {
		n[nonceSize-1] = 1
	}
	return n
}

// seal seals plain where it lies; tagSize bytes behind it must be free.
func (s *stream) seal(segment int64, last bool, plain []byte) []byte {
	n := s.nonce(segment, last)
	return s.aead.Seal(plain[:0], n[:], plain, nil)
}

// append seals plain behind what out holds.
func (s *stream) append(out []byte, segment int64, last bool, plain []byte) []byte {
	n := s.nonce(segment, last)
	return s.aead.Seal(out, n[:], plain, nil)
}

// open opens a segment into dst, which may be the beginning of sealed itself
// and has room for its plaintext. After an error dst holds no plaintext.
func (s *stream) open(dst []byte, segment int64, last bool, sealed []byte) ([]byte, error) {
	n := s.nonce(segment, last)
	plain, err := s.aead.Open(dst[:0], n[:], sealed, nil)
	if err != nil {
		return nil, altered("segment %d does not open", segment)
	}
	return plain, nil
}

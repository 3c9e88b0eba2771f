package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"syscall"
	"testing"

	"cenacle/internal/fault"
	"cenacle/internal/seedtest"
)

// The geometry is checked against its definition: adding up segments.
func TestGeometry(t *testing.T) {
	for n := range int64(1000) {
		size := n * 1777
		count, left := int64(1), size-firstPlain
		for ; left > 0; left -= otherPlain {
			count++
		}
		if segments(size) != count || sealedSize(size) != size+40+16*count {
			t.Errorf("%d bytes: %d segments, %d sealed", size, segments(size), sealedSize(size))
		}
	}
	if segments(MaxSize) != maxSegments || start(maxSegments) != MaxSize {
		t.Errorf("MaxSize is %d segments", segments(MaxSize))
	}
	seed := seedtest.Of(t)
	r := rand.New(rand.NewPCG(seed, 2))
	for range 10_000 {
		position := r.Int64N(MaxSize)
		n := segmentAt(position)
		if start(n) > position || position >= start(n+1) {
			t.Fatalf("position %d is not in segment %d", position, n)
		}
	}
}

func TestFullDisk(t *testing.T) {
	for _, cause := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		err := fmt.Errorf("append: %w", &fs.PathError{Op: "write", Path: "x", Err: cause})
		full(&err)
		if !fault.Is(err, fault.NoSpace) || !errors.Is(err, cause) {
			t.Errorf("%v became %v", cause, err)
		}
	}
	err := error(syscall.EIO)
	full(&err)
	if fault.Is(err, fault.NoSpace) {
		t.Error("every error is a full disk")
	}
}

func TestNonces(t *testing.T) {
	var s stream
	copy(s.prefix[:], "prefix!")
	for _, c := range []struct {
		segment int64
		last    bool
		want    string
	}{
		{0, false, "prefix!\x00\x00\x00\x00\x00"}, {258, true, "prefix!\x00\x00\x01\x02\x01"},
		{maxSegments - 1, true, "prefix!\xff\xff\xff\xff\x01"},
	} {
		if n := s.nonce(c.segment, c.last); string(n[:]) != c.want {
			t.Errorf("nonce of %d: %x", c.segment, n)
		}
	}
}

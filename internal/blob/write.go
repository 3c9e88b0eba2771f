package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding"
	"errors"
	"fmt"
	"hash"
	"io"

	"cenacle/internal/fault"
	"cenacle/internal/vault"
)

// A Write holds six blocks of 1.25 MiB: four, a window, are sealed and written
// while two are filled and hashed. 7.5 MiB, whatever the size of the upload.
const (
	blockSegments  = 20
	blockSize      = blockSegments * segmentSize
	windowSegments = 4 * blockSegments
	blocksAtOnce   = 6
)

// Unknown is the size of a plaintext that ends where its reader ends. Such a
// Write cannot be resumed: it takes no save.
const Unknown = unknown

const unknown = -1

// Write seals what r gives, from a saved progress on, and returns how far it
// came. size is that of the whole plaintext in bytes. The key must be fresh
// for this version and never used for another.
//
// Write calls save before each 5 MiB with a progress from which any process can
// go on: what is durable then, at most 37 MiB behind what r gave. When it
// returns, all that it took is durable and saved. A short r is no error: the rest is for another Write,
// which must begin at Progress.Sealed of the plaintext; what came after the
// last whole segment is asked for again. When r fails, what it gave before is
// kept and the failure is returned. A cancelled ctx stops the reading, not the
// keeping of what was read, so save must not depend on ctx. It is called from
// one other goroutine, and not after Write has returned.
//
// save comes before the bytes it announces: it also promises the fingerprint
// of each segment that is about to be written, and a later Write refuses other
// bytes in their place (fault.Conflict "blob.changed"). So no nonce ever seals
// two plaintexts, whatever crash, retry or second process comes between,
// provided that save fails when the stored progress is no longer the one this
// Write began with or saved last. A Write that will not be resumed passes a
// nil save and is discarded when it fails.
//
// Other faults: "blob.longer" when r has more than size bytes, "blob.progress"
// when from belongs to something else, "blob.full", "blob.too_large".
func (s *Store) Write(ctx context.Context, ref Ref, key vault.Key, size int64, from Progress, r io.Reader, save func(Progress) error) (_ Progress, err error) {
	defer fault.Op(&err, "blob.Write(%s)", ref.Blob)
	begin, err := begin(from, size, save)
	if err != nil {
		return from, err
	}
	if size != Unknown && begin.Next == segments(size) {
		return from, nil
	}
	digest, err := begin.digest()
	if err != nil {
		return from, err
	}
	stream, err := newStream(key, ref, begin.Header)
	if err != nil {
		return from, err
	}
	s.tally.writing.Add(1)
	defer s.tally.writing.Add(-1)
	feed, free := make(chan *block, blocksAtOnce), s.memory()
	defer s.giveBack(free)
	in := receiver{store: s, from: source{r: r}, begin: begin, digest: digest, next: begin.Next, feed: feed, free: free}
	out := keeper{bucket: s.bucket, tally: &s.tally, name: ref.name(), stream: stream, save: save, done: begin, saved: from, feed: feed, free: free}
	kept := make(chan error, 1)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer stop() // when keeping fails, reading ends
		kept <- out.keep(context.WithoutCancel(ctx))
	}()
	received := in.receive(ctx)
	close(feed)
	if err := <-kept; err != nil {
		return out.saved, err
	}
	return out.saved, received
}

// begin is the state a Write starts from: a fresh stream or a saved one.
func begin(from Progress, size int64, save func(Progress) error) (state, error) {
	switch {
	case size > MaxSize:
		return state{}, fault.New(fault.TooLarge, "blob.too_large")
	case size < 0 && size != Unknown:
		return state{}, badProgress("size %d", size)
	case len(from.State) > 0 && save == nil, size == Unknown && save != nil:
		return state{}, badProgress("a resumed write needs a size and a save")
	case len(from.State) > 0 || from.Sealed != 0:
		return decode(from, size)
	}
	sum, err := sha256.New().(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return state{}, fmt.Errorf("marshal hash: %w", err)
	}
	return state{Header: newHeader(), Size: size, Hash: sum}, nil
}

// block is some whole segments on their way from the receiver to the keeper.
type block struct {
	raw    []byte // segmentSize for each segment, plaintext first, then sealed in place
	sealed []byte // the part of raw that goes to the bucket
	first  int64  // number of its first segment
	sums   []byte // SHA-256 of the plaintext up to the end of each segment
	hash   []byte // marshalled hash after its last segment
	last   int    // plaintext bytes in the last segment of the stream, if ends
	ends   bool   // the stream ends here
}

// next is the number of the segment after the block.
func (b *block) next() int64 { return b.first + int64(len(b.sums)/sha256.Size) }

// receiver reads and hashes, block by block, in the goroutine of Write.
type receiver struct {
	store  *Store
	from   source
	begin  state
	digest hash.Hash
	next   int64 // segment to be read
	feed   chan<- *block
	free   chan []byte
}

var errShort = errors.New("blob: the reader has ended")

// receive feeds blocks until the plaintext ends, r ends or ctx ends.
func (in *receiver) receive(ctx context.Context) error {
	for {
		var place []byte
		select {
		case place = <-in.free:
		case <-ctx.Done():
			return ctx.Err()
		}
		b, err := in.fill(ctx, place)
		if len(b.sums) > 0 {
			in.feed <- b // never waits: it has a place for each block
		} else {
			in.free <- b.raw
		}
		if errors.Is(err, errShort) || b.ends {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// fill reads segments up to the end of the block, of the plaintext, of r.
func (in *receiver) fill(ctx context.Context, place []byte) (*block, error) {
	end := in.next - in.next%blockSegments + blockSegments // blocks lie on a grid of the stream
	if in.begin.Size != Unknown {
		end = min(end, segments(in.begin.Size))
	}
	b := &block{raw: in.store.borrow(place, (end-in.next)*segmentSize), first: in.next}
	for in.next < end && !b.ends {
		if err := ctx.Err(); err != nil {
			return b, err
		}
		at := (in.next - b.first) * segmentSize
		slot := b.raw[at : at+segmentSize]
		plain := slot[lead(in.next) : segmentSize-tagSize]
		n, err := in.segment(plain, b)
		if err == nil {
			err = in.admit(plain[:n], b)
		}
		if err != nil {
			clear(plain) // it will never be sealed
			return b, err
		}
	}
	return b, nil
}

// segment reads the next segment and finds out whether it is the last one.
func (in *receiver) segment(plain []byte, b *block) (n int, err error) {
	if in.begin.Size == Unknown {
		n, err = in.from.fill(plain)
		if errors.Is(err, io.EOF) {
			b.ends, b.last = true, n
			return n, nil
		}
		if err != nil {
			return 0, err
		}
		more, err := in.from.more()
		b.ends, b.last = err == nil && !more, n
		return n, err
	}
	left := in.begin.Size - start(in.next)
	plain = plain[:min(int64(len(plain)), left)]
	n, err = in.from.fill(plain)
	if errors.Is(err, io.EOF) {
		return 0, errShort
	}
	if err != nil {
		return 0, err
	}
	if int64(n) == left && in.next == segments(in.begin.Size)-1 {
		if more, _ := in.from.more(); more { // all has come: how r ends does not matter
			return 0, fault.New(fault.Invalid, "blob.longer", in.begin.Size)
		}
		b.ends, b.last = true, n
	}
	return n, nil
}

// admit adds a segment to its block, unless other bytes were promised there.
func (in *receiver) admit(plain []byte, b *block) error {
	in.digest.Write(plain) // a hash never fails
	sums := in.digest.Sum(b.sums)
	promised := in.begin.promised(in.next)
	if promised != nil && !bytes.Equal(promised, sums[len(b.sums):]) {
		b.ends = false
		return fault.New(fault.Conflict, "blob.changed")
	}
	hash, err := in.digest.(encoding.BinaryAppender).AppendBinary(b.hash[:0])
	if err != nil {
		return fmt.Errorf("marshal hash: %w", err)
	}
	b.sums, b.hash = sums, hash
	in.next++
	return nil
}

// promised is the fingerprint promised for a segment, nil for none.
func (st state) promised(segment int64) []byte {
	at := (segment - st.Next) * sha256.Size
	if at >= int64(len(st.Promised)) {
		return nil
	}
	return st.Promised[at : at+sha256.Size]
}

// source is a reader of which one byte can be seen ahead.
type source struct {
	r     io.Reader
	ahead [1]byte
	has   bool
}

// fill reads until p is full or the reader fails, and gives its own error: only
// io.EOF is an end. io.ReadFull would hide a connection that was cut.
func (s *source) fill(p []byte) (n int, err error) {
	if len(p) > 0 && s.has {
		p[0], s.has, n = s.ahead[0], false, 1
	}
	for n < len(p) && err == nil {
		var more int
		more, err = s.r.Read(p[n:])
		n += more
	}
	if n == len(p) {
		return n, nil
	}
	return n, err
}

// more reports whether there is another byte.
func (s *source) more() (bool, error) {
	n, err := io.ReadFull(s.r, s.ahead[:])
	s.has = n == 1
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return s.has, err
}

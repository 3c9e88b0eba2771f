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
	"sync"

	"cenacle/internal/fault"
	"cenacle/internal/vault"
)

// A Write holds six blocks of 1.25 MiB: four, a window, are sealed and written
// while one is filled and one is hashed. 7.5 MiB, whatever the size of the upload.
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
// one other goroutine, and not after Write has returned; r is read in that of
// Write.
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
	// Each channel has a place for every block: only who needs memory waits.
	read, feed, free := make(chan *block, blocksAtOnce), make(chan *block, blocksAtOnce), s.memory()
	defer s.giveBack(free)
	in := receiver{store: s, from: source{r: r}, size: begin.Size, next: begin.Next, read: read, free: free}
	sum := hasher{begin: begin, digest: digest, read: read, feed: feed, free: free}
	out := keeper{bucket: s.bucket, tally: &s.tally, name: ref.name(), stream: stream, save: save, done: begin, saved: from, feed: feed, free: free}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var received, hashed, kept error
	var work sync.WaitGroup
	work.Go(func() {
		hashed = sum.hash(stop) // when hashing or keeping fails, reading ends
		close(feed)
	})
	work.Go(func() {
		defer stop()
		kept = out.keep(context.WithoutCancel(ctx))
	})
	received = in.receive(ctx)
	close(read)
	work.Wait()
	for _, err := range []error{kept, hashed, received} { // the first that failed ended the others
		if err != nil {
			return out.saved, err
		}
	}
	return out.saved, nil
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

// block is some whole segments on their way from the receiver through the hasher
// to the keeper.
type block struct {
	raw    []byte // segmentSize for each segment, plaintext first, then sealed in place
	sealed []byte // the part of raw that goes to the bucket
	first  int64  // number of its first segment
	read   int64  // segments that hold plaintext
	sums   []byte // SHA-256 of the plaintext up to the end of each segment that was admitted
	hash   []byte // marshalled hash after the last of these
	last   int    // plaintext bytes in the last segment of the stream, if ends
	ends   bool   // the stream ends here
}

// next is the number of the segment after those that were admitted.
func (b *block) next() int64 { return b.first + int64(len(b.sums)/sha256.Size) }

// plain is the place of a segment's plaintext.
func (b *block) plain(n int64) []byte {
	at := (n - b.first) * segmentSize
	return b.raw[at+int64(lead(n)) : at+segmentSize-tagSize]
}

// receiver reads, block by block, in the goroutine of Write.
type receiver struct {
	store *Store
	from  source
	size  int64 // of the plaintext
	next  int64 // segment to be read
	read  chan<- *block
	free  <-chan []byte
}

var errShort = errors.New("blob: the reader has ended")

// receive reads blocks until the plaintext ends, r ends or ctx ends.
func (in *receiver) receive(ctx context.Context) error {
	for {
		var place []byte
		select {
		case place = <-in.free:
		case <-ctx.Done():
			return ctx.Err()
		}
		b, err := in.fill(ctx, place)
		over := b.ends || errors.Is(err, errShort)
		in.read <- b // which is the hasher's from now on
		if over {
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
	if in.size != Unknown {
		end = min(end, segments(in.size))
	}
	b := &block{raw: in.store.borrow(place, (end-in.next)*segmentSize), first: in.next}
	for in.next < end && !b.ends {
		if err := ctx.Err(); err != nil {
			return b, err
		}
		plain := b.plain(in.next)
		if err := in.segment(plain, b); err != nil {
			clear(plain) // it will never be sealed
			return b, err
		}
		b.read++
		in.next++
	}
	return b, nil
}

// segment reads the next segment and finds out whether it is the last one.
func (in *receiver) segment(plain []byte, b *block) error {
	if in.size == Unknown {
		n, err := in.from.fill(plain)
		if errors.Is(err, io.EOF) {
			b.ends, b.last = true, n
			return nil
		}
		if err != nil {
			return err
		}
		more, err := in.from.more()
		b.ends, b.last = err == nil && !more, n
		return err
	}
	left := in.size - start(in.next)
	n, err := in.from.fill(plain[:min(int64(len(plain)), left)])
	if errors.Is(err, io.EOF) {
		return errShort
	}
	if err != nil {
		return err
	}
	if int64(n) == left && in.next == segments(in.size)-1 {
		if more, _ := in.from.more(); more { // all has come: how r ends does not matter
			return fault.New(fault.Invalid, "blob.longer", in.size)
		}
		b.ends, b.last = true, n
	}
	return nil
}

// hasher hashes what was read, and lets pass what may be sealed.
type hasher struct {
	begin  state
	digest hash.Hash
	read   <-chan *block
	feed   chan<- *block
	free   chan<- []byte
}

// hash ends when nothing more is read. After its failure, of which it tells at
// once, it lets nothing pass.
func (h *hasher) hash(failed func()) (err error) {
	for b := range h.read {
		if err == nil {
			if err = h.admit(b); err != nil {
				failed()
			}
		}
		for n := b.next(); n < b.first+b.read; n++ {
			clear(b.plain(n)) // it will never be sealed
		}
		if len(b.sums) > 0 {
			h.feed <- b
		} else {
			h.free <- b.raw
		}
	}
	return err
}

// admit hashes the segments of a block up to one where other bytes were promised.
func (h *hasher) admit(b *block) error {
	b.sums = make([]byte, 0, b.read*sha256.Size)
	for n := b.first; n < b.first+b.read; n++ {
		plain := b.plain(n)
		if b.ends && n == b.first+b.read-1 {
			plain = plain[:b.last]
		}
		h.digest.Write(plain) // a hash never fails
		sums := h.digest.Sum(b.sums)
		promised := h.begin.promised(n)
		if promised != nil && !bytes.Equal(promised, sums[len(b.sums):]) {
			b.ends = false
			return fault.New(fault.Conflict, "blob.changed")
		}
		hash, err := h.digest.(encoding.BinaryAppender).AppendBinary(b.hash[:0])
		if err != nil {
			return fmt.Errorf("marshal hash: %w", err)
		}
		b.sums, b.hash = sums, hash
	}
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

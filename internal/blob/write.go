package blob

import (
	"context"
	"crypto/sha256"
	"encoding"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"cenacle/internal/fault"
	"cenacle/internal/vault"
)

// A Write holds three blocks of 2.5 MiB: one is filled and hashed while two,
// a window, are sealed and made durable. 7.5 MiB, whatever the size of the
// upload.
const (
	blockSegments  = 40
	blockSize      = blockSegments * segmentSize
	windowSegments = 2 * blockSegments
	blocksAtOnce   = 3
)

// Unknown is the size of a plaintext that ends where its reader ends. Such a
// Write cannot be resumed: it takes no save.
const Unknown = unknown

const unknown = -1

// Write seals what r gives, from a saved progress on, and returns how far it
// came. size is that of the whole plaintext in bytes. The key must be fresh
// for this version and never used for another.
//
// Write makes every 5 MiB durable and calls save with a progress from which
// any process can go on. A short r is no error: the rest is for another Write,
// which must begin at Progress.Sealed of the plaintext; what came after the
// last whole segment is asked for again. When r fails, what it gave before is
// kept and the failure is returned. A cancelled ctx stops the reading, not the
// keeping of what was read.
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
	feed := make(chan *block, blocksAtOnce)
	room := make(chan struct{}, blocksAtOnce)
	in := receiver{store: s, from: source{r: r}, begin: begin, digest: digest, next: begin.Next, feed: feed, room: room}
	out := keeper{store: s, name: ref.name(), stream: stream, save: save, done: begin, saved: from, feed: feed, room: room}
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
	case len(from.State) > 0:
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
	raw   []byte // segmentSize for each segment, plaintext first, then sealed in place
	first int64  // number of its first segment
	sums  []byte // SHA-256 of the plaintext up to the end of each segment
	hash  []byte // marshalled hash after its last segment
	last  int    // plaintext bytes in the last segment of the stream, if ends
	ends  bool   // the stream ends here
}

// next is the number of the segment after the block.
func (b *block) next() int64 { return b.first + int64(len(b.sums)/sha256.Size) }

// borrow takes a block's memory; a small upload gets no more than it needs.
func (s *Store) borrow(need int64) []byte {
	if need <= 4*segmentSize {
		return make([]byte, need)
	}
	return s.blocks.Get().(*[blockSize]byte)[:]
}

func (s *Store) giveBack(raw []byte) {
	if len(raw) == blockSize {
		s.blocks.Put((*[blockSize]byte)(raw))
	}
}

// receiver reads and hashes, block by block, in the goroutine of Write.
type receiver struct {
	store  *Store
	from   source
	begin  state
	digest hash.Hash
	next   int64 // segment to be read
	feed   chan<- *block
	room   chan<- struct{} // one token for each block in memory
}

var errShort = errors.New("blob: the reader has ended")

// receive feeds blocks until the plaintext ends, r ends or ctx ends.
func (in *receiver) receive(ctx context.Context) error {
	for {
		select {
		case in.room <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		b, err := in.fill(ctx)
		if len(b.sums) > 0 {
			in.feed <- b // room for it was made above
		} else {
			in.store.giveBack(b.raw)
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
func (in *receiver) fill(ctx context.Context) (*block, error) {
	end := in.next - in.next%blockSegments + blockSegments // blocks lie on a grid of the stream
	if in.begin.Size != Unknown {
		end = min(end, segments(in.begin.Size))
	}
	b := &block{raw: in.store.borrow((end - in.next) * segmentSize), first: in.next}
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
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
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
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
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
	before := len(b.sums)
	b.sums = in.digest.Sum(b.sums)
	promised := in.begin.promised(in.next)
	if promised != nil && !slices.Equal(promised, b.sums[before:]) {
		b.sums, b.ends = b.sums[:before], false
		return fault.New(fault.Conflict, "blob.changed")
	}
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

// keeper seals blocks and makes them durable, window by window.
type keeper struct {
	store  *Store
	name   Name
	stream *stream
	save   func(Progress) error // nil: nobody resumes
	done   state                // what is durable
	saved  Progress             // what the caller has saved; without save, what is durable
	feed   <-chan *block
	room   <-chan struct{}
}

// keep ends when the feed is closed, with everything durable and saved, or at
// the first failure.
func (out *keeper) keep(ctx context.Context) error {
	var window []*block
	for b := range out.feed {
		window = append(window, b)
		if b.next()%windowSegments != 0 && !b.ends {
			continue
		}
		if err := out.window(ctx, window); err != nil {
			return err
		}
		window = nil
	}
	if len(window) > 0 {
		if err := out.window(ctx, window); err != nil {
			return err
		}
	}
	return out.report(out.done)
}

// window promises, seals and appends some blocks.
func (out *keeper) window(ctx context.Context, window []*block) error {
	last := window[len(window)-1]
	promise := out.done
	promise.Promised = nil
	for _, b := range window {
		promise.Promised = append(promise.Promised, b.sums...)
	}
	older := out.done.Promised // a longer promise of an earlier Write stays one
	if len(older) > len(promise.Promised) {
		promise.Promised = append(promise.Promised, older[len(promise.Promised):]...)
	}
	if err := out.report(promise); err != nil {
		return err
	}
	parts := make([][]byte, len(window))
	for i, b := range window {
		parts[i] = out.seal(b)
	}
	if err := out.store.bucket.Append(ctx, out.name, out.done.Next*segmentSize, parts...); err != nil {
		return err
	}
	kept := int(last.next()-out.done.Next) * sha256.Size
	out.done.Promised = promise.Promised[kept:]
	out.done.Next, out.done.Hash = last.next(), last.hash
	if last.ends {
		out.done.Size = start(last.next()-1) + int64(last.last)
	}
	for _, b := range window {
		out.store.giveBack(b.raw)
		<-out.room
	}
	return nil
}

// seal seals a block in place and returns its sealed bytes.
func (out *keeper) seal(b *block) []byte {
	if b.first == 0 {
		copy(b.raw, out.done.Header)
	}
	end := 0
	for n := b.first; n < b.next(); n++ {
		at := int(n-b.first)*segmentSize + lead(n)
		end = int(n-b.first+1) * segmentSize
		final := b.ends && n == b.next()-1
		if final {
			end = at + b.last + tagSize
		}
		out.stream.seal(n, final, b.raw[at:end-tagSize])
	}
	return b.raw[:end]
}

// report saves a state, if anybody will resume from it.
func (out *keeper) report(st state) error {
	if out.save == nil && st.Size == Unknown {
		return nil
	}
	p, err := st.progress()
	if err != nil {
		return err
	}
	if out.save != nil {
		if err := out.save(p); err != nil {
			return err
		}
	}
	out.saved = p
	return nil
}

// source is a reader of which one byte can be seen ahead.
type source struct {
	r     io.Reader
	ahead [1]byte
	has   bool
}

// fill is io.ReadFull.
func (s *source) fill(p []byte) (int, error) {
	if len(p) == 0 || !s.has {
		return io.ReadFull(s.r, p)
	}
	p[0], s.has = s.ahead[0], false
	n, err := io.ReadFull(s.r, p[1:])
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n + 1, err
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

package blob

import (
	"context"
	"crypto/sha256"
)

// keeper seals blocks and makes them durable, window by window.
type keeper struct {
	bucket Bucket
	tally  *tally
	name   Name
	stream *stream
	save   func(Progress) error // nil: nobody resumes
	done   state                // what is durable
	saved  Progress             // what the caller has saved; without save, what is durable
	feed   <-chan *block
	free   chan<- []byte
}

// keep ends when the feed is closed, with everything durable and saved, or at
// the first failure.
func (out *keeper) keep(ctx context.Context) error {
	var window []*block
	for b := range out.feed {
		out.seal(b) // in memory only: nothing is promised yet
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

// window promises and appends some blocks.
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
		parts[i] = b.sealed
	}
	if err := out.bucket.Append(ctx, out.name, out.done.Next*segmentSize, parts...); err != nil {
		return err
	}
	kept := int(last.next()-out.done.Next) * sha256.Size
	out.done.Promised = promise.Promised[kept:]
	out.done.Next, out.done.Hash = last.next(), last.hash
	if last.ends {
		out.done.Size = start(last.next()-1) + int64(last.last)
	}
	for _, b := range window {
		out.tally.written.Add(uint64(len(b.sealed)))
		out.free <- b.raw
	}
	return nil
}

// seal seals a block in place.
func (out *keeper) seal(b *block) {
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
	b.sealed = b.raw[:end]
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

// memory is what one Write may use at once: places for blocks, empty at first.
func (s *Store) memory() chan []byte {
	free := make(chan []byte, blocksAtOnce)
	for range blocksAtOnce {
		free <- nil
	}
	return free
}

// borrow fills a place; a small upload gets no more than it needs.
func (s *Store) borrow(place []byte, need int64) []byte {
	switch {
	case int64(len(place)) >= need:
		return place
	case need <= 4*segmentSize:
		return make([]byte, need)
	}
	return s.blocks.Get().(*[blockSize]byte)[:]
}

// giveBack keeps the memory of a Write that is over for the next one.
func (s *Store) giveBack(free <-chan []byte) {
	for {
		select {
		case place := <-free:
			if len(place) == blockSize {
				s.blocks.Put((*[blockSize]byte)(place))
			}
		default:
			return
		}
	}
}

package blob

import (
	"context"
	"crypto/sha256"
	"errors"
)

// How far writing may be ahead of what is durable, in segments, where somebody
// resumes: 8 MiB make a sync worth its while, 32 MiB are enough. Where nobody
// does, a sync only keeps the last one short.
const (
	syncSegments  = 128
	aheadSegments = 512
	aloneSegments = 1024
)

// keeper seals blocks and writes them: window by window, each after it was
// promised, where somebody resumes; block by block where nobody does. On a
// bucket that can write ahead, the syncing goes on beside it.
type keeper struct {
	bucket Bucket
	tally  *tally
	ahead  Extender // the bucket, if it can
	name   Name
	stream *stream
	save   func(Progress) error // nil: nobody resumes
	done   state                // what is durable; Promised reaches as far as anything was promised
	end    mark                 // what is written
	synced chan outcome         // of the sync that runs; nil when none does
	saved  Progress             // what the caller has saved; without save, what is durable
	feed   <-chan *block
	free   chan<- []byte
}

// mark is a place between two segments.
type mark struct {
	next int64  // the segment after it
	hash []byte // marshalled hash up to it
	size int64  // of the whole plaintext, known at its end
}

// outcome is that of one sync.
type outcome struct {
	upTo mark
	err  error
}

// keep ends when the feed is closed, with everything durable and saved, or at
// the first failure; no sync outlives it.
func (out *keeper) keep(ctx context.Context) error {
	out.ahead, _ = out.bucket.(Extender)
	out.end = mark{out.done.Next, out.done.Hash, out.done.Size}
	err := out.write(ctx)
	if out.synced != nil {
		err = errors.Join(err, out.await())
	}
	return err
}

func (out *keeper) write(ctx context.Context) error {
	var window []*block
	for b := range out.feed {
		out.seal(b) // in memory only: nothing is promised yet
		window = append(window, b)
		if (out.save != nil || out.ahead == nil) && b.next()%windowSegments != 0 && !b.ends {
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
	return out.settle(ctx)
}

// settle makes all that is written durable and saves it.
func (out *keeper) settle(ctx context.Context) error {
	for out.done.Next < out.end.next {
		if out.synced == nil {
			out.sync(ctx)
		}
		if err := out.await(); err != nil {
			return err
		}
	}
	return out.report(out.done)
}

// window promises some blocks and writes them.
func (out *keeper) window(ctx context.Context, window []*block) error {
	if out.save != nil {
		if err := out.promise(window); err != nil {
			return err
		}
	}
	if err := out.append(ctx, window); err != nil {
		_ = out.settle(ctx) // what was written before is kept if it can be; the first failure is told
		return err
	}
	return out.pace(ctx)
}

// promise adds the fingerprints of a window to those of what is written and not
// durable yet, and saves them. A longer promise of an earlier Write stays one.
func (out *keeper) promise(window []*block) error {
	at := int(out.end.next-out.done.Next) * sha256.Size
	promised := append([]byte(nil), out.done.Promised[:at]...)
	for _, b := range window {
		promised = append(promised, b.sums...)
	}
	if len(out.done.Promised) > len(promised) {
		promised = append(promised, out.done.Promised[len(promised):]...)
	}
	next := out.done
	next.Promised = promised
	if err := out.report(next); err != nil {
		return err
	}
	out.done.Promised = promised
	return nil
}

// append writes a window and gives the memory of its blocks back.
func (out *keeper) append(ctx context.Context, window []*block) error {
	if out.ahead == nil {
		parts := make([][]byte, len(window))
		for i, b := range window {
			parts[i] = b.sealed
		}
		if err := out.bucket.Append(ctx, out.name, out.end.next*segmentSize, parts...); err != nil {
			return err
		}
	}
	for _, b := range window {
		if out.ahead != nil {
			if err := out.ahead.Extend(ctx, out.name, b.first*segmentSize, b.sealed); err != nil {
				return err
			}
		}
		out.end.next, out.end.hash = b.next(), b.hash
		if b.ends {
			out.end.size = start(b.next()-1) + int64(b.last)
		}
		out.tally.written.Add(uint64(len(b.sealed)))
		out.free <- b.raw
	}
	if out.ahead == nil {
		out.advance(out.end)
	}
	return nil
}

// advance notes that everything up to a mark is durable.
func (out *keeper) advance(upTo mark) {
	if out.save != nil {
		out.done.Promised = out.done.Promised[int(upTo.next-out.done.Next)*sha256.Size:]
	}
	out.done.Next, out.done.Hash, out.done.Size = upTo.next, upTo.hash, upTo.size
}

// pace keeps the writing from running away from the syncing.
func (out *keeper) pace(ctx context.Context) error {
	if out.ahead == nil {
		return nil
	}
	select {
	case o := <-out.synced: // never when none runs
		if err := out.take(o); err != nil {
			return err
		}
	default:
	}
	gap, enough := out.end.next-out.done.Next, int64(syncSegments)
	if out.save == nil {
		enough = aloneSegments
	}
	if out.synced == nil && gap >= enough {
		out.sync(ctx)
	}
	if out.save != nil && gap > aheadSegments {
		return out.await()
	}
	return nil
}

// sync begins to make durable what is written.
func (out *keeper) sync(ctx context.Context) {
	upTo, ended := out.end, make(chan outcome, 1)
	out.synced = ended
	go func() { ended <- outcome{upTo, out.ahead.Sync(ctx, out.name)} }()
}

// await ends the sync that runs.
func (out *keeper) await() error { return out.take(<-out.synced) }

func (out *keeper) take(o outcome) error {
	out.synced = nil
	if o.err == nil {
		out.advance(o.upTo)
	}
	return o.err
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

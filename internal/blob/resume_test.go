package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/vault"
)

// row is the row of an upload in the database: what is in it survives a crash,
// and it changes only for who knows what it was.
type row struct {
	mu       sync.Mutex
	progress blob.Progress
}

var errLost = errors.New("the row has changed")

func (w *row) read() blob.Progress {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.progress
}

// saver saves for one process that began with from.
func (w *row) saver(from blob.Progress) func(blob.Progress) error {
	return func(p blob.Progress) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		if !bytes.Equal(w.progress.State, from.State) {
			return errLost
		}
		w.progress, from = p, p
		return nil
	}
}

// witness is a disk that dies in the middle of an Append when told so, and
// remembers every segment that was ever handed to it, even if it was lost.
type witness struct {
	blob.Bucket
	t      testing.TB
	mu     sync.Mutex
	seen   map[string][32]byte // stream and segment: digest of the sealed bytes
	stream map[blob.Name]string
	dies   func() bool
	random *rand.Rand // of the goroutine that keeps
}

func newWitness(b bench, r *rand.Rand) *witness {
	return &witness{
		Bucket: b.disk, t: b.TB, random: rand.New(rand.NewPCG(r.Uint64(), 3)), dies: func() bool { return false },
		seen: make(map[string][32]byte), stream: make(map[blob.Name]string),
	}
}

var errKilled = errors.New("killed")

// Append fails the test when one place of one stream gets two different
// sealed segments: one nonce has then sealed two plaintexts.
func (w *witness) Append(ctx context.Context, n blob.Name, offset int64, parts ...[]byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.see(n, offset, parts)
	if !w.dies() {
		return w.Bucket.Append(ctx, n, offset, parts...)
	}
	torn := all[:w.random.IntN(len(all)+1)]
	return errors.Join(errKilled, w.Bucket.Append(ctx, n, offset, torn))
}

func (w *witness) see(n blob.Name, offset int64, parts [][]byte) []byte {
	all := bytes.Join(parts, nil)
	if offset == 0 && len(all) >= 40 {
		w.stream[n] = string(all[:40])
	}
	for at := 0; at < len(all); at += segment {
		key := fmt.Sprint(w.stream[n], int(offset)+at)
		sum := sha256.Sum256(all[at:min(at+segment, len(all))])
		if before, ok := w.seen[key]; ok && before != sum {
			w.t.Errorf("the nonce of segment %d was used for two plaintexts", (int(offset)+at)/segment)
		}
		w.seen[key] = sum
	}
	return all
}

// volatile is a witness that writes ahead, and whose machine loses what was not
// synced when it dies.
type volatile struct {
	*witness
	b               bench
	written, synced int64
	own             *rand.Rand // of whoever holds the lock
}

func (v *volatile) Extend(ctx context.Context, n blob.Name, offset int64, parts ...[]byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := v.see(n, offset, parts)
	if v.own.IntN(12) == 0 {
		all = all[:v.own.IntN(len(all)+1)]
		v.written = offset + int64(len(all))
		return errors.Join(errKilled, v.b.disk.Extend(ctx, n, offset, all))
	}
	v.written = offset + int64(len(all))
	return v.b.disk.Extend(ctx, n, offset, parts...)
}

func (v *volatile) Sync(ctx context.Context, n blob.Name) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.own.IntN(8) == 0 {
		return errKilled
	}
	v.synced = v.written
	return v.b.disk.Sync(ctx, n)
}

// crash leaves of what was not synced a part, and zeroes in some of it.
func (v *volatile) crash(ref blob.Ref) {
	v.mu.Lock()
	defer v.mu.Unlock()
	lost := v.written - v.synced
	if lost <= 0 {
		return
	}
	left := v.synced + v.own.Int64N(lost+1)
	path := v.b.incomingPath(ref)
	if err := os.Truncate(path, left); err != nil {
		v.t.Fatal(err)
	}
	if v.own.IntN(2) == 0 {
		if err := errors.Join(os.Truncate(path, v.synced), os.Truncate(path, left)); err != nil {
			v.t.Fatal(err)
		}
	}
	v.written = left
}

// TestResumeAhead is TestResume on a machine that loses its memory when it dies.
func TestResumeAhead(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	for range 5 {
		ref, key, plain := newRef(), vault.NewKey(), content(r, 10<<20+r.IntN(16<<20))
		disk, kept := &volatile{witness: newWitness(b, r), b: b, own: rand.New(rand.NewPCG(r.Uint64(), 4))}, &row{}
		tries, furthest := 0, int64(0)
		for p := (blob.Progress{}); ; tries++ {
			if p = kept.read(); len(p.State) > 0 && complete(t, p, len(plain)) {
				break
			}
			if tries > 500 || p.Sealed < furthest {
				t.Fatalf("no end after %d tries at %d, once at %d", tries, p.Sealed, furthest)
			}
			furthest = p.Sealed
			save := kept.saver(p)
			_, err := blob.New(disk).Write(t.Context(), ref, key, int64(len(plain)), p, bytes.NewReader(plain[p.Sealed:]), func(p blob.Progress) error {
				if disk.random.IntN(20) == 0 {
					return errKilled
				}
				return save(p)
			})
			if err != nil && !errors.Is(err, errKilled) {
				t.Fatalf("try %d at %d of %d: %v", tries, p.Sealed, len(plain), err)
			}
			if err != nil {
				disk.crash(ref)
			}
		}
		t.Logf("%d bytes in %d tries", len(plain), tries)
		b.finish(ref, kept.read(), plain)
		b.mustHold(ref, key, plain)
	}
}

// TestResume uploads with cuts of the network, kills before, in and after each
// write, and a new process each time.
func TestResume(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	for range 25 {
		ref, key, plain := newRef(), vault.NewKey(), content(r, r.IntN(14<<20))
		disk, kept := newWitness(b, r), &row{}
		disk.dies = func() bool { return disk.random.IntN(6) == 0 }
		tries := 0
		for p := (blob.Progress{}); ; tries++ {
			if p = kept.read(); len(p.State) > 0 && complete(t, p, len(plain)) {
				break
			}
			if tries > 500 {
				t.Fatal("no end")
			}
			rest := plain[p.Sealed:]
			source := &dribble{rest: rest[:r.IntN(len(rest)+1)], random: r}
			if r.IntN(2) == 0 {
				source.rest = rest
			}
			if r.IntN(3) == 0 {
				source.err = errKilled
			}
			save := kept.saver(p)
			_, err := blob.New(disk).Write(t.Context(), ref, key, int64(len(plain)), p, source, func(p blob.Progress) error {
				if disk.random.IntN(8) == 0 { // killed before the database has it
					return errKilled
				}
				err := save(p)
				if disk.random.IntN(8) == 0 { // or just after
					err = errKilled
				}
				return err
			})
			if err != nil && !errors.Is(err, errKilled) {
				t.Fatalf("try %d at %d of %d: %v", tries, p.Sealed, len(plain), err)
			}
		}
		t.Logf("%d bytes in %d tries", len(plain), tries)
		b.finish(ref, kept.read(), plain)
		b.finish(ref, kept.read(), plain) // after a crash before the commit
		b.mustHold(ref, key, plain)
		if got, err := tinkOpen(t, ref, key, mustRead(t, b.path(ref))); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("Tink refuses what was resumed: %v", err)
		}
	}
}

// complete tells an empty file that is written from one that is not.
func complete(t *testing.T, p blob.Progress, size int) bool {
	t.Helper()
	var st struct{ Next int64 }
	if err := json.Unmarshal(p.State, &st); err != nil {
		t.Fatal(err)
	}
	return p.Sealed == int64(size) && st.Next > 0
}

// What was on its way to the disk when the process died may be there. Another
// text in its place is refused before it is sealed; the same one goes on.
func TestChangedAfterACrash(t *testing.T) {
	r := seeded(t)
	for _, at := range []int{0, first - 1, first, 1 << 20, first + 79*other - 1, first + 79*other, 6 << 20, 9<<20 - 1} {
		b := newBench(t)
		ref, key, plain := newRef(), vault.NewKey(), content(r, 9<<20)
		disk, kept := newWitness(b, r), &row{}
		appends, last := 0, 1
		if at >= first+79*other {
			last = 2 // the crash is in the second window
		}
		disk.dies = func() bool { appends++; return appends == last }
		write := func(text []byte) (blob.Progress, error) {
			p := kept.read()
			return blob.New(disk).Write(t.Context(), ref, key, int64(len(plain)), p, bytes.NewReader(text[p.Sealed:]), kept.saver(p))
		}
		if _, err := write(plain); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		changed := bytes.Clone(plain)
		changed[at] ^= 1
		p, err := write(changed)
		wantFault(t, "changed", err, "blob.changed")
		if !fault.Is(err, fault.Conflict) || p.Sealed > int64(at) || p.Sealed < int64(at)-other {
			t.Errorf("changed at %d: sealed up to %d, %v", at, p.Sealed, err)
		}
		if p, err = write(plain); err != nil {
			t.Fatalf("changed at %d and back: %v", at, err)
		}
		b.finish(ref, p, plain)
		b.mustHold(ref, key, plain)
	}
}

// Two processes that both believe the upload is theirs: the row decides.
func TestTwoWritersOfOneUpload(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	for range 10 {
		ref, key, kept := newRef(), vault.NewKey(), &row{}
		disk := newWitness(b, r)
		size := 7 << 20
		texts := [][]byte{content(r, size), content(r, size)}
		if r.IntN(2) == 0 { // they begin in the middle
			copy(texts[1], texts[0][:1<<20])
			if _, err := blob.New(disk).Write(t.Context(), ref, key, int64(size), blob.Progress{}, bytes.NewReader(texts[0][:1<<20]), kept.saver(blob.Progress{})); err != nil {
				t.Fatal(err)
			}
		}
		from := kept.read()
		results := make([]error, 2)
		var group sync.WaitGroup
		for i, text := range texts {
			group.Go(func() {
				_, results[i] = blob.New(disk).Write(t.Context(), ref, key, int64(size), from, bytes.NewReader(text[from.Sealed:]), kept.saver(from))
			})
		}
		group.Wait()
		won := 0
		for i, err := range results {
			if err == nil {
				won++
				b.finish(ref, kept.read(), texts[i])
				b.mustHold(ref, key, texts[i])
			} else if !errors.Is(err, errLost) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d writers won", won)
		}
	}
}

func TestShortReaderIsNoError(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	ref, key, plain := newRef(), vault.NewKey(), content(r, 1<<20)
	for _, c := range []struct{ gives, sealed int }{
		{0, 0}, {1, 0}, {first - 1, 0}, {first, first}, {first + other - 1, first}, {1<<20 - 1, first + 14*other + 0},
	} {
		kept := &row{}
		p, err := b.store.Write(t.Context(), ref, key, 1<<20, blob.Progress{}, bytes.NewReader(plain[:c.gives]), kept.saver(blob.Progress{}))
		if err != nil || p.Sealed > int64(c.gives) || int64(c.gives)-p.Sealed > other || c.gives <= first+other && p.Sealed != int64(c.sealed) {
			t.Errorf("%d bytes given, %d sealed: %v", c.gives, p.Sealed, err)
		}
		if kept.read().Sealed != p.Sealed {
			t.Errorf("%d bytes given: %d saved of %d", c.gives, kept.read().Sealed, p.Sealed)
		}
		if _, err := b.store.Finish(t.Context(), ref, p); err == nil {
			t.Errorf("finished after %d bytes", c.gives)
		}
	}
}

func TestProgressBelongsToOneUpload(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	ref, key, plain, kept := newRef(), vault.NewKey(), content(r, 1<<20), &row{}
	p, err := b.store.Write(t.Context(), ref, key, 1<<20, blob.Progress{}, bytes.NewReader(plain[:1<<19]), kept.saver(blob.Progress{}))
	if err != nil {
		t.Fatal(err)
	}
	write := func(ref blob.Ref, p blob.Progress, size int64) error {
		_, err := b.store.Write(t.Context(), ref, key, size, p, bytes.NewReader(plain[1<<19:]), func(blob.Progress) error { return nil })
		return err
	}
	wantFault(t, "another size", write(ref, p, 1<<20+1), "blob.progress")
	wantFault(t, "lost state", write(ref, blob.Progress{Sealed: p.Sealed}, 1<<20), "blob.progress")
	wantFault(t, "another position", write(ref, blob.Progress{Sealed: p.Sealed - 1, State: p.State}, 1<<20), "blob.progress")
	if err := write(newRef(), p, 1<<20); !errors.Is(err, blob.ErrMissing) {
		t.Errorf("resumed where nothing is: %v", err)
	}
	if err := os.Truncate(b.incomingPath(ref), p.Sealed/2); err != nil {
		t.Fatal(err)
	}
	if err := write(ref, p, 1<<20); !errors.Is(err, blob.ErrMissing) {
		t.Errorf("resumed on less than was durable: %v", err)
	}
	_, err = b.store.Write(t.Context(), ref, key, 1<<20, p, bytes.NewReader(nil), nil)
	wantFault(t, "resumed without save", err, "blob.progress")
}

// A stream of a terabyte, of which only the ends are written: positions beyond
// 32 bits hold. The hole is sparse.
func TestFarBeyond4GiB(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	ref, key, kept := newRef(), vault.NewKey(), &row{}
	const skipped = 1 << 24 // segments: 1 TiB
	tail := content(r, 2*other+99)
	size := int64(first) + (skipped-1)*other + int64(len(tail))
	head := content(r, first)
	p, err := b.store.Write(t.Context(), ref, key, size, p0, bytes.NewReader(head), kept.saver(p0))
	if err != nil || p.Sealed != first {
		t.Fatal(p.Sealed, err)
	}
	if err := os.Truncate(b.incomingPath(ref), skipped*segment); err != nil {
		t.Fatal(err)
	}
	var st map[string]any
	if err := json.Unmarshal(p.State, &st); err != nil {
		t.Fatal(err)
	}
	st["Next"] = skipped
	if p.State, err = json.Marshal(st); err != nil {
		t.Fatal(err)
	}
	p.Sealed = size - int64(len(tail))
	kept.progress = p
	if p, err = b.store.Write(t.Context(), ref, key, size, p, bytes.NewReader(tail), kept.saver(p)); err != nil || p.Sealed != size {
		t.Fatal(p.Sealed, err)
	}
	if _, err := b.store.Finish(t.Context(), ref, p); err != nil {
		t.Fatal(err)
	}
	reader, err := b.store.Open(t.Context(), ref, key, size)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	got := make([]byte, len(tail))
	if _, err := reader.ReadAt(got, size-int64(len(tail))); err != nil || !bytes.Equal(got, tail) {
		t.Errorf("the end of a terabyte: %v", err)
	}
	if _, err := reader.Seek(-99, io.SeekEnd); err != nil {
		t.Error(err)
	}
	if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, tail[2*other:]) {
		t.Errorf("the last bytes: %v", err)
	}
	if _, err := reader.ReadAt(got, 5<<30); !errors.Is(err, blob.ErrAltered) {
		t.Errorf("the hole: %v", err)
	}
	if matches, err := filepath.Glob(filepath.Join(filepath.Dir(b.path(ref)), "*")); err != nil || len(matches) != 1 {
		t.Error(matches, err)
	}
}

var p0 blob.Progress

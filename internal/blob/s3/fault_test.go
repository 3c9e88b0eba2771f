package s3_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"cenacle/internal/blob"
	"cenacle/internal/blob/s3"
	"cenacle/internal/blob/s3/s3test"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/seedtest"
	"cenacle/internal/vault"
)

var now = time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)

// long reports a run that may take its time.
func long() bool { return os.Getenv("CENACLE_TEST_LONG") != "" }

// seeded is a random source whose seed a failing test prints. Requests that go
// on at once may draw from it.
func seeded(t testing.TB) *rand.Rand {
	t.Helper()
	seed := seedtest.Of(t)
	return rand.New(&dice{source: rand.NewPCG(seed, 1)})
}

// dice are thrown by one at a time; a [rand.Rand] keeps nothing but its source.
type dice struct {
	mu     sync.Mutex
	source *rand.PCG
}

func (d *dice) Uint64() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.source.Uint64()
}

// world is a store whose way to the storage can be harmed, and another one that
// nothing comes between.
type world struct {
	testing.TB
	config s3.Config // the straight way
	proxy  *s3test.Proxy
	far    *blob.Store
	near   *blob.Store
	bucket *s3.Bucket // of far
}

func newWorld(t testing.TB) *world {
	t.Helper()
	c := s3test.Config(t)
	proxy, through := s3test.Between(t, c)
	far := s3test.Open(t, through)
	return &world{TB: t, config: c, proxy: proxy, bucket: far, far: blob.New(far), near: blob.New(s3test.Open(t, c))}
}

func newRef() blob.Ref {
	return blob.Ref{
		Firm: id.New[id.Firm](now), Space: id.New[id.Space](now), Document: id.New[id.Item](now),
		Version: id.New[id.Version](now), Blob: id.New[id.Blob](now),
	}
}

// file is one that a person sends.
type file struct {
	ref   blob.Ref
	key   vault.Key
	plain []byte
	saved blob.Progress // what the row would have
	done  bool          // it was acknowledged
}

func newFile(r *rand.Rand, size int) *file {
	plain := make([]byte, size)
	for i := range plain {
		plain[i] = byte(r.Uint32())
	}
	return &file{ref: newRef(), key: vault.NewKey(), plain: plain}
}

// send goes on with a file until most bytes more have come, and finishes it
// when all have.
func (f *file) send(ctx context.Context, s *blob.Store, most int) error {
	from := f.plain[f.saved.Sealed:]
	from = from[:min(len(from), most)]
	p, err := s.Write(ctx, f.ref, f.key, int64(len(f.plain)), f.saved, bytes.NewReader(from), func(p blob.Progress) error {
		f.saved = p
		return nil
	})
	if err != nil {
		return err
	}
	if f.saved = p; f.saved.Sealed < int64(len(f.plain)) {
		return nil
	}
	sum, err := s.Finish(ctx, f.ref, f.saved)
	if err != nil {
		return err
	}
	if sum != sha256.Sum256(f.plain) {
		return errors.New("finished with another sum")
	}
	f.done = true
	return nil
}

// whole reads a file and compares it.
func (f *file) whole(ctx context.Context, s *blob.Store) error {
	r, err := s.Open(ctx, f.ref, f.key, int64(len(f.plain)))
	if err != nil {
		return err
	}
	var got bytes.Buffer
	_, err = r.CopyTo(&got, r.Size())
	if err := errors.Join(err, r.Close()); err != nil {
		return err
	}
	if !bytes.Equal(got.Bytes(), f.plain) {
		return errors.New("other bytes")
	}
	return nil
}

// away demands the answer for a storage that is away.
func (w *world) away(what string, err error) {
	w.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Unavailable || f.RetryAfter <= 0 {
		w.Errorf("%s: %v, want unavailable with the time to come again", what, err)
	}
}

// settled demands that a file is there whole if it was acknowledged, and whole
// or not at all if it was not.
func (w *world) settled(f *file) {
	w.Helper()
	err := f.whole(w.Context(), w.near)
	if err != nil && (f.done || !errors.Is(err, blob.ErrMissing)) {
		w.Errorf("%d bytes, acknowledged %v: %v", len(f.plain), f.done, err)
	}
}

// clean demands that nothing is left in the bucket but finished blobs, once what
// is on its way was given up.
func (w *world) clean(files ...*file) {
	w.Helper()
	for _, f := range files {
		err := w.near.Each(w.Context(), f.ref.Firm, blob.Incoming, func(b id.Blob) error {
			return w.near.Discard(w.Context(), blob.Ref{Firm: f.ref.Firm, Blob: b})
		})
		if err != nil {
			w.Error(err)
		}
	}
	core := s3test.Client(w, w.config)
	for o := range core.ListObjectsIter(w.Context(), w.config.Bucket, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil || !strings.Contains(o.Key, "/blobs/") {
			w.Errorf("left behind: %s %v", o.Key, o.Err)
		}
	}
	left, err := core.ListMultipartUploads(w.Context(), w.config.Bucket, "", "", "", "", 1000)
	if err != nil || len(left.Uploads) > 0 {
		w.Errorf("uploads left behind: %v, %v", left.Uploads, err)
	}
}

// sizes of files: none, a part of a segment, of a window, whole windows, more.
func size(r *rand.Rand) int {
	all := []int{0, 1, 70_000, 3 << 20, blob.Window - 136, blob.Window, 2*blob.Window + 300_000}
	if n := r.IntN(len(all) + 1); n < len(all) {
		return all[n]
	}
	return r.IntN(12 << 20)
}

// TestHA03_Harm is HA-03: a third of all requests fails in one way or in any.
func TestHA03_Harm(t *testing.T) {
	any := []s3test.Harm{s3test.Refuse, s3test.CutRequest, s3test.CutAnswer, s3test.LoseAnswer}
	for name, harms := range map[string][]s3test.Harm{
		"30 % of 503": any[:1], "cut on the way there": any[1:2], "cut on the way back": any[2:3], "done and not told": any[3:], "any": any,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, r := newWorld(t), seeded(t)
			harm := rand.New(rand.NewPCG(r.Uint64(), 2))
			w.proxy.Do(func(*http.Request) s3test.Harm {
				if harm.IntN(10) < 3 {
					return harms[harm.IntN(len(harms))]
				}
				return s3test.None
			})
			n := 6
			if long() {
				n = 200
			}
			w.storm(r, n)
			if w.bucket.Stats().Retries == 0 {
				t.Error("nothing was tried again")
			}
		})
	}
}

// storm sends and reads files through the harm, several at once.
func (w *world) storm(r *rand.Rand, n int) {
	files := make([]*file, n)
	chances := make([]uint64, n)
	for i := range files {
		files[i], chances[i] = newFile(r, size(r)), r.Uint64()
	}
	var all sync.WaitGroup
	turns := make(chan struct{}, 4)
	for i, f := range files {
		all.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			w.brave(f, rand.New(rand.NewPCG(chances[i], 3)))
		})
	}
	all.Wait()
	w.proxy.Do(func(*http.Request) s3test.Harm { return s3test.None })
	for _, f := range files {
		w.settled(f)
	}
	w.clean(files...)
}

// brave sends a file as a person does who comes again, and reads it.
func (w *world) brave(f *file, r *rand.Rand) {
	ctx := w.Context()
	for range 50 {
		if f.done {
			break
		}
		if err := f.send(ctx, w.far, 1+r.IntN(8<<20)); err != nil {
			w.away("send", err)
		}
	}
	if !f.done {
		w.Errorf("%d bytes were never taken, %d were", len(f.plain), f.saved.Sealed)
		return
	}
	if err := f.whole(ctx, w.far); err != nil {
		w.away("read", err)
	}
}

// A small file is put at once; nobody hears that it was.
func TestHA03_LostAnswerOfPut(t *testing.T) {
	w, r := newWorld(t), seeded(t)
	lost := 0
	w.proxy.Do(func(r *http.Request) s3test.Harm {
		if lost++; r.Method == http.MethodPut && lost == 1 {
			return s3test.LoseAnswer
		}
		return s3test.None
	})
	f := newFile(r, 100_000)
	if _, err := w.far.Put(t.Context(), f.ref, f.key, f.plain); err != nil {
		t.Errorf("Put whose answer was lost: %v", err)
	}
	f.done = true
	w.settled(f)
}

// TestHA03_Down is HA-03: the storage is away for a while, in the middle of
// uploads.
func TestHA03_Down(t *testing.T) {
	w, r := newWorld(t), seeded(t)
	away := 6 * time.Second
	if long() {
		away = time.Minute
	}
	files := make([]*file, 4)
	for i := range files {
		files[i] = newFile(r, 3*blob.Window+i*100_000)
		if err := files[i].send(t.Context(), w.far, blob.Window+1+i*500_000); err != nil {
			t.Fatal(err)
		}
	}
	kept := newFile(r, 300_000)
	if err := kept.send(t.Context(), w.far, len(kept.plain)); err != nil {
		t.Fatal(err)
	}
	w.proxy.Down(true)
	back := time.AfterFunc(away, func() { w.proxy.Down(false) })
	defer back.Stop()
	refused := false
	for {
		err := kept.whole(t.Context(), w.far)
		if err == nil {
			break // it is back
		}
		refused = true
		w.away("read", err)
	}
	if !refused {
		t.Error("the storage was never away")
	}
	for _, f := range files {
		if err := f.send(t.Context(), w.far, len(f.plain)); err != nil {
			t.Errorf("once it is back: %v", err)
		}
		w.settled(f)
	}
	w.clean(files...)
}

// While the storage is away or slow, what uploads hold is bounded.
func TestHA03_Memory(t *testing.T) {
	w, r := newWorld(t), seeded(t)
	const most = 64 << 20
	warm := newFile(r, 2*blob.Window)
	if err := warm.send(t.Context(), w.far, len(warm.plain)); err != nil {
		t.Fatal(err)
	}
	w.proxy.Delay(300 * time.Millisecond)
	var all sync.WaitGroup
	ended, peak, before := make(chan struct{}), uint64(0), heap()
	for range 4 {
		all.Go(func() {
			f, size := newFile(r0(), 0), int64(6*blob.Window)
			_, err := w.far.Write(t.Context(), f.ref, f.key, size, blob.Progress{}, io.LimitReader(zeros{}, size), func(blob.Progress) error { return nil })
			if err != nil {
				t.Error(err)
			}
		})
	}
	go func() {
		all.Wait()
		close(ended)
	}()
	for running := true; running; {
		select {
		case <-ended:
			running = false
		case <-time.After(50 * time.Millisecond):
			peak = max(peak, heap())
		}
	}
	t.Logf("four uploads through a slow storage: %d MiB more", (int64(peak)-int64(before))>>20)
	if peak > before+most {
		t.Errorf("%d MiB more than before", (peak-before)>>20)
	}
}

func r0() *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// heap is what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// Reading goes on by itself where a connection broke, and never gives a wrong
// byte.
func TestHA03_WrongBytes(t *testing.T) {
	w, r := newWorld(t), seeded(t)
	f := newFile(r, 2*blob.Window+1000)
	if err := f.send(t.Context(), w.far, len(f.plain)); err != nil {
		t.Fatal(err)
	}
	w.proxy.Do(func(r *http.Request) s3test.Harm {
		if r.Method == http.MethodGet {
			return s3test.Garble
		}
		return s3test.None
	})
	s, err := w.far.Open(t.Context(), f.ref, f.key, int64(len(f.plain)))
	var got bytes.Buffer
	if err == nil {
		_, err = s.CopyTo(&got, s.Size())
		err = errors.Join(err, s.Close())
	}
	if !errors.Is(err, blob.ErrAltered) || !bytes.HasPrefix(f.plain, got.Bytes()) {
		t.Errorf("%d bytes of which some are wrong: %v", got.Len(), err)
	}
}

// What waits of a window is compared before it goes into the object.
func TestHA03_WrongBytesOfATail(t *testing.T) {
	w, r := newWorld(t), seeded(t)
	f := newFile(r, blob.Window+500_000)
	if err := f.send(t.Context(), w.far, blob.Window+200_000); err != nil {
		t.Fatal(err)
	}
	garbled := 0
	w.proxy.Do(func(r *http.Request) s3test.Harm {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/incoming/") && garbled < 2 {
			garbled++
			return s3test.Garble
		}
		return s3test.None
	})
	if err := f.send(t.Context(), w.far, len(f.plain)); err != nil {
		t.Fatal(err)
	}
	if garbled == 0 {
		t.Error("nothing was garbled")
	}
	w.settled(f)
	w.clean(f)
}

// TestRanges: a person who reads from front to back costs a few requests, one
// who looks at a piece costs that piece.
func TestRanges(t *testing.T) {
	w, r := newWorld(t), seeded(t)
	f := newFile(r, 6*blob.Window)
	if err := f.send(t.Context(), w.far, len(f.plain)); err != nil {
		t.Fatal(err)
	}
	before := w.proxy.Requests()
	if err := f.whole(t.Context(), w.far); err != nil {
		t.Fatal(err)
	}
	if n := w.proxy.Requests() - before; n > 3 {
		t.Errorf("%d requests for one reading", n)
	}
	s, err := w.far.Open(t.Context(), f.ref, f.key, int64(len(f.plain)))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 50 {
		at, n := r.IntN(len(f.plain)), 1+r.IntN(200_000)
		n = min(n, len(f.plain)-at)
		got := make([]byte, n)
		if _, err := s.ReadAt(got, int64(at)); err != nil || !bytes.Equal(got, f.plain[at:at+n]) {
			t.Fatalf("%d bytes at %d: %v", n, at, err)
		}
	}
	var readers sync.WaitGroup
	for i := range 8 {
		readers.Go(func() {
			at := i * len(f.plain) / 8
			got, err := io.ReadAll(io.NewSectionReader(s, int64(at), 400_000))
			if err != nil || !bytes.Equal(got, f.plain[at:at+400_000]) {
				t.Error(fmt.Errorf("reader %d: %w", i, err))
			}
		})
	}
	readers.Wait()
}

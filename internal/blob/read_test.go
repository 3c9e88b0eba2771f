package blob_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"cenacle/internal/blob"
	"cenacle/internal/vault"
)

// Any sequence of reads and seeks gives what a plain reader gives.
func TestRangesAgainstPlain(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	for _, size := range []int{0, 1, first - 1, first, first + 1, first + other, first + 5*other + 4321} {
		ref, key, plain := newRef(), vault.NewKey(), content(r, size)
		b.put(ref, key, plain)
		ours, want := b.open(ref, key, size), bytes.NewReader(plain)
		for i := range 400 {
			switch r.IntN(4) {
			case 0:
				at := r.Int64N(int64(size) + 70_000)
				whence := r.IntN(3)
				if whence == io.SeekEnd {
					at = -at
				}
				gotAt, gotErr := ours.Seek(at, whence)
				wantAt, wantErr := want.Seek(at, whence)
				if gotAt != wantAt || (gotErr == nil) != (wantErr == nil) {
					t.Fatalf("step %d: Seek(%d, %d) = %d, %v; want %d, %v", i, at, whence, gotAt, gotErr, wantAt, wantErr)
				}
			case 1:
				at, got, exp := r.Int64N(int64(size)+100), make([]byte, r.IntN(200_000)), make([]byte, 200_000)
				n, err := ours.ReadAt(got, at)
				m, wantErr := want.ReadAt(exp[:len(got)], at)
				if len(got) == 0 { // nothing asked: both answers are right
					wantErr = err
				}
				if n != m || !errors.Is(err, wantErr) || !bytes.Equal(got[:n], exp[:m]) {
					t.Fatalf("step %d: ReadAt(%d, %d) = %d, %v; want %d, %v", i, len(got), at, n, err, m, wantErr)
				}
			default:
				length := r.IntN(200_000)
				got, exp := make([]byte, length), make([]byte, length)
				n, err := io.ReadFull(ours, got)
				m, wantErr := io.ReadFull(want, exp)
				if n != m || !errors.Is(err, wantErr) || !bytes.Equal(got[:n], exp[:m]) {
					t.Fatalf("step %d: Read(%d) = %d, %v; want %d, %v", i, length, n, err, m, wantErr)
				}
			}
		}
	}
}

func TestReaderContract(t *testing.T) {
	b := newBench(t)
	ref, key := newRef(), vault.NewKey()
	plain := content(seeded(t), 3000) // it reads byte by byte; borders have their own test
	b.put(ref, key, plain)
	reader := b.open(ref, key, len(plain))
	if err := iotest.TestReader(reader, plain); err != nil {
		t.Error(err)
	}
	if reader.Size() != int64(len(plain)) {
		t.Errorf("Size = %d", reader.Size())
	}
	for range 2 {
		if err := reader.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if _, err := reader.Read(make([]byte, 1)); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Read after Close: %v", err)
	}
	if _, err := reader.ReadAt(make([]byte, 1), 0); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("ReadAt after Close: %v", err)
	}
}

func TestServeContent(t *testing.T) {
	b := newBench(t)
	ref, key := newRef(), vault.NewKey()
	plain := content(seeded(t), first+3*other+500)
	b.put(ref, key, plain)
	serve := func(header string, content io.ReadSeeker) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Range", header)
		http.ServeContent(w, r, "", time.Time{}, content)
		return w
	}
	for _, header := range []string{
		"", "bytes=0-0", "bytes=0-", "bytes=65479-65480", "bytes=65480-65480", "bytes=100000-200000", "bytes=-1", "bytes=-70000",
		"bytes=262539-", "bytes=262540-", "bytes=5-4",
	} {
		got, want := serve(header, b.open(ref, key, len(plain))), serve(header, bytes.NewReader(plain))
		if got.Code != want.Code || !bytes.Equal(got.Body.Bytes(), want.Body.Bytes()) ||
			got.Header().Get("Content-Range") != want.Header().Get("Content-Range") {
			t.Errorf("%q: %d, %s; want %d, %s", header, got.Code, got.Header(), want.Code, want.Header())
		}
	}
}

func TestAtOnce(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	ref, key, plain := newRef(), vault.NewKey(), content(r, 3<<20)
	b.put(ref, key, plain)
	reader := b.open(ref, key, len(plain))
	texts := make([][]byte, 4)
	for i := range texts {
		texts[i] = content(r, 6<<20+i)
	}
	var group sync.WaitGroup
	for i, text := range texts {
		group.Go(func() { // several uploads
			ref, key := newRef(), vault.NewKey()
			p, err := b.store.Write(t.Context(), ref, key, int64(len(text)), blob.Progress{}, bytes.NewReader(text), nil)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := b.store.Finish(t.Context(), ref, p); err != nil {
				t.Error(err)
			}
			got, err := b.deliver(ref, key, len(text))
			if err != nil || !bytes.Equal(got, text) {
				t.Errorf("upload %d: %v", i, err)
			}
		})
		group.Go(func() { // and one reader for several
			got := make([]byte, 300_000)
			for at := i * 1000; at < len(plain); at += 250_000 {
				n, err := reader.ReadAt(got, int64(at))
				if err != nil && !errors.Is(err, io.EOF) || !bytes.Equal(got[:n], plain[at:at+n]) {
					t.Errorf("ReadAt %d: %v", at, err)
				}
			}
		})
	}
	group.Wait()
}

// heap is what is in use after what nobody refers to has been freed.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// endless gives n bytes and measures the heap on the way.
type endless struct {
	left, given, peak int64
}

func (e *endless) Read(p []byte) (int, error) {
	n := int(min(int64(len(p)), e.left))
	e.left -= int64(n)
	if e.given += int64(n); e.given > 4<<20 {
		e.given, e.peak = 0, max(e.peak, heap())
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func TestMemoryOfAWriteIsBounded(t *testing.T) {
	b := newBench(t)
	const size = 96 << 20
	write := func(source io.Reader) {
		p, err := b.store.Write(t.Context(), newRef(), vault.NewKey(), size, blob.Progress{}, source, func(blob.Progress) error { return nil })
		if err != nil || p.Sealed != size {
			t.Fatal(p.Sealed, err)
		}
	}
	source, base := &endless{left: size}, heap()
	write(source)
	if source.peak-base > 8<<20 {
		t.Errorf("%d KiB in use during a write", (source.peak-base)>>10)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	write(&endless{left: size, given: -size}) // without the measuring, which empties the pools
	runtime.ReadMemStats(&after)
	total := after.TotalAlloc - before.TotalAlloc
	if total > 16<<20 {
		t.Errorf("%d KiB allocated by a write of %d MiB", total>>10, size>>20)
	}
	t.Logf("peak %d KiB, allocated %d KiB", (source.peak-base)>>10, total>>10)
}

func TestMemoryOfAReadIsBounded(t *testing.T) {
	b := newBench(t)
	ref, key, plain := newRef(), vault.NewKey(), make([]byte, 32<<20)
	b.put(ref, key, plain)
	reader := b.open(ref, key, len(plain))
	allocated := testing.AllocsPerRun(3, func() {
		if _, err := reader.Seek(0, io.SeekStart); err != nil {
			t.Error(err)
		}
		if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, reader, make([]byte, 32<<10)); err != nil {
			t.Error(err)
		}
	})
	if allocated > 600 { // 513 segments
		t.Errorf("%v allocations for 32 MiB", allocated)
	}
}

// FuzzReader: whatever lies in the bucket, a reader gives what Tink gives or an
// error, and never more than the size it was opened with.
func FuzzReader(f *testing.F) {
	var raw [vault.KeySize]byte
	copy(raw[:], "a key for fuzzing, never a secret")
	key, ref := vault.KeyOf(raw), blob.Ref{
		Firm: "01jd00000000000000000000fm", Space: "01jd000000000000000000spce",
		Document: "01jd000000000000000000d0c0", Version: "01jd0000000000000000000ver", Blob: "01jd00000000000000000b10b0",
	}
	b := newBench(f)
	b.put(ref, key, nil) // makes the folders
	for _, plain := range []string{"", "x", "Pièce n° 3", string(make([]byte, first)), string(make([]byte, first+1))} {
		sealed := tinkSeal(f, ref, key, []byte(plain))
		f.Add(sealed, int64(len(plain)))
		f.Add(sealed, int64(len(plain))+1)
		f.Add(sealed[:40], int64(-16))
	}
	f.Add([]byte{}, int64(1)<<62)
	store, path := b.store, b.path(ref)
	f.Fuzz(func(t *testing.T, sealed []byte, size int64) {
		if err := os.WriteFile(path, sealed, 0o600); err != nil {
			t.Fatal(err)
		}
		reader, err := store.Open(t.Context(), ref, key, size)
		if err != nil {
			if !errors.Is(err, blob.ErrAltered) {
				t.Errorf("Open: %v", err)
			}
			return
		}
		got, err := io.ReadAll(reader)
		truth, oracleErr := tinkOpen(t, ref, key, sealed)
		if err == nil && (oracleErr != nil || !bytes.Equal(got, truth)) || err != nil && !errors.Is(err, blob.ErrAltered) || int64(len(got)) > size {
			t.Errorf("%d bytes sealed, opened as %d: %d bytes, %v; Tink: %d, %v", len(sealed), size, len(got), err, len(truth), oracleErr)
		}
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
	})
}

// FuzzProgress: a state from a damaged row ends in an error, never worse.
func FuzzProgress(f *testing.F) {
	b := newBench(f)
	ref, key := newRef(), vault.NewKey()
	var p blob.Progress
	p, err := b.store.Write(f.Context(), ref, key, 1<<20, p, bytes.NewReader(make([]byte, 1<<18)), func(blob.Progress) error { return nil })
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.State, p.Sealed)
	f.Add([]byte("{}"), int64(0))
	f.Add(fmt.Appendf(nil, `{"Next":%d,"Size":9223372036854775807}`, int64(1)<<62), int64(-1))
	f.Fuzz(func(t *testing.T, state []byte, sealed int64) {
		p := blob.Progress{Sealed: sealed, State: state}
		if _, err := b.store.Finish(t.Context(), ref, p); err == nil {
			t.Error("finished what is not complete")
		}
		got, err := b.store.Write(t.Context(), newRef(), key, 1<<20, p, bytes.NewReader(nil), func(blob.Progress) error { return nil })
		if got.Sealed != sealed || err == nil && (sealed < 0 || sealed > 1<<20) {
			t.Errorf("begun at %d: %d, %v", sealed, got.Sealed, err)
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	for _, size := range []int64{10 << 10, 4 << 20, 256 << 20} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			house := newBench(b)
			b.SetBytes(size)
			for b.Loop() {
				ref := newRef()
				p, err := house.store.Write(b.Context(), ref, vault.NewKey(), size, blob.Progress{}, &endless{left: size, given: -size}, func(blob.Progress) error { return nil })
				if err != nil {
					b.Fatal(err)
				}
				if _, err := house.store.Finish(b.Context(), ref, p); err != nil {
					b.Fatal(err)
				}
				if err := house.store.Remove(b.Context(), ref); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	house := newBench(b)
	ref, key := newRef(), vault.NewKey()
	const size = 64 << 20
	house.put(ref, key, make([]byte, size))
	for _, buffer := range []int{32 << 10, 256 << 10} {
		b.Run(fmt.Sprintf("sequential/%dKiB", buffer>>10), func(b *testing.B) {
			b.SetBytes(size)
			page := make([]byte, buffer)
			for b.Loop() {
				r := house.open(ref, key, size)
				if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, page); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("open+64KiB", func(b *testing.B) {
		b.SetBytes(64 << 10)
		page, at := make([]byte, 64<<10), int64(0)
		for b.Loop() {
			r, err := house.store.Open(b.Context(), ref, key, size)
			if err != nil {
				b.Fatal(err)
			}
			at = (at + 7_654_321) % (size - 64<<10)
			if _, err := r.ReadAt(page, at); err != nil {
				b.Fatal(err)
			}
			if err := r.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestCopyTo: any part of any size, as reading it gives it.
func TestCopyTo(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	for _, size := range append(edges(r), 700_000, 2_000_000) {
		ref, key, plain := newRef(), vault.NewKey(), content(r, size)
		b.put(ref, key, plain)
		reader := b.open(ref, key, size)
		for range 12 {
			from := r.Int64N(int64(size) + 1)
			n := r.Int64N(int64(size) + 2)
			if _, err := reader.Seek(from, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			want := plain[from:min(int64(size), from+n)]
			if k, err := reader.CopyTo(&out, n); err != nil || k != int64(len(want)) || !bytes.Equal(out.Bytes(), want) {
				t.Fatalf("%d of %d from %d: %d bytes, %v", n, size, from, k, err)
			}
			next := plain[min(int64(size), from+n):]
			got := make([]byte, min(len(next), 100))
			if _, err := io.ReadFull(reader, got); err != nil || !bytes.Equal(got, next[:len(got)]) {
				t.Fatalf("reading on after %d of %d from %d: %v", n, size, from, err)
			}
		}
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
		if _, err := reader.CopyTo(io.Discard, 1); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
}

// A segment that was altered ends the copy, after all that comes before it; so
// does a reader who goes away.
func TestCopyToEnds(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	ref, key, plain := newRef(), vault.NewKey(), content(r, 2_000_000)
	b.put(ref, key, plain)
	path := b.path(ref)
	raw := mustRead(t, path)
	for _, hurt := range []int{1, 2, 3, 17, 30} {
		changed := bytes.Clone(raw)
		changed[hurt*segment+7] ^= 1
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		reader := b.open(ref, key, len(plain))
		var out bytes.Buffer
		good := first + (hurt-1)*other
		if n, err := reader.CopyTo(&out, int64(len(plain))); !errors.Is(err, blob.ErrAltered) || n != int64(good) || !bytes.Equal(out.Bytes(), plain[:good]) {
			t.Errorf("segment %d altered: %d bytes, %v, want %d", hurt, n, err, good)
		}
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	reader := b.open(ref, key, len(plain))
	gone := errors.New("gone")
	if n, err := reader.CopyTo(&limited{left: 300_000, err: gone}, int64(len(plain))); !errors.Is(err, gone) || n != 300_000 {
		t.Errorf("a writer that fails: %d, %v", n, err)
	}
	if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, plain[300_000:]) {
		t.Errorf("the rest after it: %d bytes, %v", len(got), err)
	}
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
}

// limited takes some bytes and fails then.
type limited struct {
	left int
	err  error
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	if n < len(p) {
		return n, l.err
	}
	return n, nil
}

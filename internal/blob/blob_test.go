package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"

	"cenacle/internal/blob"
	"cenacle/internal/id"
	"cenacle/internal/seedtest"
	"cenacle/internal/vault"
)

var now = time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)

// bench is a store on a disk of its own.
type bench struct {
	testing.TB
	dir   string
	disk  *blob.Disk
	store *blob.Store
}

func newBench(t testing.TB) bench {
	t.Helper()
	dir := t.TempDir()
	disk, err := blob.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := disk.Close(); err != nil {
			t.Error(err)
		}
	})
	return bench{TB: t, dir: dir, disk: disk, store: blob.New(disk)}
}

func newRef() blob.Ref {
	return blob.Ref{
		Firm: id.New[id.Firm](now), Space: id.New[id.Space](now), Document: id.New[id.Item](now),
		Version: id.New[id.Version](now), Blob: id.New[id.Blob](now),
	}
}

// path is where a finished blob stands.
func (b bench) path(ref blob.Ref) string {
	name := string(ref.Blob)
	return filepath.Join(b.dir, "firms", string(ref.Firm), "blobs", name[25:], name)
}

func (b bench) incomingPath(ref blob.Ref) string {
	return filepath.Join(b.dir, "firms", string(ref.Firm), "incoming", string(ref.Blob))
}

// put writes and finishes a whole blob.
func (b bench) put(ref blob.Ref, key vault.Key, plain []byte) {
	b.Helper()
	p, err := b.store.Write(b.Context(), ref, key, int64(len(plain)), blob.Progress{}, bytes.NewReader(plain), nil)
	if err != nil {
		b.Fatalf("write %d bytes: %v", len(plain), err)
	}
	b.finish(ref, p, plain)
}

func (b bench) finish(ref blob.Ref, p blob.Progress, plain []byte) {
	b.Helper()
	if p.Sealed != int64(len(plain)) {
		b.Errorf("%d of %d bytes sealed", p.Sealed, len(plain))
	}
	sum, err := b.store.Finish(b.Context(), ref, p)
	if err != nil {
		b.Fatalf("finish %d bytes: %v", len(plain), err)
	}
	if sum != sha256.Sum256(plain) {
		b.Errorf("wrong sum of %d bytes", len(plain))
	}
}

func (b bench) open(ref blob.Ref, key vault.Key, size int) *blob.Reader {
	b.Helper()
	r, err := b.store.Open(b.Context(), ref, key, int64(size))
	if err != nil {
		b.Fatalf("open %d bytes: %v", size, err)
	}
	b.Cleanup(func() {
		if err := r.Close(); err != nil {
			b.Error(err)
		}
	})
	return r
}

func (b bench) mustHold(ref blob.Ref, key vault.Key, plain []byte) {
	b.Helper()
	got, err := io.ReadAll(b.open(ref, key, len(plain)))
	if err != nil || !bytes.Equal(got, plain) {
		b.Errorf("read %d of %d bytes, equal %v, %v", len(got), len(plain), bytes.Equal(got, plain), err)
	}
}

// seeded is a random source whose seed a failing test prints.
func seeded(t testing.TB) *rand.Rand {
	t.Helper()
	return rand.New(rand.NewPCG(seedtest.Of(t), 1))
}

func content(r *rand.Rand, n int) []byte {
	out := make([]byte, n+8)
	for i := 0; i < n; i += 8 {
		binary.LittleEndian.PutUint64(out[i:], r.Uint64())
	}
	return out[:n]
}

const (
	segment = 64 << 10
	first   = segment - 40 - 16 // plaintext of segment 0
	other   = segment - 16      // and of the others
)

// edges are the sizes where something changes.
func edges(r *rand.Rand) []int {
	sizes := []int{0, 1, 2, 100}
	for _, segments := range []int{1, 2, 3, 40, 41, 80, 81, 121, 161} {
		for d := -1; d <= 1; d++ {
			sizes = append(sizes, first+(segments-1)*other+d)
		}
	}
	for range 4 {
		sizes = append(sizes, r.IntN(12<<20))
	}
	return sizes
}

// oracle is Tink's own implementation of the format.
func oracle(t testing.TB, key vault.Key) *subtle.AESGCMHKDF {
	t.Helper()
	raw := key.Bytes()
	a, err := subtle.NewAESGCMHKDF(raw[:], "SHA256", 32, segment, 0)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// associated is the associated data, written here a second time on purpose.
func associated(ref blob.Ref) []byte {
	var out bytes.Buffer
	for _, s := range []string{string(ref.Firm), string(ref.Space), string(ref.Document), string(ref.Version)} {
		out.Write([]byte{0, 0, 0, byte(len(s))})
		out.WriteString(s)
	}
	return out.Bytes()
}

func tinkSeal(t testing.TB, ref blob.Ref, key vault.Key, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := oracle(t, key).NewEncryptingWriter(&out, associated(ref))
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Write(plain)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func tinkOpen(t testing.TB, ref blob.Ref, key vault.Key, sealed []byte) ([]byte, error) {
	t.Helper()
	r, err := oracle(t, key).NewDecryptingReader(bytes.NewReader(sealed), associated(ref))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// place puts sealed bytes into the bucket as a finished blob.
func (b bench) place(ref blob.Ref, sealed []byte) {
	b.Helper()
	n := blob.Name{Firm: ref.Firm, Blob: ref.Blob}
	if err := b.disk.Append(b.Context(), n, 0, sealed); err != nil {
		b.Fatal(err)
	}
	if err := b.disk.Finish(b.Context(), n, int64(len(sealed))); err != nil {
		b.Fatal(err)
	}
}

func TestTinkReadsOurs(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	for _, size := range edges(r) {
		ref, key, plain := newRef(), vault.NewKey(), content(r, size)
		b.put(ref, key, plain)
		got, err := tinkOpen(t, ref, key, mustRead(t, b.path(ref)))
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("Tink reads %d of %d bytes: %v", len(got), size, err)
		}
		b.mustHold(ref, key, plain)
	}
}

func TestWeReadTinks(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	for _, size := range edges(r) {
		ref, key, plain := newRef(), vault.NewKey(), content(r, size)
		b.place(ref, tinkSeal(t, ref, key, plain))
		b.mustHold(ref, key, plain)
	}
}

// A reader of unknown length, which gives its bytes as it likes.
func TestPut(t *testing.T) {
	b := newBench(t)
	r := seeded(t)
	for _, size := range edges(r) {
		ref, key, plain := newRef(), vault.NewKey(), content(r, size)
		sum, err := b.store.Put(t.Context(), ref, key, plain)
		if err != nil || sum != sha256.Sum256(plain) {
			t.Fatalf("%d bytes: %x, %v", size, sum, err)
		}
		b.mustHold(ref, key, plain)
		if got, err := tinkOpen(t, ref, key, mustRead(t, b.path(ref))); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("Tink reads %d of %d bytes: %v", len(got), size, err)
		}
		if _, err := b.store.Put(t.Context(), ref, vault.NewKey(), plain); !errors.Is(err, fs.ErrExist) {
			t.Errorf("Put over a blob: %v", err)
		}
	}
}

func TestWriteOfUnknownSize(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	for _, size := range edges(r) {
		ref, key, plain := newRef(), vault.NewKey(), content(r, size)
		source := &dribble{rest: plain, random: r}
		p, err := b.store.Write(t.Context(), ref, key, blob.Unknown, blob.Progress{}, source, nil)
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		b.finish(ref, p, plain)
		b.mustHold(ref, key, plain)
		if _, err := tinkOpen(t, ref, key, mustRead(t, b.path(ref))); err != nil {
			t.Errorf("Tink refuses %d bytes: %v", size, err)
		}
	}
}

// A connection that is cut is no end of the file.
func TestWriteOfUnknownSizeCut(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	for _, size := range []int{0, 1, first, first + 1, 3 << 20, 6 << 20} {
		source := &dribble{rest: content(r, size), random: r, err: io.ErrUnexpectedEOF}
		p, err := b.store.Write(t.Context(), newRef(), vault.NewKey(), blob.Unknown, blob.Progress{}, source, nil)
		if !errors.Is(err, io.ErrUnexpectedEOF) || len(p.State) > 0 {
			t.Errorf("%d bytes and a cut: %d sealed, %v", size, p.Sealed, err)
		}
	}
}

// dribble reads in pieces of random sizes and fails at its end with err, or
// io.EOF, sometimes together with the last bytes.
type dribble struct {
	rest   []byte
	random *rand.Rand
	err    error
}

func (d *dribble) Read(p []byte) (int, error) {
	n := copy(p[:min(len(p), 1+d.random.IntN(200_000))], d.rest)
	d.rest = d.rest[n:]
	if len(d.rest) > 0 || (n > 0 && d.random.IntN(2) == 0) {
		return n, nil
	}
	if d.err != nil {
		return n, d.err
	}
	return n, io.EOF
}

func TestWriteRefuses(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	save := func(blob.Progress) error { return nil }
	for _, size := range []int{0, 1, first, first + 1, 3 << 20, 6 << 20} {
		for _, save := range []func(blob.Progress) error{nil, save} {
			plain := content(r, size+1)
			_, err := b.store.Write(t.Context(), newRef(), vault.NewKey(), int64(size), blob.Progress{}, bytes.NewReader(plain), save)
			wantFault(t, fmt.Sprintf("one byte more than %d", size), err, "blob.longer")
		}
	}
	write := func(key vault.Key, size int64, p blob.Progress, save func(blob.Progress) error) error {
		_, err := b.store.Write(t.Context(), newRef(), key, size, p, bytes.NewReader(nil), save)
		return err
	}
	wantFault(t, "too large", write(vault.NewKey(), blob.MaxSize+1, blob.Progress{}, nil), "blob.too_large")
	wantFault(t, "negative", write(vault.NewKey(), -2, blob.Progress{}, nil), "blob.progress")
	wantFault(t, "resumable without a size", write(vault.NewKey(), blob.Unknown, blob.Progress{}, save), "blob.progress")
	wantFault(t, "strange state", write(vault.NewKey(), 5, blob.Progress{State: []byte("{")}, save), "blob.progress")
	if err := write(vault.Key{}, 5, blob.Progress{}, nil); err == nil {
		t.Error("written without a key")
	}
}

func TestNoPlaintextOnDisk(t *testing.T) {
	b := newBench(t)
	ref, key := newRef(), vault.NewKey()
	plain := bytes.Repeat([]byte("Maître Delmas plaidera le 3 mars. "), 100_000)
	var states [][]byte
	p, err := b.store.Write(t.Context(), ref, key, int64(len(plain))+1, blob.Progress{}, bytes.NewReader(plain), func(p blob.Progress) error {
		states = append(states, p.State)
		return nil
	})
	if err != nil || p.Sealed == 0 {
		t.Fatal(p.Sealed, err)
	}
	for _, raw := range append(states, mustRead(t, b.incomingPath(ref))) {
		if bytes.Contains(raw, []byte("Delmas")) {
			t.Error("plaintext in what is kept")
		}
	}
}

func TestCancelKeepsWhatWasRead(t *testing.T) {
	b := newBench(t)
	r := seeded(t)
	ref, key, plain := newRef(), vault.NewKey(), content(r, 20<<20)
	ctx, cancel := context.WithCancel(t.Context())
	source := io.MultiReader(bytes.NewReader(plain[:9<<20]), readerFunc(func([]byte) (int, error) {
		cancel()
		return 0, ctx.Err()
	}))
	var saved blob.Progress
	save := func(p blob.Progress) error { saved = p; return nil }
	p, err := b.store.Write(ctx, ref, key, int64(len(plain)), blob.Progress{}, source, save)
	if !errors.Is(err, context.Canceled) || p.Sealed < 9<<20-segment || saved.Sealed != p.Sealed {
		t.Fatalf("kept %d, saved %d, %v", p.Sealed, saved.Sealed, err)
	}
	p, err = b.store.Write(t.Context(), ref, key, int64(len(plain)), saved, bytes.NewReader(plain[saved.Sealed:]), save)
	if err != nil {
		t.Fatal(err)
	}
	b.finish(ref, p, plain)
	b.mustHold(ref, key, plain)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// A writer that slept through the end of its upload makes it arrive anew. What is
// finished stays, what arrived again goes, unless it is not the same text.
func TestSettle(t *testing.T) {
	b, key, plain := newBench(t), vault.NewKey(), bytes.Repeat([]byte("pièce "), 20_000)
	for _, c := range []struct {
		late []byte
		same bool
	}{{plain, true}, {bytes.Repeat([]byte("autres "), 20_000), false}} {
		ref := newRef()
		b.put(ref, key, plain)
		p, err := b.store.Write(t.Context(), ref, key, int64(len(c.late)), blob.Progress{}, bytes.NewReader(c.late), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.store.Finish(t.Context(), ref, p); !errors.Is(err, fs.ErrExist) {
			t.Fatalf("finished over a finished one: %v", err)
		}
		sum, err := b.store.Settle(t.Context(), ref, key, p)
		if c.same && (err != nil || sum != sha256.Sum256(plain)) || !c.same && !errors.Is(err, fs.ErrExist) {
			t.Errorf("the same text %v: %v", c.same, err)
		}
		if _, err := os.Stat(b.incomingPath(ref)); c.same != errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the same text %v: what arrived again: %v", c.same, err)
		}
		if got, err := io.ReadAll(b.open(ref, key, len(plain))); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("the finished one is %d bytes, %v", len(got), err)
		}
	}
}

package blob_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"

	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/vault"
)

func mustRead(t testing.TB, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func wantFault(t testing.TB, what string, err error, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Key != key {
		t.Errorf("%s: %v, want the fault %s", what, err, key)
	}
}

// deliver reads a whole blob as a browser would and returns what came out
// before the error.
func (b bench) deliver(ref blob.Ref, key vault.Key, size int) ([]byte, error) {
	r, err := b.store.Open(b.Context(), ref, key, int64(size))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = io.CopyBuffer(struct{ io.Writer }{&out}, r, make([]byte, 32<<10))
	return out.Bytes(), errors.Join(err, r.Close())
}

// mustFail puts bad bytes in the place of a blob.
func (b bench) mustFail(what string, ref blob.Ref, key vault.Key, bad, plain []byte) {
	b.Helper()
	if err := os.WriteFile(b.path(ref), bad, 0o600); err != nil {
		b.Fatal(err)
	}
	b.mustRefuse(what, ref, key, plain)
}

// mustRefuse says that reading must fail, and what is delivered before must be
// the beginning of the truth.
func (b bench) mustRefuse(what string, ref blob.Ref, key vault.Key, plain []byte) {
	b.Helper()
	got, err := b.deliver(ref, key, len(plain))
	if !errors.Is(err, blob.ErrAltered) {
		b.Errorf("%s: %v, want ErrAltered", what, err)
	}
	if !bytes.HasPrefix(plain, got) || len(got) == len(plain) && len(plain) > 0 {
		b.Errorf("%s: %d bytes delivered of which some are wrong, or all", what, len(got))
	}
}

// TestCRY01_Altered is CRY-01: a bit at 1,000 positions, every position of what is
// special, on blobs of one and of several segments.
func TestCRY01_Altered(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	for _, size := range []int{0, 1, 300, first, first + 1, first + 2*other + 777} {
		ref, key, plain := newRef(), vault.NewKey(), content(r, size)
		b.put(ref, key, plain)
		sealed := mustRead(t, b.path(ref))
		positions := []int{}
		for i := range min(len(sealed), 60) { // header, first bytes
			positions = append(positions, i)
		}
		for end := segment; end < len(sealed)+segment; end += segment { // tags and borders
			e := min(end, len(sealed))
			for i := max(0, e-17); i < min(e+2, len(sealed)); i++ {
				positions = append(positions, i)
			}
		}
		for len(positions) < 1000 {
			positions = append(positions, r.IntN(len(sealed)))
		}
		f, err := os.OpenFile(b.path(ref), os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range positions {
			_, err := f.WriteAt([]byte{sealed[at] ^ 1<<r.IntN(8)}, int64(at))
			b.mustRefuse(fmt.Sprintf("%d bytes, bit at %d", size, at), ref, key, plain)
			if _, again := f.WriteAt(sealed[at:at+1], int64(at)); err != nil || again != nil {
				t.Fatal(err, again)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		b.mustHold(ref, key, plain)
	}
}

func TestCut(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	ref, key, plain := newRef(), vault.NewKey(), content(r, first+3*other+50)
	b.put(ref, key, plain)
	sealed := mustRead(t, b.path(ref))
	for n := 0; n < len(sealed); n += segment {
		for _, cut := range []int{n - 1, n, n + 1, n + 39, n + 40, n + 41, n + 16, n + 17} {
			if cut >= 0 && cut < len(sealed) {
				b.mustFail(fmt.Sprintf("cut at %d", cut), ref, key, sealed[:cut], plain)
			}
		}
	}
	b.mustFail("one byte longer", ref, key, append(bytes.Clone(sealed), 0), plain)
	b.mustFail("one segment longer", ref, key, append(bytes.Clone(sealed), sealed[segment:2*segment]...), plain)
	for _, size := range []int{first, first + other, first + 2*other} {
		if err := os.WriteFile(b.path(ref), sealed[:40+size+16*(1+(size-first)/other)], 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := b.deliver(ref, key, size) // the database agrees with the cut
		if !errors.Is(err, blob.ErrAltered) || len(got) >= size {
			t.Errorf("cut to %d bytes with a matching size: %d bytes, %v", size, len(got), err)
		}
	}
}

// A file cut while it is open: Open has seen all of it, reading has not.
func TestCutWhileReading(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	ref, key, plain := newRef(), vault.NewKey(), content(r, first+3*other+50)
	b.put(ref, key, plain)
	reader := b.open(ref, key, len(plain))
	if err := os.Truncate(b.path(ref), 2*segment); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(reader)
	if !errors.Is(err, blob.ErrAltered) || !bytes.Equal(got, plain[:first+other]) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestSwapped(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	ref, key, plain := newRef(), vault.NewKey(), content(r, first+4*other)
	b.put(ref, key, plain)
	sealed := mustRead(t, b.path(ref))
	for i := range 5 {
		for j := range i {
			bad := bytes.Clone(sealed)
			copy(bad[i*segment:], sealed[j*segment:(j+1)*segment])
			b.mustFail(fmt.Sprintf("segment %d repeated as %d", j, i), ref, key, bad, plain)
			copy(bad[j*segment:], sealed[i*segment:(i+1)*segment])
			b.mustFail(fmt.Sprintf("segments %d and %d swapped", j, i), ref, key, bad, plain)
		}
	}
	twin := ref
	twin.Blob = id.New[id.Blob](now)
	b.put(twin, key, plain) // same key, place and text, another salt
	foreign := mustRead(t, b.path(twin))
	for i := range 5 {
		bad := slices.Concat(sealed[:i*segment], foreign[i*segment:(i+1)*segment], sealed[(i+1)*segment:])
		b.mustFail(fmt.Sprintf("segment %d of a twin", i), ref, key, bad, plain)
	}
	b.mustFail("header of a twin", ref, key, slices.Concat(foreign[:40], sealed[40:]), plain)
}

func TestMovedToAnotherPlace(t *testing.T) {
	r := seeded(t)
	b := newBench(t)
	ref, key := newRef(), vault.NewKey()
	for _, size := range []int{0, 10, first + other} {
		plain := content(r, size)
		sealed := tinkSeal(t, ref, key, plain)
		for what, change := range map[string]func(*blob.Ref){
			"firm":     func(o *blob.Ref) { o.Firm = id.New[id.Firm](now) },
			"space":    func(o *blob.Ref) { o.Space = id.New[id.Space](now) },
			"document": func(o *blob.Ref) { o.Document = id.New[id.Item](now) },
			"version":  func(o *blob.Ref) { o.Version = id.New[id.Version](now) },
			"border":   func(o *blob.Ref) { o.Document, o.Version = o.Document+"a", o.Version[1:] },
		} {
			moved := ref
			moved.Blob = id.New[id.Blob](now)
			change(&moved)
			b.place(moved, sealed)
			if got, err := b.deliver(moved, key, size); !errors.Is(err, blob.ErrAltered) || len(got) > 0 {
				t.Errorf("%d bytes in another %s: %d delivered, %v", size, what, len(got), err)
			}
		}
		ref.Blob = id.New[id.Blob](now)
		b.place(ref, sealed)
		if _, err := b.store.Open(t.Context(), ref, vault.NewKey(), int64(size)); !errors.Is(err, blob.ErrAltered) {
			t.Errorf("%d bytes under another key: %v", size, err)
		}
		for _, wrong := range []int64{-1, int64(size) + 1, int64(size) - 1, 1 << 40, blob.MaxSize + 1} {
			if _, err := b.store.Open(t.Context(), ref, key, wrong); !errors.Is(err, blob.ErrAltered) {
				t.Errorf("%d bytes opened as %d: %v", size, wrong, err)
			}
		}
		b.mustHold(ref, key, plain)
	}
}

func TestMissing(t *testing.T) {
	b := newBench(t)
	_, err := b.store.Open(t.Context(), newRef(), vault.NewKey(), 5)
	wantFault(t, "no blob", err, "blob.missing")
	if !errors.Is(err, blob.ErrMissing) || errors.Is(err, blob.ErrAltered) {
		t.Errorf("missing is not distinct: %v", err)
	}
}

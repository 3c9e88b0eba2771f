// Package blobtest has the tests that every [blob.Bucket] must pass, so that a
// storage can be exchanged for another without anybody noticing.
//
// It refuses to know a storage: durability at a crash and file rights are
// tested beside each one. Start reading at [Run].
package blobtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"cenacle/internal/blob"
	"cenacle/internal/id"
)

var now = time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)

// Run tests the buckets that open makes; each must be empty and is closed by
// whoever made it.
func Run(t *testing.T, open func(t *testing.T) blob.Bucket) {
	t.Helper()
	for name, test := range map[string]func(probe){
		"append and read":       appendAndRead,
		"append drops the tail": appendDropsTheTail,
		"append after a gap":    appendAfterAGap,
		"finish":                finish,
		"finish again":          finishAgain,
		"finish never replaces": finishNeverReplaces,
		"empty":                 empty,
		"absent":                absent,
		"discard and remove":    discardAndRemove,
		"each":                  each,
		"ranges":                ranges,
		"names":                 names,
		"at once":               atOnce,
		"whole":                 whole,
		"ahead":                 ahead,
	} {
		t.Run(name, func(t *testing.T) { test(probe{t, open(t)}) })
	}
}

type probe struct {
	*testing.T
	bucket blob.Bucket
}

func newName() blob.Name { return blob.Name{Firm: id.New[id.Firm](now), Blob: id.New[id.Blob](now)} }

// content is n bytes that a wrong offset would show.
func content(n int, salt uint64) []byte {
	r := rand.New(rand.NewPCG(salt, uint64(n)))
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(r.Uint32())
	}
	return out
}

func (p probe) append(n blob.Name, offset int, parts ...[]byte) {
	p.Helper()
	if err := p.bucket.Append(p.Context(), n, int64(offset), parts...); err != nil {
		p.Fatalf("Append at %d: %v", offset, err)
	}
}

func (p probe) finish(n blob.Name, size int) {
	p.Helper()
	if err := p.bucket.Finish(p.Context(), n, int64(size)); err != nil {
		p.Fatalf("Finish of %d bytes: %v", size, err)
	}
}

func (p probe) put(n blob.Name, bytes []byte) {
	p.Helper()
	p.append(n, 0, bytes)
	p.finish(n, len(bytes))
}

func (p probe) mustHold(n blob.Name, want []byte) {
	p.Helper()
	o, err := p.bucket.Open(p.Context(), n)
	if err != nil {
		p.Fatalf("Open: %v", err)
	}
	got, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size()))
	if err := errors.Join(err, o.Close()); err != nil || !bytes.Equal(got, want) || o.Size() != int64(len(want)) {
		p.Errorf("read %d of %d bytes, equal %v: %v", len(got), len(want), bytes.Equal(got, want), err)
	}
}

func (p probe) missing(what string, err error) {
	p.Helper()
	if !errors.Is(err, blob.ErrMissing) {
		p.Errorf("%s: %v, want ErrMissing", what, err)
	}
}

// appendAndRead hands over what a Write hands over: whole windows in two parts,
// and shorter ones where an upload was interrupted.
func appendAndRead(p probe) {
	n, want := newName(), content(2*blob.Window+300_000, 1)
	at := 0
	for _, size := range []int{blob.Window / 2, blob.Window / 2, blob.Window, 65536, len(want)} {
		size = min(size, len(want)-at)
		p.append(n, at, want[at:at+size/2], want[at+size/2:at+size])
		at += size
	}
	p.finish(n, len(want))
	p.mustHold(n, want)
}

func appendDropsTheTail(p probe) {
	n, lost, want := newName(), content(blob.Window+100_000, 2), content(blob.Window+50_000, 3)
	p.append(n, 0, lost[:65536])
	p.append(n, 65536, lost[65536:blob.Window])
	p.append(n, 65536, lost[65536:131072])
	p.missing("Finish of a window that was dropped", p.bucket.Finish(p.Context(), n, blob.Window))
	p.append(n, 131072, lost[131072:blob.Window])
	p.append(n, blob.Window, lost[blob.Window:])
	p.append(n, blob.Window, want[blob.Window:blob.Window+10_000])
	p.missing("Finish of what was dropped", p.bucket.Finish(p.Context(), n, int64(len(lost))))
	p.append(n, 0, want[:blob.Window])
	p.missing("Finish of what was dropped", p.bucket.Finish(p.Context(), n, blob.Window+10_000))
	p.append(n, blob.Window, want[blob.Window:])
	p.finish(n, len(want))
	p.mustHold(n, want)
}

func appendAfterAGap(p probe) {
	n := newName()
	p.missing("first append at 65536", p.bucket.Append(p.Context(), n, 65536, content(10, 4)))
	p.append(n, 0, content(65536, 4))
	p.missing("append after a gap", p.bucket.Append(p.Context(), n, 2*65536, content(10, 4)))
	p.finish(n, 65536)
	p.mustHold(n, content(65536, 4))
}

func finish(p probe) {
	n, want := newName(), content(70_000, 5)
	p.append(n, 0, want)
	_, err := p.bucket.Open(p.Context(), n)
	p.missing("Open before Finish", err)
	p.missing("Finish of less", p.bucket.Finish(p.Context(), n, 69_999))
	p.missing("Finish of more", p.bucket.Finish(p.Context(), n, 70_001))
	p.finish(n, len(want))
	p.mustHold(n, want)
}

func finishAgain(p probe) {
	n, want := newName(), content(1000, 6)
	p.put(n, want)
	p.finish(n, len(want))
	p.missing("Finish again with another size", p.bucket.Finish(p.Context(), n, 999))
	if err := p.bucket.Discard(p.Context(), n); err != nil {
		p.Errorf("Discard of a finished blob: %v", err)
	}
	p.mustHold(n, want)
}

func finishNeverReplaces(p probe) {
	n, want := newName(), content(1000, 7)
	p.put(n, want)
	p.append(n, 0, content(1000, 8))
	if err := p.bucket.Finish(p.Context(), n, 1000); !errors.Is(err, fs.ErrExist) {
		p.Errorf("Finish over a finished blob: %v, want fs.ErrExist", err)
	}
	p.mustHold(n, want)
}

func empty(p probe) {
	n := newName()
	p.put(n, nil)
	p.mustHold(n, nil)
}

func absent(p probe) {
	n := newName()
	_, err := p.bucket.Open(p.Context(), n)
	p.missing("Open", err)
	p.missing("Finish", p.bucket.Finish(p.Context(), n, 0))
	for what, err := range map[string]error{
		"Discard": p.bucket.Discard(p.Context(), n),
		"Remove":  p.bucket.Remove(p.Context(), n),
	} {
		if err != nil {
			p.Errorf("%s of nothing: %v", what, err)
		}
	}
	if got := p.list(n.Firm, blob.Incoming); got != nil {
		p.Errorf("a firm without a blob has %v", got)
	}
}

func discardAndRemove(p probe) {
	n := newName()
	p.append(n, 0, content(1000, 9))
	for range 2 {
		if err := p.bucket.Discard(p.Context(), n); err != nil {
			p.Errorf("Discard: %v", err)
		}
		p.missing("Finish after Discard", p.bucket.Finish(p.Context(), n, 1000))
	}
	p.put(n, content(2000, 10))
	o, err := p.bucket.Open(p.Context(), n)
	if err != nil {
		p.Fatal(err)
	}
	for range 2 {
		if err := p.bucket.Remove(p.Context(), n); err != nil {
			p.Errorf("Remove: %v", err)
		}
		_, err := p.bucket.Open(p.Context(), n)
		p.missing("Open after Remove", err)
	}
	if err := o.Close(); err != nil {
		p.Errorf("Close after Remove: %v", err)
	}
}

func (p probe) list(f id.Firm, s blob.Stage) (found []id.Blob) {
	p.Helper()
	err := p.bucket.Each(p.Context(), f, s, func(b id.Blob) error {
		found = append(found, b)
		return nil
	})
	if err != nil {
		p.Errorf("Each: %v", err)
	}
	slices.Sort(found)
	return found
}

func each(p probe) {
	firm := id.New[id.Firm](now)
	var arriving, finished []id.Blob
	for i := range 300 {
		n := blob.Name{Firm: firm, Blob: id.New[id.Blob](now)}
		p.append(n, 0, []byte{byte(i)})
		if i%2 == 0 {
			arriving = append(arriving, n.Blob)
			continue
		}
		p.finish(n, 1)
		finished = append(finished, n.Blob)
	}
	p.put(newName(), nil) // of another firm
	slices.Sort(arriving)
	slices.Sort(finished)
	if got := p.list(firm, blob.Incoming); !slices.Equal(got, arriving) {
		p.Errorf("%d of %d incoming", len(got), len(arriving))
	}
	if got := p.list(firm, blob.Finished); !slices.Equal(got, finished) {
		p.Errorf("%d of %d finished", len(got), len(finished))
	}
	enough, calls := errors.New("enough"), 0
	err := p.bucket.Each(p.Context(), firm, blob.Finished, func(id.Blob) error { calls++; return enough })
	if !errors.Is(err, enough) || calls != 1 {
		p.Errorf("stopped visit: %d calls, %v", calls, err)
	}
}

func ranges(p probe) {
	n, want := newName(), content(300_000, 11)
	p.put(n, want)
	o, err := p.bucket.Open(p.Context(), n)
	if err != nil {
		p.Fatal(err)
	}
	for _, at := range []int{0, 1, 65536, 65535, 0, 200_000, 299_999} {
		got := make([]byte, min(65536, len(want)-at))
		if k, err := o.ReadAt(got, int64(at)); k != len(got) || err != nil && !errors.Is(err, io.EOF) || !bytes.Equal(got, want[at:at+k]) {
			p.Errorf("ReadAt %d: %d bytes, %v", at, k, err)
		}
	}
	if k, err := o.ReadAt(make([]byte, 10), 299_995); k != 5 || !errors.Is(err, io.EOF) {
		p.Errorf("ReadAt over the end: %d, %v", k, err)
	}
	if k, err := o.ReadAt(make([]byte, 10), 300_000); k != 0 || !errors.Is(err, io.EOF) {
		p.Errorf("ReadAt at the end: %d, %v", k, err)
	}
	if err := o.Close(); err != nil {
		p.Error(err)
	}
}

// whole: a bucket that takes a small blob at once keeps it like any other.
func whole(p probe) {
	bucket, ok := p.bucket.(blob.Putter)
	if !ok {
		return
	}
	firm := id.New[id.Firm](now)
	var names []id.Blob
	for i, size := range []int{0, 1, 70_000, 1 << 20} {
		n, want := blob.Name{Firm: firm, Blob: id.New[id.Blob](now)}, content(size, uint64(i))
		names = append(names, n.Blob)
		if err := bucket.Put(p.Context(), n, want); err != nil {
			p.Fatalf("Put of %d bytes: %v", size, err)
		}
		if err := bucket.Put(p.Context(), n, content(size, 99)); !errors.Is(err, fs.ErrExist) {
			p.Errorf("Put over a finished blob: %v, want fs.ErrExist", err)
		}
		p.mustHold(n, want)
	}
	slices.Sort(names)
	if got := p.list(firm, blob.Finished); !slices.Equal(got, names) {
		p.Errorf("%d of %d finished", len(got), len(names))
	}
	n := blob.Name{Firm: firm, Blob: names[0]}
	if err := p.bucket.Remove(p.Context(), n); err != nil {
		p.Errorf("Remove: %v", err)
	}
	_, err := p.bucket.Open(p.Context(), n)
	p.missing("Open after Remove", err)
	for _, bad := range []blob.Name{{}, {Firm: firm, Blob: "../../../../etc/passwd"}, {Firm: "..", Blob: names[0]}} {
		if err := bucket.Put(p.Context(), bad, nil); !errors.Is(err, id.ErrMalformed) {
			p.Errorf("Put of %q: %v, want ErrMalformed", bad, err)
		}
	}
}

// ahead: a bucket that writes ahead keeps what it was given, synced in between
// or not, and drops the tail like Append.
func ahead(p probe) {
	bucket, ok := p.bucket.(blob.Extender)
	if !ok {
		return
	}
	n, want := newName(), content(3_000_000, 12)
	extend := func(offset, end int) {
		p.Helper()
		if err := bucket.Extend(p.Context(), n, int64(offset), want[offset:end]); err != nil {
			p.Fatalf("Extend at %d: %v", offset, err)
		}
	}
	p.missing("Sync of nothing", bucket.Sync(p.Context(), n))
	extend(0, 2_000_000)
	var beside sync.WaitGroup
	beside.Go(func() {
		if err := bucket.Sync(p.Context(), n); err != nil {
			p.Errorf("Sync: %v", err)
		}
	})
	extend(2_000_000, 2_500_000)
	beside.Wait()
	p.missing("Extend after a gap", bucket.Extend(p.Context(), n, 2_500_001, want))
	p.append(n, 1_000_000, want[1_000_000:1_500_000])
	p.missing("Finish of what was dropped", p.bucket.Finish(p.Context(), n, 2_500_000))
	extend(1_500_000, len(want))
	if err := bucket.Sync(p.Context(), n); err != nil {
		p.Errorf("Sync: %v", err)
	}
	p.finish(n, len(want))
	p.mustHold(n, want)
}

// names: a name that is no identifier never reaches the storage.
func names(p probe) {
	good := newName()
	for _, bad := range []blob.Name{
		{}, {Firm: good.Firm}, {Blob: good.Blob}, {Firm: good.Firm, Blob: "../../../../etc/passwd"},
		{Firm: good.Firm, Blob: "../../0000000000000000000a"}, {Firm: "..", Blob: good.Blob},
		{Firm: good.Firm, Blob: good.Blob + "x"}, {Firm: good.Firm, Blob: "01JD00000000000000000000FM"},
		{Firm: good.Firm, Blob: good.Blob[:25] + "/"}, {Firm: good.Firm[:25] + "\x00", Blob: good.Blob},
	} {
		_, opened := p.bucket.Open(p.Context(), bad)
		for what, err := range map[string]error{
			"Append": p.bucket.Append(p.Context(), bad, 0, []byte("x")), "Open": opened,
			"Finish": p.bucket.Finish(p.Context(), bad, 1), "Discard": p.bucket.Discard(p.Context(), bad),
			"Remove": p.bucket.Remove(p.Context(), bad),
		} {
			if !errors.Is(err, id.ErrMalformed) {
				p.Errorf("%s of %q: %v, want ErrMalformed", what, bad, err)
			}
		}
	}
	visit := func(id.Blob) error { return nil }
	if err := p.bucket.Each(p.Context(), "..", blob.Incoming, visit); !errors.Is(err, id.ErrMalformed) {
		p.Errorf("Each of ..: %v", err)
	}
}

func atOnce(p probe) {
	firm := id.New[id.Firm](now)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			n, want := blob.Name{Firm: firm, Blob: id.New[id.Blob](now)}, content(200_000, uint64(i))
			ctx := p.Context()
			err := errors.Join(p.bucket.Append(ctx, n, 0, want[:65536]), p.bucket.Append(ctx, n, 65536, want[65536:]),
				p.bucket.Finish(ctx, n, int64(len(want))))
			if err != nil {
				p.Error(err)
				return
			}
			o, err := p.bucket.Open(ctx, n)
			if err != nil {
				p.Error(err)
				return
			}
			got, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size()))
			if err := errors.Join(err, o.Close()); err != nil || !bytes.Equal(got, want) {
				p.Error(fmt.Errorf("blob %d: %d bytes, %w", i, len(got), err))
			}
		})
	}
	group.Wait()
}

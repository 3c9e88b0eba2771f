package s3_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"testing"

	"cenacle/internal/blob"
	"cenacle/internal/blob/blobtest"
	"cenacle/internal/blob/s3"
	"cenacle/internal/blob/s3/s3test"
	"cenacle/internal/id"
)

func TestConformance(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Bucket { return s3test.New(t) })
}

// Every call is answered by another node than the one before, which has nothing
// but the bucket to know from.
func TestConformanceOfNodes(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Bucket {
		c := s3test.Config(t)
		return &nodes{all: []*s3.Bucket{s3test.Open(t, c), s3test.Open(t, c), s3test.Open(t, c)}}
	})
}

// nodes are several buckets over one storage, asked in turn.
type nodes struct {
	all  []*s3.Bucket
	turn atomic.Uint64
}

func (n *nodes) next() *s3.Bucket { return n.all[n.turn.Add(1)%uint64(len(n.all))] }

func (n *nodes) Append(ctx context.Context, name blob.Name, offset int64, parts ...[]byte) error {
	return n.next().Append(ctx, name, offset, parts...)
}

func (n *nodes) Finish(ctx context.Context, name blob.Name, size int64) error {
	return n.next().Finish(ctx, name, size)
}

func (n *nodes) Open(ctx context.Context, name blob.Name) (blob.Object, error) {
	return n.next().Open(ctx, name)
}

func (n *nodes) Discard(ctx context.Context, name blob.Name) error {
	return n.next().Discard(ctx, name)
}

func (n *nodes) Remove(ctx context.Context, name blob.Name) error { return n.next().Remove(ctx, name) }

func (n *nodes) Put(ctx context.Context, name blob.Name, sealed []byte) error {
	return n.next().Put(ctx, name, sealed)
}

func (n *nodes) Each(ctx context.Context, f id.Firm, s blob.Stage, visit func(id.Blob) error) error {
	return n.next().Each(ctx, f, s, visit)
}

// TestOvertaken: a node remembers a blob that another has carried on since and has
// died before it could say so. It goes on from where it is told to, and finishes
// what the other had finished.
func TestOvertaken(t *testing.T) {
	c := s3test.Config(t)
	here, there := s3test.Open(t, c), s3test.Open(t, c)
	at := blob.Name{Firm: id.New[id.Firm](now), Blob: id.New[id.Blob](now)}
	step := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	first, second := bytes.Repeat([]byte("a"), 1000), bytes.Repeat([]byte("b"), 500)
	step("a beginning", here.Append(t.Context(), at, 0, first))
	step("carried on elsewhere", there.Append(t.Context(), at, 1000, second))
	step("carried on here, from the same place", here.Append(t.Context(), at, 1000, second))
	step("finished elsewhere", there.Finish(t.Context(), at, 1500))
	step("finished here, too", here.Finish(t.Context(), at, 1500))
	object, err := here.Open(t.Context(), at)
	step("opened", err)
	got := make([]byte, 1500)
	_, err = object.ReadAt(got, 0)
	if step("closed", object.Close()); err != nil && !errors.Is(err, io.EOF) || !bytes.Equal(got, append(first, second...)) {
		t.Errorf("other bytes came back: %v", err)
	}
}

// A firm with more blobs than one answer of the storage names.
func TestEachOverPages(t *testing.T) {
	b := s3test.New(t)
	firm, n := id.New[id.Firm](now), 1100
	var work sync.WaitGroup
	names := make(chan blob.Name)
	for range 8 {
		work.Go(func() {
			for name := range names {
				other := blob.Name{Firm: firm, Blob: id.New[id.Blob](now)}
				if err := errors.Join(b.Put(t.Context(), name, []byte("x")), b.Append(t.Context(), other, 0, []byte("y"))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range n {
		names <- blob.Name{Firm: firm, Blob: id.New[id.Blob](now)}
	}
	close(names)
	work.Wait()
	for _, stage := range []blob.Stage{blob.Finished, blob.Incoming} {
		seen := map[id.Blob]int{}
		err := b.Each(t.Context(), firm, stage, func(name id.Blob) error {
			seen[name]++
			return nil
		})
		if err != nil || len(seen) != n {
			t.Errorf("stage %d: %d of %d blobs, %v", stage, len(seen), n, err)
		}
		for name, times := range seen {
			if times != 1 {
				t.Errorf("%s was visited %d times", name, times)
			}
		}
	}
}

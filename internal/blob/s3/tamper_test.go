package s3_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/minio/minio-go/v7"

	"cenacle/internal/blob"
	"cenacle/internal/blob/s3/s3test"
)

// thief is somebody who has the bucket.
type thief struct {
	*world
	core *minio.Core
}

func (w *world) thief() thief { return thief{w, s3test.Client(w, w.config)} }

// key is where a finished blob lies, written here a second time on purpose.
func (h thief) key(ref blob.Ref) string {
	return h.config.Prefix + "/firms/" + string(ref.Firm) + "/blobs/" + string(ref.Blob)
}

func (h thief) read(key string) []byte {
	h.Helper()
	body, _, _, err := h.core.GetObject(h.Context(), h.config.Bucket, key, minio.GetObjectOptions{})
	if err != nil {
		h.Fatal(err)
	}
	defer body.Close()
	raw, err := io.ReadAll(body)
	if err != nil {
		h.Fatal(err)
	}
	return raw
}

func (h thief) write(key string, raw []byte) {
	h.Helper()
	_, err := h.core.PutObject(h.Context(), h.config.Bucket, key, bytes.NewReader(raw), int64(len(raw)), "", "", minio.PutObjectOptions{})
	if err != nil {
		h.Fatal(err)
	}
}

// refused demands that reading fails before a wrong byte.
func (h thief) refused(what string, f *file) {
	h.Helper()
	var got bytes.Buffer
	r, err := h.near.Open(h.Context(), f.ref, f.key, int64(len(f.plain)))
	if err == nil {
		_, err = r.CopyTo(&got, r.Size())
		err = errors.Join(err, r.Close())
	}
	if !errors.Is(err, blob.ErrAltered) || !bytes.HasPrefix(f.plain, got.Bytes()) || got.Len() == len(f.plain) && got.Len() > 0 {
		h.Errorf("%s: %d bytes, %v", what, got.Len(), err)
	}
}

// TestCRY01_Altered is CRY-01 in a bucket: bits, cuts and exchanges.
func TestCRY01_Altered(t *testing.T) {
	w, r := newWorld(t), seeded(t)
	h := w.thief()
	f, other := newFile(r, 200_000), newFile(r, 200_000)
	for _, f := range []*file{f, other} {
		if err := f.send(t.Context(), w.near, len(f.plain)); err != nil {
			t.Fatal(err)
		}
	}
	sealed := h.read(h.key(f.ref))
	n := 150
	if long() {
		n = 1000
	}
	for i := range n {
		at := r.IntN(len(sealed))
		if i < 40 {
			at = i // the header
		}
		bad := bytes.Clone(sealed)
		bad[at] ^= 1 << r.IntN(8)
		h.write(h.key(f.ref), bad)
		h.refused(fmt.Sprintf("bit at %d", at), f)
	}
	for cut := 0; cut < len(sealed); cut += 64 << 10 {
		h.write(h.key(f.ref), sealed[:cut])
		h.refused(fmt.Sprintf("cut at %d", cut), f)
	}
	h.write(h.key(f.ref), append(bytes.Clone(sealed), 0))
	h.refused("a byte more", f)
	h.write(h.key(f.ref), h.read(h.key(other.ref)))
	h.refused("another document", f)
	h.write(h.key(f.ref), sealed)
	f.done = true
	w.settled(f)
}

// What waits on its way is compared with its sum, and sealed besides: a thief
// ends the upload, and makes no document of it.
func TestCRY01_AlteredOnItsWay(t *testing.T) {
	w, r := newWorld(t), seeded(t)
	h := w.thief()
	f := newFile(r, blob.Window+900_000)
	if err := f.send(t.Context(), w.near, blob.Window+500_000); err != nil {
		t.Fatal(err)
	}
	folder := h.config.Prefix + "/firms/" + string(f.ref.Firm) + "/incoming/" + string(f.ref.Blob) + "/"
	changed := 0
	for o := range h.core.ListObjectsIter(t.Context(), h.config.Bucket, minio.ListObjectsOptions{Prefix: folder, Recursive: true}) {
		raw := h.read(o.Key)
		raw[len(raw)/2] ^= 4
		h.write(o.Key, raw)
		changed++
	}
	if changed < 2 {
		t.Fatalf("%d objects on their way, want the pointer and what waits", changed)
	}
	if err := f.send(t.Context(), w.far, len(f.plain)); err == nil {
		t.Error("altered bytes were taken")
	}
	f.done = false
	w.settled(f)
	if err := w.near.Discard(t.Context(), f.ref); err == nil {
		t.Log("given up although its pointer was altered")
	}
}

package s3_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"strings"
	"testing"

	"cenacle/internal/blob"
	"cenacle/internal/blob/s3"
	"cenacle/internal/blob/s3/s3test"
)

func content(size int) []byte {
	out := make([]byte, size)
	for i := range out {
		out[i] = byte(i * 7 / 3)
	}
	return out
}

func (w *world) fetch(f s3.Files, name string) []byte {
	w.Helper()
	r, size, err := f.Open(w.Context(), name)
	if err != nil {
		w.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil || int64(len(raw)) != size {
		w.Fatalf("%s: %d of %d bytes, %v", name, len(raw), size, err)
	}
	return raw
}

// Files of every size come back, whole or replaced, whatever happens to one
// request in three on its way.
func TestFiles(t *testing.T) {
	w, r := newWorld(t), seeded(t)
	f := w.bucket.Files()
	sizes := []int{0, 1, 70_000, blob.Window, blob.Window + 1, 2*blob.Window + 900_000}
	harmed := 0
	w.proxy.Do(func(*http.Request) s3test.Harm {
		if harmed++; harmed > 4 || r.IntN(3) > 0 { // six in a row, and the bucket is rightly given up
			harmed = 0
			return s3test.None
		}
		return []s3test.Harm{s3test.Refuse, s3test.CutRequest, s3test.CutAnswer, s3test.LoseAnswer}[r.IntN(4)]
	})
	for n, size := range sizes {
		name, want := fmt.Sprintf("a/b%d", n), content(size)
		for range 2 {
			if err := f.Put(t.Context(), name, int64(size), bytes.NewReader(want)); err != nil {
				t.Fatalf("%d bytes: %v", size, err)
			}
			if got := w.fetch(f, name); !bytes.Equal(got, want) {
				t.Errorf("%d bytes come back as %d others", size, len(got))
			}
			want = append(bytes.Clone(want), 'x')
			size++
		}
	}
	w.proxy.Do(func(*http.Request) s3test.Harm { return s3test.None })
	if err := f.Put(t.Context(), "a/short", 10, strings.NewReader("short")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("fewer bytes than were said: %v", err)
	}
	if err := f.Put(t.Context(), "a/short", 2*blob.Window, bytes.NewReader(content(blob.Window+5))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("fewer bytes than were said, in parts: %v", err)
	}
	if _, _, err := f.Open(t.Context(), "a/short"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("half a file is there: %v", err)
	}
	if err := errors.Join(f.Abandon(t.Context()), f.Remove(t.Context(), "a/b0"), f.Remove(t.Context(), "a/b0")); err != nil {
		t.Error(err)
	}
	w.lists(f, "", map[string]int64{"a": -1})
	w.lists(f, "a", map[string]int64{"a/b1": 2, "a/b2": 70_001, "a/b3": blob.Window + 1, "a/b4": blob.Window + 2, "a/b5": 2*blob.Window + 900_001})
	w.lists(f, "nowhere", map[string]int64{})
}

// lists demands what a folder holds, by name, with sizes; -1 of folders.
func (w *world) lists(f s3.Files, folder string, want map[string]int64) {
	w.Helper()
	got := map[string]int64{}
	err := f.Each(w.Context(), folder, func(e s3.Entry) error {
		got[e.Name] = e.Size
		if e.Folder {
			got[e.Name] = -1
		}
		return nil
	})
	if err != nil || !maps.Equal(got, want) {
		w.Errorf("%q holds %v, %v", folder, got, err)
	}
}

// A file is created once, also when the answer is lost; what is below a folder is
// listed over pages.
func TestFilesAreCreatedOnce(t *testing.T) {
	w := newWorld(t)
	f := w.bucket.Files()
	lost := false
	w.proxy.Do(func(r *http.Request) s3test.Harm {
		if r.Method == http.MethodPut && !lost {
			lost = true
			return s3test.LoseAnswer
		}
		return s3test.None
	})
	if err := f.Create(t.Context(), "lock/1", []byte("mine")); err != nil || !lost {
		t.Errorf("created: %v", err)
	}
	if err := f.Create(t.Context(), "lock/1", []byte("yours")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("created again: %v", err)
	}
	if got := w.fetch(f, "lock/1"); string(got) != "mine" {
		t.Errorf("it holds %q", got)
	}
	for n := range 1002 {
		if err := f.Create(t.Context(), fmt.Sprintf("many/%d/%d", n%3, n), []byte{1}); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	err := f.Below(t.Context(), "many", func(e s3.Entry) error {
		if n++; e.Folder || e.Size != 1 || e.At.IsZero() {
			t.Errorf("%+v", e)
		}
		return nil
	})
	if err != nil || n != 1002 {
		t.Errorf("%d files, %v", n, err)
	}
}

// What somebody began and did not end is given up.
func TestFilesAbandoned(t *testing.T) {
	w := newWorld(t)
	f := w.bucket.Files()
	w.proxy.Do(func(r *http.Request) s3test.Harm { // neither the last part nor the giving up arrives
		if r.URL.Query().Get("partNumber") == "2" || r.Method == http.MethodDelete {
			return s3test.Deny
		}
		return s3test.None
	})
	if err := f.Put(t.Context(), "a", 2*blob.Window, bytes.NewReader(content(2*blob.Window))); err == nil {
		t.Fatal("it was put")
	}
	w.proxy.Do(func(*http.Request) s3test.Harm { return s3test.None })
	under := func() int {
		page, err := s3test.Client(t, w.config).ListMultipartUploads(t.Context(), w.config.Bucket, w.config.Prefix, "", "", "", 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Uploads)
	}
	if n := under(); n != 1 {
		t.Fatalf("%d uploads are under way", n)
	}
	if err := f.Abandon(t.Context()); err != nil || under() != 0 {
		t.Errorf("%v, %d are under way still", err, under())
	}
}

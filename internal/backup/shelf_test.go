package backup_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/backup"
	"cenacle/internal/blob/s3"
	"cenacle/internal/blob/s3/s3test"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// inBucket is a place in a bucket of its own.
func inBucket(t testing.TB, c s3.Config) *backup.Bucket {
	t.Helper()
	return backup.InBucket(s3test.Open(t, c).Files(), s3test.Address(c), filepath.Join(t.TempDir(), "stage"))
}

// eachShelf runs a test on every kind of shelf.
func eachShelf(t *testing.T, test func(*testing.T, backup.Shelf)) {
	t.Run("folder", func(t *testing.T) { test(t, backup.Folder(filepath.Join(t.TempDir(), "backups"))) })
	t.Run("bucket", func(t *testing.T) { test(t, inBucket(t, s3test.Config(t))) })
}

func put(t *testing.T, s backup.Shelf, name, text string) {
	t.Helper()
	err := s.Put(t.Context(), name, int64(len(text)), strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
}

func holds(t testing.TB, s backup.Source, folder string) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	err := s.Each(t.Context(), folder, func(name string, size int64) error {
		all[name] = size
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What a shelf does is the same wherever it is.
func TestShelf(t *testing.T) {
	eachShelf(t, func(t *testing.T, s backup.Shelf) {
		if names, err := s.Names(t.Context()); err != nil || len(names) != 0 || len(holds(t, s, "blobs")) != 0 {
			t.Errorf("a new one holds %v, %v", names, err)
		}
		_, release, err := s.Lock(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Lock(t.Context()); !fault.Is(err, fault.Conflict) {
			t.Errorf("two at once: %v", err)
		}
		put(t, s, "a/b/one", "one")
		put(t, s, "a/two", "two!")
		put(t, s, "a/two", "other")
		put(t, s, "c/three", "")
		if err := s.Settle(t.Context(), []string{"a/b/one", "a/two", "c/three"}); err != nil {
			t.Error(err)
		}
		if err := s.Put(t.Context(), "a/short", 9, strings.NewReader("short")); err == nil {
			t.Error("a file was put that is shorter than was said")
		}
		if got := holds(t, s, "a"); !maps.Equal(got, map[string]int64{"a/b/one": 3, "a/two": 5}) {
			t.Errorf("it holds %v", got)
		}
		f, size, err := s.Open(t.Context(), "a/two")
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(f)
		if err = errors.Join(err, f.Close()); err != nil || string(raw) != "other" || size != 5 {
			t.Errorf("%q of %d bytes, %v", raw, size, err)
		}
		if _, _, err := s.Open(t.Context(), "a/three"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("what is not there: %v", err)
		}
		for _, name := range []string{"a/b/one", "a/two", "a/two"} {
			if err := s.Remove(t.Context(), name); err != nil {
				t.Error(err)
			}
		}
		names, err := s.Names(t.Context())
		names = slices.DeleteFunc(names, func(n string) bool { return n == "lock" })
		if err != nil || !slices.Equal(names, []string{"c"}) {
			t.Errorf("folders %v, %v", names, err)
		}
		if err := release(); err != nil {
			t.Error(err)
		}
		_, release, err = s.Lock(t.Context())
		if err != nil {
			t.Fatalf("after the first: %v", err)
		}
		if err := release(); err != nil {
			t.Error(err)
		}
	})
}

// A lock of one who died is taken ten minutes later, by one, and whoever only
// slept makes nothing durable any more.
func TestBucketLockIsTaken(t *testing.T) {
	c := s3test.Config(t)
	asleep, first, second := inBucket(t, c), inBucket(t, c), inBucket(t, c)
	_, wake, err := asleep.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s3test.Age(t, c, "lock/1", 9*time.Minute)
	if _, _, err := first.Lock(t.Context()); !fault.Is(err, fault.Conflict) {
		t.Errorf("after nine minutes: %v", err)
	}
	s3test.Age(t, c, "lock/1", 11*time.Minute)
	_, release, err := first.Lock(t.Context())
	if err != nil {
		t.Fatalf("after eleven minutes: %v", err)
	}
	if _, _, err := second.Lock(t.Context()); !fault.Is(err, fault.Conflict) {
		t.Errorf("two took it: %v", err)
	}
	if err := asleep.Settle(t.Context(), nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("it woke up and goes on: %v", err)
	}
	if err := wake(); err != nil {
		t.Error(err)
	}
	if err := first.Settle(t.Context(), nil); err != nil {
		t.Errorf("the lock of another went with it: %v", err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}

// CRY-07: a backup in a bucket is what it is in a folder: it has only what changed,
// nothing in clear, and comes back; what somebody alters there does not.
func TestCRY07_BackupToS3(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	by, in := w.lawyer(f)
	w.large(by, in)
	c := s3test.Config(t)
	to := inBucket(t, c)
	first, err := backup.Make(t.Context(), w.house, to, backup.Options{Verify: true})
	w.must(err)
	if first.Copied == 0 || first.Copied != first.Manifest.Blobs() {
		t.Errorf("%d of %d blobs copied", first.Copied, first.Manifest.Blobs())
	}
	w.file(by, in, "nouveau")
	handle, err := w.Office.Store.Firm(t.Context(), f)
	w.must(err)
	_, err = w.Office.Journal.Sequence(t.Context(), handle)
	w.must(err)
	second, err := backup.Make(t.Context(), w.house, to, backup.Options{})
	w.must(err)
	if second.Copied != 1 || second.Manifest.Blobs() != first.Manifest.Blobs()+1 {
		t.Errorf("%d blobs, %d copied, after %d", second.Manifest.Blobs(), second.Copied, first.Manifest.Blobs())
	}
	here := w.contents(f)
	r := w.restoringFrom(to)
	_, firms, err := backup.Restore(t.Context(), r)
	w.must(err)
	back := open(t, store.Config{}, r.To)
	if !maps.Equal(back.contents(f), here) || len(firms) != 1 || firms[0].Older != nil {
		t.Errorf("restored %+v, the same documents: %v", firms, maps.Equal(back.contents(f), here))
	}
	back.marked(f, second.Manifest.ID, "")
	older := w.restoringFrom(to)
	older.Backup = first.Manifest.ID
	_, firms, err = backup.Restore(t.Context(), older)
	w.must(err)
	if firms[0].Older == nil {
		t.Error("the later backup beside it says nothing")
	}
	w.alters(f, to)
	other := open(t, store.Config{}, filepath.Join(t.TempDir(), "data"))
	if _, err := backup.Make(t.Context(), other.house, to, backup.Options{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("two installations in one place: %v", err)
	}
	third, err := backup.Make(t.Context(), w.house, to, backup.Options{Keep: 1})
	w.must(err)
	all, err := backup.List(t.Context(), to)
	if err != nil || len(all) != 1 || all[0].ID != third.Manifest.ID || int64(len(holds(t, to, "blobs"))) != third.Manifest.Blobs() {
		t.Errorf("%d backups and %d blobs are kept, %v", len(all), len(holds(t, to, "blobs")), err)
	}
	if left := holds(t, to, first.Manifest.ID); len(left) != 0 {
		t.Errorf("of the first one, %v is left", left)
	}
}

// file files a small document.
func (w *world) file(by authz.Actor, in space.Space, text string) {
	w.t.Helper()
	_, err := w.Documents.File(w.t.Context(), by, document.BeginUpload{Space: in.ID, Tray: space.FirmTray, Name: text + ".txt", Size: int64(len(text))},
		strings.NewReader(text))
	w.must(err)
}

// alters changes every file of the newest backup in a bucket, and demands that
// nothing of it is used; and looks for names.
func (w *world) alters(f id.Firm, to *backup.Bucket) {
	w.t.Helper()
	m, err := backup.Find(w.t.Context(), to, "")
	w.must(err)
	names := []string{}
	for name := range holds(w.t, to, m.ID) {
		names = append(names, name)
	}
	for name := range holds(w.t, to, "blobs") {
		names = append(names, name)
	}
	canaries := []string{"Delmas", "Sophie", "Petit", "Livret", "plaidoirie"}
	for _, name := range names {
		in, size, err := to.Open(w.t.Context(), name)
		w.must(err)
		whole, err := io.ReadAll(in)
		w.must(errors.Join(err, in.Close()))
		for _, c := range canaries {
			if bytes.Contains(whole, []byte(c)) {
				w.t.Errorf("%s shows %q", name, c)
			}
		}
		w.must(to.Put(w.t.Context(), name, size, bytes.NewReader(alter(whole))))
		if filepath.Base(name) != "manifest.json" {
			if _, err := backup.Check(w.t.Context(), to, ""); err == nil {
				w.t.Errorf("%s altered: nobody sees it", name)
			}
		}
		r := w.restoringFrom(to)
		if _, _, err := backup.Restore(w.t.Context(), r); err == nil || fault.Is(err, fault.Internal) {
			w.t.Errorf("%s altered: %v", name, err)
		}
		if left := files(w.t, r.To); len(left) != 1 {
			w.t.Errorf("%s altered: %v is left", name, left)
		}
		w.must(to.Put(w.t.Context(), name, size, bytes.NewReader(whole)))
	}
	if _, err := backup.Check(w.t.Context(), to, ""); err != nil {
		w.t.Errorf("the backup as it was: %v", err)
	}
}

// A backup to a storage that goes away in the middle leaves none, and no databases
// on this machine; the next one makes up for it.
func TestBackupToS3Cut(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	c := s3test.Config(t)
	proxy, through := s3test.Between(t, c)
	stage := filepath.Join(t.TempDir(), "stage")
	to := backup.InBucket(s3test.Open(t, through).Files(), s3test.Address(c), stage)
	straight := inBucket(t, c)
	for allowed := 4; ; allowed += 7 {
		left := allowed
		proxy.Do(func(r *http.Request) s3test.Harm {
			if left--; left < 0 {
				return s3test.Deny
			}
			return s3test.None
		})
		_, err := backup.Make(t.Context(), w.house, to, backup.Options{})
		all, listing := backup.List(t.Context(), straight)
		w.must(listing)
		if len(all) > 0 { // it was whole, whatever was cut after it
			_, err := backup.Check(t.Context(), straight, "")
			w.must(err)
			break
		}
		if err == nil {
			t.Fatalf("cut after %d requests, it says that there is a backup", allowed)
		}
		if _, err := os.Stat(stage); err == nil {
			t.Fatalf("cut after %d requests: the databases stay in %s", allowed, stage)
		}
		for name := range holds(t, straight, "lock") { // whoever died would have left it for ten minutes
			s3test.Age(t, c, name, time.Hour)
		}
	}
	r := w.restoringFrom(straight)
	_, _, err := backup.Restore(t.Context(), r)
	w.must(err)
	if !maps.Equal(open(t, store.Config{}, r.To).contents(f), w.contents(f)) {
		t.Error("other documents came back")
	}
}

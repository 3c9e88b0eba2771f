package backup_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/backup"
	"cenacle/internal/blob/s3"
	"cenacle/internal/blob/s3/s3test"
	"cenacle/internal/blob/storage"
	"cenacle/internal/journal"
	"cenacle/internal/server"
	"cenacle/internal/store"
)

// on is what an operator writes so that blobs lie in a bucket.
func on(c s3.Config) []string {
	return []string{"CENACLE_BLOBS=" + s3test.Address(c), "CENACLE_S3_ACCESS_KEY=" + c.AccessKey, "CENACLE_S3_SECRET_KEY=" + c.SecretKey}
}

// noBlobs wants a data folder in which no bytes of documents lie.
func noBlobs(t *testing.T, data string) {
	t.Helper()
	for _, path := range files(t, data) {
		if strings.Contains(path, string(filepath.Separator)+"blobs"+string(filepath.Separator)) || strings.Contains(path, "incoming") {
			t.Errorf("%s lies in the data folder", path)
		}
	}
}

// A firm that moves from SQLite and the data folder to PostgreSQL and S3, and
// back, stays the same: every row, the journal to the last hash, every answer
// about every right, every byte, and every receipt.
func TestAFirmMovesToS3(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	by, in := w.lawyer(f)
	w.large(by, in)
	who := identity(t)
	first := w.receiptOf(f)
	blobs := [][]string{on(s3test.Config(t)), nil}
	for n, c := range engines(t) {
		to := filepath.Join(t.TempDir(), "firm.tar")
		m := w.export(f, to, who)
		want := w.estate(f)
		data := filepath.Join(t.TempDir(), "data")
		next := open(t, c, data, blobs[n]...)
		got, err := next.take(to, who)
		next.must(err)
		if got.Archive.ID != m.ID || got.Copied != m.Blobs || got.Fingerprint != journal.Fingerprint(want.Head.Verifier) {
			t.Errorf("imported %+v of %+v", got, m)
		}
		if n == 0 {
			noBlobs(t, data)
		}
		want.same(t, next.estate(f))
		next.proves(f, first)
		next.lives(f)
		w = next
	}
}

// A backup of an installation whose blobs lie in S3 comes back into a folder, and
// into a bucket: an empty one, and the one that kept its objects.
func TestBackupOfS3(t *testing.T) {
	bucket := s3test.Config(t)
	w := open(t, store.Config{}, filepath.Join(t.TempDir(), "data"), on(bucket)...)
	f := w.demonstrate()
	by, in := w.lawyer(f)
	w.large(by, in)
	to := filepath.Join(t.TempDir(), "backups")
	first, err := backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{})
	w.must(err)
	if first.Copied == 0 || first.Copied != first.Manifest.Blobs() {
		t.Errorf("%d of %d blobs copied", first.Copied, first.Manifest.Blobs())
	}
	second, err := backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{Verify: true})
	w.must(err)
	if second.Copied != 0 {
		t.Errorf("%d blobs are copied a second time", second.Copied)
	}
	here := w.contents(f)
	for name, target := range map[string][]string{"a folder": nil, "an empty bucket": on(s3test.Config(t)), "its bucket": on(bucket)} {
		t.Run(name, func(t *testing.T) {
			r := w.restoring(to)
			if target != nil {
				r.Bucket = bucketOf(t, r.To, target)
			}
			_, firms, err := backup.Restore(t.Context(), r)
			w.must(err)
			if target != nil {
				noBlobs(t, r.To)
			}
			back := open(t, store.Config{}, r.To, target...)
			if !maps.Equal(back.contents(f), here) || len(firms) != 1 || firms[0].Older != nil {
				t.Errorf("restored %+v, the same documents: %v", firms, maps.Equal(back.contents(f), here))
			}
		})
	}
	t.Run("a bucket of others", func(t *testing.T) {
		other := s3test.Config(t)
		open(t, store.Config{}, filepath.Join(t.TempDir(), "data"), on(other)...)
		r := w.restoring(to)
		r.Bucket = bucketOf(t, r.To, on(other))
		if _, _, err := backup.Restore(t.Context(), r); err == nil || !strings.Contains(err.Error(), "belongs to another installation") {
			t.Errorf("restored into it: %v", err)
		}
		if entries, err := os.ReadDir(r.To); err != nil || len(entries) > 1 {
			t.Errorf("%v is left, %v", entries, err)
		}
	})
}

// bucketOf opens the bucket of a restore as the command does.
func bucketOf(t *testing.T, data string, environ []string) func(context.Context, *act.Office) (storage.Bucket, error) {
	t.Helper()
	c := configured(t, store.Config{}, data, environ...)
	return func(ctx context.Context, office *act.Office) (storage.Bucket, error) {
		return server.OpenBucket(ctx, c, office)
	}
}

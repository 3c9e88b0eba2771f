package backup_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cenacle/internal/backup"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// CRY-07: a backup made on either engine while people write comes back on either,
// with the same documents, the same journal and the same people.
func TestCRY07_BetweenEngines(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		w, f := demonstration(t, c)
		to := filepath.Join(t.TempDir(), "backups")
		stop := make(chan struct{})
		wait := w.write(f, 2, stop)
		time.Sleep(200 * time.Millisecond)
		first, err := backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{})
		close(stop)
		made := wait()
		w.must(err)
		second, err := backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{Verify: true})
		w.must(err)
		if first.Manifest.Blobs() == 0 || second.Copied != second.Manifest.Blobs()-first.Manifest.Blobs() {
			t.Errorf("%d blobs, then %d of %d copied (%d documents filed)", first.Manifest.Blobs(), second.Copied, second.Manifest.Blobs(), made)
		}
		here := w.contents(f)
		t.Run("into a folder", func(t *testing.T) {
			r := w.restoring(to)
			_, firms, err := backup.Restore(t.Context(), r)
			w.must(err)
			same(t, open(t, store.Config{}, r.To), f, here, second, firms)
		})
		if os.Getenv("CENACLE_TEST_ENGINE") == "sqlite" {
			return
		}
		t.Run("into PostgreSQL", func(t *testing.T) { intoPostgres(t, w, f, to, first, second, here) })
	})
}

func intoPostgres(t *testing.T, w *world, f id.Firm, to string, first, second backup.Report, here map[id.Version]string) {
	target := storetest.Postgres(t)
	into := storetest.Open(t, store.Config{PostgresURL: target.PostgresURL})
	// What an earlier attempt has left gives way: the rows of an older backup.
	old := storetest.Open(t, store.Config{Dir: copied(t, filepath.Join(to, first.Manifest.ID))})
	w.must(into.ReceiveFirm(t.Context(), old, f))
	r := w.restoring(to)
	r.Into = into
	_, firms, err := backup.Restore(t.Context(), r)
	w.must(err)
	for _, path := range files(t, r.To) {
		if strings.HasSuffix(path, ".db") || strings.Contains(path, "restoring") {
			t.Errorf("%s is left beside PostgreSQL", path)
		}
	}
	back := open(t, target, r.To)
	same(t, back, f, here, second, firms)
	if people, were := back.people(), w.people(); people != were || people == 0 {
		t.Errorf("%d people, there were %d", people, were)
	}
	// Nothing is ever replaced, nor brought twice.
	again := w.restoring(to)
	again.Into = into
	if _, _, err := backup.Restore(t.Context(), again); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "store.occupied") {
		t.Errorf("over an installation: %v", err)
	}
	if err := into.ReceiveFirm(t.Context(), old, f); !fault.Is(err, fault.Conflict) {
		t.Errorf("rows over an installation: %v", err)
	}
	if err := into.ReceiveDirectory(t.Context(), old); !fault.Is(err, fault.Conflict) {
		t.Errorf("a directory over an installation: %v", err)
	}
	// Cut after its last step, it ends when it is run again.
	w.must(os.MkdirAll(filepath.Join(r.To, "restoring"), 0o700))
	if err := backup.Unfinished(r.To); !fault.Is(err, fault.Conflict) {
		t.Errorf("a server would start beside the rest of a restore: %v", err)
	}
	if _, _, err := backup.Restore(t.Context(), r); !strings.Contains(err.Error(), "backup.done") || backup.Unfinished(r.To) != nil {
		t.Errorf("what was complete: %v", err)
	}
	same(t, back, f, here, second, firms)
}

// same wants an installation to be what a backup was made of.
func same(t *testing.T, back *world, f id.Firm, here map[id.Version]string, of backup.Report, firms []backup.Restored) {
	t.Helper()
	if !maps.Equal(back.contents(f), here) {
		t.Error("the documents differ")
	}
	if len(firms) != 1 || firms[0].Head != of.Manifest.Firms[0].Head || firms[0].Older != nil {
		t.Errorf("restored %+v, of %+v", firms, of.Manifest.Firms)
	}
	back.marked(f, of.Manifest.ID, "")
}

// copied is a copy of a backup's databases, for whoever opens them: in the backup
// itself every byte is noted.
func copied(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

var countPeople = store.ForDirectory(`select count(*) from person`)

func (w *world) people() (n int) {
	w.t.Helper()
	w.must(w.Office.Store.Directory().View(w.t.Context(), func(tx *store.DirectoryTx) error { return tx.Row(countPeople, nil, &n) }))
	return n
}

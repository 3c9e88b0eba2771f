package proof

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cenacle/internal/seedtest"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// CRA-07: a migration is killed at any moment, from the first program's schema and from
// none. The next one makes up for it, and nothing of what was there is lost. That an
// earlier program refuses what came out of it, TestHA06 shows.
func TestCRA07(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		killed(t, func() []string {
			dir := t.TempDir()
			unpack(t, filepath.Join("testdata", "first.tar.gz"), dir)
			return []string{"CENACLE_DATA=" + filepath.Join(dir, "earlier", "data")}
		}, func(settings []string) {
			if said, code := tell(t, settings, "journal", "verify"); code != 0 || !strings.Contains(said, "holds   41 entries") {
				t.Errorf("the journal: %d %s", code, said)
			}
		})
	})
	if os.Getenv("CENACLE_TEST_ENGINE") == "sqlite" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		c := storetest.Postgres(t)
		killed(t, func() []string { return empty(t, c) }, func(settings []string) {
			listen := freePort(t)
			p := serve(t, listen, append(settings, "CENACLE_LISTEN="+listen))
			p.ready(20 * time.Second)
			p.kill()
		})
	})
}

// empty takes everything out of a database, and is the configuration of a new
// installation there.
func empty(t *testing.T, c store.Config) []string {
	t.Helper()
	db := storetest.Superuser(t, c)
	for _, text := range []string{`drop schema public cascade`, `create schema public authorization pg_database_owner`} {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	return []string{"CENACLE_DATA=" + filepath.Join(t.TempDir(), "data"), "CENACLE_DATABASE_URL=" + c.PostgresURL, "CENACLE_DATABASE_MIGRATE_URL=" + c.MigrateURL}
}

// killed migrates what make makes, each time killed somewhere else, and then to the end.
func killed(t *testing.T, make func() []string, look func([]string)) {
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	migrate := func(settings []string) *exec.Cmd {
		c := exec.Command(path, "migrate")
		c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}, settings...)
		return c
	}
	begun := time.Now()
	if out, err := migrate(make()).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	whole, r := time.Since(begun), rand.New(rand.NewPCG(seedtest.Of(t), 7))
	midway, cut := 0, 0
	for range span(6, 50) {
		settings := make()
		c := migrate(settings)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(r.Int64N(int64(whole))))
		_ = c.Process.Kill() // it may have ended
		if c.Wait() != nil {
			cut++
		}
		said, code := tell(t, settings, "migrate", "--dry-run")
		if code != 0 {
			t.Errorf("after it was killed nobody knows what is left: %s", said)
		}
		if n := strings.Count(said, ".sql"); n > 0 && !strings.Contains(said, "/0001_") && !strings.Contains(said, "directory/0002") {
			midway++
		}
		if said, code := tell(t, settings, "migrate"); code != 0 || !strings.HasSuffix(said, "up to date\n") {
			t.Errorf("the next one ends with %d: %s", code, said)
		}
		if said, code := tell(t, settings, "migrate", "--dry-run"); code != 0 || !strings.Contains(said, "nothing to do") {
			t.Errorf("and leaves (%d): %s", code, said)
		}
		look(settings)
	}
	if cut == 0 {
		t.Error("none was killed before its end")
	}
	t.Logf("%d were killed, %d of them between two changes; a whole one takes %v", cut, midway, whole.Round(time.Millisecond))
}

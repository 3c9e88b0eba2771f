package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// childVariable makes this test program the victim of TestKilledWriter.
const childVariable = "CENACLE_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		fmt.Println(writeForEver(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeForEver commits marks to the only firm of a folder, four at a time, and
// prints the name of each once it is durable.
func writeForEver(dir string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{Dir: dir})
	if err != nil {
		return err
	}
	firms, err := s.Firms(ctx)
	if err != nil {
		return err
	}
	f, err := s.Firm(ctx, firms[0])
	if err != nil {
		return err
	}
	failed := make(chan error)
	for range 4 {
		go func() {
			for {
				item := string(id.New[id.Item](time.Now()))
				if err := f.Update(ctx, put(item, 1)); err != nil {
					failed <- err
				}
				fmt.Println(item)
			}
		}()
	}
	return <-failed
}

func TestKilledWriter(t *testing.T) {
	c := store.Config{Dir: t.TempDir()}
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	f := storetest.Firm(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var acknowledged []string
	for round := range 5 {
		acknowledged = append(acknowledged, killAfter(t, c.Dir, 20+7*round)...)
		s, err := store.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		f, err := s.Firm(t.Context(), f.ID())
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range acknowledged {
			if _, err := mark(t.Context(), t, f, item); err != nil {
				t.Errorf("round %d: %s: %v", round, item, err)
			}
		}
		if n := count(t, f); n < len(acknowledged) {
			t.Errorf("round %d: %d rows, %d were acknowledged", round, n, len(acknowledged))
		}
		if state, err := store.Pragma(t.Context(), f, true, "integrity_check"); state != "ok" || err != nil {
			t.Errorf("round %d: integrity %q, %v", round, state, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// killAfter starts a writer, kills it after n commits and returns what it had
// acknowledged by then.
func killAfter(t *testing.T, dir string, n int) (acknowledged []string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, err := id.Parse[id.Item](lines.Text()); err != nil {
			t.Fatalf("the writer said %q", lines.Text())
		}
		acknowledged = append(acknowledged, lines.Text())
		if len(acknowledged) == n {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Error("the writer ended by itself")
	}
	return acknowledged
}

func TestModes(t *testing.T) {
	c := store.Config{Dir: filepath.Join(t.TempDir(), "data")}
	f := storetest.Firm(t, storetest.Open(t, c))
	mustUpdate(t, f, put("a", 1))
	files := 0
	err := filepath.WalkDir(c.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		} else {
			files++
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil || files < 6 { // two databases, each with its log and its index
		t.Errorf("%d files, %v", files, err)
	}
}

func TestPragmas(t *testing.T) {
	f := storetest.Firm(t, storetest.New(t))
	for name, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1",
		"temp_store": "2", "busy_timeout": "5000", "cache_size": "-1024", "journal_size_limit": "4194304",
	} {
		for _, reader := range []bool{false, true} {
			if got, err := store.Pragma(t.Context(), f, reader, name); got != want || err != nil {
				t.Errorf("%s (reader %v) is %q, %v; want %q", name, reader, got, err, want)
			}
		}
	}
	if got, err := store.Pragma(t.Context(), f, true, "query_only"); got != "1" || err != nil {
		t.Errorf("a reader may write: %q, %v", got, err)
	}
}

func TestDiskFull(t *testing.T) {
	f := storetest.Firm(t, storetest.New(t))
	mustUpdate(t, f, put("before", 1))
	if err := store.OnWriter(t.Context(), f, "pragma max_page_count(1)"); err != nil { // SQLite takes the present size instead
		t.Fatal(err)
	}
	big := func(tx *store.Tx) error {
		_, err := tx.Exec(putEntry, "big", "", make([]byte, 1<<20), nil, 1)
		return err
	}
	err := f.Update(t.Context(), big)
	if !fault.Is(err, fault.NoSpace) || !strings.Contains(err.Error(), "store.full") {
		t.Errorf("got %v, want store.full", err)
	}
	if at, err := mark(t.Context(), t, f, "before"); at != 1 || err != nil {
		t.Errorf("reading on a full disk: %d, %v", at, err)
	}
	if err := store.OnWriter(t.Context(), f, "pragma max_page_count(1000000)"); err != nil {
		t.Fatal(err)
	}
	mustUpdate(t, f, big)
}

func TestIdleFirmsAreClosed(t *testing.T) {
	s := storetest.New(t)
	f := storetest.Firm(t, s)
	mustUpdate(t, f, put("a", 1))
	rounds := func(n int) {
		for range n {
			store.Expire(s)
		}
	}
	rounds(store.IdleTime - 1)
	if n := s.Stats().OpenFirms; n != 1 {
		t.Errorf("%d firms open before their time", n)
	}
	err := f.View(t.Context(), func(tx *store.Tx) error {
		rounds(store.IdleTime + 1)
		var at int64
		return tx.Row(getMark, []any{"a", "p"}, &at)
	})
	if err != nil || s.Stats().OpenFirms != 1 {
		t.Errorf("a firm in use was closed: %v", err)
	}
	rounds(store.IdleTime)
	if n := s.Stats().OpenFirms; n != 0 {
		t.Errorf("%d firms open after their time", n)
	}
	if at, err := mark(t.Context(), t, f, "a"); at != 1 || err != nil {
		t.Errorf("opened again: %d, %v", at, err)
	}
}

func TestManyFirmsFewFiles(t *testing.T) {
	const limit, firms, workers, rounds = 3, 10, 8, 30
	s := storetest.New(t)
	store.Limit(s, limit)
	var all []*store.Firm
	for range firms {
		f := storetest.Firm(t, s)
		mustUpdate(t, f, put("n", 0))
		all = append(all, f)
	}
	if n := s.Stats().OpenFirms; n > limit {
		t.Errorf("%d files open, want at most %d", n, limit)
	}
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for r := range rounds {
				f := all[(w*7+r*3)%firms]
				if err := f.Update(t.Context(), increment("n")); err != nil {
					t.Error(err)
				}
				if r%10 == 0 {
					store.Expire(s)
				}
			}
		})
	}
	group.Wait()
	var sum int64
	for _, f := range all {
		n, err := mark(t.Context(), t, f, "n")
		if err != nil {
			t.Error(err)
		}
		sum += n
	}
	if n := s.Stats().OpenFirms; sum != workers*rounds || n > limit {
		t.Errorf("counted %d, want %d; %d files open, want at most %d", sum, workers*rounds, n, limit)
	}
}

// A command line beside a running server works on the same files.
func TestTwoProcessesOnOneFolder(t *testing.T) {
	c := store.Config{Dir: t.TempDir()}
	server, command := storetest.Open(t, c), storetest.Open(t, c)
	f := storetest.Firm(t, command)
	own, err := server.Firm(t.Context(), f.ID())
	if err != nil {
		t.Fatal(err)
	}
	mustUpdate(t, f, put("n", 0))
	var group sync.WaitGroup
	for _, side := range []*store.Firm{f, own} {
		group.Go(func() {
			for range 25 {
				if err := side.Update(t.Context(), increment("n")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if n, err := mark(t.Context(), t, f, "n"); n != 50 || err != nil {
		t.Errorf("counted %d, %v", n, err)
	}
}

func TestDamagedFolder(t *testing.T) {
	c := store.Config{Dir: t.TempDir()}
	s := storetest.Open(t, c)
	gone, broken := storetest.Firm(t, s), storetest.Firm(t, s)
	for range store.IdleTime {
		store.Expire(s)
	}
	path := func(f *store.Firm) string { return filepath.Join(c.Dir, "firms", string(f.ID()), "firm.db") }
	if err := os.Remove(path(gone)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Firm(t.Context(), gone.ID()); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v, want absent", err)
	}
	if _, err := os.Stat(path(gone)); err == nil {
		t.Error("looking at a firm made it anew")
	}
	if err := os.WriteFile(path(broken), []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the failure is not remembered as a success
		if _, err := s.Firm(t.Context(), broken.ID()); !fault.Is(err, fault.Internal) {
			t.Errorf("got %v, want an internal fault", err)
		}
	}
	if n := s.Stats().OpenFirms; n != 0 {
		t.Errorf("%d firms open", n)
	}
}

func TestLimitIsNoReasonToPrepareAgain(t *testing.T) {
	for text, want := range map[string]string{
		"select a from b where c < $2 limit $3":       "select a from b where c < $2 limit cast($3 as bigint)",
		"select a from b limit 1":                     "select a from b limit 1",
		"x in (select a from b limit $12) and y = $1": "x in (select a from b limit cast($12 as bigint)) and y = $1",
	} {
		if got := store.Steady(text); got != want {
			t.Errorf("Steady(%q) = %q, want %q", text, got, want)
		}
	}
}

const wholeSchema = `
select (select group_concat(type || ' ' || name || ' ' || coalesce(sql, ''), ';' order by name) from sqlite_schema) ||
  (select group_concat(scope || number || sum, ';' order by number) from schema_migration)`

// TestBlankFirm: a firm's file that is copied is what the migrations make of an empty one.
func TestBlankFirm(t *testing.T) {
	dir := t.TempDir()
	s := storetest.Open(t, store.Config{Dir: dir})
	copied, migrated := id.New[id.Firm](time.Now()), id.New[id.Firm](time.Now())
	path := func(f id.Firm) string { return filepath.Join(dir, "firms", string(f), "firm.db") }
	if err := errors.Join(os.MkdirAll(filepath.Dir(path(migrated)), 0o700), os.WriteFile(path(migrated), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	schemas := map[id.Firm]string{}
	for _, f := range []id.Firm{copied, migrated} {
		if _, err := s.CreateFirm(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite", path(f))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var schema string
		if err := db.QueryRowContext(t.Context(), wholeSchema).Scan(&schema); err != nil {
			t.Fatal(err)
		}
		schemas[f] = schema
	}
	if schemas[copied] != schemas[migrated] || len(schemas[copied]) < 10_000 {
		t.Errorf("%s\n\nis not\n\n%s", schemas[copied], schemas[migrated])
	}
}

package store_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

var (
	countRegister = store.ForDirectory(`select count(*) from firm`)
	clearRegister = store.ForDirectory(`delete from firm`)
)

// TestInspectOnlyLooks opens an installation beside the one that serves it.
func TestInspectOnlyLooks(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		s := storetest.Open(t, c)
		f := storetest.Firm(t, s)
		look, err := store.Inspect(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := look.Close(); err != nil {
				t.Error(err)
			}
		}()
		storetest.Firm(t, s) // written while it is looked at
		firms, err := look.Firms(t.Context())
		if err != nil || len(firms) != 2 || !slices.Contains(firms, f.ID()) {
			t.Errorf("it sees %v, %v", firms, err)
		}
		same, err := look.Firm(t.Context(), f.ID())
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(look.Directory().Examine(t.Context()), same.Examine(t.Context())); err != nil {
			t.Errorf("a whole installation: %v", err)
		}
		if c.PostgresURL != "" {
			return
		}
		err = look.Directory().Update(t.Context(), func(tx *store.DirectoryTx) error {
			_, err := tx.Exec(clearRegister)
			return err
		})
		if !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("it can be written into: %v", err)
		}
	})
}

func TestInspectRefusesWhatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	if s, err := store.Inspect(t.Context(), store.Config{Dir: dir}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder: %v, %v", s, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "directory.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Inspect(t.Context(), store.Config{Dir: dir}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("an empty file: %v", err)
	}
	info, err := os.Stat(filepath.Join(dir, "directory.db"))
	if err != nil || info.Size() != 0 {
		t.Errorf("it was written into: %v, %v", info, err)
	}
}

// TestExamineFindsDamage overwrites pages of a firm's file.
func TestExamineFindsDamage(t *testing.T) {
	c := store.Config{Dir: t.TempDir()}
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	f := storetest.Firm(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(c.Dir, "firms", string(f.ID()), "firm.db")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(raw) / 2; i < len(raw); i++ {
		raw[i] ^= 0x5a
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	look, err := store.Inspect(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := look.Close(); err != nil {
			t.Error(err)
		}
	}()
	h, err := look.Firm(t.Context(), f.ID())
	if err == nil {
		err = h.Examine(t.Context())
	}
	if !store.Damaged(err) {
		t.Errorf("a file with half its bytes turned: %v", err)
	}
	if err := os.WriteFile(path, []byte("this is no database of anybody, and long enough to be read as one: "+path), 0o600); err != nil {
		t.Fatal(err)
	}
	other, err := store.Inspect(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := other.Firm(t.Context(), f.ID()); !store.Damaged(err) {
		t.Errorf("no database: %v", err)
	}
}

// TestClockAndWalls asks PostgreSQL what SQLite does not have.
func TestClockAndWalls(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		s := storetest.Open(t, c)
		now, err := s.Now(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if c.PostgresURL == "" {
			if !now.IsZero() {
				t.Errorf("SQLite says it is %s", now)
			}
			return
		}
		if math.Abs(time.Since(now).Minutes()) > 1 {
			t.Errorf("PostgreSQL says it is %s", now)
		}
		if tables, err := s.Unwalled(t.Context()); err != nil || len(tables) > 0 {
			t.Errorf("unbound: %v, %v", tables, err)
		}
		command(t, storetest.Superuser(t, c), `alter table memo no force row level security`)
		if tables, err := s.Unwalled(t.Context()); err != nil || !slices.Equal(tables, []string{"memo"}) {
			t.Errorf("unbound: %v, %v", tables, err)
		}
	})
}

func command(t *testing.T, db *sql.DB, text string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}

// TestWaitsAreCounted has a second writer wait for the first one.
func TestWaitsAreCounted(t *testing.T) {
	s := storetest.New(t)
	before := s.Stats().Waits
	inside, done := make(chan struct{}), make(chan error, 2)
	update := func(work func()) {
		done <- s.Directory().Update(t.Context(), func(tx *store.DirectoryTx) error {
			var n int64
			work()
			return tx.Row(countRegister, nil, &n)
		})
	}
	go update(func() {
		close(inside)
		for limit := time.Now().Add(5 * time.Second); s.Stats().Waits == before && time.Now().Before(limit); {
			time.Sleep(time.Millisecond)
		}
	})
	<-inside
	go update(func() {})
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	if n := s.Stats().Waits - before; n != 1 {
		t.Errorf("%d waits, want 1", n)
	}
}

// Package storetest gives tests a fresh store on both engines: SQLite in a
// temporary folder, and a real PostgreSQL that it starts by itself.
//
// It refuses to skip: a machine without PostgreSQL fails the tests and says
// what to install. CENACLE_TEST_POSTGRES, the URL of a superuser on a running
// server, makes it use that server; CENACLE_TEST_ENGINE=sqlite leaves the
// PostgreSQL half out, for the quick loop only.
//
// Start reading at [Each]; server.go has the PostgreSQL, census.go finds the
// SQL statements of the program.
package storetest

import (
	"os"
	"testing"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Each runs one subtest per engine, each with a fresh and empty store that is
// closed at its end.
func Each(t *testing.T, run func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachConfig(t, func(t *testing.T, c store.Config) {
		c.MigrateURL = "" // the copied database is up to date
		run(t, Open(t, c))
	})
}

// EachConfig runs one subtest per engine with the configuration of a fresh and
// empty installation, for tests that open it several times.
func EachConfig(t *testing.T, run func(t *testing.T, c store.Config)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, store.Config{Dir: t.TempDir()}) })
	if os.Getenv("CENACLE_TEST_ENGINE") == "sqlite" {
		return
	}
	t.Run("postgres", func(t *testing.T) { run(t, Postgres(t)) })
}

// Open opens a store and closes it at the end of the test.
func Open(t testing.TB, c store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// New is a fresh store on SQLite, for tests that are not about the database.
func New(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, store.Config{Dir: t.TempDir()})
}

var register = store.ForDirectory(`insert into firm (id, state, created_at) values ($1, 'open', $2)`)

// Firm creates a firm with a new identifier and registers it in the directory.
func Firm(t testing.TB, s *store.Store) *store.Firm {
	t.Helper()
	now := time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)
	f, err := s.CreateFirm(t.Context(), id.New[id.Firm](now))
	if err != nil {
		t.Fatalf("create a firm: %v", err)
	}
	err = s.Directory().Update(t.Context(), func(tx *store.DirectoryTx) error {
		_, err := tx.Exec(register, f.ID(), store.Micros(now))
		return err
	})
	if err != nil {
		t.Fatalf("register a firm: %v", err)
	}
	return f
}

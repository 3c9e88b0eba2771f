package store_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// What an installation of the first program awaits is said without touching it,
// done, and done only once.
func TestMigrate(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		f := id.New[id.Firm](time.Now())
		if c.PostgresURL == "" {
			if all, err := store.Pending(t.Context(), c); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("an empty folder: %v, %v", all, err)
			}
		} else {
			db := storetest.Superuser(t, c)
			mustExec(t, db, `drop schema public cascade`)
			mustExec(t, db, `create schema public authorization pg_database_owner`)
			pends(t, c, "directory/0001_directory.sql", "firm/0001_firm.sql")
		}
		if err := store.Earlier(t.Context(), c, f); err != nil {
			t.Fatal(err)
		}
		for range 2 { // looking changes nothing
			all := pends(t, c, "directory/0002_certificate.sql", "firm/0002_shelf_life.sql")
			if last := all[len(all)-1]; c.PostgresURL == "" && last.Firm != f || c.PostgresURL != "" && last.Firm != "" {
				t.Errorf("the last one is of %q", last.Firm)
			}
			if strings.Contains(all[0].Name, "0001") {
				t.Errorf("%v was there", all[0])
			}
		}
		if c.PostgresURL != "" {
			if err := store.Migrate(t.Context(), store.Config{PostgresURL: c.PostgresURL}); !keyed(err, "store.behind") {
				t.Errorf("without the owner: %v", err)
			}
		}
		for range 2 {
			if err := store.Migrate(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			pends(t, c)
		}
		s, err := store.Inspect(t.Context(), c) // which migrates nothing
		if err != nil {
			t.Fatal(err)
		}
		if c.PostgresURL == "" {
			_, err = s.Firm(t.Context(), f)
		}
		if err = errors.Join(err, s.Close()); err != nil {
			t.Error(err)
		}
	})
}

// A schema that this program must not touch is refused before anything is said.
func TestMigrateRefuses(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		s := storetest.Open(t, c)
		f := storetest.Firm(t, s)
		_, firm := behind(t, c, f)
		mustExec(t, firm, `insert into schema_migration (scope, number, name, sum) values ('firm', 9999, '9999_later.sql', 'x')`)
		_, said := store.Pending(t.Context(), c)
		if c.PostgresURL == "" {
			if err := s.Close(); err != nil { // it had the firm open as it was
				t.Fatal(err)
			}
		}
		for what, err := range map[string]error{"said": said, "done": store.Migrate(t.Context(), c)} {
			if !keyed(err, "store.newer") {
				t.Errorf("a later schema is %s: %v", what, err)
			}
		}
	})
}

func keyed(err error, key string) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Key == key
}

// pends demands that these changes are among those that an installation awaits, or
// that there are none.
func pends(t *testing.T, c store.Config, names ...string) []store.Change {
	t.Helper()
	all, err := store.Pending(t.Context(), c)
	if err != nil || len(names) == 0 && len(all) > 0 {
		t.Fatalf("it awaits %v, %v", all, err)
	}
	for _, name := range names {
		found := false
		for _, c := range all {
			found = found || c.Name == name
		}
		if !found {
			t.Errorf("%s is not among %v", name, all)
		}
	}
	return all
}

package store_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// behind opens the tables without the store's protection: the directory's, and
// on SQLite those of a firm.
func behind(t *testing.T, c store.Config, f *store.Firm) (directory, firm *sql.DB) {
	t.Helper()
	if c.PostgresURL != "" {
		db := storetest.Superuser(t, c)
		return db, db
	}
	return sqlite(t, filepath.Join(c.Dir, "directory.db")), sqlite(t, filepath.Join(c.Dir, "firms", string(f.ID()), "firm.db"))
}

func sqlite(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func mustExec(t *testing.T, db *sql.DB, text string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func TestSchemaOtherThanTheProgram(t *testing.T) {
	for _, tc := range []otherSchema{
		{"newer", `insert into schema_migration (scope, number, name, sum) values ('SCOPE', 9999, '9999_later.sql', 'x')`,
			`delete from schema_migration where number = 9999`, "store.newer"},
		{"edited", `update schema_migration set sum = 'x' || sum where scope = 'SCOPE' and number = 1`,
			`update schema_migration set sum = substr(sum, 2) where scope = 'SCOPE' and number = 1`, "store.edited"},
	} {
		t.Run(tc.name, func(t *testing.T) { storetest.EachConfig(t, tc.run) })
	}
}

// otherSchema is a record of migrations that the program must refuse.
type otherSchema struct{ name, change, undo, key string }

func (tc otherSchema) run(t *testing.T, c store.Config) {
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	f := storetest.Firm(t, s)
	mustUpdate(t, f, put("kept", 1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	directory, firm := behind(t, c, f)

	mustExec(t, directory, strings.ReplaceAll(tc.change, "SCOPE", "directory"))
	refuse(t, c, tc.key)
	mustExec(t, directory, strings.ReplaceAll(tc.undo, "SCOPE", "directory"))

	mustExec(t, firm, strings.ReplaceAll(tc.change, "SCOPE", "firm"))
	if c.PostgresURL != "" {
		refuse(t, c, tc.key)
	} else {
		_, err := storetest.Open(t, c).Firm(t.Context(), f.ID())
		var e *fault.Error
		if !errors.As(err, &e) || e.Key != tc.key {
			t.Errorf("got %v, want %s", err, tc.key)
		}
	}
	mustExec(t, firm, strings.ReplaceAll(tc.undo, "SCOPE", "firm"))

	again, err := storetest.Open(t, c).Firm(t.Context(), f.ID())
	if err != nil {
		t.Fatal(err)
	}
	if at, err := mark(t.Context(), t, again, "kept"); at != 1 || err != nil {
		t.Errorf("got %d, %v", at, err)
	}
}

func TestSchemaBehindNeedsTheOwner(t *testing.T) {
	c := storetest.Postgres(t)
	mustExec(t, storetest.Superuser(t, c), `delete from schema_migration where scope = 'firm'`)
	refuse(t, store.Config{PostgresURL: c.PostgresURL}, "store.behind")
	mustExec(t, storetest.Superuser(t, c), `drop table schema_migration`)
	refuse(t, store.Config{PostgresURL: c.PostgresURL}, "store.behind")
}

// Several nodes start at once on a database that has nothing yet.
func TestFirstStartOfSeveralNodes(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		if c.PostgresURL != "" {
			db := storetest.Superuser(t, c)
			mustExec(t, db, `drop schema public cascade`)
			mustExec(t, db, `create schema public authorization pg_database_owner`)
		}
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				s, err := store.Open(t.Context(), c)
				if err != nil {
					t.Error(err)
					return
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		f := storetest.Firm(t, storetest.Open(t, c))
		mustUpdate(t, f, put("a", 1))
	})
}

func TestFailedMigrationLeavesNothing(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
		fsys := fstest.MapFS{
			"m/0001_first.sql":  file("-- a reason; with a semicolon\ncreate table one (id text not null primary key, n bigint not null, b bytea);"),
			"m/0002_second.sql": file("create table two (id text not null primary key);\ncreate table one (id text not null primary key);"),
		}
		if err := store.MigrateScratch(t.Context(), c, fsys); err == nil || !strings.Contains(err.Error(), "0002_second.sql") {
			t.Fatalf("got %v, want a failure of 0002_second.sql", err)
		}
		// two must be absent and one present, or this ends in an error again
		fsys["m/0002_second.sql"] = file("create table two (id text not null primary key);\ninsert into one (id, n) values ('a', 1);")
		if err := store.MigrateScratch(t.Context(), c, fsys); err != nil {
			t.Fatal(err)
		}
		if err := store.MigrateScratch(t.Context(), c, fsys); err != nil {
			t.Errorf("applying nothing: %v", err)
		}
		fsys["m/0001_first.sql"] = file("create table one (id text not null primary key);")
		if err := store.MigrateScratch(t.Context(), c, fsys); !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), "store.edited") {
			t.Errorf("got %v, want store.edited", err)
		}
		delete(fsys, "m/0001_first.sql")
		if err := store.MigrateScratch(t.Context(), c, fsys); err == nil {
			t.Error("a gap in the numbers was accepted")
		}
	})
}

func TestTablesAreStrict(t *testing.T) {
	c := store.Config{Dir: t.TempDir()}
	f := storetest.Firm(t, storetest.Open(t, c))
	for _, path := range []string{"directory.db", filepath.Join("firms", string(f.ID()), "firm.db")} {
		var strict, loose int
		row := sqlite(t, filepath.Join(c.Dir, path)).QueryRowContext(t.Context(),
			`select sum(strict), sum(1 - strict) from pragma_table_list where schema = 'main' and name not like 'sqlite_%'`)
		if err := row.Scan(&strict, &loose); err != nil || strict < 6 || loose != 0 {
			t.Errorf("%s: %d strict tables, %d loose, %v", path, strict, loose, err)
		}
	}
}

// additive are the statements that a program of before the migration does not
// notice: its own still run, and mean the same.
var additive = regexp.MustCompile(`^(create table |create index |drop index |update |insert into |` +
	`alter table [a-z_]+ add column [a-z_]+ [a-z]+( default [^,]+| not null default [^,]+)?$)`)

// made and unique are a table that a migration creates, and one that it demands to have
// something once: no program of before writes into a table that it does not know.
var (
	made   = regexp.MustCompile(`^create table ([a-z_]+)`)
	unique = regexp.MustCompile(`^create unique index [a-z_]+ on ([a-z_]+) `)
)

// HA-06: nodes are upgraded one after the other, so that the program of before
// runs on the schema of after: released migrations are followed by such alone as
// only add.
func TestHA06_MigrationsOnlyAdd(t *testing.T) {
	for _, bad := range []string{"drop table item", "alter table item drop column kind", "alter table item rename column kind to sort",
		"alter table item add column later bigint not null", "create unique index one on item (firm_id)", "delete from item",
		"alter table item add constraint c check (kind <> '')", "alter table item add column a bigint default 0, drop column kind"} {
		if additive.MatchString(bad) {
			t.Errorf("%q passes", bad)
		}
	}
	found, later := 0, map[string]bool{}
	for statement := range store.LaterMigrations(t) {
		found++
		if m := made.FindStringSubmatch(statement); m != nil {
			later[m[1]] = true
		}
		if m := unique.FindStringSubmatch(statement); m != nil && later[m[1]] {
			continue
		}
		if !additive.MatchString(statement) {
			t.Errorf("a node of the release before would stumble over: %s", statement)
		}
	}
	t.Logf("%d statements after the first migrations", found)
}

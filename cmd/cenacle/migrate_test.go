package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/store/storetest"
)

// TestMigrate says what an installation of an earlier program awaits, does it, and does
// nothing the second time.
func TestMigrate(t *testing.T) {
	data := t.TempDir()
	if err := typing("").run(t, "migrate", "--data", data); err == nil || !strings.Contains(err.Error(), "no installation") {
		t.Errorf("an empty folder: %v", err)
	}
	if left, err := os.ReadDir(data); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	if err := typing("").run(t, "demo", "--data", data); err != nil {
		t.Fatal(err)
	}
	says(t, "up to date", "0 changes", "migrate", "--data", data)
	files, err := filepath.Glob(filepath.Join(data, "firms", "*", "firm.db"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	db, err := sql.Open("sqlite", files[0])
	if err != nil {
		t.Fatal(err)
	}
	last := undo(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	says(t, "firm/"+last, "Nothing was changed", "migrate", "--data", data, "--dry-run")
	says(t, "firm/"+last, "1 changes, under a lock, by statements that only add", "migrate", "--data", data)
	says(t, "up to date", "0 changes", "migrate", "--data", data)
	says(t, "", "nothing to do", "migrate", "--data", data, "--dry-run")
}

// added is what a migration may do, as internal/store holds it to.
var added = regexp.MustCompile(`(?m)^(?:create (table|index) ([a-z_]+)|alter table ([a-z_]+) add column ([a-z_]+)|drop index ([a-z_]+))`)

// undo takes the last migration of firms back, and names it.
func undo(t *testing.T, db *sql.DB) string {
	t.Helper()
	all, err := filepath.Glob("../../internal/store/migration/firm/*.sql")
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	raw, err := os.ReadFile(all[len(all)-1]) // they are sorted
	if err != nil {
		t.Fatal(err)
	}
	made := added.FindAllStringSubmatch(string(raw), -1)
	slices.Reverse(made)
	texts := []string{"delete from schema_migration where number = (select max(number) from schema_migration)"}
	for _, m := range made {
		switch {
		case m[1] != "":
			texts = append(texts, "drop "+m[1]+" "+m[2])
		case m[5] != "":
			texts = append(texts, created(t, all, m[5]))
		default:
			texts = append(texts, "alter table "+m[3]+" drop column "+m[4])
		}
	}
	for _, text := range texts {
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return filepath.Base(all[len(all)-1])
}

// created is the statement of an earlier migration that makes an index.
func created(t *testing.T, all []string, index string) string {
	t.Helper()
	for _, file := range all {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if text := regexp.MustCompile(`(?m)^create index ` + index + ` on [^;]+`).Find(raw); text != nil {
			return string(text)
		}
	}
	t.Fatalf("nothing makes the index %s", index)
	return ""
}

func says(t *testing.T, out, err string, args ...string) {
	t.Helper()
	c := typing("")
	if failed := c.run(t, args...); failed != nil || !strings.Contains(c.out.String(), out) || !strings.Contains(c.err.String(), err) {
		t.Errorf("%v: %v\n%s\n%s", args, failed, c.out, c.err)
	}
}

// On PostgreSQL the owner makes the tables, and nobody else can.
func TestMigratePostgres(t *testing.T) {
	if os.Getenv("CENACLE_TEST_ENGINE") == "sqlite" {
		return
	}
	c := storetest.Postgres(t)
	db := storetest.Superuser(t, c)
	for _, text := range []string{`drop schema public cascade`, `create schema public authorization pg_database_owner`} {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	data, app := t.TempDir(), "CENACLE_DATABASE_URL="+c.PostgresURL
	if err := typing("", app).run(t, "migrate", "--data", data); err == nil || !strings.Contains(err.Error(), "owner role") {
		t.Errorf("without the owner: %v", err)
	}
	for _, want := range []string{"firm/0001_firm.sql", "up to date"} {
		cmd := typing("", app, "CENACLE_DATABASE_MIGRATE_URL="+c.MigrateURL)
		if err := cmd.run(t, "migrate", "--data", data); err != nil || !strings.Contains(cmd.out.String(), want) {
			t.Errorf("%v\n%s\n%s", err, cmd.out, cmd.err)
		}
	}
	if err := typing("", app).run(t, "demo", "--data", data); err != nil {
		t.Errorf("the role that works cannot begin: %v", err)
	}
}

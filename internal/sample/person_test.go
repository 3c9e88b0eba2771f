package sample

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // what the store writes embedded
)

// TestPeopleStandWhereTheyAreCounted looks for every person of the demonstration in every
// column that holds plain text: each column that has one, whatever its name, has its line
// in the census of package lifecycle.
func TestPeopleStandWhereTheyAreCounted(t *testing.T) {
	data := t.TempDir()
	s := open(t, data, time.Now)
	if _, err := Ensure(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	text, err := os.ReadFile(filepath.FromSlash("../lifecycle/testdata/person.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var counted []string
	for line := range strings.Lines(string(text)) {
		if word, _, _ := strings.Cut(line, " "); strings.Contains(word, ".") {
			counted = append(counted, word)
		}
	}
	directory := lite(t, filepath.Join(data, "directory.db"))
	people := texts(t, directory, `select id from person`)
	files, err := filepath.Glob(filepath.Join(data, "firms", "*", "firm.db"))
	if err != nil || len(files) != 1 || len(people) < 4 {
		t.Fatalf("%d people, firms %v, %v", len(people), files, err)
	}
	found := append(holding(t, "directory", directory, people), holding(t, "firm", lite(t, files[0]), people)...)
	for _, c := range found {
		if !slices.Contains(counted, c) {
			t.Errorf("%s names a person and has no line in the census", c)
		}
	}
	if len(found) < 15 {
		t.Errorf("people stand in %v alone", found)
	}
}

// holding lists the columns of a database in which one of these people stands.
func holding(t *testing.T, scope string, db *sql.DB, people []string) (out []string) {
	t.Helper()
	in := "('" + strings.Join(people, "', '") + "')"
	for _, c := range texts(t, db, `select m.name || '.' || c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and lower(c.type) = 'text'`) {
		table, column, _ := strings.Cut(c, ".")
		if n := texts(t, db, fmt.Sprintf(`select count(*) from %q where %q in %s`, table, column, in)); n[0] != "0" {
			out = append(out, scope+"."+c)
		}
	}
	return out
}

// lite opens a file of the store beside it.
func lite(t *testing.T, path string) *sql.DB {
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

// texts reads the one column of a statement.
func texts(t *testing.T, db *sql.DB, statement string) (out []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() // its error is that of rows.Err
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

package arch

import (
	"bufio"
	"database/sql"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/store"
)

// personCensus says of each column that names a person what becomes of it when two
// identities of one person are made one.
const personCensus = "../lifecycle/testdata/person.txt"

// pointer is the name of a column that names something by its identifier, or somebody
// who did something.
var pointer = regexp.MustCompile(`_(id|by)$`)

// things are what such columns name besides people.
var things = []string{
	"absence_id", "blob_id", "circle_id", "deposit_id", "diffusion_id", "dire_id", "document_id", "entry_id", "event_id", "firm_id",
	"folder_id", "group_id", "item_id", "matter_id", "memo_id", "origin_id", "parent_id", "party_id", "provider_id", "question_id",
	"request_id", "round_id", "side_id", "space_id", "thread_id", "version_id", "webhook_id",
}

// fates are the words of the census.
var fates = []string{"carried", "history", "ends", "none"}

// TestPeopleAreCounted reads both schemas: a column that names a person has its line in
// the census, and each line a column.
func TestPeopleAreCounted(t *testing.T) {
	census := readCensus(t)
	firm, directory := databases(t, store.Config{Dir: t.TempDir()})
	known := map[string]bool{}
	for scope, db := range map[string]*sql.DB{"firm": firm, "directory": directory} {
		for _, c := range columnsOf(t, db) {
			known[scope+"."+c] = true
			_, name, _ := strings.Cut(c, ".")
			if _, counted := census[scope+"."+c]; !counted && pointer.MatchString(name) && !slices.Contains(things, name) {
				t.Errorf("%s.%s: does it name a person? Say in %s what becomes of it when two identities are made one", scope, c, personCensus)
			}
		}
	}
	for _, c := range slices.Sorted(maps.Keys(census)) {
		if !known[c] {
			t.Errorf("the census has %s, which no schema has", c)
		}
	}
	if len(census) < 90 {
		t.Errorf("the census has %d columns", len(census))
	}
}

// readCensus returns the fate of each column.
func readCensus(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open(filepath.FromSlash(personCensus))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() // read only
	out := map[string]string{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Fields(line)
		if len(words) < 3 || strings.Count(words[0], ".") != 2 || !slices.Contains(fates, words[1]) {
			t.Errorf("not a line of the census: %s", line)
			continue
		}
		if _, twice := out[words[0]]; twice {
			t.Errorf("%s stands there twice", words[0])
		}
		out[words[0]] = words[1]
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// columnsOf lists table.column of a database.
func columnsOf(t *testing.T, db *sql.DB) (out []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `select m.name || '.' || c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

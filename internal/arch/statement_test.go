package arch

import (
	"context"
	"database/sql"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/packages"

	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// packagesOf reads the program, once for all tests.
var packagesOf = sync.OnceValues(func() ([]*packages.Package, error) { return storetest.Program(root) })

var statements = sync.OnceValues(func() ([]storetest.Statement, error) {
	found, err := packagesOf()
	if err != nil {
		return nil, err
	}
	return storetest.Statements(root, found)
})

// allStatements are those of the program, which are found once for all tests.
func allStatements(t *testing.T) []storetest.Statement {
	t.Helper()
	found, err := statements()
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatal("the census found no statement at all")
	}
	return found
}

var ofThisFirm = regexp.MustCompile(`\b(?:\w+\.)?firm_id = \$1\b`)

// ISO-09, of tenants: each condition by which a statement keeps to its firm is taken
// away, one at a time, and the rule of the house misses none of them. Neither engine
// would show it: a file for each firm and row-level security still stand behind.
func TestISO09_Tenants(t *testing.T) {
	mutants := 0
	for _, s := range allStatements(t) {
		if !s.Firm {
			continue
		}
		for _, at := range ofThisFirm.FindAllStringIndex(s.Text, -1) {
			mutants++
			m := s
			m.Text = s.Text[:at[0]] + "$1 = $1" + s.Text[at[1]:]
			if len(m.Faults()) == 0 {
				t.Errorf("%s: nobody notices\n%s", s.Where, m.Text)
			}
		}
	}
	if mutants < 200 {
		t.Errorf("only %d conditions were taken away", mutants)
	}
}

// Every statement of the program keeps the rules of the house and is understood
// by both engines.
func TestStatements(t *testing.T) {
	found := allStatements(t)
	for _, s := range found {
		for _, fault := range s.Faults() {
			t.Errorf("%s: %s\n%s", s.Where, fault, s.Text)
		}
		if strings.Contains(s.Text, "update document set") && !strings.Contains(s.Text, "revision = revision + 1") {
			t.Errorf("%s: lists would show what they remember: raise the revision\n%s", s.Where, s.Text)
		}
	}
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		firm, directory := databases(t, c)
		for _, s := range found {
			db := directory
			if s.Firm {
				db = firm
			}
			if err := prepare(t.Context(), db, s.Text); err != nil {
				t.Errorf("%s: %v\n%s", s.Where, err, s.Text)
			}
		}
	})
}

// databases opens what firm statements and directory statements run on.
func databases(t *testing.T, c store.Config) (firm, directory *sql.DB) {
	f := storetest.Firm(t, storetest.Open(t, c))
	if c.PostgresURL != "" {
		db := open(t, "pgx", c.PostgresURL)
		return db, db
	}
	return open(t, "sqlite", filepath.Join(c.Dir, "firms", string(f.ID()), "firm.db")),
		open(t, "sqlite", filepath.Join(c.Dir, "directory.db"))
}

func open(t *testing.T, driver, name string) *sql.DB {
	db, err := sql.Open(driver, name)
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

func prepare(ctx context.Context, db *sql.DB, text string) error {
	stmt, err := db.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	return stmt.Close()
}

package storetest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cenacle/internal/store/storetest"
)

func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		text string
		firm bool
		want string // of the only fault, "" for none
	}{
		{`select id from space where firm_id = $1`, true, ""},
		{`select count(*) from firm where id = $1`, false, ""},
		{`insert into job (firm_id) values ($1) on conflict do nothing`, true, ""},
		{`select id from space where id = $1`, true, "firm_id"},
		{`select id from space where firm_id = $10`, true, "mention $1"},
		{`select id from space where firm_id = $1 and id in (select a.id from a join b on b.firm_id = $1 and b.id = a.id)`, true, "a is not bound"},
		{`select a.id from a join b on b.firm_id = $1 and b.id = a.id where a.firm_id = $1`, true, ""},
		{`select a.id from a, b as other where a.firm_id = $1`, true, "b is not bound"},
		{`select a.id from a left join b x on x.firm_id = a.firm_id where a.firm_id = $1`, true, "say x.firm_id"},
		{`update a set n = $2 where id = $1 and exists (select 1 from b where b.firm_id = $1)`, true, "a is not bound"},
		{`delete from a where firm_id = $1 and exists (select 1 from b)`, true, "b is not bound"},
		{`insert into a (firm_id, n) values ($1, $2) on conflict (firm_id) do update set n = $2`, true, ""},
		{`insert into a (n, firm_id) values ($2, $1)`, true, "a is not bound"},
		{`insert into a (firm_id, n) values ($2, $1)`, true, "a is not bound"},
		{`insert into a (firm_id, n) select b.firm_id, b.n from b where b.n = $1`, true, "b is not bound"},
		{`insert into a (firm_id, n) select b.firm_id, b.n from b where b.firm_id = $1`, true, ""},
		{`with q as (select n from a where firm_id = $1) select n from q`, true, ""},
		{`with q as (select n from a where n = $1 and 'firm_id = $1' <> '') select n from q`, true, "a is not bound"},
		{`select n from a where firm_id = $1 union all select n from b where n is distinct from $2`, true, "b is not bound"},
		{`select x.n from (select n from a where firm_id = $1) x`, true, ""},
		{`SELECT * from firm`, false, "columns"},
		{`select distinct  * from firm`, false, "columns"},
		{`select f.* from firm f`, false, "columns"},
		{`delete from firm returning *`, false, "columns"},
		{`select id from firm where created_at < now()`, false, "instant"},
		{`select current_timestamp`, false, "instant"},
		{`select id from firm where state ilike 'a'`, false, "fold"},
		{`select lower (id) from firm`, false, "fold"},
		{`select id::text from firm`, false, "convert"},
		{`select id from firm where id = any($1)`, false, "arrays"},
		{`insert or ignore into firm (id) values ($1)`, false, "SQLite"},
		{`select id from firm for update`, false, "PostgreSQL"},
		{`select "id" from firm`, false, "quoted"},
		{`delete from firm; select 1`, false, "one statement"},
	} {
		got := storetest.Statement{Firm: tc.firm, Text: tc.text}.Faults()
		if tc.want == "" && len(got) != 0 || tc.want != "" && (len(got) == 0 || !strings.Contains(strings.Join(got, "\n"), tc.want)) {
			t.Errorf("%s: got %q, want %q", tc.text, got, tc.want)
		}
	}
}

// The census must find statements however they are written, in a module that
// has the same path as the program.
func TestStatementsFindsEveryForm(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "go.mod", "module cenacle\n\ngo 1.26\n")
	write(t, dir, "internal/store/store.go", `package store

type constant string
type FirmStmt struct{ text constant }
func ForFirm(text constant) FirmStmt { return FirmStmt{text} }
func ForDirectory(text constant) FirmStmt { return FirmStmt{text} }
`)
	write(t, dir, "internal/a/a.go", `package a

import kept "cenacle/internal/store"

const columns = "firm_id, " + "id"

var plain = kept.ForFirm("select " + columns + " from space")

var table = map[string]kept.FirmStmt{"x": (kept.ForDirectory)("select id")}

func inside() kept.FirmStmt { return kept.ForFirm("select 2") }
`)
	found, err := statementsOf(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []storetest.Statement{
		{Firm: true, Text: "select firm_id, id from space", Where: "internal/a/a.go:7"},
		{Firm: false, Text: "select id", Where: "internal/a/a.go:9"},
		{Firm: true, Text: "select 2", Where: "internal/a/a.go:11", Inside: true},
	}
	if len(found) != len(want) {
		t.Fatalf("got %+v", found)
	}
	for i := range want {
		if found[i] != want[i] {
			t.Errorf("got %+v, want %+v", found[i], want[i])
		}
	}

	write(t, dir, "internal/a/b.go", "package a\n\nimport \"cenacle/internal/store\"\n\nvar hidden = store.ForFirm\n")
	if _, err := statementsOf(dir); err == nil || !strings.Contains(err.Error(), "internal/a/b.go:5") {
		t.Errorf("a hidden use: got %v", err)
	}
	write(t, dir, "internal/a/b.go", "package a\n\nvar broken = nothing\n")
	if _, err := statementsOf(dir); err == nil {
		t.Error("a package that does not compile was read")
	}
}

func statementsOf(dir string) ([]storetest.Statement, error) {
	program, err := storetest.Program(dir)
	if err != nil {
		return nil, err
	}
	return storetest.Statements(dir, program)
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

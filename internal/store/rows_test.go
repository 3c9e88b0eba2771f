package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// The description read from the migrations is that of the database they make.
func TestTables(t *testing.T) {
	tables, err := store.Tables()
	if err != nil {
		t.Fatal(err)
	}
	c := store.Config{Dir: t.TempDir()}
	f := storetest.Firm(t, storetest.Open(t, c))
	db, err := sql.Open("sqlite", filepath.Join(c.Dir, "firms", string(f.ID()), "firm.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() // read only
	var want, got []string
	rows, err := db.QueryContext(t.Context(), `select m.name, c.name, lower(c.type), c.pk from sqlite_master m join pragma_table_info(m.name) c
		where m.type = 'table' and m.name <> 'schema_migration' and c.name <> 'firm_id' order by m.rootpage, c.cid`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var table, column, kind string
		var key int
		if err := rows.Scan(&table, &column, &kind, &key); err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprint(table, ".", column, " ", kind, " ", max(key-1, 0)))
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		for i, c := range table.Columns {
			kind := map[store.Kind]string{store.Text: "text", store.Number: "integer", store.Bytes: "blob"}[c.Kind]
			got = append(got, fmt.Sprint(table.Name, ".", c.Name, " ", kind, " ", slices.Index(table.Key, i)+1))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) || len(tables) < 30 {
		t.Errorf("described:\n%q\nmade:\n%q", got, want)
	}
}

// Rows that leave one firm and come into another one are the same rows, across
// more pages than one, on both engines.
func TestDumpAndLoad(t *testing.T) {
	tables, err := store.Tables()
	if err != nil {
		t.Fatal(err)
	}
	table := tables[slices.IndexFunc(tables, func(t store.Table) bool { return t.Name == "journal_entry" })]
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		from, to := storetest.Firm(t, s), storetest.Firm(t, s)
		var want [][]any
		for n := range int64(1203) {
			var position any
			if n%2 == 0 {
				position = n
			}
			want = append(want, []any{fmt.Sprintf("%026d", n), "é", "a.b", []byte{0, byte(n)}, []byte{}, position, n, []byte("m")})
		}
		load := func(f *store.Firm) error {
			return f.Update(t.Context(), func(tx *store.Tx) error {
				for _, row := range want {
					if err := tx.Load(table, row); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := errors.Join(load(from), load(to)); err != nil {
			t.Fatal(err)
		}
		for _, f := range []*store.Firm{from, to} {
			var got [][]any
			err := f.View(t.Context(), func(tx *store.Tx) error {
				return tx.Dump(table, func(values []any) error {
					got = append(got, values)
					return nil
				})
			})
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%d rows came out of %d, %v", len(got), len(want), err)
			}
		}
		if err := load(to); !fault.Is(err, fault.Conflict) {
			t.Errorf("loading again: %v", err)
		}
	})
}

// Every table can be read from its beginning, on both engines.
func TestDumpEveryTable(t *testing.T) {
	tables, err := store.Tables()
	if err != nil {
		t.Fatal(err)
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		err := f.View(t.Context(), func(tx *store.Tx) error {
			for _, table := range tables {
				if err := tx.Dump(table, func([]any) error { return errors.New("a row in an empty firm") }); err != nil {
					return fmt.Errorf("%s: %w", table.Name, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// A snapshot opens as a data folder and has what was committed before it,
// whichever the engine it was made of.
func TestSnapshot(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		to := t.TempDir()
		roll, firm := filepath.Join(to, "directory.db"), filepath.Join(to, "firms", string(f.ID()), "firm.db")
		err := errors.Join(f.Snapshot(t.Context(), firm), s.Directory().Snapshot(t.Context(), roll))
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(firm); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the file: %v, %v", info, err)
		}
		if err := f.Snapshot(t.Context(), firm); !errors.Is(err, fs.ErrExist) {
			t.Errorf("over another one: %v", err)
		}
		copied := storetest.Open(t, store.Config{Dir: to})
		firms, err := copied.Firms(t.Context())
		if err != nil || !slices.Equal(firms, []id.Firm{f.ID()}) {
			t.Errorf("the copy has the firms %v, %v", firms, err)
		}
		if _, err := copied.Firm(t.Context(), f.ID()); err != nil {
			t.Errorf("the firm of the copy: %v", err)
		}
	})
}

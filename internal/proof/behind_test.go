package proof

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"cenacle/internal/store/storetest"
)

// behind is the databases of a world, read as whoever has the disk reads them.
type behind struct {
	t  testing.TB
	db map[string]*sql.DB // by file, or "" for PostgreSQL
}

// behind opens the databases; files that were made since the last call are
// found at the next.
func (w *world) behind() *behind {
	w.t.Helper()
	if w.store.PostgresURL != "" {
		if w.opened[""] == nil {
			w.opened[""] = storetest.Superuser(w.t, w.store)
		}
		return &behind{w.t, w.opened}
	}
	w.must(filepath.WalkDir(w.data, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".db" || w.opened[path] != nil {
			return err
		}
		db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
		w.opened[path] = db
		w.t.Cleanup(func() { _ = db.Close() }) // nothing was written through it
		return err
	}))
	return &behind{w.t, w.opened}
}

const (
	listSQLite   = `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name <> 'reserve' order by name` // growing makes a table of that name, and drops it
	listPostgres = `select quote_ident(table_schema) || '.' || quote_ident(table_name) from information_schema.tables
		where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`
)

// tables visits every table of every database.
func (b *behind) tables(visit func(db *sql.DB, file, table string)) {
	b.t.Helper()
	for _, file := range slices.Sorted(maps.Keys(b.db)) {
		list := listSQLite
		if file == "" {
			list = listPostgres
		}
		var names []string
		b.each(b.db[file], list, func(row []any) { names = append(names, text(row[0])) })
		for _, name := range names {
			visit(b.db[file], file, name)
		}
	}
}

// each runs one query and hands over its rows.
func (b *behind) each(db *sql.DB, query string, visit func(row []any)) {
	b.t.Helper()
	rows, err := db.QueryContext(b.t.Context(), query)
	if err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close() // rows.Err tells
	columns, err := rows.Columns()
	if err != nil {
		b.t.Fatal(err)
	}
	for rows.Next() {
		row, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			at[i] = &row[i]
		}
		if err := rows.Scan(at...); err != nil {
			b.t.Fatal(err)
		}
		visit(row)
	}
	if err := rows.Err(); err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
}

func text(v any) string {
	if raw, ok := v.([]byte); ok {
		return string(raw)
	}
	return fmt.Sprint(v)
}

// count adds up the one number that the query gives in each database that has
// its tables.
func (b *behind) count(query string) (n int64) {
	b.t.Helper()
	for _, db := range b.db {
		var in int64
		if err := db.QueryRowContext(b.t.Context(), query).Scan(&in); err != nil && !strings.Contains(err.Error(), "no such table") {
			b.t.Fatalf("%s: %v", query, err)
		}
		n += in
	}
	return n
}

// exec runs a statement in each database whose tables it fits.
func (b *behind) exec(statements ...string) {
	b.t.Helper()
	for _, statement := range statements {
		for _, db := range b.db {
			if _, err := db.ExecContext(b.t.Context(), statement); err != nil && !strings.Contains(err.Error(), "no such table") {
				b.t.Fatalf("%s: %v", statement, err)
			}
		}
	}
}

// state is a digest of every table, whatever the order of its rows; of jobs, one of
// each.
type state map[string][sha256.Size]byte

// state digests all tables. Of a session and of a program's token, the instant
// at which it was last seen does not count; of a job, only what it is: it becomes due,
// runs, and plans itself anew, whatever anybody does.
func (b *behind) state() state {
	b.t.Helper()
	out := state{}
	b.tables(func(db *sql.DB, file, table string) {
		_, short, _ := strings.Cut("."+table, ".")
		if i := strings.LastIndexByte(short, '.'); i >= 0 {
			short = short[i+1:]
		}
		columns := "*"
		switch short {
		case "session":
			columns = "hash, id, person_id, epoch, via, firm_id, space_id, created_at, expires_at"
		case "access_token":
			columns = "firm_id, id, person_id, hash, use, name, pass, created_at, expires_at, ended_at, era, mac"
		case "job":
			b.each(db, "select kind, dedupe, case when dedupe = '' then id else '' end from "+table, func(row []any) {
				out[fmt.Sprintf("%s%s%q/job", filepath.Base(filepath.Dir(file)), ended, row)] = [sha256.Size]byte{}
			})
			return
		}
		var sum [sha256.Size]byte
		var plain []byte
		b.each(db, "select "+columns+" from "+table, func(row []any) {
			plain = plain[:0]
			for _, v := range row {
				plain = spelt(plain, v)
			}
			one := sha256.Sum256(plain)
			for i := range sum {
				sum[i] += one[i]
			}
		})
		name := filepath.Base(filepath.Dir(file)) + "/" + short
		out[name] = sum
	})
	return out
}

// spelt appends a value so that no two rows read alike.
func spelt(to []byte, v any) []byte {
	switch v := v.(type) {
	case []byte:
		return append(binary.AppendUvarint(append(to, 'b'), uint64(len(v))), v...)
	case string:
		return append(binary.AppendUvarint(append(to, 's'), uint64(len(v))), v...)
	case int64:
		return binary.AppendVarint(append(to, 'n'), v)
	}
	return fmt.Appendf(append(to, 'v'), "%q", v)
}

// still is the state of all tables once nothing moves by itself any more.
func (w *world) still() state {
	w.t.Helper()
	w.settle()
	before := w.behind().state()
	for range 40 {
		time.Sleep(10 * time.Millisecond)
		now := w.behind().state()
		if len(before.changed(now)) == 0 {
			break
		}
		before = now
	}
	return before
}

// ended marks what may be gone later: a job that was done.
const ended = "#"

// changed names the tables, without their database, in which two states differ.
func (s state) changed(later state) []string {
	found := map[string]bool{}
	for name := range maps.Keys(s) {
		if s[name] != later[name] && !strings.Contains(name, ended) {
			found[name[strings.LastIndexByte(name, '/')+1:]] = true
		}
	}
	for name := range maps.Keys(later) {
		if _, known := s[name]; !known {
			found[name[strings.LastIndexByte(name, '/')+1:]] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

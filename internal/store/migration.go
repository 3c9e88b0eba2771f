package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"cenacle/internal/fault"
)

// Migrations are numbered files, one folder per scope, applied in order, each
// in its own transaction, or in one where nothing is yet; never undone and never
// edited once released. They are plain DDL: no ";" and no "--" inside a literal.
//
//go:embed migration
var migrations embed.FS

const (
	directoryScope = "directory"
	firmScope      = "firm"
)

// migration is one file. Its sum is the SHA-256 of the file in hexadecimal.
type migration struct {
	number int64
	name   string
	sum    string
	text   string
}

// dialect turns the one DDL text into an engine's own.
type dialect interface {
	begin() string                  // of a transaction that migrates
	render(statement string) string // one statement in the engine's words
	finish(table string) []string   // what a new firm table also needs
	lock(ctx context.Context, l *link) error
	unlock(ctx context.Context, l *link) error
}

const recordTable = `create table if not exists schema_migration (
  scope text not null,
  number bigint not null,
  name text not null,
  sum text not null,
  primary key (scope, number)
)`

const (
	recordRead  = `select number, sum from schema_migration where scope = $1 order by number`
	recordWrite = `insert into schema_migration (scope, number, name, sum) values ($1, $2, $3, $4)`
)

// migrate brings a scope of the database behind l up to date.
func migrate(ctx context.Context, l *link, d dialect, scope string) error {
	known, err := readMigrations(migrations, "migration/"+scope)
	if err != nil {
		return err
	}
	return migrateTo(ctx, l, d, scope, known)
}

func migrateTo(ctx context.Context, l *link, d dialect, scope string, known []migration) (err error) {
	if err := d.lock(ctx, l); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.unlock(ctx, l)) }()
	if _, err := l.exec(ctx, d.render(recordTable), nil); err != nil {
		return err
	}
	for {
		applied, err := readApplied(ctx, l, scope)
		if err != nil {
			return err
		}
		if err := checkApplied(applied, known); err != nil {
			return err
		}
		if len(applied) == len(known) {
			return nil
		}
		next := known[len(applied):]
		if len(applied) > 0 {
			next = next[:1]
		}
		if err := apply(ctx, l, d, scope, next); err != nil {
			return err
		}
	}
}

// apply runs the next migrations in one transaction, less what another process was
// faster with; the caller reads the record again after it.
func apply(ctx context.Context, l *link, d dialect, scope string, next []migration) (err error) {
	if _, err := l.exec(ctx, d.begin(), nil); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, undo := l.exec(context.WithoutCancel(ctx), "rollback", nil)
			err = errors.Join(err, undo)
		}
	}()
	applied, err := readApplied(ctx, l, scope)
	if err != nil {
		return err
	}
	for _, m := range next {
		if m.number <= int64(len(applied)) {
			continue
		}
		if err := run(ctx, l, d, scope, m); err != nil {
			return fmt.Errorf("migration %s/%s: %w", scope, m.name, err)
		}
	}
	_, err = l.exec(ctx, "commit", nil)
	return err
}

func run(ctx context.Context, l *link, d dialect, scope string, m migration) error {
	for _, s := range m.statements() {
		texts := []string{d.render(s)}
		if table := createdTable(s); table != "" && scope == firmScope {
			texts = append(texts, d.finish(table)...)
		}
		for _, text := range texts {
			if _, err := l.conn.ExecContext(ctx, text); err != nil {
				return err
			}
		}
	}
	_, err := l.exec(ctx, recordWrite, []any{scope, m.number, m.name, m.sum})
	return err
}

// Schema names the structure that this program makes: SHA-256 over every
// migration, in hexadecimal. Two programs with the same Schema read the same data.
func Schema() (string, error) {
	h := sha256.New()
	for _, scope := range []string{directoryScope, firmScope} {
		known, err := readMigrations(migrations, "migration/"+scope)
		if err != nil {
			return "", err
		}
		for _, m := range known {
			fmt.Fprintln(h, scope, m.name, m.sum) // a hash never fails to write
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

type appliedMigration struct {
	number int64
	sum    string
}

func readApplied(ctx context.Context, l *link, scope string) ([]appliedMigration, error) {
	var applied []appliedMigration
	stopped, err := l.each(ctx, recordRead, []any{scope}, func(scan func(...any) error) error {
		var a appliedMigration
		err := scan(&a.number, &a.sum)
		applied = append(applied, a)
		return err
	})
	return applied, errors.Join(err, stopped)
}

// awaited are the migrations of the program that a database does not have.
func awaited(ctx context.Context, l *link, scope string) ([]migration, error) {
	known, err := readMigrations(migrations, "migration/"+scope)
	if err != nil {
		return nil, err
	}
	applied, err := readApplied(ctx, l, scope)
	if err == nil {
		err = checkApplied(applied, known)
	}
	if err != nil {
		return nil, err
	}
	return known[len(applied):], nil
}

// checkApplied compares the record of a database with the program's files.
func checkApplied(applied []appliedMigration, known []migration) error {
	for i, a := range applied {
		if i >= len(known) {
			return fault.New(fault.Unavailable, "store.newer", int(a.number), len(known))
		}
		if a.number != known[i].number || a.sum != known[i].sum {
			return fault.New(fault.Internal, "store.edited", known[i].name)
		}
	}
	return nil
}

// readMigrations reads a folder of files named NNNN_what.sql, numbered from 1
// without a gap.
func readMigrations(fsys fs.FS, dir string) ([]migration, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	var all []migration
	for _, e := range entries {
		text, err := fs.ReadFile(fsys, dir+"/"+e.Name())
		if err != nil {
			return nil, err
		}
		digits, _, _ := strings.Cut(e.Name(), "_")
		number, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || number != int64(len(all)+1) {
			return nil, fmt.Errorf("store: migration %s/%s is out of order", dir, e.Name())
		}
		sum := sha256.Sum256(text)
		all = append(all, migration{number, e.Name(), hex.EncodeToString(sum[:]), string(text)})
	}
	return all, nil
}

var (
	sqlComment = regexp.MustCompile(`--[^\n]*`)
	sqlCreate  = regexp.MustCompile(`^create table (?:if not exists )?([a-z_]+)`)
)

// statements are those of the file, without its comments. Most often a database has them
// already: they are looked for when they are wanted.
func (m migration) statements() []string {
	var out []string
	for part := range strings.SplitSeq(sqlComment.ReplaceAllString(m.text, ""), ";") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// createdTable names the table that a statement creates, or "".
func createdTable(statement string) string {
	if m := sqlCreate.FindStringSubmatch(statement); m != nil {
		return m[1]
	}
	return ""
}

// liteDialect writes the DDL for SQLite: its own type names, strict tables.
// The lock of the write transaction keeps other processes out.
type liteDialect struct{}

var (
	bytesWord   = regexp.MustCompile(`\bbytea\b`)
	integerWord = regexp.MustCompile(`\bbigint\b`)
)

func (liteDialect) begin() string { return "begin immediate" }

func (liteDialect) render(statement string) string {
	s := integerWord.ReplaceAllString(bytesWord.ReplaceAllString(statement, "blob"), "integer")
	if createdTable(s) != "" {
		s += " strict"
	}
	return s
}

func (liteDialect) finish(string) []string              { return nil }
func (liteDialect) lock(context.Context, *link) error   { return nil }
func (liteDialect) unlock(context.Context, *link) error { return nil }

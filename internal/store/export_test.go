package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cenacle/internal/id"
)

// What tests outside the package need to reach.
const IdleTime = idleTime

// Classify is the meaning of a driver's error.
var Classify = classify

// Steady is a statement as SQLite is given it.
var Steady = steady

// OnWriter runs text on the connection that writes an embedded firm.
func OnWriter(ctx context.Context, f *Firm, text string) error {
	return f.with(ctx, func(b *base) error {
		l, err := b.writers.take(ctx)
		if err != nil {
			return err
		}
		defer b.writers.give(l, true)
		_, err = l.conn.ExecContext(ctx, text)
		return err
	})
}

// Pragma reads a pragma on a connection of an embedded firm.
func Pragma(ctx context.Context, f *Firm, reader bool, name string) (value string, err error) {
	err = f.with(ctx, func(b *base) error {
		from := b.writers
		if reader {
			from = b.readers
		}
		l, err := from.take(ctx)
		if err != nil {
			return err
		}
		defer from.give(l, true)
		return l.conn.QueryRowContext(ctx, "pragma "+name).Scan(&value)
	})
	return value, err
}

// Expire lets one round of idleness pass.
func Expire(s *Store) { closeAll(s.engine.(*embedded).expire()) }

// MigrateScratch applies the files of fsys/m to a database of c, in a scope of
// their own.
func MigrateScratch(ctx context.Context, c Config, fsys fs.FS) error {
	known, err := readMigrations(fsys, "m")
	if err != nil {
		return err
	}
	driver, name, d := "sqlite", filepath.Join(c.Dir, "scratch.db"), dialect(liteDialect{})
	if c.PostgresURL != "" {
		driver, name, d = "pgx", c.MigrateURL, &grantDialect{}
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		return err
	}
	defer db.Close() // nothing is pending
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() // gives it back
	return migrateTo(ctx, newBare(conn), d, "scratch", known)
}

// Limit changes how many firm files stay open.
func Limit(s *Store, n int) { s.engine.(*embedded).limit = n }

// Queued is how many updates of an embedded firm wait for their turn.
func Queued(ctx context.Context, f *Firm) (n int, err error) {
	err = f.with(ctx, func(b *base) error {
		b.groups.mu.Lock()
		defer b.groups.mu.Unlock()
		n = b.groups.queue.Len()
		return nil
	})
	return n, err
}

// GroupMax bounds the members of a group.
const GroupMax = groupMax

// LongGroups lets the groups of an embedded firm take members however slow the
// machine is.
func LongGroups(ctx context.Context, f *Firm) error {
	return f.with(ctx, func(b *base) error {
		b.groups.mu.Lock()
		defer b.groups.mu.Unlock()
		b.groups.time = time.Minute
		return nil
	})
}

// LaterMigrations are the statements of all migrations but the first of each
// scope, in one line each.
func LaterMigrations(t testing.TB) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, scope := range []string{directoryScope, firmScope} {
			known, err := readMigrations(migrations, "migration/"+scope)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range known[1:] {
				for _, s := range m.statements() {
					if !yield(strings.Join(strings.Fields(s), " ")) {
						return
					}
				}
			}
		}
	}
}

// Earlier makes the databases that the first program made, with one firm.
func Earlier(ctx context.Context, c Config, f id.Firm) error {
	const driver, lite = "pgx", "sqlite"
	if c.PostgresURL != "" {
		config, err := parsePostgres(c.PostgresURL)
		if err != nil {
			return err
		}
		d := &grantDialect{role: config.User}
		return errors.Join(first(ctx, driver, c.MigrateURL, d, directoryScope), first(ctx, driver, c.MigrateURL, d, firmScope))
	}
	e := &embedded{dir: c.Dir}
	if err := errors.Join(createFile(e.register(), nil), createFile(e.path(f), nil)); err != nil {
		return err
	}
	return errors.Join(first(ctx, lite, e.register(), liteDialect{}, directoryScope,
		"insert into firm (id, state, created_at) values ('"+string(f)+"', 'open', 0)"), first(ctx, lite, e.path(f), liteDialect{}, firmScope))
}

// first applies the first migration of a scope, then more.
func first(ctx context.Context, driver, name string, d dialect, scope string, more ...string) error {
	known, err := readMigrations(migrations, "migration/"+scope)
	if err != nil {
		return err
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		return err
	}
	defer db.Close() // nothing is pending
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() // gives it back
	if err := migrateTo(ctx, newBare(conn), d, scope, known[:1]); err != nil {
		return err
	}
	for _, text := range more {
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// Change is a migration that an installation awaits.
type Change struct {
	Firm id.Firm // whose file awaits it; empty for the directory, and on PostgreSQL
	Name string  // scope and file: "firm/0002_shelf_life.sql"
}

// Pending returns what [Migrate] would do, in its order, and writes nothing. An
// installation of the embedded engine that was never started is
// [io/fs.ErrNotExist]; a PostgreSQL without tables awaits everything. A schema
// that this program must not touch is refused as [Open] does.
func Pending(ctx context.Context, c Config) (all []Change, err error) {
	defer fault.Op(&err, "store.Pending")
	if c.PostgresURL != "" {
		all, err = pendingPostgres(ctx, cmp.Or(c.MigrateURL, c.PostgresURL))
	} else {
		all, err = pendingFiles(ctx, c.Dir)
	}
	if err != nil {
		return nil, classify(err)
	}
	return all, nil
}

// Migrate brings every database of an installation up to date, and can be run
// again, also while servers run: they do the same, embedded firm by firm when one is
// used. On PostgreSQL it needs MigrateURL ("store.behind" without), and gives the role of
// PostgresURL its rights.
func Migrate(ctx context.Context, c Config) (err error) {
	defer fault.Op(&err, "store.Migrate")
	if c.PostgresURL != "" {
		if c.MigrateURL == "" {
			return fault.New(fault.Unavailable, "store.behind")
		}
		config, err := parsePostgres(c.PostgresURL)
		if err != nil {
			return err
		}
		return classify(migratePostgres(ctx, c.MigrateURL, config.User))
	}
	s, err := Open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	firms, err := s.Firms(ctx)
	if err != nil {
		return err
	}
	for _, f := range firms {
		if _, err := s.Firm(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// Analyze has PostgreSQL look anew at how much there is of what, after much was brought
// in at once: its plans are poor until it knows, and autovacuum takes a minute or more.
// The role of MigrateURL owns the tables and may; without it, and for the embedded
// engine, whose plans follow the keys, nothing is done.
func Analyze(ctx context.Context, c Config) (err error) {
	defer fault.Op(&err, "store.Analyze")
	if c.MigrateURL == "" {
		return nil
	}
	return classify(apart(ctx, c.MigrateURL, func(l *link) error {
		_, err := l.conn.ExecContext(ctx, "analyze")
		return err
	}))
}

func pendingPostgres(ctx context.Context, address string) (all []Change, err error) {
	err = apart(ctx, address, func(l *link) error {
		for _, scope := range []string{directoryScope, firmScope} {
			waiting, err := waitingFor(ctx, l, scope)
			if err != nil {
				return err
			}
			all = append(all, changes("", scope, waiting)...)
		}
		return nil
	})
	return all, err
}

func pendingFiles(ctx context.Context, dir string) ([]Change, error) {
	e := &embedded{dir: dir}
	var firms []id.Firm
	all, err := pendingFile(ctx, e.register(), directoryScope, "", func(l *link) error {
		stopped, err := l.each(ctx, "select id from firm order by id", nil, func(scan func(...any) error) error {
			var f id.Firm
			err := scan(&f)
			firms = append(firms, f)
			return err
		})
		if unmade(err) {
			err = nil // no firm was ever registered
		}
		return errors.Join(err, stopped)
	})
	if err != nil {
		return nil, err
	}
	for _, f := range firms {
		more, err := pendingFile(ctx, e.path(f), firmScope, f, func(*link) error { return nil })
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// pendingFile looks at one file, and lets look do so too.
func pendingFile(ctx context.Context, path, scope string, f id.Firm, look func(*link) error) (all []Change, err error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	name := url.URL{Scheme: "file", Path: absolute, RawQuery: "mode=ro&" + looking}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, err
	}
	defer db.Close() // it was only read
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close() // gives it back to the pool that is closed next
	l := newBare(conn)
	waiting, err := waitingFor(ctx, l, scope)
	if err != nil {
		return nil, err
	}
	return changes(f, scope, waiting), look(l)
}

// waitingFor is awaited of a database that may have nothing at all.
func waitingFor(ctx context.Context, l *link, scope string) ([]migration, error) {
	waiting, err := awaited(ctx, l, scope)
	if unmade(err) {
		return readMigrations(migrations, "migration/"+scope)
	}
	return waiting, err
}

// unmade reports that there is no such table.
func unmade(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "42P01"
	}
	lite, ok := errors.AsType[*sqlite.Error](err)
	return ok && lite.Code() == sqlite3.SQLITE_ERROR
}

func changes(f id.Firm, scope string, waiting []migration) []Change {
	out := make([]Change, len(waiting))
	for i, m := range waiting {
		out[i] = Change{f, scope + "/" + m.name}
	}
	return out
}

package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// looking are the pragmas of a connection that only reads. The journal mode is
// the file's own: setting it would write.
const looking = "_pragma=busy_timeout(5000)&_pragma=query_only(1)&_pragma=temp_store(memory)" +
	"&_pragma=cache_size(-1024)&_pragma=trusted_schema(0)&_dqs=0"

// Inspect opens an installation to look at it, beside a server that runs or
// without one. Nothing is created, migrated or written, and no writer is kept
// waiting; every Update fails. A schema other than the program's is refused with
// "store.newer", "store.edited" or "store.behind"; an installation that was never
// started is [io/fs.ErrNotExist].
func Inspect(ctx context.Context, c Config) (_ *Store, err error) {
	defer fault.Op(&err, "store.Inspect")
	t := &tally{}
	if c.PostgresURL != "" {
		p, err := openPostgres(ctx, Config{PostgresURL: c.PostgresURL}, t)
		if err != nil {
			return nil, err
		}
		return &Store{engine: p, tally: t}, nil
	}
	e := &embedded{dir: c.Dir, look: true, limit: openLimit, tally: t, stop: make(chan struct{}), stopped: make(chan struct{}),
		firms: map[id.Firm]*handle{}}
	if _, err := os.Stat(e.register()); err != nil {
		return nil, err
	}
	if err := e.start(ctx); err != nil {
		return nil, err
	}
	return &Store{engine: e, tally: t}, nil
}

// current refuses a file whose schema is not the program's.
func (f *file) current(ctx context.Context, scope string) error {
	l, err := f.readers.take(ctx)
	if err != nil {
		return err
	}
	err = checkScope(ctx, l, scope)
	f.readers.give(l, err == nil)
	if lite, ok := errors.AsType[*sqlite.Error](err); ok && lite.Code() == sqlite3.SQLITE_ERROR { // no table of migrations
		return fault.New(fault.Unavailable, "store.behind").Because(err)
	}
	return err
}

// ErrDamaged says that a file of the embedded engine is not whole.
var ErrDamaged = errors.New("store: the file is damaged")

// Examine reads every page of the firm's file and compares what refers to what,
// on a connection of its own: [ErrDamaged] with the first thing that does not
// hold. It reads for as long as ctx allows. On PostgreSQL, which looks after its
// own pages, it does nothing.
func (f *Firm) Examine(ctx context.Context) (err error) {
	defer fault.Op(&err, "store.Examine(%s)", f.id)
	return f.with(ctx, func(b *base) error { return b.examine(ctx) })
}

// Examine is [Firm.Examine] of the directory.
func (d *Directory) Examine(ctx context.Context) (err error) {
	defer fault.Op(&err, "store.Examine")
	return d.with(func(b *base) error { return b.examine(ctx) })
}

func (b *base) examine(ctx context.Context) error {
	lite, ok := b.readers.(*slots)
	if !ok {
		return nil
	}
	l, err := lite.open(ctx)
	if err != nil {
		return classifyDamage(err)
	}
	defer l.drop()
	var says string
	if err := l.conn.QueryRowContext(ctx, "pragma quick_check(1)").Scan(&says); err != nil {
		return classifyDamage(err)
	}
	if says != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, says)
	}
	return nil
}

// classifyDamage adds [ErrDamaged] to what SQLite says of a file that it cannot
// read as one of its own.
func classifyDamage(err error) error {
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		if code := lite.Code() & 0xff; code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB {
			return errors.Join(ErrDamaged, err)
		}
	}
	return classify(err)
}

// Damaged reports that opening or reading failed because a file is not whole.
func Damaged(err error) bool {
	return err != nil && (errors.Is(err, ErrDamaged) || errors.Is(classifyDamage(err), ErrDamaged))
}

var anyFirm = ForDirectory(`select id from firm limit 1`)

// Now asks whether the database answers, and returns the instant by the clock of
// its server; zero for the embedded engine, which has none.
func (s *Store) Now(ctx context.Context) (now time.Time, err error) {
	defer fault.Op(&err, "store.Now")
	p, ok := s.engine.(*postgres)
	if !ok {
		return time.Time{}, s.Directory().View(ctx, func(tx *DirectoryTx) error {
			return tx.Each(anyFirm, nil, func(func(...any) error) error { return nil })
		})
	}
	if err := s.enter(); err != nil {
		return time.Time{}, err
	}
	defer s.running.Done()
	var us int64
	err = p.roll.QueryRowContext(ctx, "select (extract(epoch from clock_timestamp()) * 1000000)::bigint").Scan(&us)
	return Time(us), classify(err)
}

// walled lists the tables that row-level security binds, their owner included.
const walled = `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and c.relrowsecurity and c.relforcerowsecurity
    and exists (select 1 from pg_policy p where p.polrelid = c.oid)`

// Unwalled lists the tables of firms on PostgreSQL that row-level security does
// not bind as it must; none for the embedded engine, where a firm is a file.
func (s *Store) Unwalled(ctx context.Context) (tables []string, err error) {
	defer fault.Op(&err, "store.Unwalled")
	p, ok := s.engine.(*postgres)
	if !ok {
		return nil, nil
	}
	bound := map[string]bool{}
	rows, err := p.roll.QueryContext(ctx, walled)
	if err != nil {
		return nil, classify(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return nil, err
		}
		bound[table] = true
	}
	if err := rows.Err(); err != nil {
		return nil, classify(err)
	}
	known, err := readMigrations(migrations, "migration/"+firmScope)
	if err != nil {
		return nil, err
	}
	for _, m := range known {
		for _, statement := range m.statements() {
			if table := createdTable(statement); table != "" && !bound[table] {
				tables = append(tables, table)
			}
		}
	}
	return tables, nil
}

package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"regexp"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

const (
	poolMax  = 32              // connections of one node, unless the configuration says otherwise
	poolIdle = 4               // kept when nothing happens
	poolRest = 5 * time.Minute // an unused connection is closed after it
	poolLong = time.Hour       // a used one, too: a server that came back gets its share again
	queueMax = 4               // connections more, for those who wait their turn ([Store.Alone])
	reach    = 3 * time.Second // to connect to one host, unless the URL says otherwise
)

// limits that the server enforces on every connection of the program, in
// milliseconds where there is no unit. They are far above what a page needs and
// below a person's patience. A node that froze in the middle of a transaction, or
// whose network was cut, holds its locks no longer than that.
func limits() map[string]string {
	return map[string]string{
		"application_name":                    "cenacle",
		"search_path":                         "public, pg_temp",
		"lock_timeout":                        "10000",
		"statement_timeout":                   "20000",
		"idle_in_transaction_session_timeout": "15000",
		"tcp_keepalives_idle":                 "5",
		"tcp_keepalives_interval":             "5",
		"tcp_keepalives_count":                "3",
		"tcp_user_timeout":                    "20000",
	}
}

// postgres keeps all firms in one database; row-level security binds each
// transaction to the firm that it names first. The directory has connections
// of its own, so that a firm's work can never starve signing in, and so have those
// who wait their turn.
type postgres struct {
	config              *pgx.ConnConfig
	roll, firms, queue  *sql.DB
	rollBase, firmsBase base

	mu    sync.Mutex
	known map[id.Firm]bool // firms seen in created_firm; a firm is never uncreated
}

func openPostgres(ctx context.Context, c Config, t *tally) (*postgres, error) {
	config, err := parsePostgres(c.PostgresURL)
	if err != nil {
		return nil, err
	}
	if c.MigrateURL != "" {
		if err := migratePostgres(ctx, c.MigrateURL, config.User); err != nil {
			return nil, classify(err)
		}
	}
	for name, value := range limits() {
		config.RuntimeParams[name] = value
	}
	reign := new(reign)
	config.ValidateConnect = reign.accept
	half := max(1, cmp.Or(c.Connections, poolMax)/2)
	p := &postgres{
		config: config, known: map[id.Firm]bool{},
		roll: bounded(config, reign, half), firms: bounded(config, reign, half), queue: bounded(config, reign, queueMax),
	}
	p.rollBase = newPostgresBase(p.roll, t, words{update: "begin isolation level serializable", view: view})
	p.firmsBase = newPostgresBase(p.firms, t, words{
		update: "begin isolation level read committed", turn: turn, view: view, firm: "select set_config('cenacle.firm', $1, true)",
	})
	if err := p.check(ctx); err != nil {
		return nil, errors.Join(classify(err), p.close())
	}
	return p, nil
}

// parsePostgres reads a URL. Of several hosts, the one that takes writes is used
// ([reign]): after a failover, the next connection finds the new primary.
func parsePostgres(address string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = reach
	}
	config.DialFunc = (&net.Dialer{
		Timeout: config.ConnectTimeout, KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 5 * time.Second, Count: 3},
	}).DialContext
	return config, nil
}

func bounded(config *pgx.ConnConfig, r *reign, most int) *sql.DB {
	db := stdlib.OpenDB(*config, stdlib.OptionShouldPing(r.rested))
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(min(most, poolIdle))
	db.SetConnMaxIdleTime(poolRest)
	db.SetConnMaxLifetime(poolLong)
	return db
}

const (
	restLong  = time.Second     // unused for so long, a connection is asked whether it is whole
	restReach = 2 * time.Second // and must answer within that, or is replaced
)

// rested asks a connection that was not used for a while. It does so itself,
// because the driver would wait for as long as the caller; of one that does not
// answer, or is not to be used any more, the driver then learns at once that it
// is closed.
func (r *reign) rested(ctx context.Context, p stdlib.ShouldPingParams) bool {
	if r.settled(ctx, p.Conn) {
		return true
	}
	if p.IdleDuration < restLong {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, restReach)
	defer cancel()
	return p.Conn.Ping(ctx) != nil
}

const (
	view = "begin isolation level repeatable read read only"

	// turn waits until no other transaction writes the firm, on whichever node, and has
	// the turn until this one has ended. What is read afterwards, each statement by a
	// snapshot of its own, is what the last one has left.
	turn = "select set_config('cenacle.firm', $1, true), pg_advisory_xact_lock(hashtextextended($1, 0))"
)

func newPostgresBase(db *sql.DB, t *tally, w words) base {
	return base{writers: shared{db, t}, readers: shared{db, t}, gates: newGates(t), tally: t, words: w}
}

func (p *postgres) directory() *base { return &p.rollBase }

func (p *postgres) firm(ctx context.Context, f id.Firm) (*base, func(), error) {
	nothing := func() {}
	p.mu.Lock()
	known := p.known[f]
	p.mu.Unlock()
	if known {
		return &p.firmsBase, nothing, nil
	}
	var found bool
	row := p.firms.QueryRowContext(ctx, "select exists (select 1 from created_firm where firm_id = $1)", string(f))
	if err := row.Scan(&found); err != nil {
		return nil, nil, err
	}
	if !found {
		return nil, nil, fault.Absent()
	}
	p.learn(f)
	return &p.firmsBase, nothing, nil
}

func (p *postgres) learn(f id.Firm) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[f] = true
}

// create records the firm, so that Firm answers alike on both engines.
func (p *postgres) create(ctx context.Context, f id.Firm) error {
	_, err := p.firms.ExecContext(ctx, "insert into created_firm (firm_id) values ($1) on conflict do nothing", string(f))
	if err == nil {
		p.learn(f)
	}
	return err
}

func (p *postgres) open() opened {
	roll, firms := p.roll.Stats(), p.firms.Stats()
	return opened{busy: roll.InUse + firms.InUse, idle: roll.Idle + firms.Idle}
}

func (p *postgres) waits() uint64 {
	return uint64(p.roll.Stats().WaitCount + p.firms.Stats().WaitCount)
}

func (p *postgres) close() error {
	return errors.Join(p.roll.Close(), p.firms.Close(), p.queue.Close())
}

// unsafeRole asks whether the role, or one that it may become, is not bound by
// row-level security: superusers, BYPASSRLS, owners of a table.
const unsafeRole = `select exists (
    select 1 from pg_roles r
    where (r.rolsuper or r.rolbypassrls) and pg_has_role(current_user, r.oid, 'member'))
  or exists (
    select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and pg_has_role(current_user, c.relowner, 'member'))`

// check refuses an unsafe role and a schema other than the program's.
func (p *postgres) check(ctx context.Context) error {
	l, err := p.rollBase.readers.take(ctx)
	if err != nil {
		return err
	}
	defer p.rollBase.readers.give(l, true)
	var free bool
	if err := l.conn.QueryRowContext(ctx, unsafeRole).Scan(&free); err != nil {
		return err
	}
	if free {
		return fault.New(fault.Forbidden, "store.role")
	}
	for _, scope := range []string{directoryScope, firmScope} {
		if err := checkScope(ctx, l, scope); err != nil {
			return err
		}
	}
	return nil
}

func checkScope(ctx context.Context, l *link, scope string) error {
	waiting, err := awaited(ctx, l, scope)
	if missing, ok := errors.AsType[*pgconn.PgError](err); ok && (missing.Code == "42P01" || missing.Code == "42501") {
		return fault.New(fault.Unavailable, "store.behind").Because(err) // no table, or not ours to read
	}
	if err == nil && len(waiting) > 0 {
		err = fault.New(fault.Unavailable, "store.behind")
	}
	return err
}

// migratePostgres applies the migrations as the owner and gives the
// application role the rights it needs, and no other.
func migratePostgres(ctx context.Context, address, role string) error {
	return apart(ctx, address, func(l *link) error {
		d := &grantDialect{role: pgx.Identifier{role}.Sanitize()}
		for _, scope := range []string{directoryScope, firmScope} {
			if err := migrate(ctx, l, d, scope); err != nil {
				return err
			}
		}
		return d.grant(ctx, l)
	})
}

// apart lends one connection without the limits of the program, for what may take long.
func apart(ctx context.Context, address string, do func(*link) error) error {
	config, err := parsePostgres(address)
	if err != nil {
		return err
	}
	config.ValidateConnect = new(reign).accept
	config.RuntimeParams["search_path"] = "public"
	db := stdlib.OpenDB(*config)
	defer db.Close() // nothing is pending when it runs
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() // gives it back to the pool that is closed next
	return do(newBare(conn))
}

// grantDialect writes the DDL for PostgreSQL: text that sorts by its bytes as
// in SQLite, whatever the locale of the database; row-level security on firm
// tables; rights for the application role.
type grantDialect struct{ role string }

var textWord = regexp.MustCompile(`\btext\b`)

func (*grantDialect) begin() string { return "begin" }

func (*grantDialect) render(statement string) string {
	return textWord.ReplaceAllString(statement, `text collate "C"`)
}

func (*grantDialect) finish(table string) []string {
	return []string{
		fmt.Sprintf("alter table %s enable row level security", table),
		fmt.Sprintf("alter table %s force row level security", table),
		fmt.Sprintf(`create policy firm on %s using (firm_id = current_setting('cenacle.firm', true))
  with check (firm_id = current_setting('cenacle.firm', true))`, table),
	}
}

// migrationLock is the advisory lock of everything that changes the schema; the
// number is arbitrary and belongs to this program.
const migrationLock = 2026110219

func (*grantDialect) lock(ctx context.Context, l *link) error {
	_, err := l.exec(ctx, "select pg_advisory_lock($1)", []any{int64(migrationLock)})
	return err
}

func (*grantDialect) unlock(ctx context.Context, l *link) error {
	_, err := l.exec(context.WithoutCancel(ctx), "select pg_advisory_unlock($1)", []any{int64(migrationLock)})
	return err
}

// grant may run at every start: it ends in the same rights.
func (d *grantDialect) grant(ctx context.Context, l *link) (err error) {
	if err := d.lock(ctx, l); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.unlock(ctx, l)) }()
	for _, text := range []string{
		d.render("create table if not exists created_firm (firm_id text not null primary key)"),
		"revoke create on schema public from public",
		"grant usage on schema public to " + d.role,
		"grant select, insert, update, delete on all tables in schema public to " + d.role,
		"revoke insert, update, delete on schema_migration from " + d.role,
		"revoke update, delete on created_firm from " + d.role,
	} {
		if _, err := l.conn.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

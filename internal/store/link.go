package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"regexp"
	"sync"
	"sync/atomic"
	"time"
)

// wait bounds how long a transaction waits for its connection; a transaction
// opened inside another one on the same firm ends here instead of never.
const wait = 10 * time.Second

// link is one connection. It is used by one transaction at a time.
type link struct {
	conn *sql.Conn
	own  runner
	ran  *atomic.Uint64 // statements of the whole store
}

// exec runs a statement and returns the number of rows it touched.
func (l *link) exec(ctx context.Context, text string, args []any) (int64, error) {
	l.ran.Add(1)
	return l.own.exec(ctx, text, args)
}

// later runs a statement whose answer nobody needs, with the next one at the latest.
func (l *link) later(ctx context.Context, text string, args []any) error {
	l.ran.Add(1)
	return l.own.later(ctx, text, args)
}

// each reads rows in order until row stops with an error of its own; err is
// what the database said.
func (l *link) each(ctx context.Context, text string, args []any, row rowFunc) (stopped, err error) {
	l.ran.Add(1)
	return l.own.each(ctx, text, args, row)
}

// runner runs the statements of a link, each engine's in its way.
type runner interface {
	exec(ctx context.Context, text string, args []any) (rows int64, err error)
	later(ctx context.Context, text string, args []any) error
	each(ctx context.Context, text string, args []any, row rowFunc) (stopped, err error)
	flush(ctx context.Context) error // what was asked for later, now
	forget()                         // the same, never
	close()
}

// bare is a connection whose few statements database/sql runs: those that change a schema.
type bare struct{ conn *sql.Conn }

func newBare(conn *sql.Conn) *link { return &link{conn, bare{conn}, new(atomic.Uint64)} }

func (b bare) exec(ctx context.Context, text string, args []any) (int64, error) {
	result, err := b.conn.ExecContext(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (b bare) later(ctx context.Context, text string, args []any) error {
	_, err := b.exec(ctx, text, args)
	return err
}

func (b bare) each(ctx context.Context, text string, args []any, row rowFunc) (stopped, err error) {
	rows, err := b.conn.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	for stopped == nil && rows.Next() {
		stopped = row(rows.Scan)
	}
	if err := rows.Close(); stopped == nil && err != nil {
		return nil, err
	}
	return stopped, rows.Err()
}

func (bare) flush(context.Context) error { return nil }
func (bare) forget()                     {}
func (bare) close()                      {}

// rowFunc takes one row; scan fills variables with its columns.
type rowFunc = func(scan func(dest ...any) error) error

// drop closes the connection itself instead of giving it back to its sql.DB.
func (l *link) drop() {
	l.own.close()
	// Raw returns the very error that makes database/sql drop the connection.
	_ = l.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = l.conn.Close() // reports only that it is closed already
}

var limit = regexp.MustCompile(`\blimit (\$[0-9]+)`)

// steady keeps SQLite from preparing a statement anew for each run: its planner
// looks at the value of a bare "limit $n", and so does not trust its plan when
// the parameter is bound again. That cost more than most statements.
func steady(text string) string { return limit.ReplaceAllString(text, "limit cast($1 as bigint)") }

// pool lends links. A link given back as unsound is closed.
type pool interface {
	take(ctx context.Context) (*link, error)
	give(l *link, sound bool)
}

// errWait says that every connection stayed in use for the whole wait.
var errWait = errors.New("store: no connection became free in time")

// await turns the end of the inner wait into errWait, and leaves the caller's
// own cancellation as it is.
func await(ctx context.Context, err error) error {
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return unavailable(errWait)
	}
	return err
}

// slots is a pool of at most cap(taken) links that stay open, the last used
// first, so that a quiet firm has one reader and not four.
type slots struct {
	tally *tally
	taken chan struct{}
	open  func(ctx context.Context) (*link, error)

	mu   sync.Mutex
	idle []*link
}

func newSlots(t *tally, n int, open func(ctx context.Context) (*link, error)) *slots {
	return &slots{tally: t, taken: make(chan struct{}, n), open: open}
}

func (p *slots) take(ctx context.Context) (*link, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case p.taken <- struct{}{}:
	default:
		if err := p.await(ctx); err != nil {
			return nil, err
		}
	}
	if l := p.pop(); l != nil {
		return l, nil
	}
	l, err := p.open(ctx)
	if err != nil {
		<-p.taken
	}
	return l, err
}

// await waits until a link is given back.
func (p *slots) await(ctx context.Context) error {
	p.tally.waits.Add(1)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case p.taken <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return unavailable(errWait)
	}
}

func (p *slots) pop() *link {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	l := p.idle[n-1]
	p.idle = p.idle[:n-1]
	return l
}

func (p *slots) give(l *link, sound bool) {
	if sound {
		p.mu.Lock()
		p.idle = append(p.idle, l)
		p.mu.Unlock()
	} else {
		l.drop()
	}
	<-p.taken
}

// close closes the idle links; the caller knows that none is lent.
func (p *slots) close() {
	for l := p.pop(); l != nil; l = p.pop() {
		l.drop()
	}
}

// shared is a pool over the connections of a sql.DB, for PostgreSQL.
type shared struct {
	db    *sql.DB
	tally *tally
}

func (p shared) take(ctx context.Context) (*link, error) {
	bounded, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	conn, err := p.db.Conn(bounded)
	if err != nil {
		return nil, await(ctx, err)
	}
	own, err := newPiped(conn)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &link{conn, own, &p.tally.statements}, nil
}

func (p shared) give(l *link, sound bool) {
	if !sound {
		l.drop()
		return
	}
	_ = l.conn.Close() // gives it back; the pool judges its health
}

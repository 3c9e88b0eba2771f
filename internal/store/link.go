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
	conn     *sql.Conn
	prepared *prepared      // nil where the driver keeps its own (PostgreSQL)
	ran      *atomic.Uint64 // statements of the whole store
}

// exec runs a statement and returns the number of rows it touched.
func (l *link) exec(ctx context.Context, text string, args []any) (int64, error) {
	l.ran.Add(1)
	if l.prepared != nil {
		return l.prepared.exec(ctx, text, args)
	}
	ctx, ear := listen(ctx)
	defer ear.close()
	result, err := l.conn.ExecContext(ctx, text, args...)
	if err != nil {
		return 0, ear.says(err)
	}
	return result.RowsAffected()
}

// each reads rows in order until row stops with an error of its own; err is
// what the database said.
func (l *link) each(ctx context.Context, text string, args []any, row rowFunc) (stopped, err error) {
	l.ran.Add(1)
	if l.prepared != nil {
		return l.prepared.each(ctx, text, args, row)
	}
	ctx, ear := listen(ctx)
	defer ear.close()
	rows, err := l.conn.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, ear.says(err)
	}
	for stopped == nil && rows.Next() {
		ear.rest() // what takes time now is ours
		stopped = row(rows.Scan)
		ear.again()
	}
	if err := rows.Close(); stopped == nil && err != nil {
		return nil, ear.says(err)
	}
	return stopped, ear.says(rows.Err())
}

// rowFunc takes one row; scan fills variables with its columns.
type rowFunc = func(scan func(dest ...any) error) error

// drop closes the connection itself instead of giving it back to its sql.DB.
func (l *link) drop() {
	if l.prepared != nil {
		l.prepared.close()
	}
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
	return &link{conn: conn, ran: &p.tally.statements}, nil
}

func (p shared) give(l *link, sound bool) {
	if !sound {
		l.drop()
		return
	}
	_ = l.conn.Close() // gives it back; the pool judges its health
}

package store

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"regexp"
	"sync"
	"time"
)

// wait bounds how long a transaction waits for its connection; a transaction
// opened inside another one on the same firm ends here instead of never.
const wait = 10 * time.Second

// preparedLimit bounds the statements kept ready on one SQLite connection.
const preparedLimit = 96

// link is one connection. It is used by one transaction at a time.
type link struct {
	conn     *sql.Conn
	prepared *prepared // nil where the driver keeps its own (PostgreSQL)
}

func (l *link) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	if l.prepared == nil {
		return l.conn.ExecContext(ctx, text, args...)
	}
	stmt, err := l.prepared.get(ctx, l.conn, text)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

func (l *link) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	if l.prepared == nil {
		return l.conn.QueryContext(ctx, text, args...)
	}
	stmt, err := l.prepared.get(ctx, l.conn, text)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

// drop closes the connection itself instead of giving it back to its sql.DB.
func (l *link) drop() {
	if l.prepared != nil {
		l.prepared.close()
	}
	// Raw returns the very error that makes database/sql drop the connection.
	_ = l.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = l.conn.Close() // reports only that it is closed already
}

// prepared keeps the statements of one connection, most recently used first.
type prepared struct {
	order list.List // of *entry
	texts map[string]*list.Element
}

type entry struct {
	text string
	stmt *sql.Stmt
}

func newPrepared() *prepared { return &prepared{texts: map[string]*list.Element{}} }

func (p *prepared) get(ctx context.Context, conn *sql.Conn, text string) (*sql.Stmt, error) {
	if e, ok := p.texts[text]; ok {
		p.order.MoveToFront(e)
		return e.Value.(*entry).stmt, nil
	}
	if p.order.Len() >= preparedLimit {
		last := p.order.Remove(p.order.Back()).(*entry)
		delete(p.texts, last.text)
		if err := last.stmt.Close(); err != nil {
			return nil, err
		}
	}
	stmt, err := conn.PrepareContext(ctx, steady(text))
	if err != nil {
		return nil, err
	}
	p.texts[text] = p.order.PushFront(&entry{text, stmt})
	return stmt, nil
}

var limit = regexp.MustCompile(`\blimit (\$[0-9]+)`)

// steady keeps SQLite from preparing a statement anew for each run: its planner
// looks at the value of a bare "limit $n", and so does not trust its plan when
// the parameter is bound again. That cost more than most statements.
func steady(text string) string { return limit.ReplaceAllString(text, "limit cast($1 as bigint)") }

// close frees the statements, which database/sql does not do for a connection
// that is held.
func (p *prepared) close() {
	for e := p.order.Front(); e != nil; e = e.Next() {
		_ = e.Value.(*entry).stmt.Close() // repeats the failure of its last run
	}
	p.order.Init()
	clear(p.texts)
}

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
	taken chan struct{}
	open  func(ctx context.Context) (*link, error)

	mu   sync.Mutex
	idle []*link
}

func newSlots(n int, open func(ctx context.Context) (*link, error)) *slots {
	return &slots{taken: make(chan struct{}, n), open: open}
}

func (p *slots) take(ctx context.Context) (*link, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case p.taken <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, unavailable(errWait)
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
type shared struct{ db *sql.DB }

func (p shared) take(ctx context.Context) (*link, error) {
	bounded, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	conn, err := p.db.Conn(bounded)
	if err != nil {
		return nil, await(ctx, err)
	}
	return &link{conn: conn}, nil
}

func (p shared) give(l *link, sound bool) {
	if !sound {
		l.drop()
		return
	}
	_ = l.conn.Close() // gives it back; the pool judges its health
}

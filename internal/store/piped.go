package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
)

// piped runs the statements of one connection to PostgreSQL on the driver itself. Those
// whose answer nobody needs wait for the next one whose answer somebody does, and leave
// together with it: a turn on the network costs more than most statements do, and all who
// write the firm wait meanwhile.
type piped struct {
	conn    *pgx.Conn
	waiting *pgx.Batch
}

// together is how many statements leave at once at most: what waits is held in memory.
const together = 64

// newPiped takes hold of the driver's own connection. Nobody else uses it: the link keeps
// its sql.Conn until it drops both.
func newPiped(conn *sql.Conn) (*piped, error) {
	p := &piped{waiting: new(pgx.Batch)}
	err := conn.Raw(func(own any) error {
		c, ok := own.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("store: %T sends nothing together", own)
		}
		p.conn = c.Conn()
		return nil
	})
	return p, err
}

// later keeps a statement and its arguments, which its caller may change afterwards.
func (p *piped) later(ctx context.Context, text string, args []any) error {
	for i, a := range args {
		if raw, ok := a.([]byte); ok {
			args[i] = slices.Clone(raw)
		}
	}
	p.waiting.Queue(text, args...)
	if p.waiting.Len() < together {
		return nil
	}
	return p.flush(ctx)
}

// flush sends what waits. The commit never leaves together with what is committed: nobody
// would know of a connection that was lost meanwhile whether it had arrived.
func (p *piped) flush(ctx context.Context) error {
	if p.waiting.Len() == 0 {
		return nil
	}
	ctx, ear := listen(ctx)
	defer ear.close()
	return ear.says(p.send(ctx).Close())
}

func (p *piped) forget() { p.waiting = new(pgx.Batch) }

func (p *piped) close() {}

func (p *piped) exec(ctx context.Context, text string, args []any) (int64, error) {
	ctx, ear := listen(ctx)
	defer ear.close()
	if p.waiting.Len() == 0 {
		tag, err := p.conn.Exec(ctx, text, args...)
		return tag.RowsAffected(), ear.says(err)
	}
	sent := p.last(ctx, text, args)
	tag, err := sent.Exec()
	if closing := sent.Close(); err == nil {
		err = closing
	}
	return tag.RowsAffected(), ear.says(err)
}

func (p *piped) each(ctx context.Context, text string, args []any, row rowFunc) (stopped, err error) {
	ctx, ear := listen(ctx)
	defer ear.close()
	if p.waiting.Len() == 0 {
		rows, err := p.conn.Query(ctx, text, args...)
		if err != nil {
			return nil, ear.says(err)
		}
		return read(rows, ear, row)
	}
	sent := p.last(ctx, text, args)
	rows, err := sent.Query()
	if err == nil {
		stopped, err = read(rows, ear, row)
	}
	if closing := sent.Close(); stopped == nil && err == nil {
		err = closing
	}
	return stopped, ear.says(err)
}

// last sends what waits and then one more, whose answer is the next to be read: of those
// before it, the first that failed is the answer to all that follow.
func (p *piped) last(ctx context.Context, text string, args []any) pgx.BatchResults {
	before := p.waiting.Len()
	p.waiting.Queue(text, args...)
	sent := p.send(ctx)
	for range before {
		_, _ = sent.Exec() // said again by what follows
	}
	return sent
}

func (p *piped) send(ctx context.Context) pgx.BatchResults {
	sent := p.conn.SendBatch(ctx, p.waiting)
	p.forget()
	return sent
}

// read gives rows to row until it stops.
func read(rows pgx.Rows, ear *ear, row rowFunc) (stopped, err error) {
	var values []any
	scan := func(dest ...any) error { return assign(dest, values) }
	for stopped == nil && rows.Next() {
		if values, err = rows.Values(); err == nil {
			err = plainRow(values)
		}
		if err != nil {
			rows.Close()
			return nil, err
		}
		ear.rest() // what takes time now is ours
		stopped = row(scan)
		ear.again()
	}
	rows.Close()
	if stopped != nil {
		return stopped, nil
	}
	return nil, ear.says(rows.Err())
}

// plainRow turns values into what SQLite has: text, 64-bit integers, bytes and null.
func plainRow(values []any) error {
	for i, value := range values {
		switch v := value.(type) {
		case nil, string, int64, []byte:
		case int32:
			values[i] = int64(v)
		case bool:
			values[i] = int64(0)
			if v {
				values[i] = int64(1)
			}
		case pgtype.Numeric: // a sum
			n, err := v.Int64Value()
			if err != nil || !n.Valid {
				return errors.Join(fmt.Errorf("store: column %d is no 64-bit integer", i), err)
			}
			values[i] = n.Int64
		default:
			return fmt.Errorf("store: column %d is a %T", i, value)
		}
	}
	return nil
}

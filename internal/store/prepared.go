package store

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// preparedLimit bounds the statements kept ready on one SQLite connection.
const preparedLimit = 96

// prepared keeps the statements of one SQLite connection, the last used first,
// and runs them on the driver itself: what database/sql does for each statement
// and each value (goroutines, locks, conversions) cost more than SQLite does.
type prepared struct {
	conn  driver.ConnPrepareContext
	order list.List // of *entry
	texts map[string]*list.Element

	args   []driver.NamedValue // of the statement that runs
	values []driver.Value      // of the row that is read
}

type entry struct {
	text  string
	stmt  statement
	brief bool // cannot run for long, whatever the tables hold
}

// statement is what the driver of SQLite prepares.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// newPrepared takes hold of the driver's own connection. Nobody else uses it:
// the link keeps its sql.Conn until it drops both.
func newPrepared(conn *sql.Conn) (*prepared, error) {
	p := &prepared{texts: map[string]*list.Element{}}
	err := conn.Raw(func(own any) error {
		var ok bool
		if p.conn, ok = own.(driver.ConnPrepareContext); !ok {
			return fmt.Errorf("store: %T prepares no statements", own)
		}
		return nil
	})
	return p, err
}

func (p *prepared) get(text string) (*entry, error) {
	if e, ok := p.texts[text]; ok {
		p.order.MoveToFront(e)
		return e.Value.(*entry), nil
	}
	if p.order.Len() >= preparedLimit {
		last := p.order.Remove(p.order.Back()).(*entry)
		delete(p.texts, last.text)
		if err := last.stmt.Close(); err != nil {
			return nil, err
		}
	}
	made, err := p.conn.PrepareContext(context.Background(), steady(text)) // it ends by itself
	if err != nil {
		return nil, err
	}
	stmt, ok := made.(statement)
	if !ok {
		return nil, errors.Join(fmt.Errorf("store: %T takes no context", made), made.Close())
	}
	e := &entry{text, stmt, strings.Contains(text, "values") && !strings.Contains(text, "select")}
	p.texts[text] = p.order.PushFront(e)
	return e, nil
}

// exec listens to ctx inside a statement only where that may take long: the
// driver has a goroutine watch it.
func (p *prepared) exec(ctx context.Context, text string, args []any) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	e, err := p.get(text)
	if err != nil {
		return 0, err
	}
	if e.brief {
		ctx = context.Background() // it ends by itself
	}
	result, err := e.stmt.ExecContext(ctx, p.named(args))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (p *prepared) later(ctx context.Context, text string, args []any) error {
	_, err := p.exec(ctx, text, args)
	return err
}

func (*prepared) flush(context.Context) error { return nil } // nothing waits
func (*prepared) forget()                     {}

// each listens to ctx between two rows and not inside one: a goroutine for each
// statement was most of its cost, and no statement scans what grows without end.
func (p *prepared) each(ctx context.Context, text string, args []any, row rowFunc) (stopped, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	e, err := p.get(text)
	if err != nil {
		return nil, err
	}
	rows, err := e.stmt.QueryContext(context.WithoutCancel(ctx), p.named(args))
	if err != nil {
		return nil, err
	}
	defer func() {
		if closing := rows.Close(); stopped == nil && err == nil {
			err = closing
		}
	}()
	p.values = append(p.values[:0], make([]driver.Value, len(rows.Columns()))...)
	scan := func(dest ...any) error { return assign(dest, p.values) }
	for stopped == nil {
		switch err := errors.Join(ctx.Err(), rows.Next(p.values)); {
		case errors.Is(err, io.EOF):
			return nil, nil
		case err != nil:
			return nil, err
		}
		stopped = row(scan)
	}
	return stopped, nil
}

func (p *prepared) named(args []any) []driver.NamedValue {
	p.args = p.args[:0]
	for i, a := range args {
		p.args = append(p.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return p.args
}

// close frees the statements, which nothing else does.
func (p *prepared) close() {
	for e := p.order.Front(); e != nil; e = e.Next() {
		_ = e.Value.(*entry).stmt.Close() // repeats the failure of its last run
	}
	p.order.Init()
	clear(p.texts)
}

// assign fills variables with the columns of a row. Bytes are the variable's
// own: the driver made them for this row.
func assign[V any](dest []any, row []V) error {
	if len(dest) != len(row) {
		return fmt.Errorf("store: %d variables for %d columns", len(dest), len(row))
	}
	for i, value := range row {
		if !assignOne(dest[i], value) && !assignOther(dest[i], value) {
			return fmt.Errorf("store: column %d: %T does not hold %T", i, dest[i], value)
		}
	}
	return nil
}

// assignOne is quick for what most columns are.
func assignOne(dest, value any) bool {
	switch v := value.(type) {
	case string:
		if to, ok := dest.(*string); ok {
			*to = v
			return true
		}
	case int64:
		if to, ok := dest.(*int64); ok {
			*to = v
			return true
		}
	case []byte:
		if to, ok := dest.(*[]byte); ok {
			*to = v
			return true
		}
	}
	return false
}

// assignOther fills variables of named types, and pointers where a column may
// be null.
func assignOther(dest, value any) bool {
	pointer := reflect.ValueOf(dest)
	if pointer.Kind() != reflect.Pointer {
		return false
	}
	to := pointer.Elem()
	if to.Kind() == reflect.Pointer {
		if value == nil {
			to.SetZero()
			return true
		}
		to.Set(reflect.New(to.Type().Elem()))
		return assignOther(to.Interface(), value)
	}
	switch v := value.(type) {
	case string:
		if to.Kind() == reflect.String {
			to.SetString(v)
			return true
		}
	case int64:
		if to.CanInt() && !to.OverflowInt(v) {
			to.SetInt(v)
			return true
		}
		if to.Kind() == reflect.Bool && (v == 0 || v == 1) {
			to.SetBool(v == 1)
			return true
		}
	case []byte:
		if to.Kind() == reflect.Slice && to.Type().Elem().Kind() == reflect.Uint8 {
			to.SetBytes(v)
			return true
		}
	}
	return false
}

package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"cenacle/internal/fault"
)

var (
	// ErrNoRow says that Row found nothing.
	ErrNoRow = errors.New("store: no row")
	// ErrReadOnly says that a View tried to write.
	ErrReadOnly = errors.New("store: a view cannot write")
	// ErrNested says that a statement was asked for while the rows of another one of the
	// same transaction were being read.
	ErrNested = errors.New("store: a statement while another one is being read")
	// ErrEnded says that a transaction was used after its closure returned.
	ErrEnded = errors.New("store: the transaction has ended")

	errPast     = errors.New("store: another server has taken the place of this one")
	errManyRows = errors.New("store: several rows where one was asked for")
)

// retryAfter is what a person is told to wait when the database does not answer.
const retryAfter = 5 * time.Second

func unavailable(cause error) error {
	return fault.New(fault.Unavailable, "store.unavailable").After(retryAfter).Because(cause)
}

// classify gives a driver's error its meaning, by code and never by text:
// unique violation → Conflict, disk full → NoSpace, busy, locked, timed out or
// connection lost → Unavailable. Everything else comes back unchanged.
func classify(err error) error {
	var f *fault.Error
	if err == nil || errors.As(err, &f) {
		return err
	}
	if errors.Is(err, errSilent) { // which cancels, too
		return unavailable(err)
	}
	if cancelled(err) {
		return err
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return classifySQLite(lite.Code(), err)
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return classifyPostgres(pg.Code, err)
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.New(fault.NoSpace, "store.full").Because(err)
	}
	if lost(err) {
		return unavailable(err)
	}
	return err
}

// classifySQLite follows sqlite.org/rescode.html.
func classifySQLite(code int, err error) error {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return fault.New(fault.Conflict, "store.conflict").Because(err)
	case sqlite3.SQLITE_IOERR_SHMSIZE: // the shared index of the log could not grow
		return fault.New(fault.NoSpace, "store.full").Because(err)
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return fault.New(fault.NoSpace, "store.full").Because(err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return unavailable(err)
	case sqlite3.SQLITE_READONLY:
		return errors.Join(ErrReadOnly, err)
	}
	return err
}

// classifyPostgres follows appendix A of the PostgreSQL manual.
func classifyPostgres(code string, err error) error {
	switch code {
	case "23505": // unique_violation
		return fault.New(fault.Conflict, "store.conflict").Because(err)
	case "53100": // disk_full
		return fault.New(fault.NoSpace, "store.full").Because(err)
	case "25006": // read_only_sql_transaction: the server is a primary no more
		return errors.Join(unavailable(err), ErrReadOnly)
	case "55P03", "57014", "25P03": // lock not available, statement or idle time-out
		return unavailable(err)
	}
	switch {
	case repeatable(code),
		strings.HasPrefix(code, "08"),   // connection exception
		strings.HasPrefix(code, "53"),   // insufficient resources
		strings.HasPrefix(code, "57P0"): // shutdown, starting up
		return unavailable(err)
	}
	return err
}

// repeatable reports a serialization failure or a deadlock: the transaction
// left no trace and may succeed when it is run again.
func repeatable(code string) bool { return code == "40001" || code == "40P01" }

func retryable(err error) bool {
	if errors.Is(err, errAgain) || errors.Is(err, errAside) {
		return true
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && repeatable(pg.Code)
}

// demoted reports that the server of a connection has become a standby, or was
// one; another of the hosts is the primary.
func demoted(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == "25006"
}

func cancelled(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// lost reports that a connection broke, or that its server ended it.
func lost(err error) bool {
	if errors.Is(err, errSilent) {
		return true
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "57P0") || pg.Code == "25P03"
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	for _, end := range []error{driver.ErrBadConn, sql.ErrConnDone, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, pgconn.ErrConnClosed} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}

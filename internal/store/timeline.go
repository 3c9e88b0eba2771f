package store

import (
	"context"
	"strconv"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// reign knows the latest primary. Each promotion of a standby begins a timeline
// with a higher number; once this process has met one, it has nothing more to do
// with a server of an earlier one, which somebody may have started again, or which
// does not know yet that it was replaced: what it says of rights is old.
type reign struct{ latest atomic.Int64 }

// onTimeline asks a primary for the number of its timeline, the first eight digits
// of the names of its log files.
const onTimeline = "select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"

const timelineOf = "cenacle.timeline" // among the data of a connection

// accept refuses a new connection to a standby, and to a primary that was
// replaced. A server that does not tell its timeline is believed.
func (r *reign) accept(ctx context.Context, c *pgconn.PgConn) error {
	if err := pgconn.ValidateConnectTargetSessionAttrsReadWrite(ctx, c); err != nil {
		return err
	}
	results, err := c.Exec(ctx, onTimeline).ReadAll()
	if err != nil {
		if c.IsClosed() || ctx.Err() != nil {
			return err
		}
		return nil
	}
	if len(results) == 0 || len(results[0].Rows) == 0 {
		return nil
	}
	n, err := strconv.ParseInt(string(results[0].Rows[0][0]), 16, 64)
	if err != nil {
		return nil
	}
	c.CustomData()[timelineOf] = n
	for latest := r.latest.Load(); n > latest && !r.latest.CompareAndSwap(latest, n); latest = r.latest.Load() {
	}
	if r.past(c) {
		return errPast
	}
	return nil
}

// past reports whether a connection leads to a server that was replaced.
func (r *reign) past(c *pgconn.PgConn) bool {
	n, told := c.CustomData()[timelineOf].(int64)
	return told && n < r.latest.Load()
}

// settled closes a connection that leads to a server that was replaced, and
// reports whether it did.
func (r *reign) settled(ctx context.Context, c *pgx.Conn) bool {
	if !r.past(c.PgConn()) {
		return false
	}
	_ = c.Close(ctx) // whatever it says
	return true
}

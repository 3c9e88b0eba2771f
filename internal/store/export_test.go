package store

import "context"

// What tests outside the package need to reach.
const (
	OpenLimit = openLimit
	IdleTime  = idleTime
)

// Classify is the meaning of a driver's error.
var Classify = classify

// OnWriter runs text on the connection that writes an embedded firm.
func OnWriter(ctx context.Context, f *Firm, text string) error {
	return f.with(ctx, func(b *base) error {
		l, err := b.writers.take(ctx)
		if err != nil {
			return err
		}
		defer b.writers.give(l, true)
		_, err = l.conn.ExecContext(ctx, text)
		return err
	})
}

// ReaderPragma reads a pragma on a connection that reads an embedded firm.
func Pragma(ctx context.Context, f *Firm, reader bool, name string) (value string, err error) {
	err = f.with(ctx, func(b *base) error {
		from := b.writers
		if reader {
			from = b.readers
		}
		l, err := from.take(ctx)
		if err != nil {
			return err
		}
		defer from.give(l, true)
		return l.conn.QueryRowContext(ctx, "pragma "+name).Scan(&value)
	})
	return value, err
}

// Expire lets one round of idleness pass.
func Expire(s *Store) { closeAll(s.engine.(*embedded).expire()) }

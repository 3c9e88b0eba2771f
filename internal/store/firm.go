package store

import (
	"context"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// Firm is the handle of one firm: what it runs sees and touches the rows of
// that firm only. It is a light value, safe for concurrent use and for keeping.
type Firm struct {
	store *Store
	id    id.Firm
}

// ID is the firm's identifier.
func (f *Firm) ID() id.Firm { return f.id }

// Update runs work in one read-write transaction and commits when it returns
// nil; after any error, panic or end of ctx nothing remains. The update is
// durable when Update returns nil.
//
// Work may run again, when its group or its connection was lost: it must reset what
// it collects, and act on the world only in AfterCommit. Do not open another
// transaction inside: the firm has one writer.
func (f *Firm) Update(ctx context.Context, work func(*Tx) error) error {
	return f.with(ctx, func(b *base) error {
		return b.update(ctx, string(f.id), func(s *session) error { return work(&Tx{s, f.id}) })
	})
}

// View runs work on one consistent snapshot that nobody else's commits change.
// Writing fails with ErrReadOnly.
func (f *Firm) View(ctx context.Context, work func(*Tx) error) error {
	return f.with(ctx, func(b *base) error {
		return b.view(ctx, string(f.id), func(s *session) error { return work(&Tx{s, f.id}) })
	})
}

// with lends the firm's database to work.
func (f *Firm) with(ctx context.Context, work func(*base) error) error {
	if _, err := id.Parse[id.Firm](string(f.id)); err != nil {
		return fault.Absent().Because(err)
	}
	if err := f.store.enter(); err != nil {
		return err
	}
	defer f.store.running.Done()
	b, release, err := f.store.engine.firm(ctx, f.id)
	if err != nil {
		return classify(err)
	}
	defer release()
	return work(b)
}

// Tx is a transaction on one firm. It belongs to the goroutine of its closure
// and ends with it. A statement that failed ends it too: whatever the closure
// does next, nothing of it is kept. Use "on conflict" where a clash is expected.
//
// Arguments are strings, integers, bools (stored 0 or 1), bytes (nil is stored
// as empty) and nil for null. Only one statement is open at a time: inside Each,
// collect first, then run the next one.
type Tx struct {
	s    *session
	firm id.Firm
}

// Context is the context given to Update or View.
func (tx *Tx) Context() context.Context { return tx.s.ctx }

// Firm is the firm of this transaction.
func (tx *Tx) Firm() id.Firm { return tx.firm }

// Statements is how many have run so far.
func (tx *Tx) Statements() int { return tx.s.ran }

// Exec runs a statement and returns the number of rows it touched.
func (tx *Tx) Exec(s FirmStmt, args ...any) (rows int64, err error) {
	return tx.s.exec(s.text, firmArgs(tx.firm, args))
}

// Write runs a statement of which nobody needs to know how many rows it touched. On
// PostgreSQL it leaves together with the next one that is asked something, or before the
// commit; that one says so if it failed. A closure that does something elsewhere, or wants to
// know of a clash, asks with Exec first.
func (tx *Tx) Write(s FirmStmt, args ...any) error {
	return tx.s.write(s.text, firmArgs(tx.firm, args))
}

// Row reads exactly one row into dest: ErrNoRow when there is none, an error
// when there are several.
func (tx *Tx) Row(s FirmStmt, args []any, dest ...any) error {
	return tx.s.row(s.text, firmArgs(tx.firm, args), dest)
}

// Each calls row for every row in order and stops at its first error, which it
// returns as it is.
func (tx *Tx) Each(s FirmStmt, args []any, row func(scan func(dest ...any) error) error) error {
	return tx.s.each(s.text, firmArgs(tx.firm, args), row)
}

// AfterCommit has f run once the transaction is durable, in the order given;
// it is dropped when the transaction is not kept.
func (tx *Tx) AfterCommit(f func()) { tx.s.after = append(tx.s.after, f) }

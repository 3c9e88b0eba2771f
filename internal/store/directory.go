package store

import "context"

// Directory is the handle of what belongs to no firm: people, sessions, the
// registry of firms. It is safe for concurrent use.
type Directory struct{ store *Store }

// Update is [Firm.Update] on the directory.
func (d *Directory) Update(ctx context.Context, work func(*DirectoryTx) error) error {
	return d.with(func(b *base) error {
		return b.update(ctx, "", func(s *session) error { return work(&DirectoryTx{s}) })
	})
}

// View is [Firm.View] on the directory.
func (d *Directory) View(ctx context.Context, work func(*DirectoryTx) error) error {
	return d.with(func(b *base) error {
		return b.view(ctx, "", func(s *session) error { return work(&DirectoryTx{s}) })
	})
}

func (d *Directory) with(work func(*base) error) error {
	if err := d.store.enter(); err != nil {
		return err
	}
	defer d.store.running.Done()
	return work(d.store.engine.directory())
}

// DirectoryTx is a transaction on the directory; it follows the rules of [Tx].
// On PostgreSQL it sees no row of any firm.
type DirectoryTx struct{ s *session }

// Context is the context given to Update or View.
func (tx *DirectoryTx) Context() context.Context { return tx.s.ctx }

// Exec runs a statement and returns the number of rows it touched.
func (tx *DirectoryTx) Exec(s DirectoryStmt, args ...any) (rows int64, err error) {
	return tx.s.exec(s.text, args)
}

// Write is [Tx.Write].
func (tx *DirectoryTx) Write(s DirectoryStmt, args ...any) error { return tx.s.write(s.text, args) }

// Row reads exactly one row into dest: ErrNoRow when there is none, an error
// when there are several.
func (tx *DirectoryTx) Row(s DirectoryStmt, args []any, dest ...any) error {
	return tx.s.row(s.text, args, dest)
}

// Each calls row for every row in order and stops at its first error, which it
// returns as it is.
func (tx *DirectoryTx) Each(s DirectoryStmt, args []any, row func(scan func(dest ...any) error) error) error {
	return tx.s.each(s.text, args, row)
}

// AfterCommit has f run once the transaction is durable, in the order given;
// it is dropped when the transaction is not kept.
func (tx *DirectoryTx) AfterCommit(f func()) { tx.s.after = append(tx.s.after, f) }

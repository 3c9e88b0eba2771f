package store

import (
	"context"
	"errors"
	"slices"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// write copies the rows that a PostgreSQL has of one scope, as one transaction
// sees them, into a new file of the embedded engine.
func (b *base) write(ctx context.Context, firm, path, scope string) (err error) {
	if err := errors.Join(fresh(path), tuned()); err != nil {
		return classify(err)
	}
	to, err := (&embedded{tally: &tally{}}).openFile(ctx, path, scope)
	if err != nil {
		return classify(err)
	}
	err = b.view(ctx, firm, func(from *session) error {
		return to.update(ctx, "", func(s *session) error { return copyRows(from, s, scope, firm) })
	})
	if err := errors.Join(err, to.close()); err != nil {
		return classify(err)
	}
	return classify(syncFile(path))
}

// copyRows writes every row of a scope, and of a firm, from one transaction into
// another in which there are none.
func copyRows(from, to *session, scope, firm string) error {
	tables, err := tablesOf(scope)
	if err != nil {
		return err
	}
	owner := ownerArgs(scope, firm)
	for _, t := range tables {
		err := t.dump(from, owner, func(values []any) error {
			_, err := to.exec(t.add, append(slices.Clone(owner), values...))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ownerArgs are what every statement of a scope takes first.
func ownerArgs(scope, firm string) []any {
	if scope == firmScope {
		return []any{firm}
	}
	return nil
}

// clearRows removes every row of a scope, and of a firm.
func clearRows(s *session, scope, firm string) error {
	tables, err := tablesOf(scope)
	if err != nil {
		return err
	}
	for _, t := range slices.Backward(tables) {
		if _, err := s.exec(t.clear, ownerArgs(scope, firm)); err != nil {
			return err
		}
	}
	return nil
}

var countInstallation = ForDirectory(`select count(*) from installation`)

// Occupied reports whether an installation is in this database.
func (s *Store) Occupied(ctx context.Context) (occupied bool, err error) {
	defer fault.Op(&err, "store.Occupied")
	err = s.Directory().View(ctx, func(tx *DirectoryTx) error { return tx.Row(countInstallation, nil, &occupied) })
	return occupied, err
}

// ReceiveFirm brings the rows of a firm from another store, one transaction on
// each side; rows of the same firm that stand here from an earlier attempt give
// way. Nobody reaches the firm before [Store.ReceiveDirectory]; once it is there,
// ReceiveFirm is refused: "store.occupied".
func (s *Store) ReceiveFirm(ctx context.Context, from *Store, f id.Firm) (err error) {
	defer fault.Op(&err, "store.ReceiveFirm(%s)", f)
	if err := s.vacant(ctx); err != nil {
		return err
	}
	to, err := s.CreateFirm(ctx, f)
	if err != nil {
		return err
	}
	source, err := from.Firm(ctx, f)
	if err != nil {
		return err
	}
	return source.View(ctx, func(read *Tx) error {
		return to.Update(ctx, func(write *Tx) error {
			if err := clearRows(write.s, firmScope, string(f)); err != nil {
				return err
			}
			return copyRows(read.s, write.s, firmScope, string(f))
		})
	})
}

// ReceiveDirectory brings the directory from another store, in one transaction,
// unless an installation is here: "store.occupied".
func (s *Store) ReceiveDirectory(ctx context.Context, from *Store) (err error) {
	defer fault.Op(&err, "store.ReceiveDirectory")
	return from.Directory().View(ctx, func(read *DirectoryTx) error {
		return s.Directory().Update(ctx, func(write *DirectoryTx) error {
			var n int
			if err := write.Row(countInstallation, nil, &n); err != nil {
				return err
			}
			if n > 0 {
				return occupied()
			}
			if err := clearRows(write.s, directoryScope, ""); err != nil {
				return err
			}
			return copyRows(read.s, write.s, directoryScope, "")
		})
	})
}

func (s *Store) vacant(ctx context.Context) error {
	there, err := s.Occupied(ctx)
	if err == nil && there {
		err = occupied()
	}
	return err
}

func occupied() error { return fault.New(fault.Conflict, "store.occupied") }

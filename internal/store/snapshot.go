package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"cenacle/internal/fault"
)

// Snapshot writes a consistent copy of the firm's database to a new file: one
// transaction's view of it, without what was deleted, durable when Snapshot
// returns. Others read and write meanwhile. After a failure the file may be
// there, unfinished.
//
// The folder DIR of a file DIR/firms/<id>/firm.db opens as a data folder, whichever
// the engine: on PostgreSQL, the rows are written into such a file.
func (f *Firm) Snapshot(ctx context.Context, path string) (err error) {
	defer fault.Op(&err, "store.Snapshot(%s)", f.id)
	return f.with(ctx, func(b *base) error {
		if b.groups != nil {
			return b.snapshot(ctx, path)
		}
		return b.write(ctx, string(f.id), path, firmScope)
	})
}

// Snapshot is [Firm.Snapshot] of the directory, for DIR/directory.db.
func (d *Directory) Snapshot(ctx context.Context, path string) (err error) {
	defer fault.Op(&err, "store.Snapshot")
	return d.with(func(b *base) error {
		if b.groups != nil {
			return b.snapshot(ctx, path)
		}
		return b.write(ctx, "", path, directoryScope)
	})
}

// snapshot has a connection of its own, so that neither the writer nor a reader
// is kept waiting.
func (b *base) snapshot(ctx context.Context, path string) error {
	if err := fresh(path); err != nil {
		return err
	}
	l, err := b.writers.(*slots).open(ctx)
	if err != nil {
		return classify(err)
	}
	defer l.drop()
	if _, err := l.conn.ExecContext(ctx, "vacuum into $1", path); err != nil {
		return classify(err)
	}
	return classify(syncFile(path))
}

// fresh makes the empty file of a snapshot.
func fresh(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("%s is there already: %w", path, fs.ErrExist), err)
	}
	return classify(createFile(path, nil))
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

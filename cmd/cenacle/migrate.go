package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"cenacle/internal/server"
)

// migrateAll brings every database of an installation up to date, which servers do by
// themselves: it is for those who would rather see it, or who give the owner's role to nobody
// else.
func migrateAll(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "migrate")
	set := settingsOf(f)
	dry := f.Bool("dry-run", false, "say what would change, and change nothing")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	waiting, err := server.Pending(ctx, c)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no installation in %s", where(c))
	}
	if err != nil {
		return plain(err)
	}
	fmt.Fprintf(t.err, "Migrating the installation in %s: %d changes, under a lock, by statements that only add; servers that run go on.\n", where(c), len(waiting))
	for _, change := range waiting {
		fmt.Fprintln(t.out, change.Name, change.Firm)
	}
	switch {
	case *dry && len(waiting) > 0:
		_, err = fmt.Fprintln(t.err, "Nothing was changed. Make a backup first.")
		return err
	case *dry:
		_, err = fmt.Fprintln(t.err, "There is nothing to do.")
		return err
	}
	if err := server.Migrate(ctx, c); err != nil { // also without changes: roles get their rights
		return plain(err)
	}
	_, err = fmt.Fprintln(t.out, "up to date")
	return err
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"cenacle/internal/sanction"
	"cenacle/internal/server"
)

// sanctionImport has every firm of the installation work with another list of frozen
// assets, or says which one they work with, beside servers that run.
func sanctionImport(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "sanction import")
	set := settingsOf(f)
	from := f.String("from", "", "`file` of the list, as the Treasury publishes it (JSON); without it, says which one is in use")
	smaller := f.Bool("smaller", false, "it is the right one, although more than half of the entries are gone")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	return open(ctx, t, c, func(s *server.Server) error {
		if *from == "" {
			return sayList(ctx, t.out, s)
		}
		file, err := os.Open(*from)
		if err != nil {
			return err
		}
		defer file.Close() // only read
		fmt.Fprintf(t.err, "Importing the list of frozen assets for every firm here. Their due diligence files are then compared with it; the list before it goes, but for its date and its hash.\n")
		_, fresh, err := s.Sanctions.ImportAll(ctx, sanction.Bringing{File: file, Smaller: *smaller}, sanction.Imported)
		if err != nil {
			return plain(err)
		}
		if !fresh {
			fmt.Fprintln(t.out, "It is in use already, and is now known to be current.")
		}
		return sayList(ctx, t.out, s)
	})
}

func sayList(ctx context.Context, out io.Writer, s *server.Server) error {
	e, stale, err := s.Sanctions.Examine(ctx)
	if err != nil {
		return plain(err)
	}
	if e.Number == 0 {
		_, err = fmt.Fprintln(out, "There is no list for the installation.")
		return err
	}
	old := ""
	if stale {
		old = ": it is old, bring the latest"
	}
	_, err = fmt.Fprintf(out, "List of %s, %d entries, SHA-256 %s\nLast found to be current on %s%s\n", e.Published, e.Entries, e.SHA256, e.Checked.UTC().Format("2006-01-02 15:04 MST"), old)
	return err
}

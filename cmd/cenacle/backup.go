package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/backup"
	"cenacle/internal/blob/storage"
	"cenacle/internal/config"
	"cenacle/internal/server"
)

// house opens what is carried of an installation, for one command.
func house(ctx context.Context, t *terminal, c *config.Config, do func(backup.House) error) error {
	there, err := server.Started(ctx, c)
	if err != nil {
		return plain(err)
	}
	if !there {
		return fmt.Errorf("there is no installation in %s", where(c))
	}
	return open(ctx, t, c, func(s *server.Server) error {
		return do(s.House(version))
	})
}

// where is how the terminal calls the place of an installation.
func where(c *config.Config) string {
	if url, err := c.DatabaseURL(); err != nil || url.Empty() {
		return c.Data
	}
	return "PostgreSQL and " + c.Data
}

func makeBackup(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "backup")
	set := settingsOf(f)
	to := f.String("to", "", "`place` of the backups: a folder on another disk, or s3://…")
	verify := f.Bool("verify", false, "read again what is there already and what was written")
	keep := f.Int("keep", 0, "`number` of backups that stay; 0: all")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	if *to == "" || *keep < 0 {
		return fmt.Errorf("backup: --to FOLDER or s3://…, and --keep of 0 or more: %w", errUsage)
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.err, "Copying the installation in %s to %s: databases and sealed bytes, not the key.\n", where(c), *to)
	return house(ctx, t, c, func(h backup.House) error {
		shelf, err := shelfOf(ctx, c, *to)
		if err != nil {
			return err
		}
		r, err := backup.Make(ctx, h, shelf, backup.Options{Verify: *verify, Keep: *keep})
		if err != nil {
			return plain(err)
		}
		for _, firm := range r.Manifest.Firms {
			fmt.Fprintf(t.out, "%s  %d blobs, %d bytes, journal of %d, root %s\n", firm.ID, firm.Blobs, firm.Bytes, firm.Head.Size, firm.Head.Root)
		}
		fmt.Fprintf(t.out, "backup %s is complete: %d firms, %d blobs copied now (%d bytes)\n", r.Manifest.ID, len(r.Manifest.Firms), r.Copied, r.Bytes)
		if info, err := os.Stat(c.KeyFile()); err == nil && info.Mode().IsRegular() {
			fmt.Fprintf(t.err, "The key %s is not in it: keep a copy of it elsewhere, and not beside the backup.\n", c.KeyFile())
		}
		return nil
	})
}

func verifyBackup(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "backup verify")
	set := settingsOf(f)
	from := f.String("from", "", "`place` of the backups: a folder, or s3://…")
	at := f.String("backup", "", "`identifier` of one; the newest when empty")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	if *from == "" {
		return fmt.Errorf("backup verify: --from FOLDER: %w", errUsage)
	}
	shelf, err := sourceOf(*from, func() (*config.Config, error) { return set.read(t) })
	if err != nil {
		return err
	}
	fmt.Fprintf(t.err, "Reading a backup in %s again; nothing is changed.\n", *from)
	m, err := backup.Check(ctx, shelf, *at)
	if err != nil {
		return plain(err)
	}
	_, err = fmt.Fprintf(t.out, "backup %s of %s holds: every byte is what was noted\n", m.ID, m.At.Format(time.RFC3339))
	return err
}

// witnesses are the files named by an option that may be repeated.
type witnesses [][]byte

func (w *witnesses) String() string { return fmt.Sprint(len(*w)) }

// Set reads one file.
func (w *witnesses) Set(path string) error {
	raw, err := readSome(path)
	*w = append(*w, raw)
	return err
}

func restore(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "restore")
	set := settingsOf(f)
	from := f.String("from", "", "`place` of the backups: a folder, or s3://…")
	at := f.String("backup", "", "`identifier` of one; the newest when empty")
	var known witnesses
	f.Var(&known, "witness", "`file` of somebody who knows a later state: a receipt, a checkpoint, a manifest; may be repeated")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	if *from == "" {
		return fmt.Errorf("restore: --from FOLDER: %w", errUsage)
	}
	c, err := set.read(t)
	if err != nil {
		return err
	}
	shelf, err := sourceOf(*from, func() (*config.Config, error) { return c, nil })
	if err != nil {
		return err
	}
	m, err := backup.Find(ctx, shelf, *at)
	if err != nil {
		return plain(err)
	}
	fmt.Fprintf(t.err, "Restoring backup %s of %s into %s; nothing there is replaced.\n", m.ID, m.At.Format(time.RFC3339), where(c))
	into, err := server.OpenPostgres(ctx, c)
	if err != nil {
		return plain(err)
	}
	if into != nil {
		defer into.Close() // every row was committed before it
	}
	m, firms, err := backup.Restore(ctx, backup.Restoring{
		From: shelf, Backup: m.ID, To: c.Data, Keep: keys(c), Witness: known, Into: into,
		Open: func(ctx context.Context, dir string) (*act.Office, error) {
			return server.OpenFolder(ctx, c, dir, server.Options{Clock: time.Now, Log: logger(t, c)})
		},
		Bucket: func(ctx context.Context, office *act.Office) (storage.Bucket, error) {
			return server.OpenBucket(ctx, c, office)
		},
	})
	if err != nil {
		return plain(err)
	}
	if err := server.Analyze(ctx, c); err != nil {
		return plain(err)
	}
	return printRestored(t, m, firms)
}

// keys are the names of what may stand in an empty data folder: the key, and
// what the root of every volume has.
func keys(c *config.Config) []string {
	const volume = "lost+found"
	if filepath.Dir(c.KeyFile()) == filepath.Clean(c.Data) {
		return []string{volume, filepath.Base(c.KeyFile())}
	}
	return []string{volume}
}

func printRestored(t *terminal, m backup.Manifest, firms []backup.Restored) error {
	older := 0
	for _, r := range firms {
		fmt.Fprintf(t.out, "%s  holds   %d entries, %d not signed then, %d uploads dropped, root %s\n", r.Firm, r.Entries, r.Waiting, r.Uploads, r.Head.Root)
		if r.Older != nil {
			older++
			fmt.Fprintf(t.out, "%s  OLDER   a witness knows a journal of %d entries, root %s: this one has %d. ACTS ARE LOST.\n", r.Firm, r.Older.Size, r.Older.Root, r.Head.Size)
		}
	}
	fmt.Fprintf(t.out, "backup %s of %s is restored: %d firms; everybody signs in again\n", m.ID, m.At.Format(time.RFC3339), len(firms))
	if older > 0 {
		fmt.Fprintf(t.err, "\n  !! %d of %d firms are OLDER than what somebody has seen. Their journals say so (%s).\n     What was deposited, sent or revoked in between is not here. Tell those concerned.\n\n", older, len(firms), backup.RestoredKind)
	}
	return nil
}

package server

import (
	"context"
	"errors"
	"path/filepath"

	"cenacle/internal/act"
	"cenacle/internal/backup"
	"cenacle/internal/blob/storage"
	"cenacle/internal/config"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/live"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// House lends what is carried: backups and archives are made of it.
func (s *Server) House(program string) backup.House {
	return backup.House{Office: s.Office, Accounts: s.Accounts, Blobs: s.blobs, Data: s.config.Data, Program: program}
}

// OpenBucket opens where the blobs of an installation that a restore brings back
// belong, when that is not its folder; nil when it is.
func OpenBucket(ctx context.Context, c *config.Config, office *act.Office) (storage.Bucket, error) {
	if c.Blobs == "" {
		return nil, nil
	}
	installation, err := vault.Installation(ctx, office.Store.Directory())
	if err != nil {
		return nil, err
	}
	return storage.Open(ctx, c, installation, office.Clock)
}

// OpenFolder opens the databases of a folder that a restore fills, with the key
// that the configuration names, which must be there.
func OpenFolder(ctx context.Context, c *config.Config, dir string, o Options) (_ *act.Office, err error) {
	root, err := existing(c, dir).Root(ctx)
	if err != nil {
		return nil, err
	}
	database, err := store.Open(ctx, store.Config{Dir: dir})
	if err != nil {
		return nil, err
	}
	ring, err := vault.NewRing(vault.New(root), database.Directory())
	if err != nil {
		return nil, errors.Join(err, database.Close())
	}
	return &act.Office{
		Store: database, Ring: ring, Journal: journal.New(ring, o.Clock), Live: live.NewHub(),
		Clock: o.Clock, Woken: func(id.Firm) {},
	}, nil
}

// OpenPostgres opens the database that a configuration names, without making an
// installation in it; nil when it names none.
func OpenPostgres(ctx context.Context, c *config.Config) (*store.Store, error) {
	url, err := c.DatabaseURL()
	if err != nil || url.Empty() {
		return nil, err
	}
	return openStore(ctx, c)
}

// Started reports whether there is an installation where a configuration says.
func Started(ctx context.Context, c *config.Config) (there bool, err error) {
	into, err := OpenPostgres(ctx, c)
	if err != nil || into == nil {
		return !c.FirstStart(), err
	}
	there, err = into.Occupied(ctx)
	return there, errors.Join(err, into.Close())
}

// Pending is what [Migrate] would change; see [store.Pending].
func Pending(ctx context.Context, c *config.Config) ([]store.Change, error) {
	at, err := stored(c)
	if err != nil {
		return nil, err
	}
	return store.Pending(ctx, at)
}

// Migrate brings the databases of an installation up to date; see [store.Migrate].
func Migrate(ctx context.Context, c *config.Config) error {
	at, err := stored(c)
	if err != nil {
		return err
	}
	return store.Migrate(ctx, at)
}

// existing is [provider] of a key that is never made.
func existing(c *config.Config, dir string) vault.Provider {
	if c.Key.Provider == config.KeyFromFile {
		return vault.KeyFile{Path: c.KeyFile()}
	}
	return vault.Passphrase{Read: c.Passphrase, SaltPath: filepath.Join(dir, "passphrase.salt")}
}

// Package vault keeps the keys. A root key, which never touches the database,
// wraps the key of the directory and the key of each firm; a firm's key wraps
// the keys of its spaces; a space's key wraps the keys of its document
// versions, which package blob uses. Destroying the row of a space's key
// erases the space, in backups too.
//
// It refuses to seal anything without saying where the sealed bytes will
// stand ([Place]): bytes moved to another column, row, space or firm do not
// open. It refuses to print a key, to replace a key file that exists, to read
// one that other accounts can read, and to start with a root key that is not
// the installation's.
//
// Start reading at [Box], which does the sealing, then at [Ring], which finds
// the box of a firm or a space inside a transaction.
package vault

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// ErrTampered says that sealed bytes, a wrapped key or a row's MAC were not
// made by this key for this place: altered, moved, or of another key.
var ErrTampered = errors.New("vault: altered, moved or under another key")

// Provider gives the root key at start. The caller keeps it in memory only.
type Provider interface {
	Root(ctx context.Context) (Key, error)
}

// Vault holds the root key of one installation, and a second one while the first
// is being replaced. It is safe for concurrent use.
type Vault struct {
	roots atomic.Pointer[roots]
}

// New makes the vault of a root key. It does not know yet whether the key is
// the right one: see [Vault.EnsureInstallation].
func New(root Key) *Vault {
	v := new(Vault)
	v.roots.Store(&roots{own: newBox(root, scope{kind: "root"})})
	return v
}

// A directory has one installation row; a second one is an error that Row reports.
var (
	readInstallation  = store.ForDirectory(`select id, directory_key from installation`)
	writeInstallation = store.ForDirectory(`insert into installation (id, created_at, directory_key)
		values ($1, $2, $3)`)
)

// EnsureInstallation makes the directory's key at the first start and proves
// at every later one that the root key is the right one. A wrong root key is
// the fault "vault.wrong_key"; nothing has been written then.
func (v *Vault) EnsureInstallation(ctx context.Context, d *store.Directory, now time.Time) (err error) {
	defer fault.Op(&err, "vault.EnsureInstallation")
	return d.Update(ctx, func(tx *store.DirectoryTx) error {
		if err := v.learn(tx); err != nil {
			return err
		}
		_, err := v.directoryKey(tx)
		if !errors.Is(err, store.ErrNoRow) {
			return err
		}
		installation := id.New[string](now)
		wrapped := v.wrap(directoryPlace(installation), NewKey())
		return tx.Write(writeInstallation, installation, store.Micros(now), wrapped)
	})
}

// Installation is the identifier of an installation that has been started.
func Installation(ctx context.Context, d *store.Directory) (name string, err error) {
	defer fault.Op(&err, "vault.Installation")
	err = d.View(ctx, func(tx *store.DirectoryTx) error {
		var wrapped []byte
		return tx.Row(readInstallation, nil, &name, &wrapped)
	})
	return name, err
}

// directoryKey unwraps the directory's key; store.ErrNoRow before the first start.
func (v *Vault) directoryKey(tx *store.DirectoryTx) (Key, error) {
	var installation string
	var wrapped []byte
	if err := tx.Row(readInstallation, nil, &installation, &wrapped); err != nil {
		return Key{}, err
	}
	key, err := v.unwrap(directoryPlace(installation), wrapped)
	if err != nil {
		return Key{}, fault.New(fault.Invalid, "vault.wrong_key").Because(err)
	}
	return key, nil
}

func directoryPlace(installation string) Place {
	return Place{Table: "installation", Column: "directory_key", Row: installation}
}

package vault

import (
	"context"
	"errors"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/store"
)

// The root key is replaced while nodes run that were started with the old one. A
// row of the directory, as long as that takes, wraps each of the two under the
// other: whoever has either has both, so a node learns the new one from the
// database, and the key file of a node may be replaced at any time. When the row
// goes, the old key opens nothing here any more.

// roots are the keys an installation may be under. Nothing that was learned is
// forgotten while the process lives.
type roots struct {
	own   *Box // of the key that this process was started with
	other *Box // nil when there is none
	newer bool // own is the one that replaces
}

var (
	readRootKey  = store.ForDirectory(`select forth, back, needed_at from root_key where installation = $1`)
	writeRootKey = store.ForDirectory(`insert into root_key (installation, forth, back, begun_at, needed_at)
		values ($1, $2, $3, $4, 0)`)
	needRootKey = store.ForDirectory(`update root_key set needed_at = $2 where installation = $1`)
	dropRootKey = store.ForDirectory(`delete from root_key where installation = $1`)

	rewrapDirectory = store.ForDirectory(`update installation set directory_key = $2 where id = $1`)
	rewrapFirmKey   = store.ForFirm(`update firm_key set wrapped = $3 where firm_id = $1 and generation = $2`)
)

// needed is for how long a node that runs with the old key keeps it from being
// dropped after it last said so; it says so with every [Vault.Follow].
const needed = 2 * time.Minute // their clocks may differ by one

// rootPlace is where one root key stands wrapped under the other.
func rootPlace(column, installation string) Place {
	return Place{Table: "root_key", Column: column, Row: installation}
}

// wrap wraps under the key that the process was started with: all others open
// that, whatever they know.
func (v *Vault) wrap(p Place, k Key) []byte { return v.roots.Load().own.WrapKey(p, k) }

func (v *Vault) unwrap(p Place, wrapped []byte) (Key, error) {
	known := v.roots.Load()
	k, err := known.own.UnwrapKey(p, wrapped)
	if err != nil && known.other != nil {
		return known.other.UnwrapKey(p, wrapped)
	}
	return k, err
}

// newest is the box of the key that replaces, or of the only one.
func (v *Vault) newest() *Box {
	known := v.roots.Load()
	if known.other != nil && !known.newer {
		return known.other
	}
	return known.own
}

// learn opens the other root key, where there are two.
func (v *Vault) learn(tx *store.DirectoryTx) error {
	_, _, err := v.pair(tx)
	return err
}

// pair reads the row that joins two root keys; "" where there is one key, or no
// installation yet.
func (v *Vault) pair(tx *store.DirectoryTx) (installation string, neededAt time.Time, err error) {
	var wrapped, forth, back []byte
	err = tx.Row(readInstallation, nil, &installation, &wrapped)
	if errors.Is(err, store.ErrNoRow) {
		return "", neededAt, nil
	}
	if err != nil {
		return "", neededAt, err
	}
	var micros int64
	err = tx.Row(readRootKey, []any{installation}, &forth, &back, &micros)
	if errors.Is(err, store.ErrNoRow) {
		return "", neededAt, nil
	}
	if err != nil {
		return "", neededAt, err
	}
	known := v.roots.Load()
	key, err := known.own.UnwrapKey(rootPlace("forth", installation), forth)
	newer := err != nil
	if newer {
		if key, err = known.own.UnwrapKey(rootPlace("back", installation), back); err != nil {
			return "", neededAt, fault.New(fault.Invalid, "vault.wrong_key").Because(err)
		}
	}
	defer key.Wipe()
	v.roots.Store(&roots{own: known.own, other: newBox(key, scope{kind: "root"}), newer: newer})
	return installation, store.Time(micros), nil
}

// Follow learns of a new root key, and says that this process needs the old one,
// if it was started with it. Every node calls it once in [Recheck].
func (v *Vault) Follow(ctx context.Context, d *store.Directory, now time.Time) (err error) {
	defer fault.Op(&err, "vault.Follow")
	var said time.Time
	var installation string
	err = d.View(ctx, func(tx *store.DirectoryTx) (err error) {
		installation, said, err = v.pair(tx)
		return err
	})
	if err != nil || installation == "" || v.roots.Load().newer || now.Sub(said) < needed/6 {
		return err
	}
	return d.Update(ctx, func(tx *store.DirectoryTx) error {
		return tx.Write(needRootKey, installation, store.Micros(now))
	})
}

// Roots is how an installation stands to its root keys.
type Roots struct {
	Two   bool // one is being replaced
	Newer bool // by the one that this process was started with
}

// Roots reads it.
func (v *Vault) Roots(ctx context.Context, d *store.Directory) (out Roots, err error) {
	defer fault.Op(&err, "vault.Roots")
	err = d.View(ctx, func(tx *store.DirectoryTx) error {
		installation, _, err := v.pair(tx)
		out = Roots{Two: installation != "", Newer: installation != "" && v.roots.Load().newer}
		return err
	})
	return out, err
}

// BeginRoot joins a new root key to the one of the installation; it does nothing
// where these two are joined already. Fault: "vault.other_root" where another key
// is on its way.
func (v *Vault) BeginRoot(ctx context.Context, d *store.Directory, old, next Key, now time.Time) (err error) {
	defer fault.Op(&err, "vault.BeginRoot")
	return d.Update(ctx, func(tx *store.DirectoryTx) error {
		installation, _, err := v.pair(tx)
		if err != nil {
			return err
		}
		if installation != "" {
			if !v.Newest(next) {
				return fault.New(fault.Conflict, "vault.other_root")
			}
			return nil
		}
		if _, err := v.directoryKey(tx); err != nil {
			return err
		}
		var wrapped []byte
		if err := tx.Row(readInstallation, nil, &installation, &wrapped); err != nil {
			return err
		}
		from, to := newBox(old, scope{kind: "root"}), newBox(next, scope{kind: "root"})
		err = tx.Write(writeRootKey, installation, from.WrapKey(rootPlace("forth", installation), next),
			to.WrapKey(rootPlace("back", installation), old), store.Micros(now))
		if err == nil {
			v.roots.Store(&roots{own: v.roots.Load().own, other: to})
		}
		return err
	})
}

// Newest reports whether a key is the root key that replaces, or the only one.
func (v *Vault) Newest(key Key) bool {
	probe := rootPlace("probe", "")
	k, err := newBox(key, scope{kind: "root"}).UnwrapKey(probe, v.newest().WrapKey(probe, NewKey()))
	if err == nil {
		k.Wipe()
	}
	return err == nil
}

// RewrapDirectory wraps the directory's key under the newest root key; it reports
// whether it was under the other.
func (v *Vault) RewrapDirectory(ctx context.Context, d *store.Directory) (moved bool, err error) {
	defer fault.Op(&err, "vault.RewrapDirectory")
	err = d.Update(ctx, func(tx *store.DirectoryTx) error {
		moved = false
		var installation string
		var wrapped []byte
		if err := tx.Row(readInstallation, nil, &installation, &wrapped); err != nil {
			return err
		}
		again, err := v.rewrap(directoryPlace(installation), wrapped)
		if err != nil || again == nil {
			return err
		}
		moved = true
		return tx.Write(rewrapDirectory, installation, again)
	})
	return moved, err
}

// rewrap is nil for what is under the newest root key already.
func (v *Vault) rewrap(p Place, wrapped []byte) ([]byte, error) {
	if k, err := v.newest().UnwrapKey(p, wrapped); err == nil {
		k.Wipe()
		return nil, nil
	}
	k, err := v.unwrap(p, wrapped)
	if err != nil {
		return nil, err
	}
	defer k.Wipe()
	return v.newest().WrapKey(p, k), nil
}

// RewrapFirm wraps the keys of the transaction's firm under the newest root key;
// it returns how many there are, and how many were under the other.
func (r *Ring) RewrapFirm(tx *store.Tx) (seen, moved int, err error) {
	defer fault.Op(&err, "vault.RewrapFirm(%s)", tx.Firm())
	rows, err := generations(tx, address{firm: tx.Firm()})
	if err != nil {
		return 0, 0, err
	}
	for _, row := range rows {
		again, err := r.vault.rewrap(firmPlace(tx.Firm(), row.generation), row.wrapped)
		if err != nil {
			return 0, 0, err
		}
		if again == nil {
			continue
		}
		if err := tx.Write(rewrapFirmKey, row.generation, again); err != nil {
			return 0, 0, err
		}
		moved++
	}
	return len(rows), moved, nil
}

// EndRoot destroys what joins the two root keys, so that the old one opens nothing
// any more. Faults: "vault.root_used" unless this process was started with the new
// key; "vault.root_needed" while a node runs that was started with the old one.
func (v *Vault) EndRoot(ctx context.Context, d *store.Directory, now time.Time) (err error) {
	defer fault.Op(&err, "vault.EndRoot")
	return d.Update(ctx, func(tx *store.DirectoryTx) error {
		installation, said, err := v.pair(tx)
		if err != nil || installation == "" {
			return err
		}
		if !v.roots.Load().newer {
			return fault.New(fault.Conflict, "vault.root_used")
		}
		if now.Sub(said) < needed {
			return fault.New(fault.Conflict, "vault.root_needed", needed)
		}
		return tx.Write(dropRootKey, installation)
	})
}

// Vault is the one that the ring was opened with.
func (r *Ring) Vault() *Vault { return r.vault }

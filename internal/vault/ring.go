package vault

import (
	"context"
	"errors"
	"strconv"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// A box costs 2 KiB; that many serve whoever searches in 16,000 spaces at once.
const cacheLimit = 16 << 10

// Recheck is how long an opened box is believed before its row is read again:
// the longest time that a key destroyed on another node keeps working here.
const Recheck = 5 * time.Second

// firstGeneration numbers the keys of a scope; the highest is the one in use.
const firstGeneration = 1

var (
	readFirmKey = store.ForFirm(`select generation, wrapped from firm_key
		where firm_id = $1 order by generation desc limit 1`)
	writeFirmKey = store.ForFirm(`insert into firm_key (firm_id, generation, wrapped, created_at)
		values ($1, $2, $3, $4)`)
	readSpaceKey = store.ForFirm(`select generation, wrapped from space_key
		where firm_id = $1 and space_id = $2 order by generation desc limit 1`)
	writeSpaceKey = store.ForFirm(`insert into space_key (firm_id, space_id, generation, wrapped, created_at)
		values ($1, $2, $3, $4, $5)`)
	readSpaceKeys = store.ForFirm(`select space_id, wrapped from space_key
		where firm_id = $1 and space_id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		order by space_id, generation`)
	eraseSpaceKey = store.ForFirm(`delete from space_key where firm_id = $1 and space_id = $2`)
)

// Ring finds boxes inside transactions and keeps the opened ones. What a
// transaction has written is seen by that transaction at once and by others
// when it has committed. A Ring is safe for concurrent use.
type Ring struct {
	vault     *Vault
	directory *Box
	cache     *cache
}

// NewRing opens the directory's key; [Vault.EnsureInstallation] must have run.
// Fault: "vault.wrong_key".
func NewRing(v *Vault, d *store.Directory) (_ *Ring, err error) {
	defer fault.Op(&err, "vault.NewRing")
	var key Key
	err = d.View(context.Background(), func(tx *store.DirectoryTx) error { // at start: nothing can cancel it
		var err error
		key, err = v.directoryKey(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	return &Ring{
		vault:     v,
		directory: newBox(key, scope{kind: "directory"}),
		cache:     newCache(cacheLimit, Recheck),
	}, nil
}

// Directory is the box of the directory.
func (r *Ring) Directory() *Box { return r.directory }

// CreateFirm makes the key of the transaction's firm; fault.Conflict when it
// has one.
func (r *Ring) CreateFirm(tx *store.Tx, now time.Time) (_ *Box, err error) {
	defer fault.Op(&err, "vault.CreateFirm(%s)", tx.Firm())
	key := NewKey()
	defer key.Wipe()
	wrapped := r.vault.root.WrapKey(firmPlace(tx.Firm(), firstGeneration), key)
	_, err = tx.Exec(writeFirmKey, firstGeneration, wrapped, store.Micros(now))
	if err != nil {
		return nil, err
	}
	return newBox(key, scope{kind: "firm", firm: tx.Firm()}), nil
}

// Firm is the box of the transaction's firm; fault.Absent when it has no key.
func (r *Ring) Firm(tx *store.Tx) (_ *Box, err error) {
	defer fault.Op(&err, "vault.Firm(%s)", tx.Firm())
	at := address{firm: tx.Firm()}
	return r.find(tx, at, func(generation int64, wrapped []byte) (*Box, error) {
		key, err := r.vault.root.UnwrapKey(firmPlace(at.firm, generation), wrapped)
		if err != nil {
			return nil, err
		}
		defer key.Wipe()
		return newBox(key, scope{kind: "firm", firm: at.firm}), nil
	})
}

// CreateSpace makes the key of a space of the transaction's firm;
// fault.Conflict when it has one.
func (r *Ring) CreateSpace(tx *store.Tx, s id.Space, now time.Time) (_ *Box, err error) {
	defer fault.Op(&err, "vault.CreateSpace(%s)", s)
	firm, err := r.Firm(tx)
	if err != nil {
		return nil, err
	}
	key := NewKey()
	defer key.Wipe()
	wrapped := firm.WrapKey(spacePlace(s, firstGeneration), key)
	_, err = tx.Exec(writeSpaceKey, string(s), firstGeneration, wrapped, store.Micros(now))
	if err != nil {
		return nil, err
	}
	return newBox(key, scope{kind: "space", firm: tx.Firm(), space: s}), nil
}

// Space is the box of a space of the transaction's firm; fault.Absent when the
// space never had a key or its key was destroyed.
func (r *Ring) Space(tx *store.Tx, s id.Space) (_ *Box, err error) {
	defer fault.Op(&err, "vault.Space(%s)", s)
	at := address{firm: tx.Firm(), space: s}
	return r.find(tx, at, func(generation int64, wrapped []byte) (*Box, error) {
		firm, err := r.Firm(tx)
		if err != nil {
			return nil, err
		}
		key, err := firm.UnwrapKey(spacePlace(s, generation), wrapped)
		if err != nil {
			return nil, err
		}
		defer key.Wipe()
		return newBox(key, scope{kind: "space", firm: at.firm, space: s}), nil
	})
}

// DestroySpace destroys the key of a space: when the transaction commits,
// nothing sealed under it can be read again, here at once and on other nodes
// within [Recheck]. Destroying it twice is no fault. Backups of wrapped keys
// end the erasure when they expire.
func (r *Ring) DestroySpace(tx *store.Tx, s id.Space) (err error) {
	defer fault.Op(&err, "vault.DestroySpace(%s)", s)
	at := address{firm: tx.Firm(), space: s}
	if _, err := tx.Exec(eraseSpaceKey, string(s)); err != nil {
		return err
	}
	r.cache.drop(at)                            // for the rest of this transaction
	tx.AfterCommit(func() { r.cache.drop(at) }) // another one may have opened it meanwhile
	return nil
}

// find returns the box at an address: the one believed, the one opened earlier
// from the same row, or a newly opened one, which others see after the commit:
// the row may be this transaction's own and vanish with it.
func (r *Ring) find(tx *store.Tx, at address, open func(generation int64, wrapped []byte) (*Box, error)) (*Box, error) {
	if box := r.cache.fresh(at); box != nil {
		return box, nil
	}
	generation, wrapped, err := row(tx, at)
	if err != nil {
		return nil, err
	}
	if box := r.cache.renew(at, wrapped); box != nil {
		return box, nil
	}
	box, err := open(generation, wrapped)
	if err != nil {
		return nil, err
	}
	tx.AfterCommit(func() { r.cache.keep(at, wrapped, box) })
	return box, nil
}

// Prepare looks again at the rows of many spaces with few statements, so that
// [Ring.Space] believes the boxes that were opened from them.
func (r *Ring) Prepare(tx *store.Tx, spaces []id.Space) (err error) {
	defer fault.Op(&err, "vault.Prepare")
	var old []id.Space
	for _, s := range spaces {
		if r.cache.fresh(address{firm: tx.Firm(), space: s}) == nil {
			old = append(old, s)
		}
	}
	for in := range store.Batches(old) {
		latest := map[id.Space][]byte{}
		err := tx.Each(readSpaceKeys, in, func(scan func(...any) error) error {
			var s id.Space
			var wrapped []byte
			err := scan(&s, &wrapped)
			latest[s] = wrapped
			return err
		})
		if err != nil {
			return err
		}
		for s, wrapped := range latest {
			r.cache.renew(address{firm: tx.Firm(), space: s}, wrapped)
		}
	}
	return nil
}

func row(tx *store.Tx, at address) (generation int64, wrapped []byte, err error) {
	if at.space == "" {
		err = tx.Row(readFirmKey, nil, &generation, &wrapped)
	} else {
		err = tx.Row(readSpaceKey, []any{string(at.space)}, &generation, &wrapped)
	}
	if errors.Is(err, store.ErrNoRow) {
		err = fault.Absent().Because(err)
	}
	return generation, wrapped, err
}

func firmPlace(f id.Firm, generation int64) Place {
	return Place{Table: "firm_key", Column: "wrapped", Row: string(f) + "/" + strconv.FormatInt(generation, 10)}
}

func spacePlace(s id.Space, generation int64) Place {
	return Place{Table: "space_key", Column: "wrapped", Row: string(s) + "/" + strconv.FormatInt(generation, 10)}
}

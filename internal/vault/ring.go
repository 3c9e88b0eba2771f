package vault

import (
	"context"
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

// bornGeneration is that of the key of a new space. Those of earlier programs
// began with the first, and their rows may lack a MAC: see [Box.Strict].
const bornGeneration = 2

// firstGeneration numbers the keys of a scope. The highest that does not wait is
// the one in use.
const firstGeneration = 1

var (
	readFirmKeys = store.ForFirm(`select generation, wrapped, kept, turn, created_at from firm_key
		where firm_id = $1 order by generation`)
	writeFirmKey = store.ForFirm(`insert into firm_key (firm_id, generation, wrapped, created_at, kept, turn)
		values ($1, $2, $3, $4, $5, $6)`)
	readSpaceKey = store.ForFirm(`select generation, wrapped, kept, turn, created_at from space_key
		where firm_id = $1 and space_id = $2 order by generation`)
	writeSpaceKey = store.ForFirm(`insert into space_key (firm_id, space_id, generation, wrapped, created_at, kept, turn)
		values ($1, $2, $3, $4, $5, $6, $7)`)
	readSpaceKeys = store.ForFirm(`select space_id, generation, wrapped, kept, turn, created_at from space_key
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
		err := v.learn(tx)
		if err == nil {
			key, err = v.directoryKey(tx)
		}
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
	wrapped := r.vault.wrap(firmPlace(tx.Firm(), firstGeneration), key)
	err = tx.Write(writeFirmKey, firstGeneration, wrapped, store.Micros(now), "", 0)
	if err != nil {
		return nil, err
	}
	return newBox(key, scope{kind: "firm", firm: tx.Firm()}), nil
}

// Firm is the box of the transaction's firm; fault.Absent when it has no key.
func (r *Ring) Firm(tx *store.Tx) (_ *Box, err error) {
	defer fault.Op(&err, "vault.Firm(%s)", tx.Firm())
	at := address{firm: tx.Firm()}
	if box := r.cache.fresh(at); box != nil {
		return box, nil
	}
	return r.look(tx, at)
}

// CreateSpace makes the key of a space of the transaction's firm;
// fault.Conflict when it has one.
func (r *Ring) CreateSpace(tx *store.Tx, s id.Space, now time.Time) (_ *Box, err error) {
	defer fault.Op(&err, "vault.CreateSpace(%s)", s)
	firm, err := r.look(tx, address{firm: tx.Firm()})
	if err != nil {
		return nil, err
	}
	key := NewKey()
	defer key.Wipe()
	at := address{firm: tx.Firm(), space: s}
	box := newBox(key, at.scope())
	box.generation = bornGeneration
	wrapped := firm.WrapKey(at.place(bornGeneration), key)
	err = tx.Write(writeSpaceKey, string(s), bornGeneration, wrapped, store.Micros(now), sealKept(box, at, bornGeneration, nil), 0)
	if err != nil {
		return nil, err
	}
	return box, nil
}

// Space is the box of a space of the transaction's firm; fault.Absent when the
// space never had a key or its key was destroyed.
func (r *Ring) Space(tx *store.Tx, s id.Space) (_ *Box, err error) {
	defer fault.Op(&err, "vault.Space(%s)", s)
	at := address{firm: tx.Firm(), space: s}
	if box := r.cache.fresh(at); box != nil {
		return box, nil
	}
	return r.look(tx, at)
}

// Wrap wraps a key that the transaction writes into a row, under the key of a
// space that is in use now. It always reads the row of that key: so a transaction
// which wraps and one which changes the key cannot both commit without one of
// them knowing of the other, and the sweep of a rotation misses nothing.
func (r *Ring) Wrap(tx *store.Tx, s id.Space, p Place, k Key) (_ []byte, err error) {
	defer fault.Op(&err, "vault.Wrap(%s)", s)
	box, err := r.look(tx, address{firm: tx.Firm(), space: s})
	if err != nil {
		return nil, err
	}
	return box.WrapKey(p, k), nil
}

// DestroySpace destroys the key of a space: when the transaction commits,
// nothing sealed under it can be read again, here at once and on other nodes
// within [Recheck]. Destroying it twice is no fault. Backups of wrapped keys
// end the erasure when they expire.
func (r *Ring) DestroySpace(tx *store.Tx, s id.Space) (err error) {
	defer fault.Op(&err, "vault.DestroySpace(%s)", s)
	at := address{firm: tx.Firm(), space: s}
	if err := tx.Write(eraseSpaceKey, string(s)); err != nil {
		return err
	}
	r.cache.drop(at)                            // for the rest of this transaction
	tx.AfterCommit(func() { r.cache.drop(at) }) // another one may have opened it meanwhile
	return nil
}

// look reads the rows of a key and returns the box opened earlier from the same
// rows, or a newly opened one, which others see after the commit: the rows may be
// this transaction's own and vanish with it.
func (r *Ring) look(tx *store.Tx, at address) (*Box, error) {
	rows, err := generations(tx, at)
	if err != nil {
		return nil, err
	}
	text := rows.text()
	if box := r.cache.renew(at, text); box != nil {
		return box, nil
	}
	box, err := r.open(tx, at, rows)
	if err != nil {
		return nil, err
	}
	tx.AfterCommit(func() { r.cache.keep(at, text, box) })
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
		read := map[id.Space]keyRows{}
		err := tx.Each(readSpaceKeys, in, func(scan func(...any) error) error {
			var s id.Space
			var k keyRow
			err := scan(append([]any{&s}, k.dest()...)...)
			read[s] = append(read[s], k)
			return err
		})
		if err != nil {
			return err
		}
		for s, rows := range read {
			r.cache.renew(address{firm: tx.Firm(), space: s}, rows.text())
		}
	}
	return nil
}

func firmPlace(f id.Firm, generation int64) Place {
	return Place{Table: "firm_key", Column: "wrapped", Row: string(f) + "/" + strconv.FormatInt(generation, 10)}
}

func spacePlace(s id.Space, generation int64) Place {
	return Place{Table: "space_key", Column: "wrapped", Row: string(s) + "/" + strconv.FormatInt(generation, 10)}
}

package vault

import (
	"fmt"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/store"
)

var readFirmKeys = store.ForFirm(`select generation, wrapped, created_at from firm_key
	where firm_id = $1 order by generation`)

// FirmKey is a key of a firm in clear, on its way to another installation. All
// that the firm holds opens with it.
type FirmKey struct {
	Generation int64
	Key        Key
	Created    time.Time
}

// FirmKeys unwraps the keys of the transaction's firm, oldest first, for whoever
// seals them at once for somebody else; the caller wipes them.
func (r *Ring) FirmKeys(tx *store.Tx) (keys []FirmKey, err error) {
	defer fault.Op(&err, "vault.FirmKeys(%s)", tx.Firm())
	err = tx.Each(readFirmKeys, nil, func(scan func(...any) error) error {
		var k FirmKey
		var wrapped []byte
		var created int64
		if err := scan(&k.Generation, &wrapped, &created); err != nil {
			return err
		}
		k.Created = store.Time(created)
		k.Key, err = r.vault.root.UnwrapKey(firmPlace(tx.Firm(), k.Generation), wrapped)
		keys = append(keys, k)
		return err
	})
	if err == nil && len(keys) == 0 {
		err = fault.Absent().Because(fmt.Errorf("vault: firm %s has no key", tx.Firm()))
	}
	return keys, err
}

// AdoptFirm gives the transaction's firm keys that it had in another
// installation, wrapped under the root key of this one; fault.Conflict when it
// has one.
func (r *Ring) AdoptFirm(tx *store.Tx, keys []FirmKey) (err error) {
	defer fault.Op(&err, "vault.AdoptFirm(%s)", tx.Firm())
	for _, k := range keys {
		if !k.Key.Valid() || k.Generation < firstGeneration {
			return tampered("generation %d of a firm's key", k.Generation)
		}
		wrapped := r.vault.root.WrapKey(firmPlace(tx.Firm(), k.Generation), k.Key)
		if _, err := tx.Exec(writeFirmKey, k.Generation, wrapped, store.Micros(k.Created)); err != nil {
			return err
		}
	}
	return nil
}

package vault

import (
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/store"
)

// FirmKey is a key of a firm in clear, on its way to another installation. All
// that the firm holds opens with it.
type FirmKey struct {
	Generation int64
	Key        Key
	Created    time.Time
	Kept       string // of the generations before it, sealed under this one
	Turn       Stage
}

// FirmKeys unwraps the keys of the transaction's firm, oldest first, for whoever
// seals them at once for somebody else; the caller wipes them.
func (r *Ring) FirmKeys(tx *store.Tx) (keys []FirmKey, err error) {
	defer fault.Op(&err, "vault.FirmKeys(%s)", tx.Firm())
	rows, err := generations(tx, address{firm: tx.Firm()})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		k := FirmKey{Generation: row.generation, Created: store.Time(row.created), Kept: row.kept, Turn: row.turn}
		if k.Key, err = r.vault.unwrap(firmPlace(tx.Firm(), k.Generation), row.wrapped); err != nil {
			return keys, err
		}
		keys = append(keys, k)
	}
	return keys, nil
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
		wrapped := r.vault.wrap(firmPlace(tx.Firm(), k.Generation), k.Key)
		if err := tx.Write(writeFirmKey, k.Generation, wrapped, store.Micros(k.Created), k.Kept, int64(k.Turn)); err != nil {
			return err
		}
	}
	return nil
}

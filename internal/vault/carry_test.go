package vault

import (
	"testing"

	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// A firm that moves to another installation takes its key along: what was
// sealed before opens there, under a wrapping of the new root key.
func TestAdoptFirm(t *testing.T) {
	eachHouse(t, func(h house) {
		there := store.Config{Dir: t.TempDir()}
		other := house{T: h.T, store: storetest.Open(h.T, there), root: NewKey()}
		other.ring = other.open()
		var err error
		if other.firm, err = other.store.CreateFirm(h.Context(), h.firm.ID()); err != nil {
			h.Fatal(err)
		}
		var keys []FirmKey
		var sealed []byte
		h.update(func(tx *store.Tx) error {
			if keys, err = h.ring.FirmKeys(tx); err != nil {
				return err
			}
			box, err := h.ring.Firm(tx)
			sealed = box.SealText(firmPlaceOfName, "Cabinet Delmas")
			return err
		})
		other.update(func(tx *store.Tx) error {
			if _, err := other.ring.FirmKeys(tx); !fault.Is(err, fault.NotFound) {
				h.Errorf("the keys of a firm without any: %v", err)
			}
			return other.ring.AdoptFirm(tx, keys)
		})
		other.update(func(tx *store.Tx) error {
			box, err := other.ring.Firm(tx)
			if err != nil {
				return err
			}
			if name, err := box.OpenText(firmPlaceOfName, sealed); err != nil || name != "Cabinet Delmas" {
				h.Errorf("it opens as %q, %v", name, err)
			}
			again, err := other.ring.FirmKeys(tx)
			if len(again) != 1 || again[0].Key.Bytes() != keys[0].Key.Bytes() || !again[0].Created.Equal(now) {
				h.Error("the key that comes out is not the one that came in")
			}
			return err
		})
		err = other.firm.Update(h.Context(), func(tx *store.Tx) error { return other.ring.AdoptFirm(tx, keys) })
		if !fault.Is(err, fault.Conflict) {
			h.Errorf("a second time: %v", err)
		}
		err = other.firm.Update(h.Context(), func(tx *store.Tx) error {
			return other.ring.AdoptFirm(tx, []FirmKey{{Generation: 2}})
		})
		if err == nil {
			h.Error("no key was taken for one")
		}
	})
}

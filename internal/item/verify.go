package item

import (
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// fields are those that the MAC of the row covers.
func (h Header) fields() []string {
	return []string{string(h.ID), string(h.Space), string(h.Kind), string(h.Author), string(h.Nature), number(flag(h.Internal))}
}

// Verify checks the row of an item that a noun has read in a list of its own;
// box is the space's. [Load] does it by itself.
func Verify(box *vault.Box, h Header, mac []byte) error {
	return box.CheckMAC(mac, "item", h.fields()...)
}

// VerifyAddress checks the row of an address read in the same way.
func VerifyAddress(box *vault.Box, it id.Item, to authz.Address, mac []byte) error {
	return box.CheckMAC(mac, "audience", string(it), string(to.Circle), number(store.Micros(to.Sent)), number(flag(to.Extended)))
}

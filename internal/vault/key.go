package vault

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
)

// KeySize is the length of every key in bytes.
const KeySize = 32

const redacted = "[key]"

// Key is 256 secret bits; copies of a Key share them. The zero Key is no key:
// see [Key.Valid].
type Key struct {
	bits *bits
}

// bits has its pointer because package fmt, which cannot call Format on a
// field that is not exported, follows one pointer but not two.
type bits struct {
	raw *[KeySize]byte
}

// NewKey returns a fresh random key.
func NewKey() Key {
	var raw [KeySize]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the program instead
	defer clear(raw[:])
	return KeyOf(raw)
}

// KeyOf makes a key of 32 secret bytes, which the caller may wipe afterwards.
func KeyOf(raw [KeySize]byte) Key { return Key{bits: &bits{raw: &raw}} }

// Valid reports whether k is a key at all.
func (k Key) Valid() bool { return k.bits != nil }

// Bytes returns a copy of the bits; the zero Key gives zeros, which every user
// must refuse with [Key.Valid] first.
func (k Key) Bytes() [KeySize]byte {
	if k.bits == nil {
		return [KeySize]byte{}
	}
	return *k.bits.raw
}

// Wipe overwrites the bits of k and of every copy of k, which are then zeros.
// It cannot reach what a caller copied out with [Key.Bytes].
func (k Key) Wipe() {
	if k.bits != nil {
		clear(k.bits.raw[:])
	}
}

// String says that this is a key, not which one.
func (k Key) String() string { return redacted }

// Format is String for every verb, so that %x and %#v print no bits either.
func (k Key) Format(s fmt.State, _ rune) {
	io.WriteString(s, redacted) // fmt.State keeps its own error
}

// MarshalText is String, for every text and JSON encoder.
func (k Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue is String, for log/slog.
func (k Key) LogValue() slog.Value { return slog.StringValue(redacted) }

package vault

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"slices"
	"sync"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// formatVersion is the first byte of everything sealed and is authenticated
// with it, so that bytes of one format never open as another.
const formatVersion = 1

// lookupSize is the length of a keyed hash in bytes: 64 bits of safety against
// two values that meet by chance among billions.
const lookupSize = 16

// scope says whose key it is: the root's, the directory's, a firm's, a space's.
type scope struct {
	kind  string
	firm  id.Firm
	space id.Space
}

// Place is where sealed bytes stand. Row must be unique within the table; a
// row with a key of several columns joins them with "/".
type Place struct{ Table, Column, Row string }

// Box seals for one scope: the directory, a firm or a space. Four keys derived
// from the scope's key (HKDF-SHA256, RFC 5869) serve four purposes that never
// mix: seal, wrap, lookup, mac. A Box is safe for concurrent use and keeps its
// ciphers ready; sealing a short text costs about a microsecond.
//
// Nonces are 96 random bits (NIST SP 800-38D, 8.2.2): one key must not seal
// more than 2^32 values, far beyond one space or one directory.
//
// After a rotation it seals under the newest key and opens under those before it
// too ([Ring.Begin]); what is looked up stays under the first one.
type Box struct {
	prefix      []byte // what every authenticated text begins with: version, scope
	seal, wrap  cipher.AEAD
	lookup, mac *hasher
	generation  int64
	others      []*Box // of the other generations, newest first; wrap is nil where it was destroyed
}

// hasher is HMAC-SHA-256 under one key. Its hashes are kept ready: preparing
// one costs as much as hashing a short text. Safe for concurrent use.
type hasher struct{ ready sync.Pool } // of hash.Hash

func newHasher(key []byte) *hasher {
	return &hasher{sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

func (h *hasher) sum(text []byte) []byte {
	one := h.ready.Get().(hash.Hash)
	defer h.ready.Put(one)
	one.Reset()
	one.Write(text) // a hash never fails
	return one.Sum(make([]byte, 0, sha256.Size))
}

func newBox(key Key, s scope) *Box {
	raw := key.Bytes()
	defer clear(raw[:])
	b := keptBox(keep(raw[:]), s)
	wrap := derive(raw[:], "wrap")
	defer clear(wrap)
	b.wrap = newAEAD(wrap)
	return b
}

// keptSize is the length of what is kept of a key when it goes: all it derives
// but what wraps.
const keptSize = 3 * KeySize

// keep derives what stays of a key for as long as the scope lives.
func keep(raw []byte) []byte {
	return slices.Concat(derive(raw, "seal"), derive(raw, "lookup"), derive(raw, "mac"))
}

// keptBox is the box of what was kept of a key. It wraps nothing and unwraps
// nothing. kept is wiped.
func keptBox(kept []byte, s scope) *Box {
	defer clear(kept)
	prefix := field([]byte{formatVersion}, s.kind)
	prefix = field(field(prefix, string(s.firm)), string(s.space))
	return &Box{
		prefix: prefix[:len(prefix):len(prefix)],
		seal:   newAEAD(kept[:KeySize]),
		lookup: newHasher(bytes.Clone(kept[KeySize : 2*KeySize])),
		mac:    newHasher(bytes.Clone(kept[2*KeySize : keptSize])),
	}
}

// derive makes the 32-byte key of one purpose.
func derive(raw []byte, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, raw, nil, "cenacle vault 1 "+purpose, KeySize)
	if err != nil {
		panic("vault: HKDF refuses 32 bytes: " + err.Error()) // only above 255 × 32 bytes
	}
	return key
}

func newAEAD(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("vault: AES refuses 32 bytes: " + err.Error()) // impossible key size
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("vault: GCM refuses AES: " + err.Error()) // impossible block size
	}
	return aead
}

// Seal returns plain sealed for p: version, nonce, ciphertext, tag; 29 bytes
// longer than plain, which stays the caller's.
func (b *Box) Seal(p Place, plain []byte) []byte {
	return b.close(b.seal, p, plain)
}

// Open returns what was sealed for exactly p, or a fault around [ErrTampered].
func (b *Box) Open(p Place, sealed []byte) ([]byte, error) {
	plain, err := b.open(b.seal, p, sealed)
	for _, o := range b.others {
		if err == nil {
			break
		}
		plain, err = o.open(o.seal, p, sealed)
	}
	return plain, err
}

// SealText is Seal of a text.
func (b *Box) SealText(p Place, s string) []byte { return b.Seal(p, []byte(s)) }

// OpenText is Open of a text.
func (b *Box) OpenText(p Place, sealed []byte) (string, error) {
	plain, err := b.Open(p, sealed)
	return string(plain), err
}

// WrapKey seals a key for p, with another derived key than Seal: a wrapped key
// can never be read out as a text.
func (b *Box) WrapKey(p Place, k Key) []byte {
	raw := k.Bytes()
	defer clear(raw[:])
	return b.close(b.wrap, p, raw[:])
}

// UnwrapKey returns the key wrapped for exactly p, or a fault around [ErrTampered].
func (b *Box) UnwrapKey(p Place, wrapped []byte) (Key, error) {
	plain, err := b.open(b.wrap, p, wrapped)
	for _, o := range b.others {
		if err == nil {
			break
		}
		if o.wrap != nil {
			plain, err = o.open(o.wrap, p, wrapped)
		}
	}
	if err != nil {
		return Key{}, err
	}
	defer clear(plain)
	if len(plain) != KeySize {
		return Key{}, tampered("wrapped key of %d bytes in %s.%s", len(plain), p.Table, p.Column)
	}
	return KeyOf([KeySize]byte(plain)), nil
}

func (b *Box) close(aead cipher.AEAD, p Place, plain []byte) []byte {
	out := make([]byte, 1, 1+len(plain)+aead.Overhead())
	out[0] = formatVersion
	return aead.Seal(out, nil, plain, b.place(p))
}

func (b *Box) open(aead cipher.AEAD, p Place, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != formatVersion {
		return nil, tampered("unknown format in %s.%s", p.Table, p.Column)
	}
	plain, err := aead.Open(nil, nil, sealed[1:], b.place(p))
	if err != nil {
		return nil, tampered("%s.%s does not open", p.Table, p.Column)
	}
	return plain, nil
}

// place is the associated data: every part with its length, so that no two
// places have the same text.
func (b *Box) place(p Place) []byte {
	data := make([]byte, 0, len(b.prefix)+12+len(p.Table)+len(p.Column)+len(p.Row))
	data = append(data, b.prefix...)
	return field(field(field(data, p.Table), p.Column), p.Row)
}

// Lookup is the keyed hash by which a sealed value is found again: equal for
// equal values of one domain in one scope, and only there.
func (b *Box) Lookup(domain, value string) []byte {
	text := make([]byte, 0, 8+len(domain)+len(value))
	return b.lookup.sum(field(field(text, domain), value))[:lookupSize]
}

// MAC authenticates the row of a table that carries rights. Name every field
// that decides, the row's key included; order and borders of fields count.
func (b *Box) MAC(table string, fields ...string) []byte {
	size := len(b.prefix) + 8 + len(table)
	for _, f := range fields {
		size += 4 + len(f)
	}
	text := field(append(make([]byte, 0, size), b.prefix...), table)
	text = binary.BigEndian.AppendUint32(text, uint32(len(fields)))
	for _, f := range fields {
		text = field(text, f)
	}
	return b.mac.sum(text)
}

// CheckMAC returns a fault around [ErrTampered] unless mac is the row's; it
// takes the same time wherever they differ.
func (b *Box) CheckMAC(mac []byte, table string, fields ...string) error {
	if hmac.Equal(mac, b.MAC(table, fields...)) {
		return nil
	}
	for _, o := range b.others {
		if hmac.Equal(mac, o.MAC(table, fields...)) {
			return nil
		}
	}
	return tampered("row of %s", table)
}

// Strict reports whether every row that is ever to bear a MAC under the key bears
// one. Under the first key of a space that an earlier program opened, a kind of row
// that had none then may lack it; whoever replaces that key gives it one first. Which
// generation a key is stands in what it is wrapped for, so nobody who only writes
// into the database makes it the first.
func (b *Box) Strict() bool { return b.generation > firstGeneration }

// Format prints no key, whatever the verb.
func (b *Box) Format(s fmt.State, _ rune) {
	io.WriteString(s, "[box]") // fmt.State keeps its own error
}

// field appends a text with its length before it.
func field(to []byte, s string) []byte {
	to = binary.BigEndian.AppendUint32(to, uint32(len(s)))
	return append(to, s...)
}

func tampered(format string, args ...any) error {
	return fault.New(fault.Internal, "vault.tampered").
		Because(fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrTampered))
}

package vault

import (
	"crypto/hkdf"
	"crypto/sha256"
)

// SecretSize is the length in bytes of the secret of an envelope.
const SecretSize = 16

// EnvelopeOverhead is how much longer an envelope is than what is in it.
const EnvelopeOverhead = 12 + 16

// CloseEnvelope seals plain under a secret that the house does not keep: AES-256-GCM
// under HKDF-SHA256 of the secret (RFC 5869, no salt, info = label), label as additional
// data; nonce, ciphertext, tag. A browser makes the same with WebCrypto.
func CloseEnvelope(secret [SecretSize]byte, label string, plain []byte) []byte {
	return newAEAD(envelopeKey(secret, label)).Seal(nil, nil, plain, []byte(label))
}

// OpenEnvelope returns what was sealed under exactly this secret and label, or a fault
// around [ErrTampered].
func OpenEnvelope(secret [SecretSize]byte, label string, sealed []byte) ([]byte, error) {
	plain, err := newAEAD(envelopeKey(secret, label)).Open(nil, nil, sealed, []byte(label))
	if err != nil {
		return nil, tampered("envelope %s does not open", label)
	}
	return plain, nil
}

func envelopeKey(secret [SecretSize]byte, label string) []byte {
	key, err := hkdf.Key(sha256.New, secret[:], nil, label, KeySize)
	if err != nil {
		panic("vault: HKDF refuses 32 bytes: " + err.Error()) // only above 255 × 32 bytes
	}
	return key
}

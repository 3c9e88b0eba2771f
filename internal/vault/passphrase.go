package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"cenacle/internal/fault"
)

// Argon2id (RFC 9106): a guess costs 64 MiB and about a tenth of a second.
const (
	argonPasses  = 3
	argonMemory  = 64 << 10 // KiB
	argonThreads = 2
	saltSize     = 16
)

// MinPassphrase is the least length of a passphrase in characters. It guards every
// secret of the installation: five random words are a good one.
const MinPassphrase = 16

// Passphrase derives the root key from a passphrase typed or handed over at
// start. The salt is no secret but must be kept: with another salt the same
// passphrase gives another key, which the installation refuses.
type Passphrase struct {
	Read     func() ([]byte, error) // called once; what it returns is wiped
	SaltPath string                 // written at the first start
}

// Root asks for the passphrase and derives the key; line ends after it are not
// part of it. Faults: "vault.passphrase_short", "vault.salt_damaged".
func (p Passphrase) Root(context.Context) (_ Key, err error) {
	defer fault.Op(&err, "vault.Passphrase(%s)", p.SaltPath)
	typed, err := p.Read()
	if err != nil {
		return Key{}, err
	}
	defer clear(typed)
	phrase := bytes.TrimRight(typed, "\r\n")
	if utf8.RuneCount(phrase) < MinPassphrase {
		return Key{}, fault.New(fault.Invalid, "vault.passphrase_short", MinPassphrase)
	}
	salt, err := p.salt()
	if err != nil {
		return Key{}, err
	}
	raw := argon2.IDKey(phrase, salt, argonPasses, argonMemory, argonThreads, KeySize)
	defer clear(raw)
	return KeyOf([KeySize]byte(raw)), nil
}

func (p Passphrase) salt() ([]byte, error) {
	salt, err := p.readSalt()
	if !errors.Is(err, fs.ErrNotExist) {
		return salt, err
	}
	fresh := make([]byte, saltSize)
	rand.Read(fresh) // never fails: crypto/rand ends the program instead
	if err := writeNew(p.SaltPath, encodeFile(saltHeader, fresh)); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return p.readSalt()
}

func (p Passphrase) readSalt() ([]byte, error) {
	text, _, err := readSmall(p.SaltPath)
	if err != nil {
		return nil, err
	}
	salt, err := decodeFile(saltHeader, text)
	if err == nil && len(salt) != saltSize {
		err = fmt.Errorf("salt of %d bytes", len(salt))
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "vault.salt_damaged", p.SaltPath).Because(err)
	}
	return salt, nil
}

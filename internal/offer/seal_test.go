package offer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

const (
	round = "01kb0000000000000000000000"
	party = "01kb0000000000000000000001"
)

// TestSealing: terms come back to the letter with their secret, for the round and party
// that they were sealed for; a bit of anything that is other opens nothing.
func TestSealing(t *testing.T) {
	for name, terms := range map[string]Terms{
		"an amount": {Amount: 12_345_600, Priced: true}, "nothing at all": {Priced: true},
		"words":      {Words: "Nous proposons\nun échéancier – « ferme » 🙂"},
		"a document": {Document: strings.Repeat("a0", 32)},
		"all":        {Amount: 1, Priced: true, Words: "x\n\ny", Document: strings.Repeat("09", 32)},
	} {
		hash := sha256.Sum256([]byte(name))
		secret := Secret(hash[:len(Secret{})])
		e, err := Seal(round, party, secret, terms)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(e.Sealed) != SealedSize || !e.Opens(round, party, secret) {
			t.Errorf("%s: %d bytes", name, len(e.Sealed))
		}
		if got, err := e.Open(round, party, secret); err != nil || got != terms {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		for what, change := range map[string]func(*Envelope, *Secret){
			"first byte":  func(e *Envelope, _ *Secret) { e.Sealed[0] ^= 1 },
			"a byte":      func(e *Envelope, _ *Secret) { e.Sealed[SealedSize/2] ^= 0x80 },
			"last byte":   func(e *Envelope, _ *Secret) { e.Sealed[SealedSize-1] ^= 1 },
			"commitment":  func(e *Envelope, _ *Secret) { e.Commitment[31] ^= 1 },
			"secret":      func(_ *Envelope, s *Secret) { s[15] ^= 1 },
			"another one": func(e *Envelope, _ *Secret) { e.Sealed = mustSeal(secret, Terms{Words: "autre"}).Sealed },
		} {
			changed, with := Envelope{bytes.Clone(e.Sealed), e.Commitment, e.Mark}, secret
			change(&changed, &with)
			if _, err := changed.Open(round, party, with); !errors.Is(err, ErrAltered) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
		if _, err := e.Open(party, round, secret); !errors.Is(err, ErrAltered) {
			t.Errorf("%s: opens elsewhere", name)
		}
	}
	for name, terms := range map[string]Terms{
		"nothing": {}, "less than nothing": {Amount: -1, Priced: true}, "too long": {Words: strings.Repeat("é", Block/2)},
		"a zero": {Words: "a\x00"}, "half a hash": {Document: "a0a0"}, "no hash": {Document: strings.Repeat("zz", 32)},
	} {
		if _, err := Seal(round, party, Secret{1}, terms); err == nil {
			t.Errorf("%s: sealed", name)
		}
	}
}

func mustSeal(s Secret, t Terms) Envelope {
	e, err := Seal(round, party, s, t)
	if err != nil {
		panic(err)
	}
	return e
}

// TestFormat: what every writer of the format agrees on (doc/offer-format.md).
func TestFormat(t *testing.T) {
	var s Secret
	for i := range s {
		s[i] = byte(i)
	}
	e := mustSeal(s, Terms{Amount: 4_250_000, Priced: true, Words: "Pour solde de tout compte."})
	if got, want := hex.EncodeToString(e.Commitment[:]), "047a49e4b7740d3b76069ad792ebe14f208ff932b8950929edb07f99d5a44d77"; got != want {
		t.Errorf("commitment: %s, want %s", got, want)
	}
	if got, want := hex.EncodeToString(e.Mark[:]), "1b5a20eaf1c3c74a0a5a03e6cc4d619cc58f72a9694ab0a44586d2a56c558fe2"; got != want {
		t.Errorf("mark: %s, want %s", got, want)
	}
}

// TestSecretInWriting: however somebody copies a secret, it is read; a letter that is
// other is another secret, or none.
func TestSecretInWriting(t *testing.T) {
	for n := range 200 {
		hash := sha256.Sum256([]byte{byte(n)})
		s := Secret(hash[:len(Secret{})])
		for _, typed := range []string{s.String(), strings.ToLower(s.String()), strings.ReplaceAll(s.String(), "-", " "), strings.NewReplacer("0", "o", "1", "l").Replace(s.String())} {
			if got, err := ParseSecret(typed); err != nil || got != s {
				t.Fatalf("%q: %v, %v", typed, got, err)
			}
		}
		short := strings.ReplaceAll(s.String(), "-", "")
		for _, typed := range []string{"", short[:25], short + "0", short[:25] + "1", "U" + short[1:], "é" + short[1:]} {
			if _, err := ParseSecret(typed); err == nil {
				t.Fatalf("%q is read", typed)
			}
		}
	}
}

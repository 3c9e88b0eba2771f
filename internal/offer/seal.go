package offer

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"cenacle/internal/id"
	"cenacle/internal/vault"
)

// The format of a sealed offer, which a browser writes (offer.js), a program may write
// too, and which is specified in doc/offer-format.md. All that is said in an offer fills
// one block of one length, so that its length tells nothing.
const (
	// Block is the length in bytes of every offer before it is sealed.
	Block = 8192
	// SealedSize is its length once it is.
	SealedSize = Block + vault.EnvelopeOverhead
	format     = "cenacle-offer-v1"
)

// Terms is what is offered: an amount, words, and the hash of a document that stays
// with its party, any of them.
type Terms struct {
	Amount   int64 // in cents; meaningless unless Priced
	Priced   bool
	Words    string
	Document string // SHA-256 in hexadecimal, or empty
}

// Secret opens an offer. The party alone has it, until it hands it in.
type Secret [vault.SecretSize]byte

// Envelope is what a party puts in: its sealed terms, and what binds it to them.
type Envelope struct {
	Sealed     []byte
	Commitment [32]byte // to the secret and the terms: nobody finds two pairs for one
	Mark       [32]byte // of the secret alone, so that another one is told apart from altered bytes
}

// ErrAltered says that a sealed offer is not the one that was committed.
var ErrAltered = errors.New("offer: not what was committed")

// errTerms says that terms do not fit the format.
var errTerms = errors.New("offer: terms do not fit")

// NewSecret makes one.
func NewSecret() (s Secret) {
	rand.Read(s[:]) // never fails
	return s
}

// Label binds an envelope to its round and party.
func Label(r id.Round, party id.Circle) string { return format + "/" + string(r) + "/" + string(party) }

func commit(l string, s Secret, block []byte) [32]byte {
	return sha256.Sum256(bytes.Join([][]byte{[]byte("offer"), []byte(l), append(s[:], block...)}, []byte{0}))
}

func mark(l string, s Secret) [32]byte {
	return sha256.Sum256(bytes.Join([][]byte{[]byte("key"), []byte(l), s[:]}, []byte{0}))
}

// Seal closes the terms of a party under a secret.
func Seal(r id.Round, party id.Circle, s Secret, t Terms) (Envelope, error) {
	block, err := t.block()
	if err != nil {
		return Envelope{}, err
	}
	l := Label(r, party)
	return Envelope{vault.CloseEnvelope(s, l, block), commit(l, s, block), mark(l, s)}, nil
}

// Opens reports whether it is the secret of an envelope.
func (e Envelope) Opens(r id.Round, party id.Circle, s Secret) bool {
	return mark(Label(r, party), s) == e.Mark
}

// Open returns the terms, or [ErrAltered] unless they are those that were committed.
func (e Envelope) Open(r id.Round, party id.Circle, s Secret) (Terms, error) {
	l := Label(r, party)
	block, err := vault.OpenEnvelope(s, l, e.Sealed)
	if err != nil || commit(l, s, block) != e.Commitment {
		return Terms{}, ErrAltered
	}
	return termsOf(block)
}

// block is the text of terms: the amount in cents, the hash, the words, each on its
// line, then zero bytes.
func (t Terms) block() ([]byte, error) {
	amount := ""
	if t.Priced {
		amount = strconv.FormatInt(t.Amount, 10)
	}
	text := amount + "\n" + t.Document + "\n" + t.Words
	if len(text) > Block || !t.sound() {
		return nil, errTerms
	}
	return append([]byte(text), make([]byte, Block-len(text))...), nil
}

func (t Terms) sound() bool {
	hash, err := hex.DecodeString(t.Document)
	return err == nil && (len(hash) == 0 || len(hash) == sha256.Size) && t.Amount >= 0 && t.Amount < 1e15 &&
		utf8.ValidString(t.Words) && !strings.Contains(t.Words, "\x00") && (t.Priced || t.Words != "" || t.Document != "")
}

func termsOf(block []byte) (t Terms, err error) {
	lines := strings.SplitN(string(bytes.TrimRight(block, "\x00")), "\n", 3)
	if len(block) != Block || len(lines) != 3 {
		return t, ErrAltered
	}
	if t.Priced = lines[0] != ""; t.Priced {
		t.Amount, err = strconv.ParseInt(lines[0], 10, 64)
	}
	t.Document, t.Words = lines[1], lines[2]
	if err != nil || !t.sound() {
		return Terms{}, ErrAltered // its party committed to nonsense
	}
	return t, nil
}

// letters are those of a secret in writing: no I, L, O, U (Crockford).
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// String writes a secret as people copy it: 26 letters and digits, in groups of four.
// The last one bears three bits, which it shares with two zeros.
func (s Secret) String() string {
	var out strings.Builder
	for n := range 26 {
		if n > 0 && n%4 == 0 {
			out.WriteByte('-')
		}
		at, five := n*5, 0
		for b := at; b < at+5; b++ {
			five <<= 1
			if b < 8*len(s) {
				five |= int(s[b/8]>>(7-b%8)) & 1
			}
		}
		out.WriteByte(letters[five])
	}
	return out.String()
}

// ParseSecret reads a secret as somebody typed it: small letters, spaces and dashes do
// not count, and letters that look like figures are them.
func ParseSecret(typed string) (s Secret, err error) {
	typed = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(typed))
	at := 0
	for _, c := range typed {
		if strings.ContainsRune("- \t\r\n\u00a0\u202f\u2011\u2013", c) {
			continue
		}
		five := strings.IndexRune(letters, c)
		if five < 0 || at >= 26*5 {
			return Secret{}, fmt.Errorf("offer: no secret: %q is not expected", c)
		}
		for b := 4; b >= 0; b-- {
			switch {
			case at < 8*len(s):
				s[at/8] |= byte(five>>b&1) << (7 - at%8)
			case five>>b&1 == 1:
				return Secret{}, errors.New("offer: no secret: its end")
			}
			at++
		}
	}
	if at != 26*5 {
		return Secret{}, errors.New("offer: no secret: its length")
	}
	return s, nil
}

// Package id makes and reads the identifiers of everything: 48 bits of
// milliseconds and 80 random bits, 26 lower-case letters and digits (Crockford
// base 32), so that they sort by age and are never guessed or reused.
//
// Each noun has its own Go type, so that a space cannot be passed for a
// circle. An identifier proves nothing: rights are decided by package authz.
package id

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"time"
)

// One type per noun. The text is always 26 characters, or empty for none.
type (
	Firm     string
	Person   string
	Space    string
	Matter   string
	Folder   string
	Circle   string
	Item     string // anything addressed to circles; documents and memos are items
	Version  string
	Upload   string
	Deposit  string
	Thread   string
	Link     string
	Receipt  string
	Entry    string // of the journal
	Job      string // of the outbox
	Blob     string
	Token    string // an access token or app password
	Webhook  string
	Notice   string // one event on its way to one webhook
	Lock     string // of a WebDAV client
	Scratch  string // what a program leaves on a drive for a while
	Ask      string // a paper asked of somebody
	Request  string // one HTTP request, in the log
	Approval string // of a version, before it leaves the firm
	Party    string // an adverse one
	Alias    string // another name of a space's people
	Recall   string // of a document that was sent
	Hold     string // what keeps documents from being erased
	Freeze   string // of a space
	Provider string // who vouches for people at the door of a firm
	Proposal string // of times for a meeting
	Round    string // of sealed offers
	Question string // of a party of a forum
	// Attestation is one of the adversarial exchange of a forum.
	Attestation string
	Absence     string // of one of the firm's people
	Diffusion   string // of one memo to circles of several spaces
	Dire        string // what a party of a forum observes before the expert
	Group       string // of the firm's people, in several spaces
	Support     string // a permission by which the host looks at something
	// DepositLink is one by which a person hands papers in without an account.
	DepositLink string
)

// Length is the number of characters of every identifier.
const Length = 26

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// ErrMalformed says that a text is no identifier at all.
var ErrMalformed = errors.New("id: malformed identifier")

// New returns a fresh identifier whose order follows now.
func New[T ~string](now time.Time) T {
	var raw [16]byte
	rand.Read(raw[6:]) // never fails: crypto/rand ends the program instead
	stamp(&raw, now)
	return T(encode(raw))
}

// Earliest is what sorts before every identifier made in the millisecond of an
// instant or later, and after those made before: for ranges. It names nothing.
func Earliest[T ~string](at time.Time) T {
	var raw [16]byte
	stamp(&raw, at)
	return T(encode(raw))
}

func stamp(raw *[16]byte, at time.Time) {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	copy(raw[:6], ms[2:])
}

// Parse accepts exactly the texts that New can make.
func Parse[T ~string](s string) (T, error) {
	if len(s) != Length || s[0] > '7' {
		return "", ErrMalformed
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
		case c >= 'a' && c <= 'z' && c != 'i' && c != 'l' && c != 'o' && c != 'u':
		default:
			return "", ErrMalformed
		}
	}
	return T(s), nil
}

func encode(raw [16]byte) string {
	hi, lo := binary.BigEndian.Uint64(raw[:8]), binary.BigEndian.Uint64(raw[8:])
	var out [Length]byte
	for i := Length - 1; i >= 0; i-- {
		out[i] = alphabet[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out[:])
}

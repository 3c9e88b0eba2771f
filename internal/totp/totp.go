// Package totp is one-time codes made of a shared secret and the time
// (RFC 6238 over RFC 4226): six digits, thirty seconds, HMAC-SHA-1, which is
// what every application on a telephone understands.
//
// It refuses a code of a step that is not later than one that was used: the
// caller keeps the step that [Secret.Match] returns, and advances it in the
// same statement that lets the person in. Start at [Secret.Match].
package totp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

const (
	// Digits is the length of a code.
	Digits = 6
	// Period is how long a code is shown.
	Period = 30 * time.Second

	modulus = 1_000_000 // 10 to the power of Digits
	drift   = 1         // steps that a telephone's clock may be off, either way
	size    = 20        // bytes of a secret, as many as of the hash (RFC 4226, 4)
)

// Secret is what the person's application and we share.
type Secret []byte

// NewSecret returns a fresh secret of 160 bits.
func NewSecret() Secret {
	s := make(Secret, size)
	_, _ = rand.Read(s) // never fails, by its documentation
	return s
}

// Format prints no secret, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) {
	_, _ = f.Write([]byte("[secret]")) // fmt.State keeps its own error
}

// StepAt is the number of the period that holds an instant.
func StepAt(at time.Time) int64 { return at.Unix() / int64(Period/time.Second) }

// Code is the code of one period.
func (s Secret) Code(step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac := hmac.New(sha1.New, s)
	mac.Write(counter[:]) // a hash never fails
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	return fmt.Sprintf("%0*d", Digits, (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%modulus)
}

// Match finds the period whose code this is: now's, the one before or the one
// after, and later than the period after, which is the last that was used. The
// work is the same for every code.
func (s Secret) Match(code string, now time.Time, after int64) (step int64, ok bool) {
	middle := StepAt(now)
	for candidate := middle - drift; candidate <= middle+drift; candidate++ {
		if subtle.ConstantTimeCompare([]byte(s.Code(candidate)), []byte(code)) == 1 && candidate > after {
			step, ok = candidate, true
		}
	}
	return step, ok
}

// Text is the secret for typing: base32 without padding.
func (s Secret) Text() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(s)
}

// URI is the secret for an application that reads a picture. Issuer and account
// are what it shows above the code.
func (s Secret) URI(issuer, account string) string {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account}
	u.RawQuery = "secret=" + s.Text() + "&issuer=" + url.PathEscape(issuer) // applications read a plus as a plus
	return u.String()
}

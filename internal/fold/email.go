package fold

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"cenacle/internal/fault"
)

// Limits of RFC 5321, 4.5.3.1, in bytes.
const (
	maxEmail = 254
	maxLocal = 64
)

// Email returns the one canonical form of an address: who types any spelling
// of it is this identity, and mail goes to this form only, never to what was
// typed. Case, Unicode compatibility forms, surrounding spaces, trailing dots
// of the domain and the two writings of an international domain fold; dots
// and plus signs of the local part stay. The domain comes in its ASCII form.
//
// What is no address of a single mailbox on a named domain is a fault
// (Invalid, "email.invalid" or "email.long"): control and invisible
// characters, quoted local parts, comments, address literals.
func Email(s string) (string, error) {
	if len(s) > maxEmail*4 {
		return "", fault.New(fault.Invalid, "email.long")
	}
	s = strings.TrimSpace(norm.NFKC.String(s))
	if !utf8.ValidString(s) || strings.ContainsRune(s, unicode.ReplacementChar) {
		return "", fault.New(fault.Invalid, "email.invalid")
	}
	local, domain, found := strings.Cut(s, "@")
	local = norm.NFKC.String(strings.ToLower(local))
	if !found || !validLocal(local) {
		return "", fault.New(fault.Invalid, "email.invalid")
	}
	domain, err := canonicalDomain(domain)
	if err != nil {
		return "", fault.New(fault.Invalid, "email.invalid").Because(err)
	}
	if len(local) > maxLocal || len(local)+1+len(domain) > maxEmail {
		return "", fault.New(fault.Invalid, "email.long")
	}
	return local + "@" + domain, nil
}

var errHost = errors.New("fold: a bare host name or an IP address")

// validLocal accepts the dot-atom of RFC 5322, 3.2.3, and the letters, marks
// and digits of RFC 6531 beyond ASCII.
func validLocal(local string) bool {
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" {
			return false
		}
		for _, r := range atom {
			switch {
			case r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)):
			case r >= 0x80 && unicode.In(r, unicode.L, unicode.M, unicode.Nd):
			default:
				return false
			}
		}
	}
	return true
}

func canonicalDomain(domain string) (string, error) {
	profile := idna.New(
		idna.MapForLookup(),
		idna.BidiRule(),
		idna.CheckJoiners(true),
		idna.StrictDomainName(true),
		idna.VerifyDNSLength(true),
	)
	ascii, err := profile.ToASCII(strings.TrimRight(domain, ".。． "))
	if err != nil {
		return "", err
	}
	top := ascii[strings.LastIndexByte(ascii, '.')+1:]
	if top == ascii || strings.Trim(top, "0123456789") == "" {
		return "", errHost
	}
	return ascii, nil
}

// Package hostname is the firm's own web address: the name, such as
// espace.cabinet.example, at which one firm alone is reached, besides the public
// address of the house.
//
// It refuses to make a name active before two things are shown: that whoever keeps
// the name in the DNS wants it for this very firm, by a record that nobody else could
// have known to write, and that what is asked at the name arrives here. So a name that
// leads to the house already is not taken by whoever of its firms is first; and it
// tells no firm whether another one has a name, before the name is shown to be its own.
//
// Start at [Service.Claim]. Which requests and which links are for which name is read
// from a table in memory ([Service.Find], [Service.Base]) that every node reads again
// within seconds ([Service.Run]); why all this, is in doc/decisions/080-own-names.md.
package hostname

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// State is what a name is to a firm.
type State string

const (
	Claimed State = "claimed" // the firm wants it, and has not shown yet that it may
	Active  State = "active"  // the firm is reached there
	Former  State = "former"  // it was; requests are sent on, and no other firm has it yet
)

// Name is one name of a firm.
type Name struct {
	Name  string // in ASCII (RFC 5891), in small letters
	State State
	Since time.Time // of its state
}

// Shown is the name as people write it.
func (n Name) Shown() string {
	if shown, err := idna.Display.ToUnicode(n.Name); err == nil {
		return shown
	}
	return n.Name
}

// Rest is how long a name that a firm gave up sends its readers on, and is given to no
// other firm: as long as the longest certificate for it may still be good.
const Rest = 90 * 24 * time.Hour

const (
	maxName    = 200 // characters; a record's name is longer by its prefix
	prefix     = "_cenacle."
	valueStart = "cenacle="
)

// Parse is a name as it is kept, from what somebody typed: an address that she copied
// from her browser will do. Invalid in the field "name" for everything that is no
// public name.
func Parse(typed string) (string, error) {
	bad := fault.New(fault.Invalid, "hostname.bad").In("name")
	typed = strings.TrimSpace(typed)
	if u, err := url.Parse(typed); err == nil && u.Host != "" {
		if u.Scheme != "https" && u.Scheme != "http" || u.Port() != "" || u.User != nil || strings.Trim(u.Path, "/") != "" {
			return "", bad
		}
		typed = u.Host
	}
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(typed, "."))
	if err != nil || len(name) > maxName || !strings.Contains(name, ".") {
		return "", bad
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return "", bad
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return "", bad
		}
	}
	if last := name[strings.LastIndexByte(name, '.')+1]; last >= '0' && last <= '9' {
		return "", bad // some resolvers read it as an address
	}
	return name, nil
}

// Record is what the firm has to write in the DNS for its name.
type Record struct {
	Name  string // of the record of type TXT
	Value string
	Host  string // where the name itself is to lead: that of the public address
}

// errors of a check, for the log; the person is told which one by the fault's key.
var (
	errRecord   = errors.New("hostname: the record is not there")
	errElsewhat = errors.New("hostname: something else answers at the name")
)

// At is who is reached under a host of a request.
type At struct {
	Firm   id.Firm
	Former bool // no longer: the request is to be sent on to where the firm is now
}

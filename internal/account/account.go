// Package account is who people are, across all firms: one identity for one
// mailbox, its password and what is asked for besides it, its sessions. It knows the directory alone and
// nothing of what any firm holds; that a session may enter a firm is decided
// by the firm's card (package firm).
//
// It refuses to tell an unknown address from a known one, by words or by time;
// to check more than ten wrong passwords of one account in any hour; to keep a
// token, of which only a keyed hash is stored; and to take a password for
// proof of a mailbox: one that was chosen at sign-up, before any mail was
// answered, opens nothing but the firm that was founded with it
// ([Session.Proven]). Who has a second factor enters by no way without it: a
// right password, or a mailed link, then opens no session but a challenge
// ([Service.Finish]), and a session that was opened otherwise is dead.
//
// Start at [Service.SignIn] and [Service.Resume].
package account

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Person is one human being with one mailbox. Mail goes to Email, which is the
// canonical form, and to nothing a firm wrote on its card.
type Person struct {
	ID       id.Person
	Email    string
	Language i18n.Language
	Password bool // she has one
	Guarded  bool // something else is asked for besides it, or besides a mailed link
	Proven   bool // it was chosen by someone who had shown that the mailbox is hers
}

// Least is how many characters a new password of hers must have.
func (p Person) Least() int {
	if p.Guarded {
		return minGuarded
	}
	return minPassword
}

// Source is where a request really comes from. Former is the token of the
// session that a new one takes the place of, empty for none; it ends. Device is
// the token by which a browser is known again, empty for none.
type Source struct {
	At     id.Firm // whose own name the request came to; empty at the public address
	Addr   netip.Addr
	Agent  string
	Former string
	Device string
}

// Session is one signed-in browser. One opened by a mailed link is bound to
// Firm and Space, one for whom a provider vouched to Firm; they are empty for the
// others.
type Session struct {
	ID     string // public handle; it opens nothing
	Person id.Person
	Via    authz.Via
	Firm   id.Firm
	Space  id.Space
	// At is the firm at whose own name it was opened, empty at the public address. It
	// opens nothing elsewhere.
	At id.Firm
	// Provider vouched for her; Shown is when she last showed it that it is she, the
	// zero time where it did not say.
	Provider id.Provider
	Shown    time.Time
	Created  time.Time
	Seen     time.Time // at most a minute old while it is in use
	Expires  time.Time
	Proven   bool // the mailbox was shown to be hers: always for a link
	// Strange says of a session that was just opened that its person had never
	// signed in from that browser.
	Strange bool
}

// Fresh reports whether she showed who she is so lately that she need not do it
// again before what lasts longer than a session.
func (s Session) Fresh(at time.Time) bool {
	if s.Via.Vouched() && !at.Before(s.Shown.Add(freshFor)) {
		return false // the provider knows her from long ago
	}
	return (s.Via.Own() || s.Via.Vouched()) && at.Before(s.Created.Add(freshFor))
}

// Access is a session as its person reads it in « Mes accès ».
type Access struct {
	Session
	Agent string
	Addr  string
}

const (
	// Idle is how long a session lives without a request. As it is noted at
	// most once a minute, it may end up to a minute early.
	Idle = 30 * time.Minute
	// Absolute is how long a session lives at most.
	Absolute = 12 * time.Hour

	touchEvery = time.Minute
	freshFor   = 5 * time.Minute
)

// Service is the use cases of identities. It is safe for concurrent use.
type Service struct {
	office *act.Office
	rule   rule
	hasher *hasher
	keys   *webauthn.WebAuthn // of the public address; nil where no passkeys are offered
	own    func(id.Firm) *url.URL
	demand func(context.Context, Session) error
}

// New returns the use cases over an office, without passkeys; see [NewAt].
func New(office *act.Office) *Service {
	return &Service{
		office: office, rule: newRule(), hasher: newHasher(strong), own: func(id.Firm) *url.URL { return nil },
		demand: func(context.Context, Session) error { return nil },
	}
}

// Demand has a session that comes by a mailed link alone asked for what its person owes
// besides, before it gives her another means of signing in. It is called before the service
// is used.
func (s *Service) Demand(owes func(context.Context, Session) error) { s.demand = owes }

// errOwed is the cause of what waits for a code.
var errOwed = errors.New("account: a space of hers demands a code first")

// CodeFirst refuses another means of signing in until a code was shown: Forbidden
// "account.code_first", of which [CodeOwed] is true.
func CodeFirst() error { return fault.New(fault.Forbidden, "account.code_first").Because(errOwed) }

// CodeOwed reports whether that is why something was refused.
func CodeOwed(err error) bool { return errors.Is(err, errOwed) }

func (s *Service) box() *vault.Box             { return s.office.Ring.Directory() }
func (s *Service) directory() *store.Directory { return s.office.Store.Directory() }

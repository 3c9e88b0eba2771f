package authz

import (
	"slices"
	"strings"

	"cenacle/internal/id"
)

// FirmRole is a person's place in the firm, from her card.
type FirmRole string

const (
	Admin         FirmRole = "admin" // also a lawyer; sees no content she is not a member of
	Lawyer        FirmRole = "lawyer"
	FirmColleague FirmRole = "colleague"
	FirmAssistant FirmRole = "assistant"
	Outsider      FirmRole = "outsider" // clients, guests, readers
)

// Inside reports whether the role belongs to the firm's own people.
func (r FirmRole) Inside() bool {
	return r == Admin || r == Lawyer || r == FirmColleague || r == FirmAssistant
}

// Role is a member's place in one space.
type Role string

const (
	Lead      Role = "lead"
	Colleague Role = "colleague"
	Assistant Role = "assistant"
	Client    Role = "client"
	Guest     Role = "guest"
	Reader    Role = "reader"
	Expert    Role = "expert" // conducts an assessment that a judge ordered: of no party, before all of them
	Clerk     Role = "clerk"  // reads for the judge what all parties have before them, and writes nothing
)

// Inside reports whether the role stands on the firm's side of the space.
func (r Role) Inside() bool { return r == Lead || r == Colleague || r == Assistant }

// Neutral reports whether the role is of no side in a forum: what is told to it is
// told of every party, and no party is ever let have it.
func (r Role) Neutral() bool { return r == Expert || r == Clerk }

// Via is how an actor proved who she is.
type Via string

const (
	ViaPassword Via = "password"
	ViaCode     Via = "password_code" // and a one-time code, or a recovery code
	ViaPasskey  Via = "passkey"
	ViaLink     Via = "link"
	ViaLinkCode Via = "link_code" // the same after a mailed link
	ViaLinkSent Via = "link_sent" // a mailed link, and the code that was sent to her besides
	// ViaProvider is a provider that the firm trusts, in that firm alone.
	ViaProvider     Via = "provider"
	ViaProviderCode Via = "provider_code" // and a one-time code of hers
	// ViaKeycard is a certificate on a key of hers, which is both things at once, in one
	// firm alone.
	ViaKeycard Via = "keycard"
	// ViaDepositLink is a mailed link that deposits and does nothing else.
	ViaDepositLink Via = "deposit_link"
	ViaCommand     Via = "command"  // the operator's command line
	ViaMail        Via = "mail"     // a job that writes to her what things are called
	ViaEnclosed    Via = "enclosed" // a job that sends her a document itself, in a mail
	// ViaSupport is the host, looking with the permission of who sees it herself.
	ViaSupport  Via = "support"
	ViaJob      Via = "job"      // a timer or a job acting for the person who caused it
	ViaToken    Via = "token"    // a program with an access token of hers
	ViaDrive    Via = "drive"    // a WebDAV client with an app password of hers
	ViaCalendar Via = "calendar" // her calendar, with an app password of hers
)

// Own reports whether she signed in by what is hers alone: such a session opens
// all that she has.
func (v Via) Own() bool { return v == ViaPassword || v == ViaCode || v == ViaPasskey }

// Linked reports whether she came by a mailed link, which is confined to one
// space.
func (v Via) Linked() bool { return v == ViaLink || v == ViaLinkCode || v == ViaLinkSent }

// Vouched reports whether a provider of the firm said who she is: such a session
// opens what she has in that firm, and nothing that is hers alone.
func (v Via) Vouched() bool { return v == ViaProvider || v == ViaProviderCode || v == ViaKeycard }

// Twofold reports whether two things were shown. A passkey is two: the device,
// and what unlocks it.
func (v Via) Twofold() bool {
	return v == ViaCode || v == ViaPasskey || v == ViaLinkCode || v == ViaProviderCode || v == ViaKeycard
}

// Actor is the person who acts, in one firm. A non-empty Scope, that of a
// mailed link, confines her to one space; a Pass, that of a program which acts
// for her, takes away more.
type Actor struct {
	Person id.Person
	Firm   id.Firm
	Role   FirmRole
	Scope  id.Space
	Via    Via
	Stale  bool  // a session whose person showed too long ago that it is she
	Pass   *Pass // nil when she acts herself
	// Guarded: a program acts for her, and she has a second factor.
	Guarded bool
	// Unsigned: she has not accepted the firm's charter of use. What is hers stays hers to
	// read and to take away, and she writes to the firm; the rest waits for her answer.
	Unsigned bool
	Once     Once
}

// Once makes an act happen once, however often the request that asks for it is
// sent: package act keeps Key with the first act and refuses a second. Request
// is a fingerprint of what was asked. The zero value asks for nothing.
type Once struct{ Key, Request string }

// Pass is what a program that holds a token may do of all that its person may.
// It gives nothing: what she loses, it loses at the same moment.
type Pass struct {
	Spaces   []id.Space // nil: all of hers
	Kinds    []string   // first words of actions, such as "document"; nil: all
	ReadOnly bool
}

// Enters reports whether the pass leads into a space, for lists over many.
func (a Actor) Enters(s id.Space) bool {
	return (a.Scope == "" || a.Scope == s) && (a.Pass == nil || a.Pass.Spaces == nil || slices.Contains(a.Pass.Spaces, s))
}

// Only is the spaces that the actor is confined to, nil when to none: a list
// over hers need look no further. It decides nothing.
func (a Actor) Only() []id.Space {
	switch {
	case a.Scope != "":
		return []id.Space{a.Scope}
	case a.Pass != nil:
		return a.Pass.Spaces
	}
	return nil
}

// Takes reports whether the pass leaves an action to its holder, wherever it
// may then be decided. Entering is always left, so that there is a way to the
// rest.
func (p *Pass) Takes(act Action) bool {
	if p == nil || act == FirmEnter || act == SpaceSee {
		return true
	}
	r := rules[act]
	if r.inSelf || p.ReadOnly && !r.reads || p.Spaces != nil && r.kind == OfFirm {
		return false
	}
	kind, _, _ := strings.Cut(string(act), ".")
	return p.Kinds == nil || slices.Contains(p.Kinds, kind)
}

package authz

import "cenacle/internal/id"

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
)

// Inside reports whether the role stands on the firm's side of the space.
func (r Role) Inside() bool { return r == Lead || r == Colleague || r == Assistant }

// Via is how an actor proved who she is.
type Via string

const (
	ViaPassword Via = "password"
	ViaLink     Via = "link"
	ViaCommand  Via = "command" // the operator's command line
	ViaJob      Via = "job"     // a timer or a job acting for the person who caused it
)

// Actor is the person who acts, in one firm. A non-empty Scope, that of a
// mailed link, confines her to one space.
type Actor struct {
	Person id.Person
	Firm   id.Firm
	Role   FirmRole
	Scope  id.Space
	Via    Via
}

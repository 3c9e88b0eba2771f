package authz

import (
	"errors"
	"slices"
)

// Assurance is how surely somebody has shown who she is, the weakest first. A space may
// demand one ([Facts.Demand]): to who has shown less nothing of it is there.
type Assurance uint8

const (
	Single    Assurance = iota // one thing, whatever it is: a mailed link alone too
	Confirmed                  // not a mailed link alone: a password, the word of a provider, or a link and a code that was sent besides
	Twofold                    // two things
	Keyed                      // a passkey, which no page that imitates ours can ask for
)

// Assurances are all of them, the weakest first.
func Assurances() []Assurance { return []Assurance{Single, Confirmed, Twofold, Keyed} }

// String is its word, as it is kept and typed.
func (a Assurance) String() string {
	switch a {
	case Single:
		return "password"
	case Confirmed:
		return "code"
	case Twofold:
		return "second_factor"
	}
	return "passkey"
}

// ParseAssurance reads one; false for what is none.
func ParseAssurance(s string) (Assurance, bool) {
	all := Assurances()
	i := slices.IndexFunc(all, func(a Assurance) bool { return a.String() == s })
	if i < 0 {
		return Single, false
	}
	return all[i], true
}

// Shown is how surely the actor has shown who she is. A program has shown that its person
// signed in when she gave it its token, and had two things, as long as she still has them;
// never a passkey, which stays with her. What a job does, she has decided before, and where nobody
// says by what she came the question is what she may see once she has shown it.
func (a Actor) Shown() Assurance {
	switch a.Via {
	case ViaPasskey, ViaJob, ViaCommand, "":
		return Keyed
	case ViaToken, ViaDrive, ViaCalendar:
		if a.Guarded {
			return Twofold
		}
		return Confirmed
	case ViaPassword, ViaProvider, ViaLinkSent:
		return Confirmed
	}
	if a.Via.Twofold() {
		return Twofold
	}
	return Single
}

// unassured is the reason of what the space does not show to so little; beneath that of
// something in it, which is not said to be there.
func unassured(need Assurance) string { return "demands-" + need.String() }

const beneath = "demands"

// assured says whether an actor has shown what the space demands.
func assured(a Actor, on Resource, f Facts) Decision {
	switch {
	case a.Shown() >= f.Demand:
		return Decision{Allowed: true, Visible: true}
	case on.Kind == OfSpace:
		return absent(unassured(f.Demand))
	}
	return absent(beneath)
}

// Demanded is what a member has to show for a space that she was refused for that alone;
// [Single] for every other error. What stands in the space is absent like what is not
// there, and leads nowhere.
func Demanded(err error) Assurance {
	why, ok := errors.AsType[refused](err)
	for _, need := range Assurances()[1:] {
		if ok && why.reason == unassured(need) {
			return need
		}
	}
	return Single
}

// Package offer has the parties of a forum make each other offers that open together
// or not at all.
//
// A round is begun by the firm's side, or by an expert, for some of the parties, until an instant. Each
// party seals its terms under a secret of its own, where it writes them, and puts in
// the sealed bytes with a commitment to them: that is all the house has, so that before
// all are in nobody reads any, whatever keys, disks or databases she holds. Once all
// are in, nobody takes one back; each party hands its secret in, and when the last one
// has come all offers are compared to their commitments and opened, in one act. One
// byte that is not as it was committed, and none opens, for ever, which everybody reads.
// So it is when an offer or a secret does not come in time.
//
// It refuses every secret before all offers are in, and cannot help who has lost hers.
// What a host could still do stands in doc/decisions/068-sealed-offers.md. Start at
// [Service.Put] and [Service.Unlock].
package offer

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

const (
	// MaxSubject is how many characters say what a round is about.
	MaxSubject = 200
	// Patience is how long after the last instant for offers secrets are awaited.
	Patience = 7 * 24 * time.Hour
	// horizon is how far ahead that instant is set.
	horizon = 366 * 24 * time.Hour
	// standing is how many rounds of a space may be open at once.
	standing = 20
	// listed is how many are shown, the newest first.
	listed = 50
)

// State is where a round stands.
type State string

const (
	Awaited State = "awaited" // offers are
	Locked  State = "locked"  // all are in, secrets are awaited
	Opened  State = "opened"
	Altered State = "altered" // one is not what was committed: none opens
	Lapsed  State = "lapsed"  // an offer or a secret did not come in time: none opens
)

// Round is sealed offers of some parties of a forum to each other.
type Round struct {
	ID      id.Round
	Space   id.Space
	By      id.Person
	ByName  string
	Made    time.Time
	Until   time.Time // offers are put in before
	Keys    time.Time // and secrets handed in before this
	State   State
	Ended   time.Time // when it was opened, or found altered
	Subject string
	Offers  []Offer   // the firm's side first, when it is one of the parties
	Side    id.Circle // the party that the reader stands for, when it is one of them
	Acts    bool      // she may act for it
}

// Offer is what a party of a round has put in; zero where nothing is in.
type Offer struct {
	Party id.Circle
	Name  string
	House bool
	Envelope
	Digest  [32]byte // SHA-256 of the sealed bytes
	By      id.Person
	In      time.Time
	Entry   id.Entry  // the line of the journal with the commitment
	Key     time.Time // when the secret was handed in
	Altered bool      // what is there is not what was put in
	Terms   *Terms    // once opened
}

// stands says where a round with its offers stands at an instant.
func (r *Round) stands(outcome State, now time.Time) State {
	all := !slices.ContainsFunc(r.Offers, func(o Offer) bool { return o.In.IsZero() })
	switch {
	case outcome != "":
		return outcome
	case slices.ContainsFunc(r.Offers, func(o Offer) bool { return o.Altered }):
		return Altered
	case all && now.Before(r.Keys):
		return Locked
	case !all && now.Before(r.Until):
		return Awaited
	}
	return Lapsed
}

// Of is the offer of a party of the round, nil when it is none.
func (r *Round) Of(party id.Circle) *Offer {
	i := slices.IndexFunc(r.Offers, func(o Offer) bool { return o.Party == party })
	if i < 0 {
		return nil
	}
	return &r.Offers[i]
}

// Mine is the reader's own offer, nil when she stands for no party of the round.
func (r *Round) Mine() *Offer { return r.Of(r.Side) }

// audience is whom a round is for: its parties, whoever enters them later too, and the
// firm's side, which keeps the forum; its clients when it is a party.
func (r *Round) audience(house circle.House) (out []authz.Address) {
	circles := []id.Circle{house.Firm}
	for _, o := range r.Offers {
		circles = append(circles, o.Party)
		if o.House {
			circles = append(circles, house.Client)
		}
	}
	slices.Sort(circles)
	for _, c := range slices.Compact(circles) {
		out = append(out, authz.Address{Circle: c, Sent: r.Made, Extended: true})
	}
	return out
}

// Asking is a round about to begin. Parties are circles of parties, and the firm's own
// for the side of the firm and its clients.
type Asking struct {
	Space   id.Space
	Subject string
	Until   time.Time
	Parties []id.Circle
}

// check cleans what was asked.
func (n *Asking) check(now time.Time) error {
	var wrong fault.Fields
	n.Subject = strings.TrimSpace(n.Subject)
	switch {
	case n.Subject == "":
		wrong.Add("subject", "offer.subject_missing")
	case !utf8.ValidString(n.Subject) || utf8.RuneCountInString(n.Subject) > MaxSubject:
		wrong.Add("subject", "offer.subject_long", MaxSubject)
	}
	if !n.Until.After(now) || n.Until.After(now.Add(horizon)) {
		wrong.Add("day", "offer.until")
	}
	n.Parties = slices.Compact(slices.Sorted(slices.Values(n.Parties)))
	if len(n.Parties) < 2 {
		wrong.Add("party", "offer.two")
	}
	return wrong.Err()
}

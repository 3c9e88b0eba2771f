// Package webhook tells other programs, at addresses that a firm's people have
// chosen, that something happened: each gets exactly the events that package
// event gives to the person who owns the webhook, decided when an event is
// found and again when it is sent. It carries identifiers only, signed as the
// Standard Webhooks specification says (standardwebhooks.com).
//
// What is to be sent is a row in the firm's database, written in one
// transaction with the place in the journal up to which the webhook has looked:
// a crash loses nothing and may send twice, with the same identifier. A peer
// that does not answer is tried again for about a day, ever more rarely, and
// then left in peace until somebody resumes it.
//
// It refuses to tell anything once its owner may not keep webhooks any more, to
// follow what a peer answers, and to send to more than [Most] addresses. Start
// at [Service.Create]; walk.go finds what is to be told, send.go sends it.
package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/event"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// State is whether a webhook is sent to.
type State string

const (
	Active State = "active"
	Paused State = "paused" // nothing is looked at or sent; both go on from there
	Ended  State = "ended"  // for ever; its address and secret are forgotten
)

// Reason is why a webhook is paused.
type Reason string

const (
	ByHand    Reason = ""        // somebody paused it
	OwnerGone Reason = "owner"   // its owner may not keep webhooks any more
	Failing   Reason = "failing" // nothing was taken for about a day
	Gone      Reason = "gone"    // the peer said that it wants no more (410)
)

// Most is how many webhooks of a firm are not ended.
const Most = 20

// overlap is how long a former secret still signs.
const overlap = 24 * time.Hour

// Webhook is one address that is told of events. Kinds are kinds of events or
// nouns, empty for all. Whoever is not its owner sees the host of Address only.
type Webhook struct {
	ID           id.Webhook
	Owner        id.Person
	OwnerName    string
	Address      string
	Kinds        []string
	State        State
	Reason       Reason
	Created      time.Time
	FormerUntil  time.Time // until when the secret before signs too; zero: there is none
	FailingSince time.Time // since when nothing was taken; zero: the last was
	Waiting      int       // to be sent, or sent again
	Failed       int       // given up
}

// New is what its owner chooses.
type New struct {
	Address string
	Kinds   []string
}

// check cleans the choice and says all that is wrong with it (fields "address"
// and "kinds").
func (s *Service) check(n New) (New, error) {
	var wrong fault.Fields
	address, err := s.client.Check(n.Address)
	if one, ok := err.(*fault.Error); ok { // all that Check returns
		wrong = append(wrong, one.In("address"))
	}
	kinds := slices.Clone(n.Kinds)
	slices.Sort(kinds)
	kinds = slices.Compact(kinds)
	for _, k := range kinds {
		if !event.Known(k) {
			wrong.Add("kinds", "event.kind_unknown", k)
			break
		}
	}
	return New{address, kinds}, wrong.Err()
}

// waits are the pauses between the attempts to send one event: eight attempts
// within about a day.
var waits = [...]time.Duration{
	10 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 15 * time.Hour,
}

// wait is the pause after an attempt, counted from 1, spread by a fifth to both
// sides with chance in [0, 1); last says that there is no further attempt.
func wait(attempt int, chance float64) (pause time.Duration, last bool) {
	if attempt > len(waits) {
		return 0, true
	}
	return time.Duration(float64(waits[attempt-1]) * (0.8 + 0.4*chance)), false
}

// chance is a random number in [0, 1).
func chance() float64 {
	var raw [8]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the program instead
	return float64(binary.BigEndian.Uint64(raw[:])>>11) / (1 << 53)
}

const (
	secretPrefix = "whsec_"
	secretSize   = 32 // bytes
)

func newSecret() []byte {
	raw := make([]byte, secretSize)
	rand.Read(raw) // never fails
	return raw
}

// secretText is a secret as a receiver's library takes it.
func secretText(raw []byte) string { return secretPrefix + base64.StdEncoding.EncodeToString(raw) }

// sign is one signature of the scheme v1: HMAC-SHA-256 over identifier, Unix
// time in seconds and body, joined by dots.
func sign(secret []byte, message id.Notice, at int64, body []byte) string {
	m := hmac.New(sha256.New, secret)
	fmt.Fprintf(m, "%s.%d.%s", message, at, body) // a hash never fails
	return "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// headers are what a message bears besides its body; every secret signs.
func headers(message id.Notice, now time.Time, body []byte, secrets ...[]byte) map[string]string {
	at := now.Unix()
	signatures := make([]string, len(secrets))
	for i, s := range secrets {
		signatures[i] = sign(s, message, at, body)
	}
	return map[string]string{
		"Content-Type": "application/json", "Webhook-Id": string(message), "Webhook-Timestamp": strconv.FormatInt(at, 10),
		"Webhook-Signature": strings.Join(signatures, " "),
	}
}

// ping is the kind of a test, which is no event.
const ping = "ping"

// payload is the body of a message (doc/webhooks.md).
type payload struct {
	Type string  `json:"type"`
	Time string  `json:"timestamp"` // RFC 3339, of the event
	Data content `json:"data"`
}

type content struct {
	Entry  id.Entry  `json:"entry,omitempty"`
	Firm   id.Firm   `json:"firm"`
	Space  id.Space  `json:"space,omitempty"`
	Object string    `json:"object"`
	Actor  id.Person `json:"actor,omitempty"`
}

func body(f id.Firm, e event.Event) ([]byte, error) {
	return json.Marshal(payload{
		Type: e.Kind, Time: e.At.UTC().Format(time.RFC3339Nano),
		Data: content{e.ID, f, e.Space, e.Object, e.Actor},
	})
}

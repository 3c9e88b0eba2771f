package journal

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Entry is one act, as its noun reports it.
type Entry struct {
	Kind   string    // noun and verb, "deposit.closed"
	Actor  id.Person // who acted, empty for the house itself
	For    id.Person // whom she stood in for, who was away; or empty
	Via    string    // how she was authenticated: password · link · command
	Space  id.Space  // empty for an act of the firm itself
	Object string    // identifier of what was acted upon
	// Details is marshalled to a JSON object: identifiers, hashes, counts and
	// instants, never a name or a text. nil is the empty object.
	Details any
}

const (
	recordVersion = 1
	saltSize      = 32
	recordLimit   = 16 << 10 // bytes of a canonical record
)

// record is the canonical form of an entry, version 1: the JSON object of
// these fields in this order, without space or line feed, as encoding/json
// writes it (control characters and U+2028 escaped), so that one act is one
// line whatever its details hold. A verifier never writes it again: it reads
// the bytes that were committed to.
type record struct {
	V       int             `json:"v"`
	ID      id.Entry        `json:"id"`
	At      int64           `json:"at"` // UTC microseconds
	Kind    string          `json:"kind"`
	Actor   id.Person       `json:"actor"`
	Via     string          `json:"via"`
	Space   id.Space        `json:"space"`
	Object  string          `json:"object"`
	Details json.RawMessage `json:"details"`
}

var kindForm = regexp.MustCompile(`^[a-z][a-z_]*(\.[a-z][a-z_]*)+$`)

func newRecord(e Entry, entry id.Entry, now time.Time) ([]byte, error) {
	if len(e.Kind) > 64 || !kindForm.MatchString(e.Kind) {
		return nil, fmt.Errorf("journal: %q is no kind of entry", e.Kind)
	}
	details := []byte("{}")
	if e.Details != nil {
		var err error
		if details, err = json.Marshal(e.Details); err != nil {
			return nil, fmt.Errorf("journal: details of %s: %w", e.Kind, err)
		}
	}
	if details[0] != '{' {
		return nil, fmt.Errorf("journal: details of %s are no JSON object", e.Kind)
	}
	if e.For != "" {
		details = onBehalf(details, e.For)
	}
	raw, err := json.Marshal(record{
		V: recordVersion, ID: entry, At: store.Micros(now), Kind: e.Kind, Actor: e.Actor,
		Via: e.Via, Space: e.Space, Object: e.Object, Details: details,
	})
	if err != nil {
		return nil, fmt.Errorf("journal: record of %s: %w", e.Kind, err)
	}
	if len(raw) > recordLimit {
		return nil, fmt.Errorf("journal: record of %s has %d bytes, limit %d", e.Kind, len(raw), recordLimit)
	}
	return raw, nil
}

// onBehalf adds to details whom an act was done for: the record of version 1 has no
// field of its own for it, and verifiers read its bytes as they are.
func onBehalf(details []byte, of id.Person) []byte {
	out := slices.Clone(details[:len(details)-1])
	if len(out) > 1 {
		out = append(out, ',')
	}
	return append(out, `"for":"`+string(of)+`"}`...)
}

// commitment is the leaf: HMAC-SHA-256 keyed by the salt. Without the salt it
// tells nothing of the record; with it, it fits no other record.
func commitment(salt, record []byte) []byte {
	m := hmac.New(sha256.New, salt)
	m.Write(record) // never fails
	return m.Sum(nil)
}

// opened is a record with the salt of its commitment.
type opened struct {
	salt, raw []byte
	record    record
}

func (o opened) leaf() []byte { return commitment(o.salt, o.raw) }

var errShort = errors.New("journal: sealed record without salt")

func openRecord(box *vault.Box, entry id.Entry, sealed []byte) (opened, error) {
	plain, err := box.Open(recordPlace(entry), sealed)
	if err != nil {
		return opened{}, err
	}
	if len(plain) <= saltSize {
		return opened{}, errShort
	}
	o := opened{salt: plain[:saltSize], raw: plain[saltSize:]}
	if err := json.Unmarshal(o.raw, &o.record); err != nil {
		return opened{}, fmt.Errorf("journal: record of %s: %w", entry, err)
	}
	return o, nil
}

func recordPlace(entry id.Entry) vault.Place {
	return vault.Place{Table: "journal_entry", Column: "record", Row: string(entry)}
}

var insertEntry = store.ForFirm(`
	insert into journal_entry (firm_id, id, space_id, kind, record, leaf, position, created_at, mac)
	values ($1, $2, $3, $4, $5, $6, null, $7, $8)`)

// Append writes the entry of an act in the transaction of the act: both are
// there after the commit, or neither. When it fails the act must fail, which
// returning its error from the transaction does. The entry has no position
// before [Journal.Sequence] has run.
func (j *Journal) Append(tx *store.Tx, now time.Time, e Entry) (entry id.Entry, err error) {
	defer fault.Op(&err, "journal.Append(%s)", e.Kind)
	entry = j.order.next(now)
	raw, err := newRecord(e, entry, now)
	if err != nil {
		return "", err
	}
	boxes, err := j.boxes(tx)
	if err != nil {
		return "", err
	}
	box, err := boxes.of(e.Space)
	if err != nil {
		return "", err
	}
	if box == nil {
		return "", fault.Absent().Because(fmt.Errorf("journal: space %s has no key", e.Space))
	}
	plain := make([]byte, saltSize, saltSize+len(raw))
	rand.Read(plain) // never fails: crypto/rand ends the program instead
	leaf := commitment(plain, raw)
	r := row{
		id: entry, space: e.Space, kind: e.Kind, leaf: leaf, at: store.Micros(now),
		sealed: box.Seal(recordPlace(entry), append(plain, raw...)),
	}
	_, err = tx.Exec(insertEntry, r.id, r.space, r.kind, r.sealed, r.leaf, r.at, r.seal(boxes.firm))
	return entry, err
}

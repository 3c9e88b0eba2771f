package journal

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"cenacle/internal/fault"
	"cenacle/internal/store"
)

// The checks of a receipt, in their order: keys of the catalog. Each presumes
// nothing about the others; a receipt is true when all hold.
const (
	CheckStatement  = "journal.check.statement"  // the readable part is the one in the entry
	CheckCommitment = "journal.check.commitment" // the entry is the one that the leaf commits to
	CheckInclusion  = "journal.check.inclusion"  // the leaf is in the tree, at its place
	CheckSignature  = "journal.check.signature"  // the tree is signed by the key
	CheckKey        = "journal.check.key"        // the key is the one that is trusted
)

// Outcome of a check.
type Outcome uint8

const (
	Failed Outcome = iota
	Held
	Compare // of CheckKey without a trusted key: a person compares the fingerprint
)

// Key is the outcome's key of the catalog; that of Compare takes the
// fingerprint.
func (o Outcome) Key() string {
	switch o {
	case Held:
		return "journal.outcome.held"
	case Compare:
		return "journal.outcome.compare"
	}
	return "journal.outcome.failed"
}

// Check is one line of a report.
type Check struct {
	Name    string
	Outcome Outcome
	Cause   error // why it failed, for engineers
}

// Report says what a receipt states and what of it is proven. When a check
// failed, nothing in it can be relied upon.
type Report struct {
	Checks      []Check
	Contents    Contents
	Entry       string    // identifier of the journal entry
	Kind        string    // of the entry
	At          time.Time // of the entry
	Index       int64     // position of the entry
	Size        int64     // entries in the signed tree
	Origin      string    // log that signed
	Checkpoint  string    // signed head that the receipt witnesses
	Verifier    string
	Fingerprint string // of the verifier, see [Fingerprint]
}

// VerifyReceipt checks a receipt file by itself: no server, no database, no
// clock. trusted is the verifier key or its fingerprint, from another source
// than the receipt; empty leaves the comparison to the person.
//
// The error is nil when every check holds, the key being trusted or left to
// compare. "journal.receipt.false" comes with the report that says which check
// failed; "journal.receipt.unreadable" and "journal.receipt.large" come with
// an empty one.
func VerifyReceipt(raw []byte, trusted string) (Report, error) {
	if len(raw) > ReceiptLimit {
		return Report{}, tooLarge()
	}
	p, err := parseReceipt(raw)
	if err != nil {
		return Report{}, fault.New(fault.Invalid, "journal.receipt.unreadable").Because(err)
	}
	r := Report{Contents: p.contents, Verifier: p.verifier, Fingerprint: Fingerprint(p.verifier)}
	r.note(CheckStatement, r.statement(p))
	r.note(CheckCommitment, commits(p))
	r.note(CheckInclusion, r.inclusion(p))
	r.note(CheckSignature, r.signature(p))
	r.trust(trusted)
	if err := r.Failed(); err != nil {
		return r, fault.New(fault.Invalid, "journal.receipt.false").Because(err)
	}
	return r, nil
}

func (r *Report) note(name string, err error) {
	c := Check{Name: name, Outcome: Held, Cause: err}
	if err != nil {
		c.Outcome = Failed
	}
	r.Checks = append(r.Checks, c)
}

func (r *Report) statement(p parsedReceipt) error {
	s, err := NewStatement(p.contents)
	if err != nil {
		return err
	}
	entry, err := parseProvenRecord(p.record)
	if err != nil {
		return err
	}
	r.Entry, r.Kind, r.At = entry.id, entry.kind, store.Time(entry.at)
	if entry.statement != s.Digest() {
		return errors.New("journal: the entry holds the digest of another statement")
	}
	return nil
}

func commits(p parsedReceipt) error {
	if !bytes.Equal(commitment(p.salt, []byte(p.record)), p.leaf) {
		return errors.New("journal: the leaf commits to another record")
	}
	return nil
}

func (r *Report) inclusion(p parsedReceipt) error {
	index, path, checkpoint, err := parseProof(p.proof)
	if err != nil {
		return err
	}
	t, err := parseTree(checkpoint)
	if err != nil {
		return err
	}
	r.Index, r.Size = index, t.size
	return tlog.CheckRecord(path, t.size, t.root, index, tlog.RecordHash(p.leaf))
}

func (r *Report) signature(p parsedReceipt) error {
	_, _, checkpoint, err := parseProof(p.proof)
	if err != nil {
		return err
	}
	v, err := openVerifier(p.verifier)
	if err != nil {
		return err
	}
	t, err := openCheckpoint(checkpoint, v)
	if err != nil {
		return err
	}
	r.Origin, r.Checkpoint = t.origin, checkpoint
	return nil
}

func (r *Report) trust(trusted string) {
	trusted = strings.TrimSpace(trusted)
	if trusted == "" {
		r.Checks = append(r.Checks, Check{Name: CheckKey, Outcome: Compare})
		return
	}
	known := r.Verifier
	if !strings.Contains(trusted, "+") {
		known, trusted = compact(r.Fingerprint), compact(trusted)
	}
	var err error
	if subtle.ConstantTimeCompare([]byte(known), []byte(trusted)) != 1 {
		err = errors.New("journal: the receipt is signed by another key")
	}
	r.note(CheckKey, err)
}

// compact is a fingerprint as people type it: any case, any grouping.
func compact(fingerprint string) string {
	return strings.ToLower(strings.Join(strings.Fields(fingerprint), ""))
}

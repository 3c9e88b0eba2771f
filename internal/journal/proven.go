package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Proven is an opened record with what commits to it and the proof that it is in the
// signed tree. A file that holds some is verified with [CheckProven].
type Proven struct {
	ReceiptEntry
	Proof string `json:"proof"` // C2SP tlog-proof
}

// Fact is what the record of an entry says.
type Fact struct {
	ID      id.Entry
	At      time.Time
	Kind    string
	Actor   id.Person
	Space   id.Space
	Object  string
	Details json.RawMessage
}

// Prove opens and proves entries of the firm, in their order, with the key of their
// checkpoints. Entries that still wait are sequenced first. Faults: Absent for an
// unknown entry; "journal.erased" when its space is; "journal.broken".
func (j *Journal) Prove(ctx context.Context, f *store.Firm, some []id.Entry) (out []Proven, verifier string, err error) {
	defer fault.Op(&err, "journal.Prove(%s)", f.ID())
	for _, e := range some {
		p, stored, err := j.prove(ctx, f, e)
		if err != nil {
			return nil, "", err
		}
		o, err := j.openOne(ctx, f, stored)
		if err != nil {
			return nil, "", err
		}
		out, verifier = append(out, Proven{ReceiptEntry{Record: string(o.raw), Salt: o.salt, Leaf: stored.leaf}, p.Text}), p.Verifier
	}
	return out, verifier, nil
}

// CheckProven says of records that a file holds whether each is what its leaf commits
// to, is in the tree at its place, and whether that tree is signed by the key; and of
// that key whether it is the trusted one, or left to compare. It needs no server and
// no clock. The report's checks are those of a receipt without its statement.
func CheckProven(all []Proven, verifier, trusted string) Report {
	r := Report{Verifier: verifier, Fingerprint: Fingerprint(verifier)}
	var committed, included, signed error
	if len(all) == 0 {
		committed = errors.New("journal: the file holds no entry")
	}
	for i, one := range all {
		p := parsedReceipt{record: one.Record, salt: one.Salt, leaf: one.Leaf, proof: one.Proof, verifier: verifier}
		committed = errors.Join(committed, at(i, commits(p)))
		included = errors.Join(included, at(i, r.inclusion(p)))
		signed = errors.Join(signed, at(i, r.signature(p)))
	}
	r.note(CheckCommitment, committed)
	r.note(CheckInclusion, included)
	r.note(CheckSignature, signed)
	r.trust(trusted)
	return r
}

func at(i int, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("entry %d: %w", i, err)
}

// Failed returns the first check that did not hold, nil when there is none.
func (r Report) Failed() error {
	for _, c := range r.Checks {
		if c.Outcome == Failed {
			return fmt.Errorf("%s: %w", c.Name, c.Cause)
		}
	}
	return nil
}

// Note adds a check of what a file states beyond its entries.
func (r *Report) Note(name string, err error) { r.note(name, err) }

// Fact reads the record of an entry. It proves nothing: [CheckProven] does.
func (p Proven) Fact() (f Fact, err error) {
	err = read([]byte(p.Record), func(r *reading, v any) {
		o := r.object(v, "v", "id", "at", "kind", "actor", "via", "space", "object", "details")
		if r.count(o["v"]) != recordVersion {
			r.fail("record version %v", o["v"])
		}
		f.ID, f.Kind, f.At = id.Entry(r.text(o["id"])), r.text(o["kind"]), store.Time(r.count(o["at"]))
		f.Actor, f.Space, f.Object = id.Person(r.text(o["actor"])), id.Space(r.text(o["space"])), r.text(o["object"])
	})
	if err != nil {
		return f, err
	}
	var raw struct{ Details json.RawMessage }
	err = json.Unmarshal([]byte(p.Record), &raw)
	f.Details = raw.Details
	return f, err
}

// Dossier is a file of a statement and the entries that prove it: Record of the first
// holds the digest of the statement. Its text is what was digested, to the byte.
type Dossier struct {
	Format    string   `json:"format"`
	Statement string   `json:"statement"`
	Entry     Proven   `json:"entry"`
	Facts     []Proven `json:"facts"`
	Verifier  string   `json:"verifier"`
}

// ParseDossier reads a dossier of a format, which two programs cannot read as two
// things. "journal.receipt.unreadable" and "journal.receipt.large" are its faults.
func ParseDossier(raw []byte, format string) (d Dossier, err error) {
	if len(raw) > ReceiptLimit {
		return d, tooLarge()
	}
	err = read(raw, func(r *reading, v any) {
		o := r.object(v, "format", "statement", "entry", "facts", "verifier")
		if d.Format = r.text(o["format"]); d.Format != format {
			r.fail("the format is not %s", format)
		}
		d.Statement, d.Verifier, d.Entry = r.text(o["statement"]), r.text(o["verifier"]), r.proven(o["entry"])
		for _, f := range r.list(o["facts"]) {
			d.Facts = append(d.Facts, r.proven(f))
		}
	})
	if err != nil {
		return Dossier{}, fault.New(fault.Invalid, "journal.receipt.unreadable").Because(err)
	}
	return d, nil
}

// Instant is an instant as statements have it: RFC 3339 in UTC with exactly six decimals.
func Instant(t time.Time) string { return instant(t).Format(instantForm) }

// ReadInstant reads one of a statement that was verified; zero for what is none.
func ReadInstant(s string) time.Time {
	t, err := time.Parse(instantForm, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// ReadStatement reads the text of a statement into a value; one that is written in
// another way than [encoding/json] writes the value is "journal.receipt.unreadable".
func ReadStatement(text string, into any) error {
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fault.New(fault.Invalid, "journal.receipt.unreadable").Because(err)
	}
	again, err := json.Marshal(into)
	if err == nil && string(again) != text {
		err = fault.New(fault.Invalid, "journal.receipt.unreadable").Because(errors.New("journal: the statement has another spelling"))
	}
	return err
}

// Judge begins the report of a dossier with what it states: noted adds the checks of
// that, which come before those of the entries. The error is nil when every check holds;
// "journal.receipt.false" comes with the report.
func (d Dossier) Judge(r *Report, trusted string, noted func()) error {
	*r = CheckProven(append([]Proven{d.Entry}, d.Facts...), d.Verifier, trusted)
	entries := r.Checks
	r.Checks = nil
	noted()
	r.Checks = append(r.Checks, entries...)
	if err := r.Failed(); err != nil {
		return fault.New(fault.Invalid, "journal.receipt.false").Because(err)
	}
	return nil
}

func (r *reading) proven(v any) Proven {
	o := r.object(v, "record", "salt", "leaf", "proof")
	return Proven{ReceiptEntry{r.text(o["record"]), r.hash(o["salt"]), r.hash(o["leaf"])}, r.text(o["proof"])}
}

// FormatOf is the format that a file says it has, "" for one that says none. It judges
// nothing.
func FormatOf(raw []byte) string {
	var said struct {
		Format string `json:"format"`
	}
	if json.Unmarshal(raw, &said) != nil {
		return ""
	}
	return said.Format
}

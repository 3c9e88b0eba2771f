package diffusion

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/memo"
)

// The kinds of entries that a proof may hold besides that of the delivery.
const (
	readKind     = "memo.read"
	answeredKind = "memo.acknowledged"
	recalledKind = "memo.recalled"
)

// CheckFacts is the check that each further entry is of this memo and this recipient: a
// key of the catalog.
const CheckFacts = "diffusion.check.facts"

// Report says what a proof states and what of it is proven. When a check failed, nothing
// in it can be relied upon. A zero instant: nothing in the file says so.
type Report struct {
	journal.Report
	Statement Statement
	Read      time.Time
	Answered  time.Time
	Answer    memo.Answer
	Recalled  time.Time
	Unread    bool // when it was taken back she had not read it
}

// Verify checks a proof by itself: no server, no database, no clock. trusted is the
// firm's key or its fingerprint, from another source than the file; empty leaves the
// comparison to the person. The error is nil when every check holds;
// "journal.receipt.false" comes with the report that says which one failed.
func Verify(raw []byte, trusted string) (r Report, err error) {
	d, err := journal.ParseDossier(raw, Format)
	if err != nil {
		return r, err
	}
	if err := journal.ReadStatement(d.Statement, &r.Statement); err != nil {
		return r, err
	}
	err = d.Judge(&r.Report, trusted, func() {
		space, err := r.states(d)
		r.Note(journal.CheckStatement, err)
		r.Note(CheckFacts, r.facts(d, space))
	})
	return r, err
}

// states checks that the first entry is of the delivery of this very statement, and
// returns the space that it is of.
func (r *Report) states(d journal.Dossier) (id.Space, error) {
	f, err := d.Entry.Fact()
	if err != nil {
		return "", err
	}
	var what proven
	if err := json.Unmarshal(f.Details, &what); err != nil {
		return "", err
	}
	r.Entry, r.Kind, r.At = string(f.ID), f.Kind, f.At
	if f.Kind != kind || what.Statement != digest(d.Statement) || r.Statement.At != journal.Instant(f.At) || f.Object != string(r.Statement.Memo) {
		return "", errors.New("diffusion: the entry is of another delivery")
	}
	return f.Space, nil
}

// facts reads the further entries: each of the same memo and space, none twice, none
// before the delivery; what a reader did, of the recipient; what she answered, about the
// same words.
func (r *Report) facts(d journal.Dossier, space id.Space) error {
	for _, one := range d.Facts {
		f, err := one.Fact()
		if err != nil {
			return err
		}
		if f.Object != string(r.Statement.Memo) || f.Space != space || f.At.Before(r.At) {
			return fmt.Errorf("diffusion: entry %s is of something else", f.ID)
		}
		at := map[string]*time.Time{readKind: &r.Read, answeredKind: &r.Answered, recalledKind: &r.Recalled}[f.Kind]
		if at == nil || !at.IsZero() || f.Kind != recalledKind && f.Actor != r.Statement.Person {
			return fmt.Errorf("diffusion: entry %s says something else", f.ID)
		}
		*at = f.At
		if err := r.details(f); err != nil {
			return err
		}
	}
	if r.Unread && !r.Read.IsZero() {
		return errors.New("diffusion: read, and taken back unread")
	}
	return nil
}

// details reads what an answer or a recall says besides.
func (r *Report) details(f journal.Fact) error {
	var said struct {
		Answer memo.Answer      `json:"answer"`
		Body   string           `json:"body_sha256"`
		Opened map[string]int64 `json:"opened"`
	}
	if err := json.Unmarshal(f.Details, &said); err != nil {
		return err
	}
	switch f.Kind {
	case answeredKind:
		if said.Body != r.Statement.Body || !said.Answer.Known() {
			return fmt.Errorf("diffusion: entry %s answers other words", f.ID)
		}
		r.Answer = said.Answer
	case recalledKind:
		at, hers := said.Opened[memo.Alias(r.Statement.Memo, r.Statement.Person)]
		r.Unread = hers && at == 0
	}
	return nil
}

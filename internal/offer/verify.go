package offer

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"cenacle/internal/i18n"
	"cenacle/internal/journal"
)

// The checks of the file of an opened round, beyond those of its entries: keys of the
// catalog.
const (
	CheckOpens = "offer.check.opens" // each sealed offer opens to what is stated
	CheckFacts = "offer.check.facts" // each was committed to before all were opened
)

// Report says what the file of an opened round states and what of it is proven. When a
// check failed, nothing in it can be relied upon.
type Report struct {
	journal.Report
	Statement Statement
}

// Verify checks the file of an opened round by itself: no server, no database, no clock.
// trusted is the firm's key or its fingerprint, from another source than the file; empty
// leaves the comparison to the person. The error is nil when every check holds;
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
		opening, err := r.opens(d)
		r.Note(journal.CheckStatement, err)
		r.Note(CheckOpens, r.Statement.open())
		r.Note(CheckFacts, r.Statement.committed(d, opening))
	})
	return r, err
}

// opens checks that the first entry opened this very round, with these offers and no
// others.
func (r *Report) opens(d journal.Dossier) (f journal.Fact, err error) {
	if f, err = d.Entry.Fact(); err != nil {
		return f, err
	}
	r.Entry, r.Kind, r.At = string(f.ID), f.Kind, f.At
	var all puts
	if err := json.Unmarshal(f.Details, &all); err != nil {
		return f, err
	}
	s := r.Statement
	if f.Kind != "offer.opened" || f.Object != string(s.Round) || s.Opened != journal.Instant(f.At) || len(all.Offers) != len(s.Offers) || len(all.Offers) < 2 {
		return f, errors.New("offer: the entry opened another round")
	}
	for i, o := range all.Offers {
		if o != s.Offers[i].noted() {
			return f, fmt.Errorf("offer: what was opened of party %s is another offer", s.Offers[i].Party)
		}
	}
	return f, nil
}

// noted is what the journal has of a stated offer.
func (o Stated) noted() put {
	sealed, _ := base64.StdEncoding.DecodeString(o.Sealed) // what is none has another digest
	sum := sha256.Sum256(sealed)
	return put{o.Party, o.Commitment, hex.EncodeToString(sum[:])}
}

// open opens each offer with its secret, and wants the terms to be those that are stated.
func (s Statement) open() error {
	for _, o := range s.Offers {
		sealed, err := base64.StdEncoding.DecodeString(o.Sealed)
		if err != nil {
			return err
		}
		secret, err := ParseSecret(o.Secret)
		if err != nil || secret.String() != o.Secret {
			return errors.Join(fmt.Errorf("offer: party %s: no secret", o.Party), err)
		}
		terms, err := Envelope{Sealed: sealed, Commitment: Digest(o.Commitment)}.Open(s.Round, o.Party, secret)
		if err != nil {
			return fmt.Errorf("offer: party %s: %w", o.Party, err)
		}
		if terms.Words != o.Words || terms.Document != o.Document || terms.Priced != (o.Amount != nil) || terms.Priced && terms.Amount != *o.Amount {
			return fmt.Errorf("offer: party %s offered something else", o.Party)
		}
	}
	return nil
}

// committed wants the entry of each offer, which stands in the file in the same place,
// to have its commitment, from before the instant for offers and before the opening.
func (s Statement) committed(d journal.Dossier, opening journal.Fact) error {
	if len(d.Facts) != len(s.Offers) {
		return fmt.Errorf("offer: %d offers and %d entries", len(s.Offers), len(d.Facts))
	}
	for i, o := range s.Offers {
		f, err := d.Facts[i].Fact()
		if err != nil {
			return err
		}
		var said put
		if err := json.Unmarshal(f.Details, &said); err != nil {
			return err
		}
		switch {
		case f.ID != o.Entry || f.Kind != "offer.put" || f.Object != string(s.Round) || f.Space != opening.Space || said != o.noted():
			return fmt.Errorf("offer: entry %s is of something else", o.Entry)
		case o.In != journal.Instant(f.At) || o.In >= s.Until || o.In > s.Opened:
			return fmt.Errorf("offer: party %s was not in time", o.Party)
		}
	}
	return nil
}

// Terms are what was offered, in words.
func (o Stated) Terms(p *i18n.Printer) (out []string) {
	if o.Amount != nil {
		out = append(out, p.Euros(*o.Amount))
	}
	if o.Words != "" {
		out = append(out, o.Words)
	}
	if o.Document != "" {
		out = append(out, p.T("offer.of_document")+" "+o.Document)
	}
	return out
}

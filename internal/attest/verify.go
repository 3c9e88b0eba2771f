package attest

import (
	"encoding/json"
	"errors"
	"fmt"

	"cenacle/internal/exhibit"
	"cenacle/internal/id"
	"cenacle/internal/journal"
)

// Statement is what an attestation states. Its text in a file is its JSON, to the byte.
type Statement struct {
	Firm     string    `json:"firm"`
	Person   string    `json:"person"` // who had it drawn up
	At       string    `json:"at"`
	Parties  []Party   `json:"parties"`
	Exhibits []Exhibit `json:"exhibits"`
}

// Party is one that the statement names.
type Party struct {
	ID   id.Circle `json:"id"`
	Name string    `json:"name"`
}

// Exhibit is one exhibit and what became of it. Title and SHA256 are empty for one that
// was taken away altogether.
type Exhibit struct {
	Party      id.Circle   `json:"party"` // that communicated it
	Label      string      `json:"label"` // 12 bis
	Number     int64       `json:"number"`
	Rank       int64       `json:"rank"`
	Title      string      `json:"title"`
	SHA256     string      `json:"sha256"`
	Version    id.Version  `json:"version"`
	Released   string      `json:"released"`
	Entry      id.Entry    `json:"entry"`
	Receptions []Reception `json:"receptions"`
}

// Reception is what became of an exhibit at a party: nothing where a field is nil.
type Reception struct {
	Party    id.Circle `json:"party"`
	Notified *Moment   `json:"notified"`
	Opened   *Moment   `json:"opened"`
	Paper    *Handed   `json:"paper"`
}

// Moment is when something happened, and the entry that proves it.
type Moment struct {
	At    string   `json:"at"`
	Entry id.Entry `json:"entry"`
}

// Handed is that an exhibit was handed over on paper.
type Handed struct {
	Day   string   `json:"day"` // civil date
	How   string   `json:"how"`
	Entry id.Entry `json:"entry"`
}

// Name is that of a party, as the statement has it.
func (s Statement) Name(of id.Circle) string {
	for _, p := range s.Parties {
		if p.ID == of {
			return p.Name
		}
	}
	return ""
}

// entries are those that prove a statement, each once, in its order.
func (s Statement) entries() (out []id.Entry) {
	for _, e := range s.Exhibits {
		out = append(out, e.Entry)
		for _, to := range e.Receptions {
			if to.Notified != nil {
				out = append(out, to.Notified.Entry)
			}
			if to.Opened != nil {
				out = append(out, to.Opened.Entry)
			}
			if to.Paper != nil {
				out = append(out, to.Paper.Entry)
			}
		}
	}
	return out
}

// CheckFacts is the check that each date, number and digest stated is in the entry that
// is said to prove it: a key of the catalog.
const CheckFacts = "attest.check.facts"

// Report says what an attestation states and what of it is proven. When a check failed,
// nothing in it can be relied upon.
type Report struct {
	journal.Report
	Statement Statement
	Proven    int // entries
}

// Verify checks an attestation by itself: no server, no database, no clock. trusted is
// the firm's key or its fingerprint, from another source than the file; empty leaves
// the comparison to the person. The error is nil when every check holds;
// "journal.receipt.false" comes with the report that says which one failed.
func Verify(raw []byte, trusted string) (r Report, err error) {
	d, err := journal.ParseDossier(raw, Format)
	if err != nil {
		return r, err
	}
	if err := journal.ReadStatement(d.Statement, &r.Statement); err != nil {
		return r, err
	}
	r.Proven = 1 + len(d.Facts)
	err = d.Judge(&r.Report, trusted, func() {
		space, err := r.states(d)
		r.Note(journal.CheckStatement, err)
		r.Note(CheckFacts, facts(d, r.Statement, space))
	})
	return r, err
}

// states checks that the first entry attests this very statement, and returns the space
// that it is of.
func (r *Report) states(d journal.Dossier) (id.Space, error) {
	f, err := d.Entry.Fact()
	if err != nil {
		return "", err
	}
	var what attested
	if err := json.Unmarshal(f.Details, &what); err != nil {
		return "", err
	}
	r.Entry, r.Kind, r.At = string(f.ID), f.Kind, f.At
	if f.Kind != kind || what.Statement != digest(d.Statement) || r.Statement.At != journal.Instant(f.At) || what.Exhibits != len(r.Statement.Exhibits) {
		return "", errors.New("attest: the entry attests another statement")
	}
	return f.Space, nil
}

// claim is one thing that a statement says and an entry must say too.
type claim struct {
	entry   id.Entry
	kind    string
	at      string // "" for a day that somebody wrote down
	details map[string]any
}

func (s Statement) claims() (out []claim) {
	for _, e := range s.Exhibits {
		is := map[string]any{"version": string(e.Version), "party": string(e.Party), "number": float64(e.Number)}
		if e.Rank > 0 {
			is["rank"] = float64(e.Rank)
		}
		if e.SHA256 != "" {
			is["sha256"] = e.SHA256
		}
		out = append(out, claim{e.Entry, "exhibit.numbered", e.Released, is})
		for _, to := range e.Receptions {
			had := map[string]any{"version": string(e.Version), "party": string(to.Party)}
			if to.Notified != nil {
				out = append(out, claim{to.Notified.Entry, "exhibit.notified", to.Notified.At, had})
			}
			if to.Opened != nil {
				out = append(out, claim{to.Opened.Entry, "exhibit.opened", to.Opened.At, had})
			}
			if to.Paper != nil {
				out = append(out, claim{to.Paper.Entry, "exhibit.served", "", map[string]any{"version": string(e.Version), "party": string(to.Party), "day": to.Paper.Day}})
			}
		}
	}
	return out
}

// facts holds each claim of a statement against its entry, which stands in the file in
// the same place, and wants labels to be those of their numbers.
func facts(d journal.Dossier, s Statement, space id.Space) error {
	claims := s.claims()
	if len(claims) != len(d.Facts) {
		return fmt.Errorf("attest: %d claims and %d entries", len(claims), len(d.Facts))
	}
	for i, c := range claims {
		f, err := d.Facts[i].Fact()
		if err != nil {
			return err
		}
		if f.ID != c.entry || f.Kind != c.kind || f.Space != space || c.at != "" && c.at != journal.Instant(f.At) {
			return fmt.Errorf("attest: entry %s is of something else", c.entry)
		}
		var said map[string]any
		if err := json.Unmarshal(f.Details, &said); err != nil {
			return err
		}
		for name, want := range c.details {
			if said[name] != want {
				return fmt.Errorf("attest: entry %s says another %s", c.entry, name)
			}
		}
		if _, ranked := said["rank"]; c.kind == "exhibit.numbered" && ranked && c.details["rank"] == nil {
			return fmt.Errorf("attest: entry %s has a rank", c.entry)
		}
	}
	for _, e := range s.Exhibits {
		if e.Label != (exhibit.Exhibit{Number: e.Number, Rank: e.Rank}).Label() {
			return fmt.Errorf("attest: %s is not number %d, rank %d", e.Label, e.Number, e.Rank)
		}
	}
	return nil
}

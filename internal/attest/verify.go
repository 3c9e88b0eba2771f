package attest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
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

	Dires     []Dire     `json:"dires,omitempty"`
	Questions []Question `json:"questions,omitempty"`
}

// format is that of the file of a statement.
func (s Statement) format() string {
	if len(s.Dires)+len(s.Questions) > 0 {
		return Whole
	}
	return Format
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

// entries are those that prove a statement, in its order.
func (s Statement) entries() (out []id.Entry) {
	for _, c := range s.claims() {
		out = append(out, c.entry)
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
	format := Format
	if journal.FormatOf(raw) == Whole {
		format = Whole
	}
	d, err := journal.ParseDossier(raw, format)
	if err != nil {
		return r, err
	}
	if err := journal.ReadStatement(d.Statement, &r.Statement); err != nil {
		return r, err
	}
	if r.Statement.format() != format {
		return r, fault.New(fault.Invalid, "journal.receipt.unreadable").Because(fmt.Errorf("attest: a statement of %s in a file of %s", r.Statement.format(), format))
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
	counted := what.Exhibits == len(r.Statement.Exhibits) && what.Dires == len(r.Statement.Dires) && what.Questions == len(r.Statement.Questions)
	if f.Kind != kind || what.Statement != digest(d.Statement) || r.Statement.At != journal.Instant(f.At) || !counted {
		return "", errors.New("attest: the entry attests another statement")
	}
	return f.Space, nil
}

// details are what a record says beside its kind, as [encoding/json] reads them.
type details map[string]any

// claim is one thing that a statement says and an entry must say too.
type claim struct {
	entry   id.Entry
	kind    string
	at      string // "" for a day that somebody wrote down
	object  string // "" where the details say what it is about
	details details
	bare    []string // what the details have not, unless it is stated
	points  []Answered
}

func (s Statement) claims() (out []claim) {
	for _, e := range s.Exhibits {
		is := details{"version": string(e.Version), "party": string(e.Party), "number": float64(e.Number)}
		if e.Rank > 0 {
			is["rank"] = float64(e.Rank)
		}
		if e.SHA256 != "" {
			is["sha256"] = e.SHA256
		}
		out = append(out, claim{entry: e.Entry, kind: "exhibit.numbered", at: e.Released, details: is, bare: []string{"rank"}})
		for _, to := range e.Receptions {
			had := details{"version": string(e.Version), "party": string(to.Party)}
			if to.Notified != nil {
				out = append(out, claim{entry: to.Notified.Entry, kind: "exhibit.notified", at: to.Notified.At, details: had})
			}
			if to.Opened != nil {
				out = append(out, claim{entry: to.Opened.Entry, kind: "exhibit.opened", at: to.Opened.At, details: had})
			}
			if to.Paper != nil {
				out = append(out, claim{entry: to.Paper.Entry, kind: "exhibit.served", details: details{"version": string(e.Version), "party": string(to.Party), "day": to.Paper.Day}})
			}
		}
	}
	for _, d := range s.Dires {
		out = append(out, d.claims()...)
	}
	for _, q := range s.Questions {
		out = append(out, q.claims()...)
	}
	return out
}

// facts holds each claim of a statement against its entry, which stands in the file in
// the same place, wants labels to be those of their numbers, and each point to have become
// one thing.
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
		if f.Space != space {
			return fmt.Errorf("attest: entry %s is of another space", c.entry)
		}
		if err := c.holds(f); err != nil {
			return err
		}
	}
	for _, e := range s.Exhibits {
		if e.Label != (exhibit.Exhibit{Number: e.Number, Rank: e.Rank}).Label() {
			return fmt.Errorf("attest: %s is not number %d, rank %d", e.Label, e.Number, e.Rank)
		}
	}
	return errors.Join(s.pointed(), s.asked())
}

// holds says whether an entry says what is claimed.
func (c claim) holds(f journal.Fact) error {
	if f.ID != c.entry || f.Kind != c.kind || c.at != "" && c.at != journal.Instant(f.At) || c.object != "" && c.object != f.Object {
		return fmt.Errorf("attest: entry %s is of something else", c.entry)
	}
	var said details
	if err := json.Unmarshal(f.Details, &said); err != nil {
		return err
	}
	for name, want := range c.details {
		if !reflect.DeepEqual(said[name], want) {
			return fmt.Errorf("attest: entry %s says another %s", c.entry, name)
		}
	}
	for _, name := range c.bare {
		if _, has := said[name]; has && c.details[name] == nil {
			return fmt.Errorf("attest: entry %s has %s", c.entry, name)
		}
	}
	lines, _ := said["lines"].([]any)
	for _, p := range c.points {
		if !slices.ContainsFunc(lines, func(l any) bool { return reflect.DeepEqual(l, p.detail()) }) {
			return fmt.Errorf("attest: entry %s answers point %d in another way", c.entry, p.Line)
		}
	}
	return nil
}

package vigilance

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

//go:embed law.json
var data []byte

// Duty is the id of a rule of the table.
type Duty string

// Duties.
const (
	OfIdentity  Duty = "identity"
	OfOwners    Duty = "owners"   // from how much of a company on somebody is a beneficial owner
	OfRelation  Duty = "relation" // what the firm is engaged for
	OfExposure  Duty = "exposed"
	OfRating    Duty = "rating"
	expiry      Duty = "expiry" // how long before its last day a piece is asked for again
	OfFreeze    Duty = "freeze" // what is done for somebody whose assets are frozen
	OfRetention Duty = "retention"
)

// Rule is a duty as the law sets it for the days From to To: its article, its source,
// and, where it has one, its period or its part of a hundred. A new text is a new row
// with the same id.
type Rule struct {
	ID      Duty    `json:"id"`
	From    string  `json:"from"`
	To      string  `json:"to,omitempty"`
	Article string  `json:"article"`
	Source  string  `json:"source"`
	Months  int     `json:"months,omitempty"`  // from the fact on
	Days    int     `json:"days,omitempty"`    // before the fact
	Percent int     `json:"percent,omitempty"` // more than
	Example Example `json:"example,omitzero"`
}

// Example is a worked case of a rule with a period, which a test works again.
type Example struct{ Fact, Due string }

// Book is the whole table. It is immutable.
type Book struct{ rules []Rule }

// Load reads the embedded table. It fails on a row that lacks what a row must have.
func Load() (*Book, error) {
	b := &Book{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&b.rules); err != nil {
		return nil, fmt.Errorf("vigilance: law: %w", err)
	}
	known := map[Duty]bool{}
	for _, r := range b.rules {
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("vigilance: rule %s: %w", r.ID, err)
		}
		known[r.ID] = true
	}
	for _, id := range []Duty{OfIdentity, OfOwners, OfRelation, OfExposure, OfRating, expiry, OfFreeze, OfRetention, Low.duty(), Normal.duty(), High.duty()} {
		if !known[id] {
			return nil, fmt.Errorf("vigilance: no rule %s", id)
		}
	}
	return b, nil
}

func (r Rule) check() error {
	days := []string{r.From}
	if r.To != "" {
		days = append(days, r.To)
	}
	if r.Months > 0 || r.Days > 0 {
		days = append(days, r.Example.Fact, r.Example.Due)
	}
	for _, day := range days {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return err
		}
	}
	if r.ID == "" || r.Article == "" || r.Source == "" {
		return errors.New("no name, no article or no source")
	}
	return nil
}

// Rule is the row of a duty that answers for a day: the last one that had begun, or
// the first of all for a day before.
func (b *Book) Rule(id Duty, day string) (out Rule) {
	for _, r := range b.rules {
		if r.ID == id && (out.ID == "" || r.From <= day && r.From > out.From) {
			out = r
		}
	}
	return out
}

// Review is the row that says how often a rating is looked at again.
func (b *Book) Review(r Rating, day string) Rule { return b.Rule(r.duty(), day) }

// Runs is the day to which a period leads from a fact: so many months after it, on the
// last day of a month that is too short, or so many days before.
func (r Rule) Runs(fact string) string {
	day, err := time.Parse(time.DateOnly, fact)
	if err != nil {
		return ""
	}
	if r.Days > 0 {
		return day.AddDate(0, 0, -r.Days).Format(time.DateOnly)
	}
	first := time.Date(day.Year(), day.Month()+time.Month(r.Months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day.Day(), last)-1).Format(time.DateOnly)
}

// Package law is law as data: the periods of procedure (rule.json) and the public
// holidays (feast.json), each a dated row with its article, its source and a worked
// example, and the arithmetic of days that says when periods end, with each of its
// steps in words; how much one message of the lawyers' network holds (message.json);
// and what becomes of observations to a court expert (observation.json).
//
// It refuses to guess: a fact of a time for which the table has no row, an unknown
// rule, a place it does not know. What it says binds nobody, and it says so. The table
// begins after the extensions of the spring of 2020, which it does not know.
//
// A new text is a new row with the same id: the old one is given its last day, the new
// one its first. Start at [Book.Reckon].
package law

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
)

//go:embed rule.json
var data []byte

// idForm is what the id of a rule looks like: the end of keys of the catalogs.
var idForm = regexp.MustCompile(`^[a-z][a-z_]*$`)

// Rule is one period as the law sets it, for facts of the days From to To. What it is
// called and what it runs from are in the catalogs: law.rule.ID, law.fact.ID, and
// under which condition law.when.ID, where there is one.
type Rule struct {
	ID       string `json:"id"`
	Matter   string `json:"matter"` // under which it is offered: law.matter.MATTER
	From     string `json:"from"`   // the first day of a fact for which this row answers
	To       string `json:"to,omitempty"`
	Article  string `json:"article"`
	Source   string `json:"source"`
	Counting string `json:"counting"` // the articles that say how its days are counted
	Term     Term   `json:"term"`
	Before   bool   `json:"before,omitempty"`            // it ends so long before the fact, not after
	Clear    bool   `json:"clear,omitempty"`             // neither its first nor its last day counts (délai franc)
	Rest     Rest   `json:"rest,omitempty"`              // what becomes of a last day on which nobody works
	Opens    bool   `json:"opens,omitempty"`             // one has to wait: the day is the first that is free
	Hour     string `json:"hour,omitempty"`              // of the last day, 15:00; none: midnight
	Distance string `json:"distance,omitempty"`          // the article that lengthens it for who lives far away
	Across   string `json:"distance_overseas,omitempty"` // the same, before a court overseas; none: Distance

	Example Example `json:"example"`
}

// Term is how long a period is: months before days, and days of one sort.
type Term struct {
	Years    int `json:"years,omitempty"`
	Months   int `json:"months,omitempty"`
	Days     int `json:"days,omitempty"`
	Workdays int `json:"workdays,omitempty"` // jours ouvrables: all but Sundays and public holidays
}

// Rest is what becomes of a period that would end on a Saturday, a Sunday or a public
// holiday.
type Rest string

const (
	Stays   Rest = ""        // it ends there
	Next    Rest = "next"    // it ends on the next day on which people work
	Earlier Rest = "earlier" // prudence, where no text lengthens it: the day before
)

// Example is a worked case, which a test works again.
type Example struct {
	Fact string `json:"fact"`
	Due  string `json:"due"`
	Circumstance
}

// Circumstance is what else a period depends on.
type Circumstance struct {
	Place Place `json:"place,omitempty"`
	Home  Home  `json:"home,omitempty"`
}

// Place is where the court sits: public holidays are looked at there, and who lives far
// away is said from there.
type Place string

const (
	Mainland Place = ""
	Alsace   Place = "alsace-moselle" // Bas-Rhin, Haut-Rhin, Moselle: two holidays more

	// Overseas, each with the day of its abolition of slavery. Saint-Martin is left out:
	// the code says 27 May, those who apply it 28 May.
	Guadeloupe      Place = "guadeloupe"
	Guyane          Place = "guyane"
	Martinique      Place = "martinique"
	Mayotte         Place = "mayotte"
	Reunion         Place = "la-reunion"
	SaintBarthelemy Place = "saint-barthelemy"
)

// Across reports whether a place is overseas.
func (in Place) Across() bool { return in != Mainland && in != Alsace }

// Home is where lives whom the period binds.
type Home string

const (
	Near     Home = ""
	Overseas Home = "overseas" // one month more, where the rule knows distance: overseas or, before a court there, elsewhere in France
	Abroad   Home = "abroad"   // two months more
)

// Places and Homes return all of them, in the order in which they are offered.
func Places() []Place {
	return []Place{Mainland, Alsace, Guadeloupe, Guyane, Martinique, Mayotte, Reunion, SaintBarthelemy}
}

func Homes() []Home { return []Home{Near, Overseas, Abroad} }

// Book is the whole table. It is immutable.
type Book struct {
	rules        []Rule
	feasts       []Feast
	messages     []Message
	observations []Observation
}

// Load reads the embedded tables. It fails on a row that lacks what a row must have.
func Load() (*Book, error) {
	b, err := read(data)
	if err != nil {
		return nil, err
	}
	if b.feasts, err = readFeasts(feastData); err != nil {
		return nil, err
	}
	if b.messages, err = readMessages(messages); err != nil {
		return nil, err
	}
	b.observations, err = readObservations(observations)
	return b, err
}

func read(raw []byte) (*Book, error) {
	b := &Book{}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&b.rules); err != nil {
		return nil, fmt.Errorf("law: %w", err)
	}
	for i, r := range b.rules {
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("law: rule %s: %w", r.ID, err)
		}
		for _, other := range b.rules[:i] {
			if r.ID == other.ID && r.From <= other.until() && other.From <= r.until() {
				return nil, fmt.Errorf("law: rule %s: two rows answer for one day", r.ID)
			}
		}
	}
	return b, nil
}

// forever is after every civil date, written like one.
const forever = "9999-12-31"

func (r Rule) until() string {
	if r.To == "" {
		return forever
	}
	return r.To
}

// check says what a row lacks.
func (r Rule) check() error {
	if !idForm.MatchString(r.ID) || r.Matter == "" {
		return errors.New("no name, or no matter")
	}
	for _, day := range []string{r.From, r.until(), r.Example.Fact, r.Example.Due} {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return fmt.Errorf("no date: %w", err)
		}
	}
	switch t := r.Term; {
	case r.From > r.until():
		return errors.New("it ends before it begins")
	case r.Article == "" || r.Source == "" || r.Counting == "":
		return errors.New("no article, no source, or not how its days are counted")
	case min(t.Years, t.Months, t.Days, t.Workdays) < 0 || t == Term{} || t.Days > 0 && t.Workdays > 0:
		return errors.New("no term")
	case r.Before && (r.Opens || t.Workdays > 0 || r.Distance != ""):
		return errors.New("what ends before the fact is counted in days, and only ends")
	case !slices.Contains([]Rest{Stays, Next, Earlier}, r.Rest) || r.Before && r.Rest == Next || !r.Before && r.Rest == Earlier:
		return errors.New("an unknown rest")
	}
	if r.Hour != "" {
		if _, err := time.Parse("15:04", r.Hour); err != nil {
			return fmt.Errorf("no hour: %w", err)
		}
	}
	return nil
}

// Rules returns the rows that answer for facts of a day, in the order of the table.
func (b *Book) Rules(day string) (out []Rule) {
	for _, r := range b.rules {
		if r.From <= day && day <= r.until() {
			out = append(out, r)
		}
	}
	return out
}

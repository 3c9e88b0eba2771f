package law

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

//go:embed feast.json
var feastData []byte

// Feast is one public holiday, of every year or so many days from Easter. What it is
// called is in the catalogs: law.feast.ID.
type Feast struct {
	ID      string  `json:"id"`
	Date    string  `json:"date,omitempty"`   // 05-27
	Easter  int     `json:"easter,omitempty"` // days after Easter Sunday, where it has no date
	Places  []Place `json:"places,omitempty"` // where; none: everywhere
	From    string  `json:"from,omitempty"`   // its first day; none: before any fact that the rules know
	To      string  `json:"to,omitempty"`     // its last one
	Article string  `json:"article"`
	Source  string  `json:"source"`
	Example string  `json:"example"` // a day that is one
}

func readFeasts(raw []byte) (out []Feast, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		return nil, fmt.Errorf("law: holidays: %w", err)
	}
	for _, f := range out {
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("law: holiday %s: %w", f.ID, err)
		}
	}
	return out, nil
}

// check says what a row lacks.
func (f Feast) check() error {
	if !idForm.MatchString(f.ID) || f.Article == "" || f.Source == "" {
		return errors.New("no name, no article or no source")
	}
	if (f.Date == "") == (f.Easter == 0) {
		return errors.New("neither of the year nor of Easter")
	}
	if _, err := time.Parse("01-02", f.Date); f.Date != "" && err != nil {
		return fmt.Errorf("no date: %w", err)
	}
	for _, day := range []string{f.From, f.To} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return fmt.Errorf("no validity: %w", err)
		}
	}
	if slices.ContainsFunc(f.Places, func(in Place) bool { return in == Mainland || !slices.Contains(Places(), in) }) {
		return errors.New("a place that is not known")
	}
	day, err := time.Parse(time.DateOnly, f.Example)
	if err != nil || !f.on(f.Example, sinceEaster(day)) {
		return errors.New("an example that is none")
	}
	return nil
}

// on reports whether a civil day, so many days after Easter, is one.
func (f Feast) on(civil string, after int) bool {
	if f.From != "" && civil < f.From || f.To != "" && civil > f.To {
		return false
	}
	if f.Date != "" {
		return civil[len("2006-"):] == f.Date
	}
	return after == f.Easter
}

// sinceEaster is how many days a day lies after the Easter of its year.
func sinceEaster(day time.Time) int { return int(day.Sub(easter(day.Year())) / (24 * time.Hour)) }

// feast names the public holiday that a day is, in a place, as the end of its catalog
// key, or "".
func (b *Book) feast(day time.Time, in Place) string {
	civil, after := day.Format(time.DateOnly), sinceEaster(day)
	for _, f := range b.feasts {
		if (len(f.Places) == 0 || slices.Contains(f.Places, in)) && f.on(civil, after) {
			return f.ID
		}
	}
	return ""
}

// easter is the Sunday of a year of the Gregorian calendar, by the tables that
// Meeus, Jones and Butcher put into integers.
func easter(year int) time.Time {
	century, moon := year/100, year%19
	epact := (19*moon + century - century/4 - (century-(century+8)/25+1)/3 + 15) % 30
	letter := (32 + 2*(century%4) + 2*(year%100/4) - epact - year%4) % 7
	late := (moon + 11*epact + 22*letter) / 451
	n := epact + letter - 7*late + 114
	return civil(year, time.Month(n/31), n%31+1)
}

func civil(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// idle reports whether nobody works on a day: it lengthens a period that would end
// there.
func (b *Book) idle(day time.Time, in Place) bool {
	return day.Weekday() == time.Saturday || b.sabbath(day, in)
}

// sabbath reports whether a day is not one of the jours ouvrables.
func (b *Book) sabbath(day time.Time, in Place) bool {
	return day.Weekday() == time.Sunday || b.feast(day, in) != ""
}

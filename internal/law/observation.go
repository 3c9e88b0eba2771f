package law

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

//go:embed observation.json
var observations []byte

// Observation is what becomes of observations and claims that parties make to a court
// expert (« dires »), filed on the days From to Until. Each field is the paragraph that
// says so.
type Observation struct {
	From       string `json:"from"`
	Until      string `json:"until,omitempty"`
	Source     string `json:"source"`
	Considered string `json:"considered"` // the expert takes them into account
	Late       string `json:"late"`       // not those after the day that was set, but for a grave cause
	Recall     string `json:"recall"`     // what the last ones do not recall is deemed given up
	Mention    string `json:"mention"`    // the opinion says what became of each

	Example struct {
		LastDay   string   `json:"last_day"`
		Filed     []string `json:"filed"`
		Late      []bool   `json:"late"` // of each of Filed
		Earlier   []string `json:"earlier"`
		Recalled  []string `json:"recalled"`
		Abandoned []string `json:"abandoned"`
	} `json:"example"`
}

// Observation returns the row for what is filed on a civil day.
func (b *Book) Observation(day string) (Observation, bool) {
	for _, o := range b.observations {
		if o.From <= day && (o.Until == "" || day <= o.Until) {
			return o, true
		}
	}
	return Observation{}, false
}

// Misses reports whether what is filed on a civil day comes after a last day, which
// counts itself; there may be none, which is the empty one.
func (o Observation) Misses(last, day string) bool { return last != "" && o.Late != "" && day > last }

// GivenUp are those of the earlier observations of a party that its last ones do not
// recall.
func GivenUp[T comparable](earlier, recalled []T) (out []T) {
	for _, one := range earlier {
		if !slices.Contains(recalled, one) {
			out = append(out, one)
		}
	}
	return out
}

func readObservations(raw []byte) (out []Observation, err error) {
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("law: observations: %w", err)
	}
	for _, o := range out {
		if _, err := time.Parse(time.DateOnly, o.From); err != nil || o.Source == "" || o.Considered == "" {
			return nil, errors.Join(errors.New("law: observations: no date, no source or no article"), err)
		}
	}
	return out, nil
}

// Package absence has a colleague stand in for another for some days: in all of her
// spaces or in some, from a day to a day, after which it ends by itself.
//
// It gives no right of its own. In each space the deputy becomes what the one who is
// away is there, by rows with an end that the rule of package authz reads like any
// others (see circle.Stand): what neither may see neither sees, a wall wins, and who
// had something of her own there has it back afterwards. Programs do not stand in for
// anybody. Each act of hers is recorded as done for the one who is away, to whom no
// mail of these spaces goes meanwhile.
//
// Who administers the firm announces one for somebody who cannot, who is ill: somebody
// other than the administrator stands in then, in all of her spaces, and the administrator
// learns of none of them.
//
// It does not choose a deputy, and asks nobody whether she agrees: her desk tells her.
// Start at [Service.Announce].
package absence

import (
	"slices"
	"strings"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// longest is how many days an absence lasts at most, and how far ahead one is announced.
const longest = 366

// Absence is that somebody is away from its first day to its last.
type Absence struct {
	ID         id.Absence
	Person     id.Person
	PersonName string
	By         id.Person // who announced it for her; empty: she did
	ByName     string
	Deputy     id.Person
	DeputyName string
	Starts     time.Time  // when its first day begins
	Ends       time.Time  // when the day after its last begins, or when it was ended by hand
	Spaces     []id.Space // nil: all that are hers then, unless Few says otherwise
	Few        int        // in how many, to who administers the firm and learns of none; 0: in all
	Made       time.Time
	Over       time.Time // when it was ended by hand; zero: by itself
}

// Running reports whether somebody stands in by it at an instant.
func (x Absence) Running(at time.Time) bool {
	return x.Over.IsZero() && !at.Before(x.Starts) && at.Before(x.Ends)
}

// Stands reports whether it is still to come or runs.
func (x Absence) Stands(at time.Time) bool { return x.Over.IsZero() && at.Before(x.Ends) }

// Last is its last day, as a civil date of a zone.
func (x Absence) Last(zone *time.Location) string {
	return x.Ends.In(zone).Add(-time.Minute).Format(time.DateOnly)
}

// New is an absence about to be announced, of its first and last days (civil dates).
type New struct {
	Deputy      id.Person
	First, Last string
	Spaces      []id.Space // empty: all
}

// span reads the days. All that is wrong with them is said at once.
func (n New) span(zone *time.Location, now time.Time, wrong *fault.Fields) (starts, ends time.Time) {
	first, err := time.ParseInLocation(time.DateOnly, n.First, zone)
	if err != nil {
		wrong.Add("first", "absence.day")
	}
	last, failed := time.ParseInLocation(time.DateOnly, n.Last, zone)
	if failed != nil {
		wrong.Add("last", "absence.day")
	}
	if err != nil || failed != nil {
		return first, last
	}
	ends = last.AddDate(0, 0, 1)
	switch {
	case last.Before(first):
		wrong.Add("last", "absence.backwards")
	case !ends.After(now):
		wrong.Add("last", "absence.past")
	case first.AddDate(0, 0, longest).Before(last), now.AddDate(0, 0, longest).Before(first):
		wrong.Add("last", "absence.long")
	}
	return first, ends
}

// joined is the spaces as a row has them.
func joined(spaces []id.Space) string {
	out := make([]string, len(spaces))
	for i, s := range spaces {
		out[i] = string(s)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}

func split(s string) (out []id.Space) {
	for _, one := range strings.Fields(s) {
		out = append(out, id.Space(one))
	}
	return out
}

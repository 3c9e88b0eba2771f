package outbox

import (
	"time"

	"cenacle/internal/id"
)

// agenda says when each firm is to be looked at next; a firm that is not in it
// has nothing waiting.
type agenda map[id.Firm]time.Time

func (a agenda) set(f id.Firm, at time.Time) {
	if at.IsZero() {
		delete(a, f)
		return
	}
	a[f] = at
}

// advance brings the visit of a firm forward to at.
func (a agenda) advance(f id.Firm, at time.Time) {
	if old, ok := a[f]; !ok || old.After(at) {
		a[f] = at
	}
}

// first is the firm to look at first, or an empty one.
func (a agenda) first() (id.Firm, time.Time) {
	var first id.Firm
	var at time.Time
	for f, t := range a {
		if first == "" || t.Before(at) {
			first, at = f, t
		}
	}
	return first, at
}

package notice

import (
	"time"

	"cenacle/internal/fault"
)

// AtOnce is the hour of a daily mail that there is none of: she is told as it comes.
const AtOnce = -1

// Choice is at which hours a person is told, in the zone of the house. The hours are
// whole ones, from 0 to 23.
type Choice struct {
	Daily    int // when she gets the one mail of the day, or AtOnce
	From, To int // hours between which nothing leaves, the second excluded; equal: none
}

// usual is the choice of who made none.
var usual = Choice{Daily: AtOnce}

// Quiet reports whether there are hours at which nothing leaves. One mail a day
// leaves at its own hour, and needs none.
func (c Choice) Quiet() bool { return c.Daily == AtOnce && c.From != c.To }

// check reports what is wrong, in the fields daily, from and to.
func (c Choice) check() error {
	var wrong fault.Fields
	if c.Daily != AtOnce && !hour(c.Daily) {
		wrong.Add("daily", "notice.hour")
	}
	if !hour(c.From) {
		wrong.Add("from", "notice.hour")
	}
	if !hour(c.To) {
		wrong.Add("to", "notice.hour")
	}
	return wrong.Err()
}

func hour(h int) bool { return h >= 0 && h < 24 }

// Next is the earliest instant, from now on, at which she is told, by the clock on
// the wall of now's location. Where that clock leaves an hour out, what would come
// within it comes as it ends; where it strikes one twice, she is told the first time
// only.
func (c Choice) Next(now time.Time) time.Time {
	switch {
	case c.Daily != AtOnce:
		return next(now, c.Daily)
	case c.Quiet() && c.covers(now.Hour()):
		return next(now, c.To)
	}
	return now
}

// covers reports whether an hour is one of the quiet ones, which may go over midnight.
func (c Choice) covers(h int) bool {
	if c.From < c.To {
		return h >= c.From && h < c.To
	}
	return h >= c.From || h < c.To
}

// next is when the clock strikes an hour after now: today if it has not yet.
func next(now time.Time, hour int) time.Time {
	y, m, d := now.Date()
	if now.Hour() >= hour {
		d++
	}
	at := time.Date(y, m, d, hour, 0, 0, 0, now.Location())
	if at.Hour() < hour { // left out: time.Date chose the hour before
		return at.Add(time.Hour)
	}
	if before := at.Add(-time.Hour); before.Hour() == hour { // struck twice: the second was chosen
		return before
	}
	return at
}
